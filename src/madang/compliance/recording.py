# SPDX-License-Identifier: Apache-2.0
"""What a scan found, written down: rows in slices, the report as an object, and the verdict in one last unit of work.

Killed in between, nothing is half there: a report's rows count only when a verification that is verified points to it, and the next try
writes a report of its own.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from madang import audit, catalog, kit, scan, storage
from madang.compliance import components, news, rules, sharing
from madang.compliance.actions import move
from madang.compliance.documents import handing, looking
from madang.compliance.models import Finding, FoundFile, FoundPackage, Holder, Making, Tally, UnreadFile, Verification
from madang.compliance.verdict import RANKS, Verdict
from madang.db import Base, Database, slices

SLICE = 500
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


def write_document(report: scan.Report, store: storage.Store, scratch: Path) -> dict[str, str]:
    """The report in our own JSON, as an object; ``json`` → sha256. The other forms are made of it when somebody asks."""
    path = scratch / "document"
    with path.open("w", encoding="utf-8") as file:
        scan.write(report, handing.OWN, file)
    return {handing.OWN: store.put_file(path).sha256}


def write_rows(database: Database, attempt: Attempt, verdict: Verdict) -> str:
    """Every row of findings stands in a report of this attempt's own, whose id this is. ``Over`` when the attempt has ended meanwhile."""
    with database.writing() as session:
        attempt.check(session)
        report_id = sharing.begin(session, attempt.version_id)
    for table, rows in _rows(verdict):
        placed = ({"report_id": report_id, "place": place, **row} for place, row in enumerate(rows))
        for some in slices(placed, SLICE):
            with database.writing() as session:
                attempt.check(session)
                # With nulls told as such, rows go in together; else each row of which other columns are empty would be sent alone.
                rows_told = told(session, some) if table is FoundFile else some
                session.execute(insert(table), rows_told, execution_options={"render_nulls": True})
    return report_id


