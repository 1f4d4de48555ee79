# SPDX-License-Identifier: Apache-2.0
"""The components that versions are made of, most used first, and what could be said of their licences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from madang import access, catalog, kit, licensing
from madang.db import slices
from madang.provenance.cones import Cone
from madang.provenance.models import Edge, Node

STATES = ("open", "declared", "stated", "all")
MOST_STATED = 5_000
MOST_NAMED = 2_000
_EVERYWHERE = and_(Node.version_id.is_(None), Node.within_id.is_(None))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A licence that a component may stand under. ``why``: ``stated`` (another version of it, ``where``), ``yard`` (a version here that is
    that package), ``found`` (what lists and manifests in ``times`` versions say of it)."""

    license: str
    why: str
    where: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Component:
    """A component with how many times something is made with it, and what could be stated of it, likeliest first."""

    purl: str
    uses: int
    stated: str | None
    declared: str | None
    declared_in: str | None
    suggestions: tuple[Suggestion, ...] = ()


def components(
    session: Session, *, state: str = "open", q: str = "", only: Sequence[str] | None = None, offset: int = 0, limit: int, viewer: kit.Actor
) -> list[Component]:  # fmt: skip
    """Those in that state whose name holds ``q``, most used first; of the package URLs ``only``, where given. For the office."""
    access.check(viewer, "component", "state")
    uses = _uses()
    asked = select(Node, uses).where(*_chosen(state, q, only)).order_by(uses.desc(), Node.name).offset(offset).limit(limit)
    rows = [(node, count) for node, count in session.execute(asked)]
    told = _suggested(session, [node.name for node, _count in rows], viewer)
    return [
        Component(node.name, count, node.stated_license, node.license, node.license_from, tuple(told.get(node.name, ())))
        for node, count in rows
    ]


def count_components(session: Session, *, state: str = "open", q: str = "", only: Sequence[str] | None = None, viewer: kit.Actor) -> int:
    """How many there are of those."""
    access.check(viewer, "component", "state")
    return session.scalar(select(func.count()).select_from(Node).where(*_chosen(state, q, only))) or 0


def open_in(looked: Cone) -> list[str]:
    """The ids of the things in a graph that stand under nothing that anybody stated, and that no version of the yard is."""
    return [
        id_
        for id_, thing in looked.things.items()
        if thing.license is None and not thing.is_hidden and (not thing.asset_id or "#pkg:" in id_)
    ]


def purls_of(open_ids: Iterable[str]) -> list[str]:
    """Their package URLs."""
    return list(dict.fromkeys(id_.rpartition("#")[2] if "#pkg:" in id_ else id_ for id_ in open_ids))


def _uses() -> ScalarSelect[int]:
    """How many standing ways lead out of it, and out of what is known by its name within a version."""
    within = aliased(Node)
    named = select(func.count()).select_from(Edge).join(within, within.id == Edge.source_id)
    return (
        named.where(Edge.withdrawn_at.is_(None), or_(within.id == Node.id, and_(within.within_id.is_not(None), within.purl == Node.name)))
        .correlate(Node)
        .scalar_subquery()
    )


def _chosen(state: str, q: str, only: Sequence[str] | None) -> list[ColumnElement[bool]]:
    ways: dict[str, list[ColumnElement[bool]]] = {
        "open": [Node.stated_license.is_(None), Node.license.is_(None)],
        "declared": [Node.stated_license.is_(None), Node.license.is_not(None)],
        "stated": [Node.stated_license.is_not(None)],
    }
    words = [Node.name.icontains(word, autoescape=True) for word in q.split()[:8]]
    named = [] if only is None else [Node.name.in_(only[:MOST_NAMED])]
    return [_EVERYWHERE, *ways.get(state, []), *words, *named]


def _suggested(session: Session, purls: Sequence[str], viewer: kit.Actor) -> dict[str, list[Suggestion]]:
    found: dict[str, list[Suggestion]] = {purl: [] for purl in purls}
    stated = (_EVERYWHERE, Node.stated_license.is_not(None))
    for name, licence in session.execute(select(Node.name, Node.stated_license).where(*stated).limit(MOST_STATED)):
        for purl in purls:
            if purl != name and _base(purl) == _base(name):
                found[purl].append(Suggestion(licence or "", "stated", name))
    for purl, licence, is_version, times in _told(session, purls, viewer):
        if _is_usable(licence):
            found[purl].append(Suggestion(licence, "yard" if is_version else "found", times=times))
    return {purl: _once(many) for purl, many in found.items()}


def _told(session: Session, purls: Sequence[str], viewer: kit.Actor) -> Iterable[tuple[str, str, bool, int]]:
    """What versions that the viewer may see say of these package URLs, each expression with how many say it; their own word first."""
    terms_ = func.coalesce(Node.stated_license, Node.license)
    is_version = Node.version_id.is_not(None)
    for some in slices(purls, 200):
        asked = (
            select(Node.purl, terms_, is_version, func.count())
            .join(catalog.Version, catalog.Version.id == func.coalesce(Node.version_id, Node.within_id))
            .join(catalog.Asset, catalog.Asset.id == catalog.Version.asset_id)
            .where(Node.purl.in_(some), terms_.is_not(None), catalog.visible(viewer))
            .group_by(Node.purl, terms_, is_version)
        )
        rows = [(str(purl), str(licence), bool(whole), int(times)) for purl, licence, whole, times in session.execute(asked)]
        yield from sorted(rows, key=lambda row: (not row[2], -row[3], row[1]))


def _once(many: Iterable[Suggestion]) -> list[Suggestion]:
    first: dict[str, Suggestion] = {}
    for each in many:
        first.setdefault(each.license, each)
    return list(first.values())[:4]


def _base(purl: str) -> str:
    """The package without its version."""
    path, _mark, _rest = purl.partition("?")
    return path.rpartition("@")[0] if "@" in path.rpartition("/")[2] else path


def _is_usable(licence: str) -> bool:
    try:
        return licence not in ("NOASSERTION", "NONE") and all(licensing.is_known(key) for key in licensing.keys(licence))
    except licensing.InvalidExpression:
        return False
