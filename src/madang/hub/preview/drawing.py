# SPDX-License-Identifier: Apache-2.0
"""How a column's values are distributed, drawn small: a bar for each step or value, darker where more stands, with a table twin."""

from madang import tables
from madang.hub.preview.pages import ColumnRow
from madang.web.pictures import Drawing, Line, Rect

WIDTH, HEIGHT, WIDEST = 240.0, 44.0, 24.0
LONGEST = 40


def drawing(column: tables.Column) -> Drawing | None:
    """The column's bars on one line, the highest of full height; None where there is none."""
    most = max((bar.count for bar in column.bars), default=0)
    if not most:
        return None
    pitch = min(WIDTH / len(column.bars), WIDEST)
    marks: list[Rect | Line] = []
    for place, bar in enumerate(column.bars):
        tall = max(HEIGHT * bar.count / most, 1.0) if bar.count else 0.0
        ink = "d6" if bar.count * 2 >= most else "d4"
        marks.append(Rect(place * pitch, HEIGHT - tall, pitch * 0.86, tall, f"rim {ink}", f"{words(bar)}: {bar.count:,}"))
    return Drawing(WIDTH, HEIGHT + 1, (*marks, Line(f"M0 {HEIGHT + 0.5}H{WIDTH:.0f}", "base")))


def words(bar: tables.Bar) -> str:
    """What a bar is of."""
    return plain(bar.start) if bar.end is None else f"{plain(bar.start)} – {plain(bar.end)}"


def plain(value: tables.Cell) -> str:
    """A value on a line: a number without digits that nobody needs."""
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)[:LONGEST]


def row_of(column: tables.Column, rows: int) -> ColumnRow:
    """The column as the page shows it."""
    missing = column.missing or 0
    distinct = f"{column.distinct or 0:,}"
    return ColumnRow(
        column.name, column.type[:60], column.kind, missing, f"{100 * missing / rows:.1f} %" if rows else "–",
        distinct if column.is_exact or (column.distinct or 0) < 2 else f"≈ {distinct}", plain(column.least), plain(column.most),
        plain(column.mean), column.by, drawing(column), [(plain(bar.start), plain(bar.end), bar.count) for bar in column.bars],
    )  # fmt: skip
