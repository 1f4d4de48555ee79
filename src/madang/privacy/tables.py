# SPDX-License-Identifier: Apache-2.0
"""CSV and TSV as texts by row, and back."""

import csv
import io
from collections.abc import Iterable, Sequence

from madang.privacy.errors import NotATable, TableTooLarge
from madang.privacy.measures import Row

MOST_ROWS, MOST_BYTES, MOST_COLUMNS = 1_000_000, 256 << 20, 500
_FORMULA = "=+-@\t\r"


def read(data: bytes, *, tabs: bool = False) -> tuple[list[str], list[Row]]:
    """Header and rows. ``NotATable`` names the line that is wrong; ``TableTooLarge``."""
    if len(data) > MOST_BYTES:
        raise TableTooLarge(limit=MOST_BYTES, unit="bytes")
    lines = csv.reader(io.StringIO(_text(data), newline=""), delimiter="\t" if tabs else ",", strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        if not any(header) or len(header) > MOST_COLUMNS:
            raise NotATable(reason=f"a header of {len(header)} columns")
        rows: list[Row] = []
        for row in lines:
            if len(row) != len(header):
                if not row:
                    continue
                raise NotATable(reason=f"line {lines.line_num} has {len(row)} values, the header {len(header)}")
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise TableTooLarge(limit=MOST_ROWS, unit="rows")
    except csv.Error as fault:
        raise NotATable(reason=f"line {lines.line_num}: {fault}") from fault
    return header, rows


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotATable(reason="its text is in no encoding that is read")


def write(header: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV in which no spreadsheet takes a text for a formula; a number with a sign stays one."""
    out = io.StringIO()
    made = csv.writer(out, lineterminator="\n")
    made.writerow([_safe(name) for name in header])
    made.writerows([_safe(value) for value in row] for row in rows)
    return out.getvalue()


def _safe(value: str) -> str:
    if value[:1] in _FORMULA and value[:1]:
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value
