# SPDX-License-Identifier: Apache-2.0
"""What a scan found, written down: rows in slices, documents as objects, and the verdict in one last unit of work.

Killed in between, nothing is half there: rows count only when the verification is verified, and the next try writes them anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from madang import audit, catalog, kit, scan, storage
from madang.compliance import news, rules
from madang.compliance.actions import move
from madang.compliance.models import FoundFile, FoundPackage, Holder, Tally, UnreadFile, Verification
from madang.compliance.verdict import RANKS, Verdict
from madang.db import Base, Database, slices

SLICE = 2000
DOCUMENTS = {
    "json": "application/json",
    "scancode-json": "application/json",
    "spdx-json": "application/spdx+json",
    "cyclonedx-json": "application/vnd.cyclonedx+json",
}


class Over(Exception):
    """The attempt has ended meanwhile (it was cancelled, or another one works on the version): nothing more is to be done."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One task's work on one version."""

    version_id: str
    task_id: str

    def check(self, session: Session) -> None:
        """``Over`` unless this attempt is still the one that works on the version."""
        verification = session.get(Verification, self.version_id)
        if verification is None or verification.is_final or verification.task_id != self.task_id:
            raise Over


def write_documents(report: scan.Report, store: storage.Store, scratch: Path) -> dict[str, str]:
    """The report in every format that the platform hands out, as objects; format → sha256."""
    written = {}
    for name in DOCUMENTS:
        path = scratch / f"document.{name}"
        with path.open("w", encoding="utf-8") as file:
            scan.write(report, name, file)
        written[name] = store.put_file(path).sha256
    return written


def write_rows(database: Database, attempt: Attempt, verdict: Verdict) -> None:
    """Every row of findings of the version is there, and none of an earlier attempt. ``Over`` when the attempt has ended meanwhile."""
    for table, rows in _rows(attempt.version_id, verdict):
        _clear(database, attempt, table)
        for some in slices(rows, 500):
            with database.writing() as session:
                attempt.check(session)
                session.execute(insert(table), some)


def _clear(database: Database, attempt: Attempt, table: Any) -> None:
    """No row of the version is left in ``table``; in slices, because the database has one writer."""
    of_version = table.version_id == attempt.version_id
    with database.reading() as session:
        last = session.scalar(select(func.max(table.place)).where(of_version))
    for place in range(0, -1 if last is None else last + 1, SLICE):
        with database.writing() as session:
            attempt.check(session)
            session.execute(delete(table).where(of_version, table.place >= place, table.place < place + SLICE))


def _rows(version_id: str, verdict: Verdict) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
    report = verdict.report
    yield FoundFile, _placed(version_id, _files(verdict))
    yield Tally, _placed(version_id, (_tally(each) for each in verdict.tallies))
    yield Holder, _placed(version_id, (_holder(*each) for each in rules.holders(report)))
    yield FoundPackage, _placed(version_id, rules.packages(report))
    unread = [(each, True) for each in report.unread] + [(each, False) for each in report.skipped]
    sizes = {path: each.size for path, each in verdict.tree.items()}
    yield UnreadFile, _placed(version_id, (_unread(each, sizes.get(each.path), is_fault) for each, is_fault in unread))


def _placed(version_id: str, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return ({"version_id": version_id, "place": place, **row} for place, row in enumerate(rows))


def _files(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for file in verdict.report.files:
        yield {
            "path": file.path,
            "size": file.size,
            "sha256": file.sha256,
            "language": file.programming_language,
            "is_binary": file.is_binary,
            "expression": verdict.expression(file),
            "strength": verdict.strength(file),
            "is_conflict": verdict.is_conflict(file),
            "score": rules.best_score(file),
            "rank": verdict.rank(file),
            "has_findings": file.has_findings,
            "is_unread": verdict.is_unread(file),
            "details": rules.details(file, verdict.report.name, verdict.stated(file)),
        }

    for each in verdict.unlisted:
        nothing = {"language": None, "is_binary": False, "expression": None, "strength": "unknown", "is_conflict": False, "score": None}
        details: dict[str, Any] = {"matches": [], "copyrights": [], "holders": [], "errors": [], "detected": None, "stated": None}
        place = {"path": each.path, "size": each.size, "sha256": each.sha256, "rank": 1 + RANKS.index("unknown")}
        yield {**place, **nothing, "has_findings": False, "is_unread": True, "details": details}


def _tally(each: Any) -> dict[str, Any]:
    names = ("folder", "expression", "strength", "files", "is_conflict")
    return {name: getattr(each, name) for name in names}


def _holder(holder: str, files: int, statement: str, path: str) -> dict[str, Any]:
    return {"holder": holder, "files": files, "statement": statement, "path": path}


def _unread(each: scan.Unread, size: int | None, is_fault: bool) -> dict[str, Any]:
    return {"path": each.path, "code": each.reason, "reason": each.message, "size": size, "is_fault": is_fault}


def _make_findable(session: Session, asset: catalog.Asset, report: scan.Report) -> None:
    """The asset is found by its copyright holders, those of most files first, and by its packages and what they depend on."""
    catalog.set_search_text(session, asset, field="holders", text="\n".join(holder for holder, *_ in rules.holders(report)))
    catalog.set_search_text(session, asset, field="packages", text="\n".join(dict.fromkeys(row["name"] for row in rules.packages(report))))


def conclude(session: Session, attempt: Attempt, verdict: Verdict, documents: dict[str, str]) -> bool:
    """The version is verified, the list says so, and the ledger too; whether it was still to be concluded."""
    report = verdict.report
    facts: dict[str, Any] = {
        "declared": report.declared_license_expression,
        "declared_in": list(report.declared_in),
        "detected": verdict.detected,
        "counts": verdict.counts,
        "conflicts": [rules.kept(each) for each in verdict.conflicts],
        "engine": f"{report.engine.name} {report.engine.version}",
        "data_date": report.engine.data_date,
        "documents": documents,
        "files_done": verdict.counts["files"],
        "files_total": verdict.counts["files"],
        "seconds_left": 0.0,
    }
    if not move(session, attempt.version_id, "verified", task_id=attempt.task_id, **facts):
        return False
    version = catalog.get_version_by_id(session, attempt.version_id)
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
    catalog.describe(
        asset,
        version,
        state="verified",
        declared=report.declared_license_expression,
        license_expression=verdict.detected,
        files=verdict.counts["files"],
        conflicts=len(verdict.conflicts),
        strip=verdict.strip,
    )
    if version.number == asset.number:
        _make_findable(session, asset, report)
    audit.record(
        session,
        "version.verified",
        target=f"{asset.ref}@{version.number}",
        by=kit.SYSTEM,
        content=version.content,
        declared=report.declared_license_expression,
        report=documents["json"],
    )
    news.verified(session, asset, version, session.get_one(Verification, version.id))
    return True
