# SPDX-License-Identifier: Apache-2.0
"""The JSON of ScanCode's own command with ``-clp --json``, so that what reads that reads this."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from madang import __version__
from madang.scan.report import Detection, File, Match, Report, Statement
from madang.scan.writing import register, write_object

_OUTPUT_FORMAT = "4.1.0"
"""Version of ScanCode's output format that this shape is of."""
_MESSAGE = "Detected by ScanCode's engine, called and written by Madang."


@register("scancode-json", title="ScanCode JSON", extension="json", media_type="application/json")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """Headers, packages, dependencies, unique detections, and every file and folder, paths beginning with the root folder's name."""
    write_object(
        stream,
        {
            "headers": [_header(report, at)],
            "packages": (each.raw for each in report.packages),
            "dependencies": (each.raw for each in report.dependencies),
            "license_detections": iter(report.license_detections),
            "files": _entries(report),
        },
    )


def _header(report: Report, at: datetime) -> dict[str, Any]:
    day = at.strftime("%Y-%m-%dT%H%M%S.%f")
    document, tool = report.document, ("scancode-toolkit", report.engine.version)
    message = _MESSAGE
    if document is not None:
        tool = ("madang", __version__)
        made_by = f"{report.engine.name} {report.engine.version}".strip()
        message = f"Read by Madang from {document.title}, SHA-256 {document.sha256}, made by {made_by}. No file was looked at."
    return {
        "tool_name": tool[0],
        "tool_version": tool[1],
        "options": {"input": [report.name], "--copyright": True, "--license": True, "--package": True},
        "notice": "",
        "start_timestamp": day,
        "end_timestamp": day,
        "output_format_version": _OUTPUT_FORMAT,
        "duration": 0.0,
        "message": message,
        "errors": [*report.errors, *(f"Path: {_path(report, each.path)}" for each in report.unread)],
        "warnings": [],
        "extra_data": {"spdx_license_list_version": report.engine.spdx_list_version, "files_count": report.totals.files},
    }


def _path(report: Report, path: str) -> str:
    return path if report.root_is_file else f"{report.name}/{path}"


def _entries(report: Report) -> Iterator[dict[str, Any]]:
    """The root, then folder by folder: the files, then the folders with what is in them, by name without case, as ScanCode walks."""
    if not report.root_is_file:
        yield _folder(report.name)
    things: list[tuple[str, File | None]] = [(each.path, each) for each in report.files]
    things += [(path, None) for path in report.directories]
    filled = {path.rpartition("/")[0] for path, _thing in things}
    for path, thing in sorted(things, key=lambda entry: _as_walked(entry[0], filled)):
        yield _folder(_path(report, path)) if thing is None else _file(_path(report, path), thing)


def _as_walked(path: str, filled: set[str]) -> list[tuple[bool, str, str]]:
    """Sorts a tree into the order of a walk in which, in each folder, what holds nothing comes first."""
    parts = path.split("/")
    return [("/".join(parts[: depth + 1]) in filled, part.lower(), part) for depth, part in enumerate(parts)]


def _folder(path: str) -> dict[str, Any]:
    nothing = File(path=path, sha256="", sha1="", size=0)
    return {**_file(path, nothing), "type": "directory"}


def _file(path: str, file: File) -> dict[str, Any]:
    return {
        "path": path,
        "type": "file",
        "package_data": list(file.package_data),
        "for_packages": list(file.for_packages),
        "detected_license_expression": file.detected_license_expression,
        "detected_license_expression_spdx": file.detected_license_expression_spdx,
        "license_detections": [_detection(each) for each in file.license_detections],
        "license_clues": [_match(each) for each in file.license_clues],
        "percentage_of_license_text": file.percentage_of_license_text or 0,
        "copyrights": [_statement("copyright", each) for each in file.copyrights],
        "holders": [_statement("holder", each) for each in file.holders],
        "authors": [_statement("author", each) for each in file.authors],
        "scan_errors": list(file.scan_errors),
    }


def _detection(detection: Detection) -> dict[str, Any]:
    written = {
        "license_expression": detection.license_expression,
        "license_expression_spdx": detection.license_expression_spdx,
        "matches": [_match(each) for each in detection.matches],
        "identifier": detection.identifier,
    }
    return written | ({"detection_log": list(detection.detection_log)} if detection.detection_log else {})


def _match(match: Match) -> dict[str, Any]:
    names = (
        "license_expression", "license_expression_spdx", "from_file", "start_line", "end_line", "matcher", "score",
        "matched_length", "match_coverage", "rule_relevance", "rule_identifier", "rule_url",
    )  # fmt: skip
    return {name: getattr(match, name) for name in names}


def _statement(name: str, statement: Statement) -> dict[str, Any]:
    return {name: statement.value, "start_line": statement.start_line, "end_line": statement.end_line}
