# SPDX-License-Identifier: Apache-2.0
"""Every read of the hub. What the viewer may not see is not there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from madang import catalog, db, kit
from madang.hub import rules
from madang.hub.errors import NoSuchRepository, NoSuchRevision
from madang.hub.limits import Limits
from madang.hub.models import Commit, Ref, Repository, Sent, Table, Tag


@dataclass(frozen=True, slots=True)
class Place:
    """A repository with its asset."""

    asset: catalog.Asset
    repository: Repository

    @property
    def name(self) -> str:
        """As clients name it."""
        return f"{self.asset.namespace}/{self.asset.name}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list asks for: words in names and titles, a namespace, tags that must all stand in the card."""

    search: Sequence[str] = ()
    author: str = ""
    tags: Sequence[str] = field(default=())
    order: str = "lastModified"


def find(session: Session, kind: str, namespace: str, name: str, *, viewer: kit.Actor) -> Place | None:
    """The repository of that name, or None."""
    if "\0" in namespace + name:
        return None
    asset = catalog.find_asset(session, kind, namespace, name, viewer=viewer)
    repository = session.get(Repository, asset.id) if asset is not None else None
    if asset is None or repository is None or repository.removed_at is not None:
        return None
    return Place(asset, repository)


def get(session: Session, kind: str, namespace: str, name: str, *, viewer: kit.Actor) -> Place:
    """The repository of that name; ``NoSuchRepository`` when there is none for this viewer."""
    found = find(session, kind, namespace, name, viewer=viewer)
    if found is None:
        raise NoSuchRepository(name=f"{namespace}/{name}"[:200])
    return found


def get_by_id(session: Session, repository_id: str) -> Place:
    """The repository of that id, for what was permitted before; ``NoSuchRepository`` where it is gone."""
    repository = session.get(Repository, repository_id)
    if repository is None or repository.removed_at is not None:
        raise NoSuchRepository(name=repository_id)
    return Place(catalog.get_asset_by_id(session, repository_id, viewer=kit.SYSTEM), repository)


def get_commit(session: Session, place: Place, revision: str) -> Commit:
    """The commit that a branch, a tag or a commit's own id names; ``NoSuchRevision`` otherwise."""
    plain = rules.plain_revision(revision)
    ref = find_ref(session, place, plain)
    wanted = ref.commit_id if ref is not None else plain
    commit = session.get(Commit, (place.repository.id, wanted)) if rules.COMMIT.fullmatch(wanted) else None
    if commit is None:
        raise NoSuchRevision(revision=revision[:120])
    return commit


def find_ref(session: Session, place: Place, name: str) -> Ref | None:
    """The branch or tag of that name, or None."""
    return session.get(Ref, (place.repository.id, name)) if "\0" not in name else None


def refs(session: Session, place: Place) -> Sequence[Ref]:
    """All branches and tags, the main branch first."""
    found = session.scalars(select(Ref).where(Ref.repository_id == place.repository.id).order_by(Ref.name)).all()
    return sorted(found, key=lambda ref: (ref.kind, ref.name != rules.MAIN, ref.name))


def history(session: Session, commit: Commit, *, limit: int, offset: int = 0) -> list[Commit]:
    """The commit and those before it, newest first."""
    found: list[Commit] = []
    at: Commit | None = commit
    for number in range(offset + limit):
        if at is None:
            break
        if number >= offset:
            found.append(at)
        at = session.get(Commit, (at.repository_id, at.parent_id)) if at.parent_id else None
    return found


def count_commits(session: Session, place: Place) -> int:
    """How many commits there are, on all branches."""
    return session.scalar(select(func.count()).where(Commit.repository_id == place.repository.id)) or 0


def sent(session: Session, place: Place, digests: Iterable[str]) -> Mapping[str, Sent]:
    """Those of the digests whose bytes were sent to this repository."""
    found: dict[str, Sent] = {}
    for some in db.slices(set(digests), 500):
        rows = session.scalars(select(Sent).where(Sent.repository_id == place.repository.id, Sent.sha256.in_(some)))
        found |= {row.sha256: row for row in rows}
    return found


