# SPDX-License-Identifier: Apache-2.0
"""A table for people at a terminal. Nothing in it can move the cursor: odd characters are spelled out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from madang.scan.documents.aspects import not_said
from madang.scan.report import Package, Report, Unread
from madang.scan.writing import register, stamp

NOT_SAID = "not said"
_MOST = 20
_WIDTH = 72


@register("table", title="Table", extension="txt", media_type="text/plain")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The figures, the licences and holders, the packages, every file with a licence, and what could not be read."""
    totals = report.totals
    folders = totals.directories + (not report.root_is_file)
    size = "" if report.is_open("sizes") else f", {totals.bytes} bytes"
    facts = [
        ("Declared licence", report.declared_license_expression or nothing(report, "whole-licence")),
        ("  declared in", ", ".join(report.declared_in)),
        ("Detected licences", report.license_expression or nothing(report, "files", "file-licences")),
        ("Files", NOT_SAID if report.is_open("files") else f"{totals.files} in {folders} folders{size}"),
        ("  with a licence", "" if report.is_open("files", "file-licences") else str(totals.files_with_licence)),
        ("  with a copyright", "" if report.is_open("files", "copyrights") else str(totals.files_with_copyright)),
        ("  by class", ", ".join(f"{count} {name}" for name, count in report.class_counts.items())),
        ("Could not be read", str(totals.unread)),
        *origin(report),
        ("Engine", f"{engine_line(report)}; written {stamp(at)}"),
    ]
    stream.write(f"{plain(report.name)}\n{'=' * len(plain(report.name))}\n\n")
    _columns(stream, [(name, value) for name, value in facts if value])
    _counts(stream, "Licence", report.license_counts)
    _counts(stream, "Copyright holder", report.holder_counts)
    packages = [(each.purl or each.name or each.type, licence_of(each)) for each in report.packages]
    _section(stream, ("Package", "Declared licence"), packages)
    files = [(each.path, each.detected_license_expression_spdx or "") for each in report.files if each.detected_license_expression_spdx]
    _section(stream, ("File", "Licence"), files)
    _section(stream, ("Could not be read", "Why"), _whys(report.unread))
    _section(stream, ("Left out", "Why"), _whys(report.skipped)[:_MOST])
    stream.writelines(f"\n{plain(error)}\n" for error in report.errors)


def nothing(report: Report, *aspects: str) -> str:
    """The word for what was looked for and not found, or for what nobody said."""
    return NOT_SAID if report.is_open(*aspects) else "none"


def origin(report: Report) -> list[tuple[str, str]]:
    """The document that a report was read from, and what it leaves open; nothing for a scan."""
    document = report.document
    if document is None:
        return []
    read_from = f"{document.title}: {document.name}, SHA-256 {document.sha256}"
    return [("Read from", read_from), ("Not said", "; ".join(not_said(document.not_said)))]


def licence_of(package: Package) -> str:
    """What is declared of a package, else what somebody concluded."""
    return package.declared_license_expression_spdx or package.concluded_license_expression_spdx or "-"


def engine_line(report: Report) -> str:
    """The engine, its version and the day of its data as far as they are known."""
    engine = report.engine
    day = f", data of {engine.data_date}" if engine.data_date else ""
    return f"{engine.name} {engine.version}".strip() + day


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
