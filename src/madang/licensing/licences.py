# SPDX-License-Identifier: Apache-2.0
"""What is known of single licences: canonical id, full name, strength, and whether rights are kept back.

Loaded once, at the first question.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources

from madang.licensing import library


class Strength(IntEnum):
    """How much a licence asks to be given back, weakest first.

    ``CONDITIONS`` asks for more than keeping notices (attribution as the author wants, renaming, advertising). ``NETWORK`` asks for
    the source even when only a service is offered. ``UNKNOWN`` stands on top, so that what is not known is never taken for little; it
    also holds licences that keep rights back (see ``is_restricted``), for which the scale has no place.
    """

    NONE = 0
    PERMISSIVE = 1
    CONDITIONS = 2
    WEAK = 3
    STRONG = 4
    NETWORK = 5
    UNKNOWN = 6

    @property
    def word(self) -> str:
        """The lower-case name, as the wire and pages write it."""
        return self.name.lower()


CATEGORIES = {
    "Permissive": Strength.PERMISSIVE,
    "Public Domain": Strength.PERMISSIVE,
    "Copyleft Limited": Strength.WEAK,
    "Copyleft": Strength.STRONG,
}
RESTRICTING = {"Proprietary Free", "Commercial", "Free Restricted", "Source-available"}


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence or exception. ``key`` is its SPDX id, or a LicenseRef."""

    key: str
    name: str
    strength: Strength
    is_restricted: bool = False
    is_exception: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Clash:
    """Two open licences that cannot be one work; ``declared`` may end in ``*``."""

    declared: str
    detected: str
    reason: str
    source: str


def find(key: str) -> Licence:
    """The licence of that id, in any case or by a former id; one that no list has comes back with ``is_known`` false."""
    known = _licences().get(key.lower())
    if known:
        return known
    if key.endswith("+") and (base := _licences().get(key[:-1].lower())):
        return Licence(base.key + "+", base.name + " or later", base.strength, base.is_restricted)
    return Licence(key, key, Strength.UNKNOWN, is_known=False)


def known() -> frozenset[Licence]:
    """Every licence and exception that some list has."""
    return frozenset(_licences().values())


def replaced(key: str) -> str | None:
    """The expression that a short id stands for, if it is one of the few that do."""
    return _replaced().get(key.lower())


def lowered(exception: str) -> Strength | None:
    """What a strong licence comes down to under this exception, or None when the exception does not lower it."""
    return _exceptions().get(exception)


@cache
def clashes() -> tuple[Clash, ...]:
    """The rows of ``clashes.csv``."""
    return tuple(Clash(**row) for row in rows("clashes.csv"))


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of this core's data files."""
    text = (resources.files("madang.licensing") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def _replaced() -> dict[str, str]:
    return {row["key"].lower(): row["expression"] for row in rows("replaced.csv")}


@cache
def _exceptions() -> dict[str, Strength]:
    return {row["key"]: Strength[row["strength"].upper()] for row in rows("exceptions.csv")}


@cache
def _licences() -> dict[str, Licence]:
    names = {row["key"]: row["name"] for file in ("names.csv", "references.csv") for row in rows(file)}
    families = _Families()
    table: dict[str, Licence] = {}
    for row in library.index():
        if not (key := row["spdx_license_key"]):
            continue
        others = [other for other in row["other_spdx_license_keys"] if not other.startswith("LicenseRef-")]
        if key.startswith("LicenseRef-") and (listed := next((other for other in others if other in names), None)):
            key = listed
        licence = families.licence(key, names.get(key, _spoken(key)), row["category"], is_exception=row["is_exception"])
        for word in (row["spdx_license_key"], *row["other_spdx_license_keys"]):
            table.setdefault(word.lower(), licence)
        table[key.lower()] = licence
    for key, name in names.items():
        if key.lower() not in table:
            table[key.lower()] = families.licence(key, name, "", is_exception=key.endswith("-exception"))
    for row in rows("aliases.csv"):
        table.setdefault(row["word"].lower(), table[row["key"].lower()])
    return table


class _Families:
    """``families.csv``: whole ids first, then the longest beginning."""

    def __init__(self) -> None:
        self.rows = {row["key"]: (Strength[row["strength"].upper()], row["restricted"] == "yes") for row in rows("families.csv")}
        self.beginnings = sorted((key[:-1] for key in self.rows if key.endswith("*")), key=len, reverse=True)

    def licence(self, key: str, name: str, category: str, *, is_exception: bool) -> Licence:
        found = self.rows.get(key)
        if found is None:
            beginning = next((start for start in self.beginnings if key.startswith(start)), None)
            found = self.rows[beginning + "*"] if beginning is not None else None
        strength, restricted = found or (CATEGORIES.get(category, Strength.UNKNOWN), category in RESTRICTING)
        return Licence(key, name, strength, restricted, is_exception)


def _spoken(key: str) -> str:
    """A readable name for an id that no list names: without the prefix of its index."""
    return key.removeprefix("LicenseRef-scancode-").replace("-", " ") if key.startswith("LicenseRef-scancode-") else key
