# SPDX-License-Identifier: Apache-2.0
"""``madang hub``: whether everything that was pushed is there, and letting go of what nobody committed."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from madang.hub import keeping
from madang.kit import _

WHOLE = _("%(repositories)s repositories, %(commits)s commits and %(objects)s objects were looked at: all is as it has to be.")
NOT_WHOLE = _("%(repositories)s repositories, %(commits)s commits and %(objects)s objects were looked at: %(faults)s faults.")
WOULD = _("%(objects)s objects (%(bytes)s bytes) were sent and never committed, and would be let go of; %(kept)s are in commits or wait.")
DONE = _("%(objects)s objects (%(bytes)s bytes) were sent and never committed. They count no more; storage takes them when it collects.")
SKIPPED = _("%(skipped)s repositories were left as they are: somebody committed meanwhile, or a tree cannot be read.")
ATTENTION = 3
SHOWN = 100


def hub_group(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Group:
    """The commands. ``open_house`` gives what the composition opened."""

    @click.group(name="hub")
    def hub() -> None:
        """Look after what was pushed to datasets and models."""

    hub.add_command(_fsck(open_house, translate))
    hub.add_command(_gc(open_house, translate))
    return hub


def _fsck(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="fsck")
    @click.option("--bytes", "reads_bytes", is_flag=True, help="Read every file and compare it with its name too.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(reads_bytes: bool, as_json: bool) -> None:
        """Check that every commit, tree and file that rows name is there. Exit 0 it is, 3 it is not."""
        with contextlib.closing(open_house()) as house:
            report = keeping.check(house.database, house.store, reads_bytes=reads_bytes)
        if as_json:
            click.echo(json.dumps(asdict(report), ensure_ascii=False))
        else:
            for fault in report.faults[:SHOWN]:
                click.echo(f"{fault.what}  {fault.where}")
            told = {**asdict(report), "faults": len(report.faults)}
            click.echo(translate(NOT_WHOLE if report.faults else WHOLE) % told)
        if report.faults:
            raise click.exceptions.Exit(ATTENTION)

    return command


def _gc(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="gc")
    @click.option("--dry-run", "dry", is_flag=True, help="Only count.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(dry: bool, as_json: bool) -> None:
        """Let go of what was sent more than two days ago and never committed. Exit 3 where a repository was left as it is."""
        with contextlib.closing(open_house()) as house:
            done = keeping.clean(house.database, house.store, dry=dry)
        if as_json:
            click.echo(json.dumps(asdict(done)))
        else:
            click.echo(translate(WOULD if dry else DONE) % asdict(done))
            if done.skipped:
                click.echo(translate(SKIPPED) % asdict(done))
        if done.skipped:
            raise click.exceptions.Exit(ATTENTION)

    return command
