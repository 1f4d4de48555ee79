# SPDX-License-Identifier: Apache-2.0
"""``madang licence show`` and ``list``: what licences allow and ask, and what others say of a pair. No platform is needed.

Exit status: 0 told, also where nothing is known of a licence; 2 wrong use, no expression, or an id that no list of licences has.
"""

import json
from collections.abc import Callable, Sequence

import click

from madang.licensing import listing, telling
from madang.licensing.matrices import matrix_from, opinions_from
from madang.licensing.opinions import Adopted, adopt
from madang.licensing.words import phrases

FORMATS = ["text", "json"]
FOR = "For eyes, or for machines."
Translate = Callable[[str], str]


def group(translate: Translate) -> click.Group:
    """The commands, speaking through ``translate`` in their text."""

    @click.group(name="licence")
    def licence() -> None:
        """Say what a licence allows and asks, and where it says so."""

    licence.add_command(_show(translate))
    licence.add_command(_list(translate))
    return licence


def _show(translate: Translate) -> click.Command:
    @click.command(name="show")
    @click.argument("licence", metavar="SPDX")
    @click.option("--against", metavar="SPDX", help="Say what is held of a part under it in a work that goes out under this licence.")
    @click.option("--matrix", metavar="FILE", help="OSADL's matrix of another day, JSON or CSV, instead of the one that came along.")
    @click.option("--matrix-date", metavar="DAY", help="Of which day that matrix is, such as 2026-10-01, where it does not say so.")
    @click.option("--opinions", multiple=True, metavar="FILE", help="Further opinions, as a CSV; may be given several times.")
    @click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=FOR)
    def show(licence: str, against: str | None, matrix: str | None, matrix_date: str | None, opinions: Sequence[str], form: str) -> None:
        """Print every cell of a licence, or of each licence of an expression, with its source and its day."""
        tree = listing.shown(licence, against=against, adopted=_adopted(matrix, matrix_date, opinions))
        click.echo(json.dumps(tree, ensure_ascii=False, indent=2) if form == "json" else telling.told(tree, translate))

    return show


def _list(translate: Translate) -> click.Command:
    @click.command(name="list")
    @click.option("--family", type=click.Choice(list(phrases("family"))), help="Only this family.")
    @click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=FOR)
    def list_(family: str | None, form: str) -> None:
        """Print the licences that somebody has compared with their text, by family."""
        rows = listing.listed(family)
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2) if form == "json" else telling.listed(rows, translate))

    return list_


def _adopted(matrix: str | None, date: str | None, opinions: Sequence[str]) -> Adopted:
    newer = (matrix_from(matrix, date=date),) if matrix else ()
    return adopt(*newer, *(table for path in opinions for table in opinions_from(path)))
