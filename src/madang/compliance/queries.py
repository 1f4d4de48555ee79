# SPDX-License-Identifier: Apache-2.0
"""Every read of verifications and findings. Whoever was shown the asset may read what was found in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, joinedload, undefer

from madang import catalog, jobs, kit, scan
from madang.compliance import licence_map
from madang.compliance.errors import NoSuchFile, NoSuchTask, NotVerified
from madang.compliance.models import DECLARED, FINAL, Finding, FoundFile, FoundPackage, Holder, Report, Tally, UnreadFile, Verification

Row = TypeVar("Row", Holder, FoundPackage, UnreadFile)
ORIGINS = 50
"""So many versions back a content is looked for."""
DETAILS = (joinedload(FoundFile.finding), undefer(FoundFile.own_details))


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What the list of files is asked: words in the path, one expression, a state (``conflict unknown found none unread``), findings,
    a class (``vendored``)."""

    q: str = ""
    licence: str = ""
    state: str = ""
    with_findings: bool = False
    classed: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A version with its asset and its verification."""

    asset: catalog.Asset
    version: catalog.Version
    verification: Verification

    @property
    def address(self) -> str:
        """The page of the version."""
        return catalog.version_address(self.asset, self.version)


@dataclass(frozen=True, slots=True)
class Origin:
    """A content, and what it came from: the commit or the archive's object, and what was left out on the way."""

    content: str
    files: int
    commit: str | None
    object: str | None
    left_out: list[Any]


def origins(session: Session, version_id: str) -> list[Origin]:
    """The contents of verified versions of the same asset that came from the same address or archive, the newest first."""
    mine = select(catalog.Version).where(catalog.Version.id == version_id).subquery()
    wanted = (
        select(catalog.Version, Verification)
        .join(Verification, Verification.version_id == catalog.Version.id)
        .where(
            catalog.Version.asset_id == mine.c.asset_id,
            catalog.Version.source_kind == mine.c.source_kind,
            or_(catalog.Version.source == mine.c.source, catalog.Version.source_object == mine.c.source_object),
            Verification.state == "verified",
        )
        .order_by(catalog.Version.number.desc())
        .limit(ORIGINS)
    )
    return [
        Origin(version.content or "", verification.counts["files"], version.commit, version.source_object, verification.left_out)
        for version, verification in session.execute(wanted)
    ]


def find_before(session: Session, version_id: str) -> str | None:
    """The content of the newest other version of the same asset that is verified and was read from files."""
    mine = select(catalog.Version.asset_id).where(catalog.Version.id == version_id).scalar_subquery()
    wanted = (
        select(catalog.Version.content)
        .join(Verification, Verification.version_id == catalog.Version.id)
        .where(catalog.Version.asset_id == mine, catalog.Version.content.is_not(None), Verification.state == "verified")
        .order_by(catalog.Version.number.desc())
        .limit(1)
    )
    return session.scalar(wanted)


def get_subject(session: Session, kind: str, namespace: str, name: str, number: str, *, viewer: kit.Actor) -> Subject:
    """The version by its address; what the viewer may not see is not there."""
    asset = catalog.get_asset(session, kind, namespace, name, viewer=viewer)
    version = catalog.get_version(session, asset, number)
    return Subject(asset, version, get_verification(session, version))


def get_verification(session: Session, version: catalog.Version) -> Verification:
    """The verification of a version; ``unasked`` where another room brought the version and nobody asked for one."""
    return session.get(Verification, version.id) or unasked(version)


def unasked(version: catalog.Version) -> Verification:
    """What stands for a verification that nobody asked for. It is no row and becomes none."""
    return Verification(
        version_id=version.id, task_id="", lane=jobs.Lane.PEOPLE.value, state=DECLARED, requested_by=version.created_by,
        requested_at=version.created_at, finished_at=version.created_at, files_done=0, failure_values={}, declared_in=[], counts={},
        conflicts=[], left_out=[], engine="", data_date="", documents={},
    )  # fmt: skip


def get_task(session: Session, task_id: str, *, viewer: kit.Actor) -> Subject:
    """The version that a task works on; ``NoSuchTask`` when there is none that the viewer may see."""
    verification = session.scalar(select(Verification).where(Verification.task_id == task_id))
    if verification is None:
        raise NoSuchTask(task=task_id[:64])
    version = catalog.get_version_by_id(session, verification.version_id)
    try:
        asset = catalog.get_asset_by_id(session, version.asset_id, viewer=viewer)
    except kit.NotFound as hidden:
        raise NoSuchTask(task=task_id[:64]) from hidden
    return Subject(asset, version, verification)


