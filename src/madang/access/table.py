# SPDX-License-Identifier: Apache-2.0
"""The table, read once from its files, and the answer that follows from it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from madang.kit import DUTIES, Actor, Reach, Role

RELATIONS = ("own", "organisation", "inner", "partner", "anyone")
"""How an actor may stand to a thing: it is theirs; it is an organisation's in which they have a role; they belong to the institute; to a
partner of it; none of these."""
WHOSE = ("-", "own", "named", "each")
"""Whose thing an address is about: nobody's; always the asker's own; the one that the address or the body names; a list, which leaves out
what the asker may not see."""
NOBODY = "-"
_REACHED = {Reach.INNER: ("inner", "partner", "anyone"), Reach.PARTNER: ("partner", "anyone"), Reach.OUTER: ("anyone",)}


@dataclass(frozen=True, slots=True)
class Cell:
    """From which role on an actor may, and with which duties whatever their role. ``role`` None: no role suffices."""

    role: Role | None
    duties: frozenset[str] = frozenset()

    def admits(self, role: Role, duties: frozenset[str]) -> bool:
        """Whether somebody of that role and with those duties may."""
        return (self.role is not None and role >= self.role) or not self.duties.isdisjoint(duties)

    def __str__(self) -> str:
        return "+".join([self.role.word if self.role is not None else NOBODY, *sorted(self.duties)])


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do ``action`` to ``thing``: a cell for each relation, and why."""

    thing: str
    action: str
    cells: Mapping[str, Cell]
    why: str


@dataclass(frozen=True, slots=True)
class Route:
    """What an address is for: the thing and the action that decide who may use it. ``thing`` may name a family (``asset``), whose rules
    are of its kinds (``asset.private``). ``whose`` is a word of ``WHOSE``."""

    method: str
    path: str
    thing: str
    action: str
    whose: str


def allows(actor: Actor, thing: str, action: str, *, own: bool = False, organisation: str | None = None) -> bool:
    """Whether ``actor`` may do ``action`` to a thing of this kind that is theirs (``own``) or of that ``organisation`` (its id).

    Each relation that holds is asked; one that admits suffices. In the organisation it is the role there that counts, everywhere else the
    role on the platform. ``KeyError`` for a thing or action that the table does not have.
    """
    cells = rule(thing, action).cells
    if own and cells["own"].admits(actor.role, actor.duties):
        return True
    there = actor.role_in(organisation)
    if there is not None and cells["organisation"].admits(there, frozenset()):
        return True
    return any(cells[relation].admits(actor.role, actor.duties) for relation in _REACHED[actor.reach])


def rule(thing: str, action: str) -> Rule:
    """The row of that thing and action; ``KeyError`` when there is none."""
    return _by_name()[thing, action]


@cache
def rules() -> tuple[Rule, ...]:
    """Every row, in the file's order."""
    return tuple(
        Rule(row["thing"], row["action"], {relation: _cell(row[relation]) for relation in RELATIONS}, row["why"])
        for row in _read("rules.csv")
    )


@cache
def routes() -> tuple[Route, ...]:
    """Every address, in the file's order."""
    return tuple(Route(row["method"], row["path"], row["thing"], row["action"], row["whose"]) for row in _read("routes.csv"))


def rules_of(route: Route) -> tuple[Rule, ...]:
    """The rows that decide on that address: one, or one for each kind of its family."""
    return tuple(rule for rule in rules() if rule.action == route.action and route.thing in (rule.thing, rule.thing.partition(".")[0]))


@cache
def _by_name() -> dict[tuple[str, str], Rule]:
    named = {(rule.thing, rule.action): rule for rule in rules()}
    if len(named) != len(rules()):
        raise ValueError("the table has two rows for one thing and action")
    return named


def _cell(text: str) -> Cell:
    role, *duties = text.split("+")
    if unknown := set(duties) - set(DUTIES):
        raise ValueError(f"the table names duties that there are not: {', '.join(sorted(unknown))}")
    return Cell(None if role == NOBODY else Role.named(role), frozenset(duties))


def _read(name: str) -> list[dict[str, str]]:
    text = files("madang.access").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#")))
