# SPDX-License-Identifier: Apache-2.0
"""A row a file for spreadsheets (RFC 4180), also those that could not be read; no cell can begin a formula."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import TextIO

from madang.scan.report import File, Report, Unread
from madang.scan.writing import register

_COLUMNS = ("path", "size", "sha256", "classes", "license_expression", "score", "holders", "language", "why_not_read")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@register("csv", title="CSV (a row a file)", extension="csv", media_type="text/csv; charset=utf-8")
def write(report: Report, stream: TextIO, _at: datetime) -> None:
    """The files in the tree's order, then what could not be read at all."""
    stream.write("\ufeff")  # by which spreadsheets know UTF-8
    writer = csv.writer(stream)
    writer.writerow(_COLUMNS)
    writer.writerows([_safe(cell) for cell in row] for row in _rows(report))


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    for each in report.files:
        path, size, *more = _file(each)
        yield path, None if report.is_open("sizes") else size, *more
    read = {each.path for each in report.files}
    for unread in report.unread:
        if unread.path not in read:
            yield _unread(unread)


def _file(file: File) -> tuple[object, ...]:
    score = max((match.score for detection in file.license_detections for match in detection.matches), default=None)
    holders = "; ".join(sorted({each.shown for each in file.holders}))
    classes, why = " ".join(file.classes), "; ".join(file.scan_errors)
    expression, language = file.detected_license_expression_spdx, file.programming_language
    return file.path, file.size, file.sha256, classes, expression, score, holders, language, why


def _unread(unread: Unread) -> tuple[object, ...]:
    return unread.path, None, None, " ".join(unread.classes), None, None, None, None, unread.message


def _safe(cell: object) -> object:
    if cell is None or isinstance(cell, (int, float)):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
