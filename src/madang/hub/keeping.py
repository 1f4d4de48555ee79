# SPDX-License-Identifier: Apache-2.0
"""Whether everything that rows name is there, and letting go of what was sent and never committed. For the platform's own work."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from madang import audit, catalog, db, kit, storage
from madang.hub.models import Commit, Ref, Repository, Sent, Table

GRACE = timedelta(days=2)
"""How long sent bytes may wait for the commit that names them: far longer than an address for an upload holds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it has to be: ``what`` is a word, ``where`` a repository, a commit and perhaps a path."""

    what: str
    where: str


@dataclass
class Report:
    """What was looked at, and what is wrong."""

    repositories: int = 0
    commits: int = 0
    objects: int = 0
    faults: list[Fault] = field(default_factory=list)


def check(database: db.Database, store: storage.Store, *, reads_bytes: bool = False) -> Report:
    """Every commit's tree can be read, its files are there in their size and were sent to its repository; refs, parents and versions lead
    to what stands; what was read of tables is there. ``reads_bytes``: every file is compared with its name too, which takes as long as
    reading all of them."""
    report, known = Report(), dict[str, int | None]()
    with database.reading() as session:
        for repository, asset in _repositories(session):
            report.repositories += 1
            sent = set(session.scalars(select(Sent.sha256).where(Sent.repository_id == repository.id)))
            commits = session.scalars(select(Commit).where(Commit.repository_id == repository.id).order_by(Commit.number)).all()
            ids = {commit.id for commit in commits}
            for commit in commits:
                report.commits += 1
                where = f"{asset.ref} {commit.id}"
                if commit.parent_id and commit.parent_id not in ids:
                    report.faults.append(Fault("no-parent", where))
                report.faults += _faults_in(session, store, commit, sent, known, where)
            refs = session.scalars(select(Ref).where(Ref.repository_id == repository.id))
            report.faults += [Fault("no-commit", f"{asset.ref} {ref.name}") for ref in refs if ref.commit_id not in ids]
        report.faults += [
            Fault("no-table", row.sha256)
            for row in session.scalars(select(Table).where(Table.state == "read"))
            if not all(store.exists(each) for each in (row.facts, row.rows) if each)
        ]
    report.objects = len(known)
    if reads_bytes:
        report.faults += [Fault("damaged", sha256) for sha256, size in known.items() if size is not None and not _is_whole(store, sha256)]
    return report


def _repositories(session: Session) -> list[tuple[Repository, catalog.Asset]]:
    wanted = select(Repository, catalog.Asset).join(catalog.Asset, catalog.Asset.id == Repository.id).where(Repository.removed_at.is_(None))
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _faults_in(
    session: Session, store: storage.Store, commit: Commit, sent: set[str], known: dict[str, int | None], where: str
) -> Iterator[Fault]:
    try:
        tree = store.read_tree(commit.tree)
    except (storage.TreeMissing, storage.ObjectDamaged):
        yield Fault("no-tree", where)
        return
    if (tree.files, tree.bytes) != (commit.files, commit.bytes):
        yield Fault("counts", where)
    if commit.version_id:
        version = session.get(catalog.Version, commit.version_id)
        if version is None or version.content != commit.tree:
            yield Fault("version", where)
    for entry in tree.entries:
        if entry.sha256 not in known:
            known[entry.sha256] = store.size(entry.sha256) if store.exists(entry.sha256) else None
        if known[entry.sha256] != entry.size:
            yield Fault("no-bytes", f"{where} {entry.path}")
        if entry.sha256 not in sent:
            yield Fault("not-sent", f"{where} {entry.path}")


def _is_whole(store: storage.Store, sha256: str) -> bool:
    try:
        store.open(sha256, verify=True).close()
    except storage.ObjectDamaged:
        return False
    return True


@dataclass
class Cleaned:
    """So many objects of so many bytes were sent and never committed; ``kept`` were. ``skipped`` repositories are as they were."""

    kept: int = 0
    objects: int = 0
    bytes: int = 0
    skipped: int = 0


def clean(database: db.Database, store: storage.Store, *, dry: bool, grace: timedelta = GRACE) -> Cleaned:
    """Nothing counts as sent that waited longer than ``grace`` for a commit and is in none: storage may take it when it collects next.

    Marked from all commits of a repository. A commit that is made meanwhile leaves that repository as it is.
    """
    done, before = Cleaned(), kit.now() - grace
    with database.reading() as session:
        ids = [repository.id for repository, _asset in _repositories(session)]
    for repository_id in ids:
        with database.reading() as session:
            newest = _newest(session, repository_id)
            trees = set(session.scalars(select(Commit.tree).where(Commit.repository_id == repository_id)))
            sent = session.execute(select(Sent.sha256, Sent.size, Sent.sent_at).where(Sent.repository_id == repository_id)).all()
        try:
            named = {entry.sha256 for tree in trees for entry in store.read_tree(tree).entries}
        except (storage.TreeMissing, storage.ObjectDamaged):
            done.skipped += 1
            continue
        loose = {sha256: size for sha256, size, at in sent if sha256 not in named and at < before}
        if loose and not dry and not _forget(database, repository_id, loose, newest, before):
            done.skipped += 1
            continue
        done.kept += len(sent) - len(loose)
        done.objects += len(loose)
        done.bytes += sum(loose.values())
    return done


def _newest(session: Session, repository_id: str) -> int:
    return session.scalar(select(func.max(Commit.number)).where(Commit.repository_id == repository_id)) or 0


def _forget(database: db.Database, repository_id: str, loose: dict[str, int], newest: int, before: datetime) -> bool:
    with database.writing() as session:
        repository = session.get(Repository, repository_id)
        if repository is None or _newest(session, repository_id) != newest:
            return False
        for some in db.slices(loose, 500):
            session.execute(delete(Sent).where(Sent.repository_id == repository_id, Sent.sha256.in_(some), Sent.sent_at < before))
        asset = catalog.get_asset_by_id(session, repository_id, viewer=kit.SYSTEM)
        audit.record(session, "repository.cleaned", target=asset.ref, by=kit.SYSTEM, objects=len(loose), bytes=sum(loose.values()))
    return True
