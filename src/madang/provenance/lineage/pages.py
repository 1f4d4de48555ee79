# SPDX-License-Identifier: Apache-2.0
"""Plain values for the templates of lineage."""

from dataclasses import dataclass, field
from datetime import datetime

from madang.provenance.lineage.drawing import Drawing
from madang.provenance.lineage.tones import Tone


@dataclass(frozen=True)
class Head:
    """Which version it is."""

    kind: str
    namespace: str
    name: str
    title: str
    label: str
    number: int
    exposure: str
    content: str | None
    created_at: datetime

    @property
    def asset(self) -> str:
        """The asset's address."""
        return f"/assets/{self.kind}/{self.namespace}/{self.name}"

    @property
    def here(self) -> str:
        """The version's address."""
        return f"{self.asset}/versions/{self.number}"


@dataclass(frozen=True, slots=True)
class Goes:
    """Into what a thing goes, and how."""

    kind: str
    id: str
    name: str
    address: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A thing in the table."""

    id: str
    name: str
    address: str
    step: int
    type: str
    licence: str | None
    licence_page: str
    tone: Tone
    goes: tuple[Goes, ...]
    more: int
    is_hidden: bool
    on_path: bool


@dataclass(frozen=True)
class LineagePage:
    """The picture, its colours, and some rows of its twin."""

    head: Head
    by: str
    licence: str
    up: int
    down: int
    choices: list[tuple[str, str, list[tuple[str, str]]]]
    words: dict[str, dict[str, str]]
    legend: list[tuple[Tone, int]]
    lying: Drawing
    standing: Drawing
    answer: str
    above: int
    below: int
    hidden: int
    deep: int
    left_out: int
    rows: list[Row]
    total: int
    first: int
    previous: str | None
    next: str | None
    links: dict[str, str]
    fold: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """One change, in words, with the address of the page without it."""

    what: str
    at: str
    source: str
    value: str
    carried: str
    address: str


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """A version whose verdict would be another."""

    name: str
    address: str
    before: str
    after: str


@dataclass(frozen=True)
class WhatIfPage:
    """The form, and what would come of it. ``offered`` are things and ``ways`` the ways between them, each with the words that tell it;
    ``is_long``: there are more things than are offered."""

    head: Head
    goals: list[tuple[str, str]]
    words: dict[str, dict[str, str]]
    goal: str
    licence: str
    tried: list[Tried]
    values: dict[str, str]
    offered: list[tuple[str, str]]
    ways: list[tuple[str, str]]
    is_long: bool
    removable: list[tuple[str, str]]
    before: str = ""
    after: str = ""
    reasons: tuple[list[tuple[str, str]], list[tuple[str, str]]] = field(default_factory=lambda: ([], []))
    affected: list[AffectedRow] = field(default_factory=list)
    hidden_below: int = 0
    is_more: bool = False
    total: int = 0
    first: int = 1
    previous: str | None = None
    next: str | None = None
    fault: str = ""
