# SPDX-License-Identifier: Apache-2.0
"""This core's data files: rows, groups of families, and the version that all rules together have."""

import csv
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from madang import licensing

NAMES = (
    "compatible.csv",
    "declared.csv",
    "goals.csv",
    "groups.csv",
    "holds.csv",
    "outbound.csv",
    "transfer.csv",
)
EVERY = "*"


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one data file; lines that begin with ``#`` are remarks."""
    lines = [line for line in _bytes(name).decode().splitlines() if not line.startswith("#")]
    return tuple(csv.DictReader(lines, strict=True))


@cache
def groups() -> Mapping[str, frozenset[str]]:
    """The families of each ``@group``."""
    return {row["group"]: frozenset(row["families"].split()) for row in rows("groups.csv")}


def families(words: str) -> frozenset[str] | None:
    """The families that a cell names; None where it names all of them."""
    if words == EVERY:
        return None
    return frozenset(family for word in words.split() for family in groups().get(word, {word}))


@cache
def rules_version() -> str:
    """The sha256 of all data that a verdict rests on: these files and the licence facts; it changes when one letter of them does."""
    digest = sha256()
    for name in NAMES:
        digest.update(name.encode() + b"\0" + _bytes(name) + b"\0")
    for entry in sorted(_below(resources.files("madang.licensing") / "data")):
        digest.update(entry)
    for source, date in sorted(licensing.adopt().dates.items()):
        digest.update(f"{source}\0{date}\0".encode())
    return digest.hexdigest()


def _bytes(name: str) -> bytes:
    return (resources.files("madang.terms") / "data" / name).read_bytes()


def _below(folder: Traversable) -> list[bytes]:
    """Name and content of every data file below the folder."""
    found = []
    for entry in folder.iterdir():
        found += _below(entry) if entry.is_dir() else [entry.name.encode() + b"\0" + entry.read_bytes()]
    return found
