# SPDX-License-Identifier: Apache-2.0
"""The table of facts as it lies in ``data/facts``: subjects, what they are made of, and their cells.

A *subject* is a licence id (at its end ``*`` stands for anything; the longest match counts), a ``form:`` that several licences share, or
``with:`` and an exception. Its cells are those of the forms named in ``of``, from left to right, and then its own; a later cell replaces
an earlier one. ``{}`` in a source stands for the licence that was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from madang.licensing import licences
from madang.licensing.words import PHRASES

NOBODY = "no row of the table of facts"
FORM = "form:"


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that a licence says: the value, where it says so, and when that was last compared with the text (a date)."""

    value: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A licence, a form or an exception: of which forms it is made, and its family if it says one."""

    name: str
    of: tuple[str, ...]
    family: str


def subject_of(key: str) -> str | None:
    """The name of the subject for a licence id or ``with:`` exception, in the case of the lists; None when there is none."""
    plain = key.removesuffix("+")
    if plain in subjects():
        return plain
    return next((start + "*" for start in _beginnings() if plain.startswith(start)), None)


def resolve(subject: str, key: str) -> tuple[str, Mapping[str, Cell]]:
    """The family and the cells of a subject, with ``key`` put into the citations, without the prefixes of references."""
    family, found = _merged(subject)
    key = key.removeprefix("LicenseRef-").removeprefix("scancode-")
    return family, {name: Cell(cell.value, cell.source.replace("{}", key), cell.date) for name, cell in found.items()}


def later(key: str) -> tuple[str, ...]:
    """The versions that ``key`` and "or later" stand for, the named one first."""
    named = key.removesuffix("+")
    if named.endswith("-or-later"):
        named = named.removesuffix("-or-later") + "-only"
    elif named == key:
        return (key,)
    series = next((found for found in _series() if named in found), (named,))
    return series[series.index(named) :]


def nothing_known(key: str) -> dict[str, Cell]:
    """Every cell that there must be, unknown."""
    date = max(cell.date for cells in _cells().values() for cell in cells.values())
    unknown = Cell("unknown", f"{key or 'no licence'}: {NOBODY}", date)
    return dict.fromkeys((*actions(), *properties()), unknown)


def words(kind: str) -> tuple[str, ...]:
    """The words of one kind, in their order."""
    return tuple(PHRASES[kind])


def actions() -> tuple[str, ...]:
    """What one may or may not do."""
    return words("action")


def duties() -> tuple[str, ...]:
    """What a licence may ask for."""
    return words("duty")


def properties() -> tuple[str, ...]:
    """What else a licence says of itself."""
    return words("property")


@cache
def subjects() -> Mapping[str, Subject]:
    """Every subject by name."""
    rows = licences.rows("facts/subjects.csv")
    return {row["subject"]: Subject(row["subject"], tuple(row["of"].split()), row["family"]) for row in rows}


def filled() -> frozenset[str]:
    """The subjects for which some cell stands in the files."""
    return frozenset(_cells())


@cache
def _series() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row["versions"].split()) for row in licences.rows("versions.csv"))


@cache
def _beginnings() -> tuple[str, ...]:
    return tuple(sorted((name[:-1] for name in subjects() if name.endswith("*")), key=len, reverse=True))


@cache
def _merged(name: str) -> tuple[str, Mapping[str, Cell]]:
    subject = subjects()[name]
    family, found = "", dict[str, Cell]()
    for form in subject.of:
        below, cells = _merged(FORM + form)
        family = below or family
        found.update(cells)
    found.update(_cells().get(name, {}))
    return subject.family or family, found


@cache
def _cells() -> Mapping[str, Mapping[str, Cell]]:
    """The cells that stand in the files, by subject; a row may fill several cells at once."""
    table: dict[str, dict[str, Cell]] = {}
    folder = resources.files("madang.licensing") / "data" / "facts" / "cells"
    for file in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")):
        for row in licences.rows(f"facts/cells/{file}"):
            cell = Cell(row["value"], row["source"], row["reviewed"])
            table.setdefault(row["subject"], {}).update(dict.fromkeys(row["cells"].split(), cell))
    return table