def check_verified(verification: Verification) -> None:
    """Refuse to speak of findings before they are whole."""
    if verification.state != "verified":
        raise NotVerified(state=verification.state)


def verifications_of(session: Session, versions: Sequence[catalog.Version]) -> dict[str, Verification]:
    """The verifications of these versions, by version id."""
    ids = [version.id for version in versions]
    known = {row.version_id: row for row in session.scalars(select(Verification).where(Verification.version_id.in_(ids)))}
    return {version.id: known.get(version.id) or unasked(version) for version in versions}


def under_way(session: Session, *, viewer: kit.Actor, limit: int) -> list[Subject]:
    """What is queued or worked on among what the viewer may see, the viewer's own first, then the oldest."""
    wanted = (
        select(catalog.Asset, catalog.Version, Verification)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(Verification, Verification.version_id == catalog.Version.id)
        .where(catalog.visible(viewer), Verification.state.not_in(FINAL))
        .order_by((Verification.requested_by_id == viewer.account_id).desc(), Verification.requested_at)
        .limit(limit)
    )
    return [Subject(*row) for row in session.execute(wanted)]


def count_ahead(session: Session, verification: Verification) -> int:
    """How many tasks of the same lane were asked for before this one and have not ended."""
    earlier = select(func.count()).where(
        Verification.lane == verification.lane,
        Verification.state.not_in(FINAL),
        Verification.requested_at < verification.requested_at,
    )
    return session.scalar(earlier) or 0


def figures(session: Session, *, viewer: kit.Actor) -> tuple[int, int]:
    """How many assets that the viewer may see have a verified version, and how many files their newest verified versions have."""
    counted = select(func.count(), func.coalesce(func.sum(catalog.Asset.files), 0)).where(
        catalog.visible(viewer), catalog.Asset.files.is_not(None)
    )
    assets, total = session.execute(counted).one()
    return assets or 0, total or 0


STATES_OF_TALLIES: dict[str, ColumnElement[bool]] = {
    "conflict": Tally.is_conflict.is_(True),
    "unknown": Tally.strength == "unknown",
    "found": Tally.expression.is_not(None),
    "none": and_(Tally.expression.is_(None), Tally.strength == "none"),
}
"""A file without an expression that was not read is of unknown strength, and one that was read of none."""


