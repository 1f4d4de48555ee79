# SPDX-License-Identifier: Apache-2.0
"""``madang settings``, ``doctor`` and ``version``: what is set, what this machine has, what this is."""

import dataclasses
import json

import click

import madang
from madang import doctor, settings
from madang.cli import place
from madang.cli.words import translator
from madang.kit import _

ATTENTION = 3
FINE, LOOK = "ok ", "LOOK"  # signs, the same in every language, so that a script can look for them
TAKES = _("(takes %(accepts)s; default: %(default)s)")
EMPTY = _("empty")


def command(name: str) -> click.Command:
    """The command of that name."""
    return {"settings": show_settings, "doctor": examine, "version": version}[name]


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For eyes or for machines.")
def show_settings(form: str) -> None:
    """Print every setting, its value and what it does. Passwords are masked."""
    chosen = place.read()
    if form == "json":
        rows = settings.listed(chosen)
        click.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    translate = translator(chosen.language)
    for row in settings.listed(chosen, translate=translate):
        mark = "*" if row.is_set else " "
        told = translate(TAKES) % {"accepts": row.accepts, "default": row.default or translate(EMPTY)}
        click.echo(f"{mark} {row.variable}={row.value}\n    {row.sentence} {told}")


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For eyes or for machines.")
def examine(form: str) -> int:
    """Look whether this machine has what Madang needs. Exit code 3 when something needs attention."""
    chosen = place.read()
    translate = str if form == "json" else translator(chosen.language)
    found = doctor.examine(chosen, translate)
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    else:
        for finding in found:
            click.echo(f"{FINE if finding.is_fine else LOOK} {finding.name}: {finding.fact}")
            if finding.advice:
                click.echo(f"     {finding.advice}")
    return 0 if all(finding.is_fine for finding in found) else ATTENTION


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(f"madang {madang.__version__}")
