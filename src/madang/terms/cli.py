# SPDX-License-Identifier: Apache-2.0
"""``madang terms``: decide on a file, ask of a pair, print the vocabulary. No platform is needed."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from madang.kit import Invalid, _
from madang.terms import listing, sentences
from madang.terms.decision import Decision, decide
from madang.terms.model import GOALS, KINDS, READINGS, SCOPES, Goal
from madang.terms.pairs import pair
from madang.terms.reading import read_graph

EXITS = {"yes": 0, "no": 1, "contested": 3, "unknown": 4}
FORMATS = ["text", "json"]
FOR = "For eyes, or for machines."


class NoFile(Invalid):
    """The file of the graph is not there or cannot be read."""

    code = "no-file"
    message = _("There is no file “%(path)s” that can be read. Give the path of a graph, or - for standard input.")


class NoDay(Invalid):
    """What stands as a day is none."""

    code = "no-day"
    message = _("“%(day)s” is no day. Write it as 2027-12-31.")


def group(translate: Callable[[str], str]) -> click.Group:
    """The commands, speaking through ``translate`` in their text."""

    @click.group(name="terms")
    def terms() -> None:
        """Say what may be done with a thing, given what it is made of, and why."""

    terms.add_command(_decide(translate))
    terms.add_command(_pair(translate))
    terms.add_command(_vocabulary(translate))
    return terms


def _decide(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="decide")
    @click.argument("graph")
    @click.option("--node", required=True, help="The id of the thing to decide on.")
    @click.option("--goal", required=True, type=click.Choice(GOALS), help="What is wanted.")
    @click.option("--license", "licence", help="The licence to give it out under; the goal open needs one.")
    @click.option("--actions", default="", help="Further actions that must be allowed, with commas between.")
    @click.option("--scope", type=click.Choice(SCOPES), default="open", help="To whom: inside, among partners, to everybody.")
    @click.option("--reading", type=click.Choice([*READINGS, "both"]), default="both", help="How unsettled law is read.")
    @click.option("--today", help="The day to decide for, such as 2027-12-31; today unless set.")
    @click.option("--format", "form", type=click.Choice([*FORMATS, "record"]), default="text", help="For eyes, machines, or the archive.")
    def command(
        graph: str, node: str, goal: str, licence: str | None, actions: str, scope: str, reading: str, today: str | None, form: str
    ) -> int:
        """Decide on one thing of a graph (a file, or - for standard input). Exit 0 yes, 1 no, 3 contested, 4 unknown, 2 wrong use."""
        wanted = Goal(goal, licence, tuple(word.strip() for word in actions.split(",") if word.strip()), scope)
        decision = decide(read_graph(_source(graph)), node, wanted, reading=reading, today=_day(today))
        return _say(decision, form, translate)

    return command


def _pair(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="pair")
    @click.option("--inbound", required=True, help="The licence of the part.")
    @click.option("--outbound", required=True, help="The licence to give the whole out under.")
    @click.option("--kind", required=True, type=click.Choice(KINDS), help="How the whole is made with the part.")
    @click.option("--reading", type=click.Choice([*READINGS, "both"]), default="both", help="How unsettled law is read.")
    @click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=FOR)
    def command(inbound: str, outbound: str, kind: str, reading: str, form: str) -> int:
        """Say whether a thing with one part may go out under a licence. Exit codes as for decide."""
        return _say(pair(inbound, outbound, kind, reading=reading), form, translate)

    return command


def _vocabulary(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="vocabulary")
    @click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=FOR)
    def command(form: str) -> None:
        """Print all kinds, types, goals, actions and facts."""
        if form == "json":
            click.echo(json.dumps(listing.vocabulary(), ensure_ascii=False, indent=2))
            return
        for head, rows in listing.vocabulary(translate).items():
            if isinstance(rows, dict) and head != "families":
                click.echo("\n".join([head, *(f"  {word}: {says}" for word, says in rows.items()), ""]))

    return command


def _say(decision: Decision, form: str, translate: Callable[[str], str]) -> int:
    if form == "text":
        click.echo(sentences.told(decision, translate), nl=False)
    elif form == "json":
        click.echo(json.dumps(decision.document(), ensure_ascii=False, indent=2))
    else:
        click.echo(decision.record().decode())
    return EXITS[decision.verdict]


def _source(name: str) -> Path | str:
    if name == "-":
        return sys.stdin.read()
    path = Path(name)
    if not path.is_file():
        raise NoFile(path=name[:200])
    return path


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise NoDay(day=text) from error
