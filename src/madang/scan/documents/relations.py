# SPDX-License-Identifier: Apache-2.0
"""The standards' words for how two things are joined, and ours: a table, read both ways."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("relations.csv")


@cache
def relations(standard: str) -> Mapping[str, tuple[str, bool]]:
    """The words of a standard for relationships, each with our kind and whether its ends change places."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["stated"]: (row["kind"], row["reversed"] == "yes") for row in rows if row["standard"] == standard}


@cache
def kinds() -> tuple[str, ...]:
    """Every kind of relationship that a report can hold, once."""
    return tuple(dict.fromkeys(kind for standard in ("spdx-2", "spdx-3", "cyclonedx") for kind, _turned in relations(standard).values()))


@cache
def words_for(standard: str) -> Mapping[str, tuple[str, bool]]:
    """Our kinds, each with the word of a standard, and whether the ends change places; where it has several, the first."""
    found: dict[str, tuple[str, bool]] = {}
    for stated, (kind, is_turned) in relations(standard).items():
        if kind not in found or (found[kind][1] and not is_turned):
            found[kind] = (stated, is_turned)
    return found
