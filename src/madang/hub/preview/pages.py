# SPDX-License-Identifier: Apache-2.0
"""What the page of a table shows: plain values, filled by its door, read by its template as ``page``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madang.hub.pages import Head
from madang.tables import Cell
from madang.web import pictures


@dataclass(frozen=True, slots=True)
class Grid:
    """Some rows. ``numbers`` says of each column whether it holds numbers; ``more`` columns are not shown; ``total`` is None where nobody
    counted, ``first`` the number of the first row. ``csv`` and ``json`` are the addresses of the same as a file."""

    columns: Sequence[tuple[str, str]]
    numbers: Sequence[bool]
    rows: Sequence[Sequence[Cell]]
    more: int
    total: int | None
    first: int
    cut: int
    has_more: bool
    csv: str
    json: str
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """What a column holds. ``missing`` of ``of`` values; ``drawing`` is None where there is nothing to draw; ``twin`` has what is drawn as
    (from, to, how many)."""

    name: str
    type: str
    kind: str
    missing: int
    share: str
    distinct: str
    least: Cell
    most: Cell
    mean: str
    by: str
    drawing: pictures.Drawing | None
    twin: Sequence[tuple[Cell, Cell, int]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the table holds."""

    form: str
    encoding: str
    rows: int
    duplicates: int
    columns: Sequence[ColumnRow]
    more: int


@dataclass(frozen=True, slots=True)
class TablePage:
    """``hub/preview.html``: a table of a dataset. ``files`` are the tables of the revision: (path, address). ``state`` as in ``Source``;
    ``fault`` says why it cannot be read. ``given`` is what was typed; ``fault_asked`` and ``fault_sql`` say what of it is to be mended."""

    head: Head
    path: str
    file: str
    size: int
    here: str
    files: Sequence[tuple[str, str]]
    more_files: int
    state: str
    fault: str
    given: Mapping[str, str]
    names: Sequence[str]
    grid: Grid | None
    fault_asked: str
    summary: Summary | None
    answer: Grid | None
    fault_sql: str
