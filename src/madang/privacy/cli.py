# SPDX-License-Identifier: Apache-2.0
"""``madang privacy``: look through a text, or take out what was found. No platform is needed."""

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import click

from madang.kit import Invalid, _
from madang.privacy import measures, plans, reporting, tables, tabular
from madang.privacy.detecting import LEAST, MOST_CHARACTERS, detect
from madang.privacy.errors import BadPlan, NotText, TextTooLong
from madang.privacy.findings import KINDS, Found
from madang.privacy.replacing import METHODS, apply

NOTHING = _("Nothing was found. Names and postal addresses are not looked for.")
FOUND = 3


class NoText(Invalid):
    """The file is not there or cannot be read."""

    code = "no-text"
    message = _("There is no file “%(path)s” that can be read. Give the path of a text, or - for standard input.")


def group(translate: Callable[[str], str]) -> click.Group:
    """The commands, speaking through ``translate``."""

    @click.group(name="privacy")
    def privacy() -> None:
        """Find personal data in Korean and English text, and take it out."""

    privacy.add_command(_scan(translate))
    privacy.add_command(_apply())
    privacy.add_command(_measure(translate))
    return privacy


def _scan(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="scan")
    @click.argument("file")
    @click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only this kind; give it again for more.")
    @click.option("--least", type=click.FloatRange(0, 1), default=LEAST, show_default=True, help="How sure a finding must be.")
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For eyes, or for machines.")
    def command(file: str, kinds: tuple[str, ...], least: float, form: str) -> int:
        """Print what is found in FILE (- for standard input), with its place and the reason. Exit 0 nothing found, 3 something."""
        text = _read(file)
        found = detect(text, kinds=kinds or None, least=least)
        if form == "json":
            click.echo(json.dumps({"findings": [_row(each) for each in found]}, ensure_ascii=False, indent=1))
        elif not found:
            click.echo(translate(NOTHING))
        else:
            for each in found:
                line = text.count("\n", 0, each.start) + 1
                column = each.start - (text.rfind("\n", 0, each.start) + 1) + 1
                told = f"{translate(KINDS[each.kind].title)} · {each.confidence:.2f} · {translate(each.reason)}"
                click.echo(f"{line}:{column}: {each.text} · {told}")
        return FOUND if found else 0

    return command


def _apply() -> click.Command:
    @click.command(name="apply")
    @click.argument("file")
    @click.option("--method", type=click.Choice(METHODS), default="mask", show_default=True, help="What is put in its place.")
    @click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only this kind; give it again for more.")
    @click.option("--least", type=click.FloatRange(0, 1), default=LEAST, show_default=True, help="How sure a finding must be.")
    @click.option("--key-file", type=click.Path(dir_okay=False), help="The secret that pseudonyms and what is random are made with.")
    @click.option("--plan", type=click.Path(dir_okay=False), help="FILE is a table: do to its columns what this TOML or JSON says.")
    @click.option("--report", type=click.Path(dir_okay=False), help="With --plan: write there what the table gave away before and after.")
    def command(
        file: str, method: str, kinds: tuple[str, ...], least: float, key_file: str | None, plan: str | None, report: str | None
    ) -> int:
        """Print FILE (- for standard input) without what was found; with --plan, a table of people without what tells who they are."""
        key = _bytes(key_file).strip() if key_file else b""
        if plan:
            return _apply_plan(file, plan, report, key)
        text = _read(file)
        made = apply(text, detect(text, kinds=kinds or None, least=least), method=method, key=key)
        click.echo(made.text, nl=False)
        return 0

    return command


def _apply_plan(file: str, plan: str, report: str | None, key: bytes) -> int:
    header, rows = _table(file)
    wanted = plans.read(_told(plan))
    made = tabular.deidentify(header, rows, wanted, key=key)
    if report:
        told = reporting.report(made, wanted)
        Path(report).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(tables.write(made.header, made.rows), nl=False)
    return 0


def _told(path: str) -> object:
    text = _bytes(path).decode("utf-8", "replace")
    try:
        return json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadPlan(reason=str(error)[:200]) from error


def _table(path: str) -> tuple[list[str], list[measures.Row]]:
    return tables.read(_bytes(path, tables.MOST_BYTES + 1), tabs=path.lower().endswith(".tsv"))


def _measure(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="measure")
    @click.argument("file")
    @click.option("--quasi", default="", help="Columns that tell who somebody is together, parted by commas.")
    @click.option("--sensitive", default="", help="Columns that are nobody's business, parted by commas.")
    @click.option("--least-k", type=click.IntRange(0), default=0, help="Exit with 3 when the smallest class has fewer rows.")
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For eyes, or for machines.")
    def command(file: str, quasi: str, sensitive: str, least_k: int, form: str) -> int:
        """Print what the table FILE (CSV or TSV, - for standard input) gives away: k, l, t and how easily somebody is found."""
        header, rows = _table(file)
        chosen = [[name.strip() for name in each.split(",") if name.strip()] for each in (quasi, sensitive)]
        for name in (*chosen[0], *chosen[1]):
            if name not in header:
                raise BadPlan(reason=f"there is no column {name[:80]}")
        told = measures.measure(rows, header, quasi=chosen[0], sensitive=chosen[1])
        if form == "json":
            click.echo(json.dumps(reporting.measured(told), ensure_ascii=False, indent=1))
        else:
            click.echo("\n".join(reporting.lines(told, translate)))
        return FOUND if told.k < least_k else 0

    return command


def _row(found: Found) -> dict[str, object]:
    return {
        "kind": found.kind,
        "start": found.start,
        "end": found.end,
        "text": found.text,
        "confidence": found.confidence,
        "reason": found.reason,
    }


def _read(path: str) -> str:
    data = _bytes(path)
    if len(data) > 4 * MOST_CHARACTERS:
        raise TextTooLong(limit=MOST_CHARACTERS)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(name=path) from error


def _bytes(path: str, most: int = 4 * MOST_CHARACTERS + 1) -> bytes:
    """At most a little more than the longest text or table; a longer file is refused by its length."""
    if path == "-":
        return sys.stdin.buffer.read(most)
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        raise NoText(path=path) from error