def told(session: Session, files: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of files, with what was found in each standing once among the findings."""
    keys = keep_findings(session, [row["details"] for row in files])
    plain = [{name: value for name, value in row.items() if name != "details"} for row in files]
    return [{**row, "finding_key": key} for row, key in zip(plain, keys, strict=True)]


def keep_findings(session: Session, details: list[dict[str, Any]]) -> list[str]:
    """Each stands once among the findings; their keys."""
    keys = [_key(each) for each in details]
    found = dict(zip(keys, details, strict=True))
    known = set(session.scalars(select(Finding.key).where(Finding.key.in_(found))))
    missing = [{"key": key, "details": details} for key, details in found.items() if key not in known]
    if missing:
        session.execute(insert(Finding), missing)
    return keys


def _key(details: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(details, separators=(",", ":")).encode()).hexdigest()[:32]


def _rows(verdict: Verdict) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
    report = verdict.report
    yield FoundFile, _files(verdict)
    yield Tally, (tally_row(each) for each in verdict.tallies)
    yield Holder, (holder_row(*each) for each in rules.holders(report))
    yield FoundPackage, rules.packages(report)
    yield Making, components.rows(verdict)
    yield UnreadFile, unread_rows(report.unread, report.skipped, {path: each.size for path, each in verdict.tree.items()})


def unread_rows(unread: Iterable[scan.Unread], skipped: Iterable[scan.Unread], sizes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """What could not be read, then what was left out, with the sizes that are known."""
    for some, is_fault in ((unread, True), (skipped, False)):
        yield from (_unread(each, sizes.get(each.path), is_fault) for each in some)


def file_row(verdict: Verdict, file: scan.File) -> dict[str, Any]:
    """The row of a file that was read, with what was found in it as ``details``."""
    return {
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


def _files(verdict: Verdict) -> Iterator[dict[str, Any]]:
    yield from (file_row(verdict, file) for file in verdict.report.files)
    unread = {each.path: dict(each.classes) for each in verdict.report.unread}
    for each in verdict.unlisted:
        nothing = {"language": None, "is_binary": False, "expression": None, "strength": "unknown", "is_conflict": False, "score": None}
        details: dict[str, Any] = {"matches": [], "copyrights": [], "holders": [], "errors": [], "detected": None, "stated": None}
        details["classes"] = unread.get(each.path, {})
        place = {"path": each.path, "size": each.size, "sha256": each.sha256, "rank": 1 + RANKS.index("unknown")}
        yield {**place, **nothing, "has_findings": False, "is_unread": True, "details": details}


def tally_row(each: Any) -> dict[str, Any]:
    """The row of so many files directly in a folder."""
    names = ("folder", "expression", "strength", "files", "is_conflict")
    return {name: getattr(each, name) for name in names}


def holder_row(holder: str, files: int, statement: str, path: str) -> dict[str, Any]:
    """The row of a holder."""
    return {"holder": holder, "files": files, "statement": statement, "path": path}


def _unread(each: scan.Unread, size: int | None, is_fault: bool) -> dict[str, Any]:
    return {"path": each.path, "code": each.reason, "reason": each.message, "size": size, "is_fault": is_fault}


def facts_of(verdict: Verdict, documents: dict[str, str], basis: scan.Basis) -> dict[str, Any]:
    """What a report says in a few words: as JSON has them, so that every version that shares it says the same. ``basis`` is what
    ``deriving`` has to know."""
    report = verdict.report
    read_from = {"document": looking.facts_of(report)} if report.document else {}
    return {
        **read_from,
        "declared": report.declared_license_expression,
        "declared_in": list(report.declared_in),
        "detected": verdict.detected,
        "counts": verdict.counts,
        "conflicts": [rules.kept(each) for each in verdict.conflicts],
        "engine": f"{report.engine.name} {report.engine.version}".strip(),
        # The day of our own licence data: a document's word on its own counts for nobody else's.
        "data_date": "" if report.document else report.engine.data_date,
        "documents": documents,
        "strip": verdict.strip,
        "basis": basis.to_json(),
    }


def share(session: Session, attempt: Attempt, key: str) -> bool:
    """The version is verified by a report that stands already; False where there is none."""
    known = sharing.find(session, key)
    if known is not None:
        _verified(session, attempt, known.id, known.facts)
    return known is not None


def conclude(session: Session, attempt: Attempt, report_id: str, key: str | None, facts: dict[str, Any]) -> None:
    """The version is verified, by its own report, or by one that somebody completed meanwhile. With a ``key`` it is shared from now on."""
    if key is None or not share(session, attempt, key):
        sharing.complete(session, report_id, key, facts)
        _verified(session, attempt, report_id, facts)


def _verified(session: Session, attempt: Attempt, report_id: str, facts: dict[str, Any]) -> None:
    """The version is verified, the list says so, and the ledger too, unless the attempt has ended meanwhile."""
    files = facts["counts"]["files"]
    told = {name: value for name, value in facts.items() if name not in ("strip", "document", "basis")}
    told |= {"report_id": report_id, "files_done": files, "files_total": files, "seconds_left": 0.0}
    if not move(session, attempt.version_id, "verified", task_id=attempt.task_id, **told):
        return
    version = catalog.get_version_by_id(session, attempt.version_id)
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
    is_findable = _has_report(session, asset, report_id)
    catalog.describe(
        asset,
        version,
        state="verified",
        declared=facts["declared"],
        license_expression=facts["detected"],
        files=files,
        conflicts=len(facts["conflicts"]),
        strip=facts["strip"],
    )
    if version.number == asset.number and not is_findable:
        _make_findable(session, asset, report_id)
    verification = session.get_one(Verification, version.id, populate_existing=True)
    components.arrived(session, verification)
    audit.record(
        session,
        "version.verified",
        target=f"{asset.ref}@{version.number}",
        by=kit.SYSTEM,
        content=version.content,
        document=facts.get("document", {}).get("sha256"),
        declared=facts["declared"],
        report=facts["documents"]["json"],
    )
    news.verified(session, asset, version, verification)


def _has_report(session: Session, asset: catalog.Asset, report_id: str) -> bool:
    """Whether the version that the asset is shown by has that report, so that the asset is found by it already."""
    shown = select(catalog.Version.id).where(catalog.Version.asset_id == asset.id, catalog.Version.number == asset.verified_number)
    return session.scalar(select(Verification.report_id).where(Verification.version_id == shown.scalar_subquery())) == report_id


def _make_findable(session: Session, asset: catalog.Asset, report_id: str) -> None:
    """The asset is found by its copyright holders, those of most files first, and by its packages and what they depend on."""
    holders = session.scalars(select(Holder.holder).where(Holder.report_id == report_id).order_by(Holder.place))
    catalog.set_search_text(session, asset, field="holders", text="\n".join(holders))
    packages = session.scalars(select(FoundPackage.name).where(FoundPackage.report_id == report_id).order_by(FoundPackage.place))
    catalog.set_search_text(session, asset, field="packages", text="\n".join(dict.fromkeys(packages)))
