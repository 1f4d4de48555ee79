# SPDX-License-Identifier: Apache-2.0
"""``madang access``: who may do what, and which address asks for what."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

import click

from madang import access
from madang.kit import DUTIES, Role

WORDS = (*(role.word for role in Role), *DUTIES)
RULE_COLUMNS = ("thing", "action", *access.RELATIONS, "why")
ROUTE_COLUMNS = ("method", "path", "thing", "action", "whose")


def command(name: str) -> click.Command:
    """The command of that name."""
    return {"access": show_access}[name]


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", help="For eyes, machines or spreadsheets.")
@click.option("--role", "word", type=click.Choice(WORDS), help="Only what somebody of this role or duty may, wherever they stand.")
def show_access(form: str, word: str | None) -> None:
    """Print who may do what. A cell is the least role that may, "-" for nobody, and after "+" the duties that may whatever their role."""
    rules = [rule for rule in access.rules() if word is None or admits(rule, word)]
    routes = [route for route in access.routes() if any(rule in rules for rule in access.rules_of(route))]
    click.echo({"table": as_table, "json": as_json, "csv": as_csv}[form](rules, routes), nl=False)


def admits(rule: access.Rule, word: str) -> bool:
    """Whether somebody of that role or duty may, in any relation. A duty is asked for by itself: its bearer is at least a reader."""
    role, duties = (Role.READER, frozenset({word})) if word in DUTIES else (Role.named(word), frozenset[str]())
    return any(cell.admits(role, duties) for cell in rule.cells.values())


def as_json(rules: Sequence[access.Rule], routes: Sequence[access.Route]) -> str:
    """Rules and routes as one JSON object."""
    told = {
        "rules": [dict(zip(RULE_COLUMNS, rule_cells(rule), strict=True)) for rule in rules],
        "routes": [dict(zip(ROUTE_COLUMNS, route_cells(route), strict=True)) for route in routes],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_csv(rules: Sequence[access.Rule], routes: Sequence[access.Route]) -> str:
    """Each address with each rule that decides on it, as one table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "path", "whose", *RULE_COLUMNS])
    for route in routes:
        writer.writerows([route.method, route.path, route.whose, *rule_cells(rule)] for rule in access.rules_of(route) if rule in rules)
    return text.getvalue()


def as_table(rules: Sequence[access.Rule], routes: Sequence[access.Route]) -> str:
    """Both tables in columns, for eyes."""
    return "\n".join(
        [
            *aligned([RULE_COLUMNS, *map(rule_cells, rules)]),
            "",
            *aligned([ROUTE_COLUMNS, *map(route_cells, routes)]),
            "",
        ]
    )


def rule_cells(rule: access.Rule) -> tuple[str, ...]:
    """The rule as a row."""
    return (rule.thing, rule.action, *(str(rule.cells[relation]) for relation in access.RELATIONS), rule.why)


def route_cells(route: access.Route) -> tuple[str, ...]:
    """The route as a row."""
    return (route.method, route.path, route.thing, route.action, route.whose)


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """The rows with their columns below each other."""
    kept = list(rows)
    widths = [max(len(row[place]) for row in kept) for place in range(len(kept[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in kept]
