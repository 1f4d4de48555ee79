# SPDX-License-Identifier: Apache-2.0
"""What a scan's report says about one version, where the repository does not state otherwise of single files. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from madang import licensing, scan
from madang.compliance.licence_map import Tally, tally
from madang.compliance.reuse import NOTHING_STATED, Statements

DEPTHS = (1000, 8, 6, 4, 3, 2, 1)
MOST_TALLIES = 20_000
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

    def __init__(
        self,
        report: scan.Report,
        statements: Statements = NOTHING_STATED,
        tree: Iterable[Content] = (),
        *,
        readme: str | None = None,
        expressions: Counter[str] | None = None,
    ) -> None:
        self._given = expressions
        self.report, self.statements, self.tree, self.readme = report, statements, {each.path: each for each in tree}, readme
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
        """Each expression with its number of files; as given, where the report is of a part of them."""
        if self._given is not None:
            return self._given
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
        return strip_of(self.tallies)

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
            "packages": len(report.packages) + (report.document is not None and report.document.root is not None),
            "dependencies": len(report.dependencies),
            "unread": len(report.unread),
            "skipped": len(report.skipped),
            "conflicts": len(self.conflicts),
        }


def strip_of(tallies: Iterable[Tally]) -> list[list[Any]]:
    """Files by strength and conflict."""
    counts: Counter[tuple[str, bool]] = Counter()
    for each in tallies:
        counts[each.strength, each.is_conflict] += each.files
    return [[strength, files, is_conflict] for (strength, is_conflict), files in sorted(counts.items())]


def _cut(path: str, names: int) -> str:
    """``path`` as if its file lay at most ``names`` folders deep."""
    folder, _slash, name = path.rpartition("/")
    return "/".join([*folder.split("/")[:names], name]) if folder else path
