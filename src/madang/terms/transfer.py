# SPDX-License-Identifier: Apache-2.0
"""How one fact comes over one edge: the table ``transfer.csv`` as a relation on facts, for each class of edges and each reading.

The relation distributes over union: what comes over an edge from two facts together is what comes from each alone. That is why every
fact at a node has one path from where it stems, and why the order of work never matters.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache

from madang.terms import tables
from madang.terms.model import CHANGING, READINGS

OUTBOUND = ("outbound:*", "contested:outbound:*", "unknown:outbound:*")


@dataclass(frozen=True, slots=True)
class EdgeClass:
    """All that the table looks at in an edge: its kind, the type of its target, whether the part is changed and goes out with the whole."""

    kind: str
    target: str
    modified: bool | None
    released: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of a fact at the other end: the facts there (none where it is dropped), and the source of the rule."""

    facts: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, read."""

    kinds: frozenset[str]
    families: frozenset[str] | None
    facts: re.Pattern[str]
    types: frozenset[str] | None
    modified: bool | None
    released: bool | None
    readings: frozenset[str]
    keeps: bool
    adds: tuple[str, ...]
    source: str


@lru_cache(262_144)
def carried(family: str, fact: str, over: EdgeClass, reading: str) -> Carried:
    """What becomes of the fact of that family over an edge of that class, in that reading."""
    row = fitting(_rows(over, reading), family, fact)
    if row is None:
        raise LookupError(f"{over.kind}: {family} {fact}")
    kept = (fact,) if row.keeps else ()
    return Carried((*kept, *(_filled(added, fact) for added in row.adds if added != fact or not kept)), row.source)


def fitting(rows: tuple[Row, ...], family: str, fact: str) -> Row | None:
    """The first of the rows that speaks of a fact of that family."""
    named = (row for row in rows if row.families is None or family in row.families)
    return next((row for row in named if row.facts.match(fact)), None)


class Passing(dict[tuple[str, str], tuple[tuple[str, str], ...]]):
    """For each (family, fact), looked up once: all that it becomes over one class of edges in one reading."""

    def __init__(self, over: EdgeClass, reading: str) -> None:
        super().__init__()
        self.over, self.reading = over, reading

    def __missing__(self, bit: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        found = self[bit] = tuple(dict.fromkeys((bit[0], fact) for fact in carried(*bit, self.over, self.reading).facts))
        return found


@lru_cache(4096)
def passing(over: EdgeClass) -> tuple[Passing, ...]:
    """What comes over edges of that class, a table for each reading; classes over which all comes alike have the same tables."""
    return _passing(alike(over), over)


_tables: dict[tuple[int, ...], tuple[Passing, ...]] = {}


def _passing(key: tuple[int, ...], over: EdgeClass) -> tuple[Passing, ...]:
    return _tables.setdefault(key, tuple(Passing(over, reading) for reading in READINGS))


@lru_cache(4096)
def alike(over: EdgeClass) -> tuple[int, ...]:
    """Equal for classes of edges over which all facts come alike: the rows that can fit them, by their place in the table."""
    places = {id(row): place for place, row in enumerate(table())}
    return tuple(place for reading in READINGS for place in (-1, *(places[id(row)] for row in _rows(over, reading))))


@lru_cache(4096)
def _rows(over: EdgeClass, reading: str) -> tuple[Row, ...]:
    """The rows that can fit an edge of that class; a change that nobody has said is one in the strict reading and none in the other."""
    modified = over.kind in CHANGING or (over.modified if over.modified is not None else reading == READINGS[0])
    return tuple(
        row
        for row in table()
        if over.kind in row.kinds
        and reading in row.readings
        and (row.types is None or over.target in row.types)
        and row.modified in (None, modified)
        and row.released in (None, over.released)
    )


@cache
def table() -> tuple[Row, ...]:
    """The whole table, in order."""
    return tuple(_row(cells) for cells in tables.rows("transfer.csv"))


def _row(cells: Mapping[str, str]) -> Row:
    keeps, adds = _effect(cells["effect"])
    return Row(
        kinds=frozenset(cells["kinds"].split()),
        families=tables.families(cells["families"]),
        facts=re.compile("|".join(map(translate, _patterns(cells["facts"])))),
        types=frozenset(cells["types"].split()) or None,
        modified=_flag(cells["modified"]),
        released=_flag(cells["released"]),
        readings=frozenset(READINGS if cells["reading"] == "both" else (cells["reading"],)),
        keeps=keeps,
        adds=adds,
        source=cells["source"],
    )


def _effect(text: str) -> tuple[bool, tuple[str, ...]]:
    word, _colon, rest = text.partition(":")
    return word in ("keep", "keep+to"), tuple(rest.split())


def _patterns(cell: str) -> Iterator[str]:
    for word in cell.split():
        yield from OUTBOUND if word == "@outbound" else (word,)


def _flag(cell: str) -> bool | None:
    return {"": None, "yes": True, "no": False}[cell]


def _filled(added: str, fact: str) -> str:
    """A ``*`` in what is put in place stands for the word of the fact: ``duty:*@distribute`` for each duty."""
    word = fact.partition(":")[2].partition("@")[0]
    return added.replace("*", word)
