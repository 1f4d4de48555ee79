# SPDX-License-Identifier: Apache-2.0
"""Every write of the hub."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from madang import audit, catalog, jobs, kit, provenance, storage, tables
from madang.hub import cards, queries, rules
from madang.hub.errors import HeadMoved, NoRoom, NoSuchRevision, NotABranch, NotUploaded, RefTaken, RepositoryTaken
from madang.hub.gates import actions as gates
from madang.hub.limits import Limits
from madang.hub.models import Commit, Ref, Repository, Sent, Table, Tag
from madang.hub.queries import Place

READ = "hub.read-table"
"""The job that reads a table: its arguments are the digest and the form."""
MOST_READ, FEW = 200, 5


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that lie in the store: what a repository's row says of them."""

    sha256: str
    size: int
    blob_id: str
    is_large: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A commit that is ready: the tree lies in the store. ``parent`` is the head that it was made on; ``fresh`` are the digests that the
    head's tree does not have, each with a path. ``limits`` are those that hold for it."""

    tree: storage.Tree
    parent: str
    title: str
    message: str = ""
    sent: Sequence[Bytes] = ()
    fresh: Mapping[str, str] = field(default_factory=dict)
    card: cards.Card = field(default_factory=cards.Card)
    limits: Limits = field(default_factory=Limits)


def create(
    session: Session, store: storage.Store, *, kind: str, namespace: str, name: str, exposure: str = "private", by: kit.Actor
) -> Place:
    """The repository stands, with an empty main branch. ``RepositoryTaken`` when there is one."""
    asset = catalog.find_asset(session, kind, namespace, name, viewer=by)
    if asset is None:
        asset = catalog.register(session, kind=kind, namespace=namespace, name=name, exposure=exposure, by=by)
    else:
        catalog.check_changeable(session, asset, by=by)
    repository = session.get(Repository, asset.id)
    if repository is not None and repository.removed_at is None:
        raise RepositoryTaken(field="name", name=f"{asset.namespace}/{asset.name}")
    if repository is None:
        repository = Repository(id=asset.id, made_at=kit.now(), made_by=by.name)
        session.add(repository)
    else:
        repository.removed_at = repository.removed_by = None
        catalog.set_exposure(session, asset, exposure, by=by)
    session.flush()
    place = Place(asset, repository)
    first = _add_commit(session, place, store.put_entries([]), parent=None, title="initial commit", message="", by=by)
    session.add(_ref(place, rules.MAIN, "branch", first.id, by=by))
    session.flush()
    audit.record(session, "repository.created", target=asset.ref, by=by, exposure=asset.exposure)
    return place


def remove(session: Session, place: Place, *, by: kit.Actor) -> None:
    """The repository is gone with its commits, branches and tags. Its versions stay in the catalogue, for what rests on them."""
    catalog.check_changeable(session, place.asset, by=by)
    gates.forget(session, place, by=by)
    owned = place.repository.id
    for table in (Ref, Commit, Sent, Tag):
        session.execute(delete(table).where(table.repository_id == owned))
    place.repository.removed_at, place.repository.removed_by = kit.now(), by.name
    audit.record(session, "repository.removed", target=place.asset.ref, by=by)


def check_room(session: Session, place: Place, more: int, limits: Limits) -> None:
    """Refuse (``NoRoom``) bytes with which the repository or its namespace would hold more than it may."""
    for name, used, limit in queries.rooms(session, place, limits) if more else ():
        if used + more > limit:
            raise NoRoom(name=name, used=used, more=more, limit=limit)


def note_sent(session: Session, place: Place, bytes_: Iterable[Bytes], *, by: str, limits: Limits) -> None:
    """Whoever may write in this repository has shown that they have these bytes. ``by`` is an account's name. ``NoRoom``."""
    given = {each.sha256: each for each in bytes_}
    known = queries.sent(session, place, given)
    check_room(session, place, sum(each.size for each in given.values() if each.sha256 not in known), limits)
    at = kit.now()
    session.add_all(
        Sent(
            repository_id=place.repository.id, sha256=each.sha256, size=each.size, blob_id=each.blob_id, is_large=each.is_large, sent_at=at,
            sent_by=by,
        )
        for each in given.values()
        if each.sha256 not in known
    )  # fmt: skip
    for row in known.values():
        row.sent_at = at
    session.flush()


def commit(session: Session, place: Place, branch: str, prepared: Prepared, *, by: kit.Actor) -> Commit:
    """The branch is at a commit with the prepared tree. One that changes nothing is the head itself, so a commit sent twice is one.

    ``HeadMoved`` when the branch is not at the commit any more that it was prepared on.
    """
    catalog.check_changeable(session, place.asset, by=by)
    ref = queries.find_ref(session, place, branch)
    if ref is None or ref.kind != "branch":
        raise NotABranch(revision=branch) if ref else NoSuchRevision(revision=branch)
    head = session.get_one(Commit, (place.repository.id, ref.commit_id))
    if head.tree == prepared.tree.id:
        return head
    if head.id != prepared.parent:
        raise HeadMoved(branch=branch, expected=prepared.parent, found=head.id)
    note_sent(session, place, prepared.sent, by=by.name, limits=prepared.limits)
    _check_sent(session, place, prepared.fresh)
    if place.asset.kind == "dataset":
        read_tables_later(session, prepared.fresh)
    made = _add_commit(session, place, prepared.tree, parent=head.id, title=prepared.title, message=prepared.message, by=by)
    ref.commit_id, ref.made_at, ref.made_by = made.id, made.made_at, by.name
    if branch == rules.MAIN:
        _publish(session, place, made, prepared, by=by)
    audit.record(session, "repository.committed", target=place.asset.ref, by=by, branch=branch, commit=made.id, files=made.files)
    session.flush()
    return made


