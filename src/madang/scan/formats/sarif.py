# SPDX-License-Identifier: Apache-2.0
"""SARIF 2.1.0 (OASIS): a result for each place where a licence was found, for code reviews and editors."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO
from urllib.parse import quote

from madang import __version__
from madang.scan.report import File, Match, Report
from madang.scan.writing import register, stamp, write_object

_BASE = "SRCROOT"


@register("sarif", title="SARIF 2.1.0", extension="sarif", media_type="application/sarif+json")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """One run: a rule for each licence expression, a result for each match, a notification for each file that could not be read."""
    stream.write('{"version":"2.1.0",\n"runs":[')
    rules = sorted({match.license_expression_spdx for each in report.files for match in _matches(each)})
    write_object(
        stream,
        {
            "tool": {"driver": _driver(report, rules)},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {_BASE: {"description": {"text": "The root of what was scanned."}}},
            "invocations": [_invocation(report, at)],
            "results": _results(report, {rule: number for number, rule in enumerate(rules)}),
        },
        end="]}\n",
    )


def _driver(report: Report, rules: list[str]) -> dict[str, Any]:
    engine = report.engine
    return {
        "name": "Madang",
        "version": __version__,
        "properties": {"engine": engine.name, "engineVersion": engine.version, "dataDate": engine.data_date},
        "rules": [
            {"id": rule, "shortDescription": {"text": f"Licence {rule}"}, "defaultConfiguration": {"level": "note"}} for rule in rules
        ],
    }


def _invocation(report: Report, at: datetime) -> dict[str, Any]:
    notes = [
        {
            "level": "warning",
            "message": {"text": f"{each.reason}: {each.message}"},
            "locations": [{"physicalLocation": {"artifactLocation": _address(each.path)}}],
        }
        for each in report.unread
    ]
    notes += [{"level": "error", "message": {"text": error}} for error in report.errors]
    return {"executionSuccessful": not report.errors, "endTimeUtc": stamp(at), "toolExecutionNotifications": notes}


def _matches(file: File) -> Iterator[Match]:
    """Matches that stand in the file itself, not those followed into another."""
    for detection in file.license_detections:
        for match in detection.matches:
            if match.start_line and (match.from_file is None or match.from_file.rpartition("/")[2] == file.path.rpartition("/")[2]):
                yield match


def _results(report: Report, numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    for file in report.files:
        for match in _matches(file):
            expression = match.license_expression_spdx
            yield {
                "ruleId": expression,
                "ruleIndex": numbers[expression],
                "level": "note",
                "kind": "fail",
                "message": {"text": f"{expression}, score {match.score:g} by {match.matcher}, rule {match.rule_identifier}"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": _address(file.path),
                            "region": {"startLine": match.start_line, "endLine": max(match.start_line, match.end_line)},
                        }
                    }
                ],
            }


def _address(path: str) -> dict[str, str]:
    return {"uri": quote(path), "uriBaseId": _BASE}
