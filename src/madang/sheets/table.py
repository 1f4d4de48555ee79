# SPDX-License-Identifier: Apache-2.0
"""What is read: a header and rows of text, with what was noticed on the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from madang.sheets.errors import EmptySheet
from madang.sheets.limits import Limits


@dataclass(frozen=True, slots=True)
class Row:
    """One row with something in it. ``number`` is the one that a spreadsheet shows beside it, from 1.

    ``computed`` are the columns (from 0) whose cell is a formula: the text is what the workbook's program last stored; nothing is computed.
    ``merged`` are the columns that are covered by a neighbour: the value counts for the first cell of a merge alone.
    """

    number: int
    cells: tuple[str, ...]
    computed: frozenset[int] = frozenset()
    merged: frozenset[int] = frozenset()

    def cell(self, column: int | None) -> str:
        """The text in that column, "" where the row ends before it or there is no such column."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list. ``encoding`` and ``separator`` are of a CSV file, ``sheet`` and ``sheets`` (the visible ones) of a workbook; else None."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    header_number: int | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    def without_header(self) -> "Table":
        """The same list, its first row taken for content: for lists that begin at once."""
        if self.header_number is None:
            return self
        return replace(self, header=(), rows=(Row(self.header_number, self.header), *self.rows), header_number=None)


def bounded(rows: Iterable[Row], limits: Limits, name: str) -> Iterator[Row]:
    """Those rows that hold something, each trimmed and within the limits."""
    count = 0
    for row in rows:
        cells = tuple(cell.strip() for cell in row.cells)
        while cells and not cells[-1]:
            cells = cells[:-1]
        if not cells:
            continue
        count += 1
        # One row more than the limit, for the header.
        if count > limits.max_rows + 1:
            raise limits.exceeded("max_rows", name)
        if len(cells) > limits.max_columns:
            raise limits.exceeded("max_columns", name)
        if any(len(cell) > limits.max_cell for cell in cells):
            raise limits.exceeded("max_cell", name, row=row.number)
        yield replace(row, cells=cells)


def headed(rows: Iterable[Row], name: str) -> Table:
    """The table whose header is the first of the rows; ``EmptySheet`` when there is none."""
    first, *rest = (*rows,) or (None,)
    if first is None:
        raise EmptySheet(field="file", name=name)
    return Table(header=first.cells, rows=tuple(rest), header_number=first.number)
