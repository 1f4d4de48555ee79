# SPDX-License-Identifier: Apache-2.0
"""From a scan's report to what the version page says: conflicts, ranks, counts. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from madang import licensing, scan
from madang.compliance.licence_map import Tally, tally
from madang.compliance.reuse import NOTHING_STATED, Statements

DEPTHS = (1000, 8, 6, 4, 3, 2, 1)
MOST_TALLIES = 20_000
MOST_DETAILS = 1000
"""Matches, and statements, of one file that its row keeps; the documents have all."""
RANKS = ("network", "strong", "weak", "unknown", "conditions", "permissive", "none")
"""The order of findings on the page behind those that conflict: what must be given back most, first."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A detected expression that cannot be inside what is declared, in how many files, and why."""

    expression: str
    files: int
    why: licensing.Conflict


class Content(Protocol):
    """A file of the version's tree."""

    @property
    def path(self) -> str:
        """Its place in the tree."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def sha256(self) -> str:
        """Its digest."""


class Verdict:
    """What a report says about one version, where the repository does not state otherwise of single files."""

    def __init__(self, report: scan.Report, statements: Statements = NOTHING_STATED, tree: Iterable[Content] = ()) -> None:
        self.report, self.statements, self.tree = report, statements, {each.path: each for each in tree}
        self._stated: dict[str, str | None] = {}

    def expression(self, file: scan.File) -> str | None:
        """What holds for ``file``: what is stated of it, else what was found in it."""
        return self.stated(file) or file.detected_license_expression_spdx

    def stated(self, file: scan.File) -> str | None:
        """What the repository states of ``file``; looked up once."""
        if not self.statements.rows:
            return None
        if file.path not in self._stated:
            self._stated[file.path] = self.statements.about(file.path)
        return self._stated[file.path]

    @cached_property
    def expressions(self) -> Counter[str]:
        """Each expression with its number of files."""
        return Counter(expression for file in self.report.files if (expression := self.expression(file)))

    @property
    def detected(self) -> str | None:
        """All that holds for files of the version, together."""
        return licensing.combine(self.expressions) if self.statements.rows else self.report.license_expression

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Expressions that meet the declared one badly, most files first."""
        counts = self.expressions
        found = licensing.conflicts(self.report.declared_license_expression, list(counts))
        reasons = {conflict.expression: conflict for conflict in reversed(found.found)}
        rows = [Conflict(expression, counts[expression], why) for expression, why in reasons.items()]
        return tuple(sorted(rows, key=lambda row: (-row.files, row.expression)))

    @cached_property
    def conflicting(self) -> frozenset[str]:
        """The expressions of ``conflicts``."""
        return frozenset(conflict.expression for conflict in self.conflicts)

    def is_conflict(self, file: scan.File) -> bool:
        """Whether what holds for ``file`` conflicts with what is declared."""
        return self.expression(file) in self.conflicting

    def strength(self, file: scan.File) -> str:
        """How much must be given back for this file; of one that could not be read nobody knows."""
        expression = self.expression(file)
        return "unknown" if expression is None and self.is_unread(file) else licensing.strength(expression).word

    def is_unread(self, file: scan.File) -> bool:
        """Whether the file should have been read and was not, or not wholly."""
        return bool(file.scan_errors) or file.path in self._unread

    @cached_property
    def unlisted(self) -> tuple[Content, ...]:
        """Files that the scan could not even begin to read: they are in the tree and not in the report."""
        listed = {file.path for file in self.report.files}
        return tuple(self.tree[path] for path in sorted(self._unread - listed) if path in self.tree)

    @cached_property
    def _unread(self) -> frozenset[str]:
        return frozenset(each.path for each in self.report.unread)

    def rank(self, file: scan.File) -> int:
        """Where the file stands among the findings: conflicts first, then by strength."""
        return 0 if self.is_conflict(file) else 1 + RANKS.index(self.strength(file))

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """The files counted by folder and expression; in trees of very many folders, by the folders further up."""
        unlisted = [(each.path, None, "unknown", False) for each in self.unlisted]
        rows = [(each.path, self.expression(each), self.strength(each), self.is_conflict(each)) for each in self.report.files] + unlisted
        for names in DEPTHS:
            counted = tally((_cut(path, names), *facts) for path, *facts in rows)  # type: ignore[misc]
            if len(counted) <= MOST_TALLIES:
                break
        return counted

    @cached_property
    def strip(self) -> list[list[Any]]:
        """Files by strength and conflict, for the picture in lists: [strength, files, is a conflict]."""
        counts: Counter[tuple[str, bool]] = Counter()
        for each in self.tallies:
            counts[each.strength, each.is_conflict] += each.files
        return [[strength, files, is_conflict] for (strength, is_conflict), files in sorted(counts.items())]

    @property
    def counts(self) -> dict[str, int]:
        """The figures beside the tabs."""
        report = self.report
        return {
            "files": report.totals.files + len(self.unlisted),
            "bytes": report.totals.bytes,
            "findings": sum(1 for file in report.files if file.has_findings),
            "licences": len(self.expressions),
            "holders": len(report.holder_counts),
            "packages": len(report.packages),
            "dependencies": len(report.dependencies),
            "unread": len(report.unread),
            "skipped": len(report.skipped),
            "conflicts": len(self.conflicts),
        }


def _cut(path: str, names: int) -> str:
    """``path`` as if its file lay at most ``names`` folders deep."""
    folder, _slash, name = path.rpartition("/")
    return "/".join([*folder.split("/")[:names], name]) if folder else path


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
                statement = next((each.shown for each in file.copyrights if each.start_line == holder.start_line), "")
                seen[holder.shown] = (statement, file.path)
    for holder_name, count in report.holder_counts.items():
        yield (holder_name, count, *seen.get(holder_name, ("", "")))


def packages(report: scan.Report) -> Iterator[dict[str, Any]]:
    """The packages that manifests describe, then what they depend on, each dependency once a manifest."""
    for package in report.packages:
        yield {
            "role": "package",
            "purl": package.purl or "",
            "type": package.type,
            "name": package.name or "",
            "version": package.version or "",
            "license_expression": package.declared_license_expression_spdx,
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
    return {"purl": purl, "type": type_, "name": name.replace("%40", "@"), "version": version or requirement}


def terms_of(expressions: Iterable[str]) -> set[str]:
    """Every single licence in ``expressions``."""
    return {term for expression in expressions for term in licensing.terms_of(expression)}