def used_bytes(session: Session, place: Place) -> int:
    """The bytes that were sent to the repository."""
    return int(session.scalar(select(func.coalesce(func.sum(Sent.size), 0)).where(Sent.repository_id == place.repository.id)) or 0)


def used_in_namespace(session: Session, place: Place) -> int:
    """The bytes that were sent to all repositories of the namespace."""
    own = select(catalog.Asset.id).where(catalog.Asset.namespace_key == place.asset.namespace_key)
    return int(session.scalar(select(func.coalesce(func.sum(Sent.size), 0)).where(Sent.repository_id.in_(own))) or 0)


def rooms(session: Session, place: Place, limits: Limits) -> list[tuple[str, int, int]]:
    """What is bounded: the repository and its namespace, with the bytes that were sent to each and those that may be."""
    found = []
    if limits.repository:
        found.append((place.name, used_bytes(session, place), limits.repository))
    if limits.namespace:
        found.append((place.asset.namespace, used_in_namespace(session, place), limits.namespace))
    return found


def tags(session: Session, places: Sequence[Place]) -> Mapping[str, list[str]]:
    """The tags of each repository, by its id, in the order of its card."""
    found: dict[str, list[str]] = {place.repository.id: [] for place in places}
    rows = session.execute(select(Tag.repository_id, Tag.word).where(Tag.repository_id.in_(list(found))).order_by(Tag.place))
    for repository_id, word in rows:
        found[repository_id].append(word)
    return found


def repositories(session: Session, kind: str, asked: Asked, *, viewer: kit.Actor, limit: int, offset: int = 0) -> list[Place]:
    """The repositories of that kind that answer, newest change first."""
    newest = catalog.Asset.created_at if asked.order == "createdAt" else catalog.Asset.changed_at
    wanted = (
        select(catalog.Asset, Repository)
        .join(Repository, Repository.id == catalog.Asset.id)
        .where(*_conditions(kind, asked, viewer))
        .order_by(newest.desc(), catalog.Asset.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Place(asset, repository) for asset, repository in session.execute(wanted)]


def count_repositories(session: Session, kind: str, asked: Asked, *, viewer: kit.Actor) -> int:
    """How many answer."""
    counted = select(func.count()).select_from(catalog.Asset).join(Repository, Repository.id == catalog.Asset.id)
    return session.scalar(counted.where(*_conditions(kind, asked, viewer))) or 0


def _conditions(kind: str, asked: Asked, viewer: kit.Actor) -> list[ColumnElement[bool]]:
    made = [catalog.Asset.kind == kind, Repository.removed_at.is_(None), catalog.visible(viewer)]
    if asked.author:
        made.append(catalog.Asset.namespace_key == asked.author.lower())
    for word in asked.search:
        name = catalog.Asset.namespace_key + "/" + catalog.Asset.key
        made.append(or_(name.contains(word.lower(), autoescape=True), catalog.Asset.title.contains(word, autoescape=True)))
    for tag in asked.tags:
        is_tagged = select(Tag.repository_id).where(and_(Tag.repository_id == Repository.id, Tag.word == tag))
        made.append(is_tagged.exists())
    return made


def heads(session: Session, places: Sequence[Place]) -> Mapping[str, Commit]:
    """The main branch's commit of each repository, by its id."""
    ids = [place.repository.id for place in places]
    same = and_(Commit.repository_id == Ref.repository_id, Commit.id == Ref.commit_id)
    found = session.scalars(select(Commit).join(Ref, same).where(Ref.name == rules.MAIN, Ref.repository_id.in_(ids)))
    return {commit.repository_id: commit for commit in found}


def needed_objects(session: Session) -> set[str]:
    """The digests of all that was sent to any repository, of the trees of all commits, and of what was read of tables. For the platform's
    own work."""
    trees = session.scalars(select(Commit.tree).distinct())
    made = session.execute(select(Table.facts, Table.rows).where(Table.state == "read"))
    return {
        *(tree.removeprefix("sha256:") for tree in trees),
        *session.scalars(select(Sent.sha256).distinct()),
        *(each for row in made for each in row if each),
    }
