# SPDX-License-Identifier: Apache-2.0
"""A table for people at a terminal. Nothing in it can move the cursor: odd characters are spelled out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from madang.scan.report import Report, Unread
from madang.scan.writing import register, stamp

_MOST = 20
_WIDTH = 72


@register("table", title="Table", extension="txt", media_type="text/plain")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The figures, the licences and holders, the packages, every file with a licence, and what could not be read."""
    engine, totals = report.engine, report.totals
    facts = [
        ("Declared licence", report.declared_license_expression or "none"),
        ("  declared in", ", ".join(report.declared_in)),
        ("Detected licences", report.license_expression or "none"),
        ("Files", f"{totals.files} in {totals.directories + (not report.root_is_file)} folders, {totals.bytes} bytes"),
        ("  with a licence", str(totals.files_with_licence)),
        ("  with a copyright", str(totals.files_with_copyright)),
        ("  by class", ", ".join(f"{count} {name}" for name, count in report.class_counts.items())),
        ("Could not be read", str(totals.unread)),
        ("Engine", f"{engine.name} {engine.version}, data of {engine.data_date}; written {stamp(at)}"),
    ]
    stream.write(f"{plain(report.name)}\n{'=' * len(plain(report.name))}\n\n")
    _columns(stream, [(name, value) for name, value in facts if value])
    _counts(stream, "Licence", report.license_counts)
    _counts(stream, "Copyright holder", report.holder_counts)
    packages = [(each.purl or each.name or each.type, each.declared_license_expression_spdx or "-") for each in report.packages]
    _section(stream, ("Package", "Declared licence"), packages)
    files = [(each.path, each.detected_license_expression_spdx or "") for each in report.files if each.detected_license_expression_spdx]
    _section(stream, ("File", "Licence"), files)
    _section(stream, ("Could not be read", "Why"), _whys(report.unread))
    _section(stream, ("Left out", "Why"), _whys(report.skipped)[:_MOST])
    stream.writelines(f"\n{plain(error)}\n" for error in report.errors)


def plain(text: str) -> str:
    """``text`` on one line, with everything that a terminal would act on spelled out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def _whys(entries: Iterable[Unread]) -> list[tuple[str, str]]:
    return [(each.path, each.message) for each in entries]


def _counts(stream: TextIO, title: str, counts: Mapping[str, int]) -> None:
    rows = [(name, str(number)) for name, number in list(counts.items())[:_MOST]]
    if len(counts) > _MOST:
        rows.append((f"and {len(counts) - _MOST} more", ""))
    _section(stream, (title, "Files"), rows)


def _section(stream: TextIO, head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> None:
    if rows:
        stream.write("\n")
        _columns(stream, [head, ("-" * len(head[0]), "-" * len(head[1])), *rows])


def _columns(stream: TextIO, rows: Sequence[tuple[str, str]]) -> None:
    cells = [(plain(left), plain(right)) for left, right in rows]
    width = min(_WIDTH, max(len(left) for left, _right in cells))
    stream.writelines(f"{left:<{width}}  {right}".rstrip() + "\n" for left, right in cells)