def _check_sent(session: Session, place: Place, fresh: Mapping[str, str]) -> None:
    """No file has bytes that were never sent here: else whoever knows a digest could read the file of somebody else."""
    missing = set(fresh) - set(queries.sent(session, place, fresh))
    if missing:
        sha256 = min(missing)
        raise NotUploaded(sha256=sha256, path=fresh[sha256][:120])


def read_tables_later(session: Session, files: Mapping[str, str]) -> None:
    """The tables among the files (digests with paths) that nobody asked for yet will be read, of many the first ones: before others where
    somebody who sent a few may wait for them."""
    found = sorted((path, sha256, form) for sha256, path in files.items() if (form := tables.form_of(path)) is not None)[:MOST_READ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    lane = jobs.Lane.PEOPLE if len(found) <= FEW else jobs.Lane.BACKGROUND
    for _path, sha256, form in found:
        row = {"sha256": sha256, "form": form, "state": "reading", "code": "", "reason": "{}", "asked_at": kit.now()}
        made = session.execute(dialect.insert(Table).values(row).on_conflict_do_nothing().returning(Table.sha256))
        if made.first() is not None:
            jobs.enqueue(session, READ, sha256, form, lane=lane)


def _add_commit(
    session: Session, place: Place, tree: storage.Tree, *, parent: str | None, title: str, message: str, by: kit.Actor
) -> Commit:
    at = kit.now()
    last = session.scalar(select(func.max(Commit.number)).where(Commit.repository_id == place.repository.id)) or 0
    whole = f"{title}\n\n{message}".rstrip() + f"\n\n{last + 1}"  # the number makes two commits of one second two
    made = Commit(
        repository_id=place.repository.id,
        id=rules.commit_id(place.repository.id, tree=tree.id, parent=parent, author=by.name, at=at, message=whole),
        number=last + 1, parent_id=parent, tree=tree.id, title=title, message=message, files=tree.files, bytes=tree.bytes, made_at=at,
        made_by=by.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _publish(session: Session, place: Place, made: Commit, prepared: Prepared, *, by: kit.Actor) -> None:
    """The commit is a version of the asset: under the licence and made of what its card says, and found by its words."""
    card, asset = prepared.card, place.asset
    said = provenance.cards.made_of(card.readme, asset.kind)
    source = catalog.Source("hub", place.name, ref=made.id)
    version = catalog.add_version(session, asset, source=source, by=by)
    made.version_id = version.id
    catalog.fix_content(session, version, content=made.tree, commit=made.id, by=by)
    licence = said.license if said.license != "NOASSERTION" else None
    catalog.describe(asset, version, state="declared", declared=licence, license_expression=licence, files=made.files)
    if card.title:
        catalog.set_title(session, asset, card.title, by=by)
    # Until somebody has its files read, what they say is not known, so it is never complete.
    provenance.take_components(session, version, said.parts, license=said.license, is_complete=False, by=by)
    gates.follow_card(session, place, card, by=by)
    catalog.set_search_text(session, asset, field="card", text=" ".join([*card.tags, card.text]))
    session.execute(delete(Tag).where(Tag.repository_id == place.repository.id))
    session.add_all(Tag(repository_id=place.repository.id, word=word, place=number) for number, word in enumerate(card.tags))


def create_ref(session: Session, place: Place, *, kind: str, name: str, revision: str, message: str = "", by: kit.Actor) -> Ref:
    """The branch or tag names the commit. ``RefTaken`` when the name is in use."""
    catalog.check_changeable(session, place.asset, by=by)
    rules.check_ref_name(name)
    if queries.find_ref(session, place, name) is not None:
        raise RefTaken(field="name", name=name)
    made = _ref(place, name, kind, queries.get_commit(session, place, revision).id, message=message[:10_000], by=by)
    session.add(made)
    session.flush()
    audit.record(session, f"{kind}.created", target=place.asset.ref, by=by, name=name, commit=made.commit_id)
    return made


def remove_ref(session: Session, place: Place, *, kind: str, name: str, by: kit.Actor) -> None:
    """There is no such branch or tag any more; its commits stay."""
    catalog.check_changeable(session, place.asset, by=by)
    ref = queries.find_ref(session, place, name)
    if ref is None or ref.kind != kind:
        raise NoSuchRevision(revision=name[:120])
    rules.check_may_go(name)
    session.delete(ref)
    audit.record(session, f"{kind}.removed", target=place.asset.ref, by=by, name=name, commit=ref.commit_id)


def _ref(place: Place, name: str, kind: str, commit_id: str, *, message: str = "", by: kit.Actor) -> Ref:
    return Ref(
        repository_id=place.repository.id, name=name, kind=kind, commit_id=commit_id, message=message, made_at=kit.now(), made_by=by.name
    )


def move(session: Session, place: Place, *, namespace: str, name: str, by: kit.Actor) -> None:
    """The repository is known by this name, with all that it has. Nothing stands under the old name any more."""
    catalog.check_changeable(session, place.asset, by=by)
    catalog.rename(session, place.asset, namespace=namespace, name=name, by=by)
