# SPDX-License-Identifier: Apache-2.0
"""What a result is to the page."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table twin."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A result as a picture: the template that draws it, the plain value that the template reads, the facts in one line, and the rows of
    the table twin. ``heads`` are marked words."""

    template: str
    value: object
    facts: tuple[tuple[str, int], ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())
