# SPDX-License-Identifier: Apache-2.0
"""What the page of de-identification shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from madang.hub.pages import Head


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column: an example, how many different values, which personal data was found in it, and what is chosen for it."""

    number: int
    name: str
    example: str
    distinct: int
    kinds: Sequence[str]
    role: str
    method: str
    given: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure before and after; ``column`` for those of one column."""

    what: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DeidentifyPage:
    """``hub/deidentify.html``. ``figures`` are there when a plan was tried; ``unread`` are columns with values that a method could make
    nothing of."""

    head: Head
    path: str
    here: str
    files: Sequence[tuple[str, str]]
    columns: Sequence[ColumnRow]
    more: int
    figures: Sequence[Figure]
    removed: int
    unread: Sequence[tuple[str, int]]
    k: str
    name: str
    namespace: str
    namespaces: Sequence[str]
    evidence: bool
    fault: str
    is_signed_in: bool
