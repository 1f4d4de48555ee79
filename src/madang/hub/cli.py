# SPDX-License-Identifier: Apache-2.0
"""``madang hub``: whether everything that was pushed is there, letting go of what nobody committed, and a look into tables."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy.orm import Session

from madang import kit, people, tables
from madang.hub import keeping, rules
from madang.hub.gates.cli import access_command
from madang.hub.preview import kept
from madang.kit import _

WHOLE = _("%(repositories)s repositories, %(commits)s commits and %(objects)s objects were looked at: all is as it has to be.")
NOT_WHOLE = _("%(repositories)s repositories, %(commits)s commits and %(objects)s objects were looked at: %(faults)s faults.")
WOULD = _("%(objects)s objects (%(bytes)s bytes) were sent and never committed, and would be let go of; %(kept)s are in commits or wait.")
DONE = _("%(objects)s objects (%(bytes)s bytes) were sent and never committed. They count no more; storage takes them when it collects.")
SKIPPED = _("%(skipped)s repositories were left as they are: somebody committed meanwhile, or a tree cannot be read.")
TABLE = _("%(path)s: %(total)s rows")
BEGINNING = _("%(path)s: its first rows; it is not read to its end")
FACTS = _("%(path)s: %(rows)s rows, %(duplicates)s that say the same as an earlier one; %(form)s %(encoding)s")
ATTENTION = 3
SHOWN = 100


def hub_group(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Group:
    """The commands. ``open_house`` gives what the composition opened."""

    @click.group(name="hub")
    def hub() -> None:
        """Look after what was pushed to datasets and models."""

    hub.add_command(_fsck(open_house, translate))
    hub.add_command(_gc(open_house, translate))
    hub.add_command(_preview(open_house, translate))
    hub.add_command(access_command(open_house, translate))
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


def _preview(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="preview")
    @click.argument("name", metavar="NAMESPACE/NAME")
    @click.argument("file", default="")
    @click.option("--revision", default=rules.MAIN, show_default=True, help="A branch, a tag or a commit.")
    @click.option("--rows", "limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many rows.")
    @click.option("--search", default="", help="Only rows in which this stands somewhere.")
    @click.option("--sort", default="", help="The column that rows are sorted by.")
    @click.option("--descending", is_flag=True, help="The most first.")
    @click.option("--sql", default="", help="One SELECT over the table, which is called data.")
    @click.option("--as", "viewer", default="", help="Whose eyes: only what this account may see and have.")
    @click.option("--statistics", is_flag=True, help="What each column holds, instead of rows.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(name: str, file: str, revision: str, viewer: str, statistics: bool, as_json: bool, **asked: Any) -> None:
        """Look into a table of a dataset: without FILE, the first one that there is."""
        namespace, _slash, last = name.partition("/")
        with contextlib.closing(open_house()) as house:
            with house.database.reading() as session:
                source = kept.find(session, house.store, namespace, last, revision=revision, path=file, viewer=_viewer(session, viewer))
            if statistics:
                _tell_facts(source.path, kept.facts_of(house.store, source), as_json, translate)
            else:
                question = tables.Question(
                    asked["sql"], asked["search"], sort=asked["sort"], down=asked["descending"], limit=asked["limit"]
                )
                shown = kept.look(house.store, house.limits("tables", tables.Limits), source, question)
                _tell_rows(source.path, shown, as_json, translate)

    return command


def _viewer(session: Session, name: str) -> kit.Actor:
    """The account of that name, or with none the platform itself."""
    return people.actor_of(session, people.get_account(session, name, viewer=kit.SYSTEM), via="system") if name else kit.SYSTEM


def _tell_rows(path: str, shown: kept.Shown, as_json: bool, translate: Callable[[str], str]) -> None:
    if as_json:
        click.echo(json.dumps({"file": path, **asdict(shown)}, ensure_ascii=False))
        return
    if not shown.is_whole:
        click.echo(translate(BEGINNING) % {"path": path})
    elif shown.total is not None:
        click.echo(translate(TABLE) % {"path": path, "total": shown.total})
    click.echo("\t".join(name for name, _type in shown.columns))
    for row in shown.rows:
        click.echo("\t".join("" if value is None else " ".join(str(value).split()) for value in row))


def _tell_facts(path: str, facts: tables.Facts, as_json: bool, translate: Callable[[str], str]) -> None:
    if as_json:
        click.echo(json.dumps({"file": path, **asdict(facts)}, ensure_ascii=False))
        return
    click.echo(translate(FACTS) % {"path": path, **asdict(facts)})
    click.echo("\t".join(("name", "type", "missing", "distinct", "least", "most", "mean")))
    for each in facts.columns:
        told = (each.name, each.type, each.missing, each.distinct, each.least, each.most, each.mean)
        click.echo("\t".join("" if value is None else " ".join(str(value).split()) for value in told))
