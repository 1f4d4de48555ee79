# SPDX-License-Identifier: Apache-2.0
"""The rows of one sheet as the parser meets them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Set

from madang.sheets.dates import Dates
from madang.sheets.parts import Malformed, Part, unescaped
from madang.sheets.table import Row

MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576
MOST_MERGES = 20_000
_MOST_TEXT = 40_000
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class SheetPart(Part):
    """Rows in their order, to be ``taken`` now and then; cells that the sheet leaves out are empty.

    Of a row that has something beyond ``width`` columns only so much is kept that it is seen to be too wide.
    """

    def __init__(self, texts: list[str], dates: Dates, width: int) -> None:
        self._texts, self._dates, self._width = texts, dates, width
        self._ready: list[Row] = []
        self._number = 0
        self._cells: dict[int, str] = {}
        self._computed: set[int] = set()
        self._column = -1
        self._kind, self._style = "n", 0
        self._is_value = self._in_reading = False
        self._pieces: list[str] = []
        self._length = 0
        self._merges: list[tuple[int, int, int, int]] = []

    def taken(self) -> list[Row]:
        """The rows that have ended since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def covered(self, numbers: Set[int]) -> dict[int, frozenset[int]]:
        """The columns that merges cover, for each row of ``numbers`` that has any; a merge's first cell is not covered."""
        ordered = sorted(numbers)
        found: dict[int, set[int]] = {}
        for top, left, bottom, right in self._merges:
            for number in ordered[bisect_left(ordered, top) : bisect_right(ordered, bottom)]:
                columns = set(range(left + (number == top), min(right + 1, self._width)))
                here = found.setdefault(number, set())
                # Merges that lie over each other are no workbook's, and could be made to cost without end.
                if here & columns:
                    raise Malformed("merges")
                here |= columns
        return {number: frozenset(columns) for number, columns in found.items() if columns}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """A row, a cell, a value or a merge begins."""
        if name == "row":
            self._begin_row(attributes)
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "f":
            self._computed.add(self._column)
        elif name == "rPh":
            self._in_reading = True
        elif name in ("v", "t"):
            self._is_value = not self._in_reading
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def data(self, text: str) -> None:
        """Keep a value's text; of one that is far too long only so much that it is seen to be."""
        if self._is_value and self._length <= _MOST_TEXT:
            self._pieces.append(text)
            self._length += len(text)

    def finish(self, name: str) -> None:
        """A row, a cell or a value ends."""
        if name in ("v", "t"):
            self._is_value = False
        elif name == "rPh":
            self._in_reading = False
        elif name == "c":
            if (shown := self._shown("".join(self._pieces))).strip():
                self._cells[self._column] = shown
        elif name == "row" and self._cells:
            last = max(self._cells)
            cells = tuple(self._cells.get(column, "") for column in range(min(last, self._width) + 1))
            if last > self._width:
                cells = (*cells[:-1], self._cells[last])
            self._ready.append(Row(self._number, cells, frozenset(self._computed)))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if not self._number < number <= MOST_ROWS:
            raise Malformed("row")
        self._number, self._cells, self._computed, self._column = number, {}, set(), -1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        column = _place(place)[1] if place else self._column + 1
        if not self._column < column < MOST_COLUMNS:
            raise Malformed("cell")
        self._column, self._kind, self._style = column, attributes.get("t", "n"), int(attributes.get("s", "0"))
        self._pieces, self._length = [], 0

    def _shown(self, value: str) -> str:
        if self._kind == "s" and value:
            number = int(value)
            if not 0 <= number < len(self._texts):
                raise Malformed("text")
            return self._texts[number]
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if self._kind == "n":
            return self._dates.text(value, self._style) if value else ""
        return unescaped(value)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        if len(self._merges) >= MOST_MERGES or bottom < top or right < left:
            raise Malformed("merge")
        self._merges.append((top, left, bottom, right))


def _place(place: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of a place like ``B7``."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise Malformed("place")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column - 1
