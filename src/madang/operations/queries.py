# SPDX-License-Identifier: Apache-2.0
"""What the operator's pages read, of every room through its front door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from madang import access, audit, catalog, compliance, jobs, kit
from madang.operations.models import Collection, Holding, Measure

LARGEST = 20


@dataclass(frozen=True, slots=True)
class Share:
    """So many bytes and versions under a word: a kind of assets, or a namespace."""

    word: str
    bytes: int
    versions: int


@dataclass(frozen=True, slots=True)
class Large:
    """One version with the bytes of its content."""

    asset: catalog.Asset
    version: catalog.Version
    files: int
    bytes: int


def check_sees(viewer: kit.Actor) -> None:
    """Refused to everybody but operators."""
    access.check(viewer, "operations", "see")


def check_acts(viewer: kit.Actor) -> None:
    """Refused to who may not act on jobs and storage."""
    access.check(viewer, "operations", "act")


def subjects_of(session: Session, tasks: Sequence[jobs.Task]) -> dict[str, compliance.Subject]:
    """The versions that tasks work on, by task."""
    wanted = (
        select(catalog.Asset, catalog.Version, compliance.Verification)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(compliance.Verification, compliance.Verification.version_id == catalog.Version.id)
        .where(compliance.Verification.task_id.in_([task.id for task in tasks]))
    )
    return {row[2].task_id: compliance.Subject(*row) for row in session.execute(wanted)}


def waiting_by_account(session: Session, *, limit: int = 10) -> list[tuple[str, int]]:
    """Who has how many versions waiting or under way, most first."""
    row = compliance.Verification
    counted = select(row.requested_by, func.count()).where(row.finished_at.is_(None)).group_by(row.requested_by)
    return [(name, count) for name, count in session.execute(counted.order_by(func.count().desc(), row.requested_by).limit(limit))]


def refused_hosts(session: Session, *, since: datetime, limit: int = 20) -> list[tuple[str, int, datetime]]:
    """Inner hosts that sources were refused from: how often and when last. Only what was queued is known, not what the form refused."""
    row = compliance.Verification
    asked = select(row).where(row.failure_code == "inner-address", row.finished_at >= since).order_by(row.finished_at.desc()).limit(1000)
    found: dict[str, tuple[int, datetime]] = {}
    for verification in session.scalars(asked):
        host = str(verification.failure_values.get("host", ""))
        count, last = found.get(host, (0, verification.finished_at or since))
        found[host] = (count + 1, last)
    ordered = sorted(found.items(), key=lambda pair: (-pair[1][0], pair[0]))
    return [(host, count, last) for host, (count, last) in ordered[:limit]]


def measures(session: Session, *, since: datetime) -> Sequence[Measure]:
    """What was measured since then, oldest first."""
    return session.scalars(select(Measure).where(Measure.at >= since).order_by(Measure.at)).all()


def last_measure(session: Session) -> Measure | None:
    """The newest measure."""
    return session.scalars(select(Measure).order_by(Measure.at.desc()).limit(1)).one_or_none()


def shares(session: Session, by: str) -> list[Share]:
    """Bytes and versions by ``kind`` or ``namespace``; a content that stands in two versions of one share counts once."""
    word = catalog.Asset.kind if by == "kind" else catalog.Asset.namespace
    held = (
        select(word.label("word"), catalog.Version.content.label("content"), func.count().label("versions"))
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .where(catalog.Version.content.is_not(None))
        .group_by(word, catalog.Version.content)
        .subquery()
    )
    summed = func.coalesce(func.sum(Holding.bytes), 0)
    grouped = select(held.c.word, summed, func.sum(held.c.versions)).outerjoin(Holding, Holding.content == held.c.content)
    rows = session.execute(grouped.group_by(held.c.word).order_by(summed.desc(), held.c.word).limit(200))
    return [Share(str(word), int(size), int(versions)) for word, size, versions in rows]


def largest(session: Session, *, limit: int = LARGEST, offset: int = 0) -> list[Large]:
    """The versions with the most bytes."""
    wanted = (
        select(catalog.Asset, catalog.Version, Holding.files, Holding.bytes)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(Holding, Holding.content == catalog.Version.content)
        .order_by(Holding.bytes.desc(), catalog.Version.id)
    )
    return [Large(*row) for row in session.execute(wanted.limit(limit).offset(offset))]


def count_unmeasured(session: Session) -> int:
    """How many contents were not measured yet."""
    return session.scalar(select(func.count()).select_from(unmeasured().subquery())) or 0


def unmeasured() -> Select[str | None]:
    """The contents that were not measured yet."""
    known = select(Holding.content)
    content = catalog.Version.content
    return select(content).where(content.is_not(None), content.not_in(known)).distinct()


def collections(session: Session, *, limit: int = 5) -> Sequence[Collection]:
    """The last collections and counts, newest first."""
    return session.scalars(select(Collection).order_by(Collection.asked_at.desc(), Collection.id.desc()).limit(limit)).all()


def fresh_count(session: Session) -> Collection | None:
    """A count that is young enough to act on."""
    counted = next((row for row in collections(session) if row.state == "done"), None)
    young = counted is not None and counted.is_dry and counted.finished_at is not None
    return counted if young and counted and kit.now() - (counted.finished_at or counted.asked_at) < timedelta(hours=1) else None


def last_deed(session: Session, deed: str, *, viewer: kit.Actor) -> audit.Line | None:
    """The newest ledger line of a deed."""
    return next(iter(audit.entries(session, viewer=viewer, deed=deed, limit=1).items), None)
