# SPDX-License-Identifier: Apache-2.0
"""From a scan's report to the rows of its findings. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from madang import licensing, scan
from madang.compliance.verdict import Conflict

MOST_DETAILS = 1000
"""Matches, and statements, of one file that its row keeps; the documents have all."""


def kept(conflict: Conflict) -> dict[str, Any]:
    """A conflict as its row keeps it; ``why_of`` reads it back."""
    return {"expression": conflict.expression, "files": conflict.files, **{name: getattr(conflict.why, name) for name in WHY}}


WHY = ("term", "declared", "rule", "source")


def why_of(row: Mapping[str, Any]) -> licensing.Conflict:
    """Why a kept conflict is one: it can say so in the reader's language."""
    return licensing.Conflict(expression=row["expression"], **{name: row[name] for name in WHY})


def best_score(file: scan.File) -> float | None:
    """The best score of a match in ``file``, 0 to 100; None where nothing matched."""
    return max((match.score for detection in file.license_detections for match in detection.matches), default=None)


def details(file: scan.File, root: str, stated: str | None) -> dict[str, Any]:
    """What the file's own page shows: every match with its lines, and the statements of copyright.

    A match's ``from_file`` is None where it stands in this file, else the file (seen from ``root``) that a reference led to.
    ``stated`` is what the repository states of the file, beside what was detected.
    """
    matches = [
        {
            "expression": match.license_expression_spdx,
            "first": match.start_line,
            "last": match.end_line,
            "score": match.score,
            "rule": match.rule_identifier,
            "matcher": match.matcher,
            "from_file": _elsewhere(match.from_file, root, file.path),
        }
        for detection in file.license_detections
        for match in detection.matches
    ]
    return {
        "matches": sorted(matches, key=lambda match: (match["from_file"] is not None, match["first"], match["last"]))[:MOST_DETAILS],
        "copyrights": [{"text": each.shown, "first": each.start_line, "last": each.end_line} for each in file.copyrights[:MOST_DETAILS]],
        "holders": sorted({each.shown for each in file.holders}),
        "errors": list(file.scan_errors),
        "detected": file.detected_license_expression_spdx,
        "stated": stated,
        "classes": dict(file.classes),
    }


def _elsewhere(from_file: str | None, root: str, path: str) -> str | None:
    place = (from_file or path).removeprefix(f"{root}/")
    return None if place == path else place


def holders(report: scan.Report) -> Iterator[tuple[str, int, str, str]]:
    """Each holder, most files first, with one statement of theirs and the file where it stands."""
    seen: dict[str, tuple[str, str]] = {}
    for file in report.files:
        for holder in file.holders:
            if holder.shown not in seen:
                seen[holder.shown] = (statement_of(file, holder.shown) or "", file.path)
    for holder_name, count in report.holder_counts.items():
        yield (holder_name, count, *seen.get(holder_name, ("", "")))


def statement_of(file: scan.File, holder: str) -> str | None:
    """The first statement in ``file`` that names the holder, "" where none stands in its line; None where the holder is not named."""
    line = next((each.start_line for each in file.holders if each.shown == holder), None)
    return None if line is None else next((each.shown for each in file.copyrights if each.start_line == line), "")


def packages(report: scan.Report) -> Iterator[dict[str, Any]]:
    """The packages that manifests describe, then what they depend on, each dependency once a manifest."""
    root = report.document.root if report.document else None
    for package in (*([root] if root else ()), *report.packages):
        yield {
            "role": "package",
            "purl": package.purl or "",
            "type": package.type[:32],
            "name": package.name or "",
            "version": package.version or "",
            "license_expression": package.declared_license_expression_spdx or package.concluded_license_expression_spdx,
            "path": next(iter(package.datafile_paths), ""),
        }
    for dependency in report.dependencies:
        yield {"role": "dependency", "license_expression": None, "path": dependency.datafile_path, **_named(dependency)}


def _named(dependency: scan.Dependency) -> dict[str, str]:
    """Type, name and version out of the package URL (purl-spec: ``pkg:type/namespace/name@version?qualifiers#subpath``)."""
    purl = dependency.purl or ""
    body = purl.removeprefix("pkg:").partition("#")[0].partition("?")[0]
    path, _at, version = body.rpartition("@") if "@" in body.rpartition("/")[2] else (body, "", "")
    type_, _slash, name = path.partition("/")
    requirement = dependency.extracted_requirement or ""
    return {"purl": purl, "type": type_[:32], "name": name.replace("%40", "@"), "version": version or requirement}


def terms_of(expressions: Iterable[str]) -> set[str]:
    """Every single licence in ``expressions``."""
    return {term for expression in expressions for term in licensing.terms_of(expression)}
