# SPDX-License-Identifier: Apache-2.0
"""Reports are shared: a version whose tree was looked at before, in the same way, points to the report that stands already.

A report is written for one attempt and shared once it is whole. What nobody points to any more is forgotten.
"""

import hashlib
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from madang import __version__, kit, scan
from madang.compliance import cache
from madang.compliance.models import Finding, FoundFile, FoundPackage, Holder, Making, Report, Tally, UnreadFile, Verification
from madang.db import Database

TABLES = (FoundFile, Tally, Holder, FoundPackage, UnreadFile, Making)
SLICE = 2000
FORM = "2"
"""Of a report's rows and documents. It changes when the same findings would be written down otherwise."""
PASSING = frozenset({"deadline", "memory", "died", "unreadable", "changed", "engine"})
"""Why a file was not read that may be otherwise the next time."""


def key_of(content: str, name: str, limits: scan.Limits) -> str:
    """All that a report depends on: the tree, the name it is shown under, engine and rules, how large files may be, and this release."""
    parts = (FORM, __version__, scan.fingerprint(), str(limits.max_file_bytes), content, name)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def may_be_shared(report: scan.Report) -> bool:
    """Whether looking again would find the same: nothing failed that may go well another time."""
    return not report.errors and not any(each.reason in PASSING for each in report.unread)


def find(session: Session, key: str) -> Report | None:
    """The whole report with that key."""
    return session.scalar(select(Report).where(Report.key == key))


def begin(session: Session, version_id: str) -> str:
    """A report of this attempt's own, which nobody else can find yet; what an earlier attempt wrote has nobody who points to it now."""
    report = Report(id=kit.new_id(), made_at=kit.now(), facts={})
    session.add(report)
    session.flush()
    session.execute(update(Verification).where(Verification.version_id == version_id).values(report_id=report.id))
    return report.id


def complete(session: Session, report_id: str, key: str | None, facts: dict[str, Any]) -> None:
    """The report is whole; with a ``key``, which no other has, it can be found."""
    report = session.get_one(Report, report_id)
    report.key, report.facts = key, facts


def needed_objects(session: Session) -> set[str]:
    """The digests of all documents that a version hands out, or will when it comes to share a report."""
    rows = [
        *session.scalars(select(Verification.documents)),
        *(facts.get("documents", {}) for facts in session.scalars(select(Report.facts))),
    ]
    return {sha256 for documents in rows for sha256 in documents.values()}


def forget(database: Database) -> int:
    """Old entries of the cache, reports that no version points to and findings that no report has are gone, a slice at a time.

    How many entries and reports.
    """
    forgotten = cache.forget(database)
    while (report_id := _take(database)) is not None:
        for table in TABLES:
            _clear(database, table, report_id)
        with database.writing() as session:
            session.execute(delete(Report).where(Report.id == report_id))
        forgotten += 1
    _clear_findings(database)
    return forgotten


def _take(database: Database) -> str | None:
    """A report that nobody points to, and that nobody can find from now on."""
    unwanted = select(Report.id).where(~exists().where(Verification.report_id == Report.id)).limit(1)
    with database.writing() as session:
        report_id = session.scalar(unwanted)
        if report_id is not None:
            session.execute(update(Report).where(Report.id == report_id).values(key=None))
    return report_id


def _clear(database: Database, table: Any, report_id: str) -> None:
    """No row of the report is left in ``table``; in slices, because the database has one writer."""
    with database.reading() as session:
        last = session.scalar(select(func.max(table.place)).where(table.report_id == report_id))
    for place in range(0, -1 if last is None else last + 1, SLICE):
        with database.writing() as session:
            session.execute(delete(table).where(table.report_id == report_id, table.place >= place, table.place < place + SLICE))


def _clear_findings(database: Database) -> None:
    loose = select(Finding.key).where(~exists().where(FoundFile.finding_key == Finding.key)).limit(SLICE)
    while True:
        with database.writing() as session:
            keys = session.scalars(loose).all()
            for start in range(0, len(keys), 500):
                session.execute(delete(Finding).where(Finding.key.in_(keys[start : start + 500])))
        if len(keys) < SLICE:
            return
