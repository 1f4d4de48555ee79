# SPDX-License-Identifier: Apache-2.0
"""CSV for people's spreadsheets: the one writer of the house."""

import csv
import io
from collections.abc import Iterable

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(rows: Iterable[Iterable[object]], *, header: Iterable[str] = ()) -> str:
    """Comma-separated values (RFC 4180) with a byte-order mark, so that spreadsheets read Korean; no text cell can begin a formula.

    A cell that would gets a quotation mark before it (OWASP, CSV injection). None is an empty cell; numbers stay numbers.
    """
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    if titles := [_safe(title) for title in header]:
        writer.writerow(titles)
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return text.getvalue()


def _safe(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, int | float):
        return cell
    shown = str(cell).encode("utf-8", "backslashreplace").decode()
    return "'" + shown if shown.startswith(_BEGINS_A_FORMULA) else shown