def _matching(verification: Verification, asked: FileFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [FoundFile.report_id == verification.report_id]
    for word in asked.q.lower().split()[:8]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(func.lower(FoundFile.path).like(pattern, escape="\\"))
    if asked.licence:
        conditions.append(FoundFile.expression == asked.licence)
    states = {
        "conflict": FoundFile.is_conflict.is_(True),
        "unknown": FoundFile.strength == "unknown",
        "found": FoundFile.expression.is_not(None),
        "none": and_(FoundFile.expression.is_(None), FoundFile.is_unread.is_(False)),
        "unread": FoundFile.is_unread.is_(True),
    }
    conditions.append(states.get(asked.state, true()))
    if asked.with_findings:
        conditions.append(FoundFile.has_findings.is_(True))
    if asked.classed in scan.CLASSES:
        conditions.append(FoundFile.finding.has(Finding.details["classes"][asked.classed].as_string().is_not(None)))
    return and_(*conditions)


def files(
    session: Session,
    verification: Verification,
    asked: FileFilter,
    *,
    limit: int,
    after: tuple[int, int] | None = None,
    offset: int = 0,
    with_details: bool = False,
) -> Sequence[FoundFile]:
    """Files, those that conflict first and then by how much must be given back; from behind ``after`` (rank, place) or ``offset``."""
    order = (FoundFile.rank, FoundFile.place)
    # The places alone come from the index; whole rows are read for those that are shown and for no other.
    places = select(FoundFile.place).where(_matching(verification, asked))
    if after is not None:
        places = places.where(tuple_(*order) > tuple_(*after))
    shown = session.scalars(places.order_by(*order).limit(limit).offset(offset)).all()
    wanted = select(FoundFile).where(FoundFile.report_id == verification.report_id, FoundFile.place.in_(shown)).order_by(*order)
    return session.scalars(wanted.options(*DETAILS) if with_details else wanted).all()


def count_files(session: Session, verification: Verification, asked: FileFilter) -> int:
    """How many files match. Where no words are looked for, the files need not be counted: their tallies are."""
    if asked.q or asked.with_findings or asked.state == "unread":
        return session.scalar(select(func.count()).select_from(FoundFile).where(_matching(verification, asked))) or 0
    if not asked.licence and asked.state not in STATES_OF_TALLIES:
        return int(verification.counts.get("files", 0))
    conditions = [Tally.report_id == verification.report_id]
    if asked.licence:
        conditions.append(Tally.expression == asked.licence)
    if asked.state in STATES_OF_TALLIES:
        conditions.append(STATES_OF_TALLIES[asked.state])
    return int(session.scalar(select(func.sum(Tally.files)).where(*conditions)) or 0)


def get_file(session: Session, verification: Verification, path: str) -> FoundFile:
    """The file at ``path`` with its details; ``NoSuchFile`` when the version has none."""
    wanted = select(FoundFile).where(FoundFile.report_id == verification.report_id, FoundFile.path == path).options(*DETAILS)
    found = session.scalar(wanted)
    if found is None:
        raise NoSuchFile(path=path[:400])
    return found


def tallies(session: Session, verification: Verification) -> tuple[licence_map.Tally, ...]:
    """The files counted by folder and expression."""
    columns = (Tally.folder, Tally.expression, Tally.strength, Tally.files, Tally.is_conflict)
    return tuple(
        licence_map.Tally(*row)
        for row in session.execute(select(*columns).where(Tally.report_id == verification.report_id).order_by(Tally.place))
    )


def conflict_places(session: Session, verification: Verification) -> tuple[licence_map.Tally, ...]:
    """Of the tallies only those that conflict."""
    columns = (Tally.folder, Tally.expression, Tally.strength, Tally.files, Tally.is_conflict)
    wanted = select(*columns).where(Tally.report_id == verification.report_id, Tally.is_conflict.is_(True)).order_by(Tally.place)
    return tuple(licence_map.Tally(*row) for row in session.execute(wanted))


def rows(session: Session, table: type[Row], verification: Verification, *, limit: int, offset: int = 0) -> Sequence[Row]:
    """Holders, packages or unread files of a version, in their own order. They are numbered from 0: no page costs more than another."""
    place = table.place
    wanted = select(table).where(table.report_id == verification.report_id, place >= offset, place < offset + limit).order_by(place)
    return session.scalars(wanted).all()


def count_rows(session: Session, table: type[Row], verification: Verification) -> int:
    """How many of them there are."""
    last = session.scalar(select(func.max(table.place)).where(table.report_id == verification.report_id))
    return 0 if last is None else last + 1


def licence_counts(session: Session, verification: Verification) -> list[tuple[str, int]]:
    """Each detected expression with its number of files, most first."""
    counted = select(Tally.expression, func.sum(Tally.files)).where(
        Tally.report_id == verification.report_id, Tally.expression.is_not(None)
    )
    grouped = counted.group_by(Tally.expression).order_by(func.sum(Tally.files).desc(), Tally.expression)
    return [(str(expression), int(count or 0)) for expression, count in session.execute(grouped)]


def read_from(session: Session, subject: Subject) -> dict[str, Any] | None:
    """The document that the version was read from, as its report keeps it; None where files were looked at, or nothing yet."""
    report = session.get(Report, subject.verification.report_id) if subject.verification.report_id else None
    return report.facts.get("document") if report is not None else None


def find_label(session: Session, asset: catalog.Asset, label: str) -> Subject | None:
    """The version of the asset that is called ``label``, or None."""
    wanted = select(catalog.Version).where(catalog.Version.asset_id == asset.id, catalog.Version.label == label)
    version = session.scalar(wanted)
    return Subject(asset, version, get_verification(session, version)) if version else None


def licence_data(session: Session) -> str | None:
    """The day of the licence data that the newest verification rests on."""
    newest = (
        select(Verification.data_date)
        .where(Verification.state == "verified", Verification.data_date != "")
        .order_by(Verification.finished_at.desc())
        .limit(1)
    )
    return session.scalar(newest)
