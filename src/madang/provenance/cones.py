# SPDX-License-Identifier: Apache-2.0
"""All that one version is made of, out of the rows: just this part of the graph is loaded, whatever else there is.

What the viewer may not see is in it with all that it brings, under a name that says nothing; so is what is only known through it.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import CTE, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from madang import catalog, kit, terms
from madang.provenance import nodes, rules
from madang.provenance.errors import ConeTooLarge
from madang.provenance.models import Edge, Evidence, Node

MOST_NODES = 20_000
HIDDEN = "hidden:"


@dataclass(frozen=True, slots=True)
class Thing:
    """One node as the viewer may know it: ``address`` is its page, empty for components and for what is hidden; ``row`` its row's id,
    ``asset_id`` the asset whose sight decides on it, empty for components."""

    id: str
    row: str
    type: str
    license: str | None
    address: str
    is_hidden: bool
    asset_id: str = ""


@dataclass(frozen=True)
class Cone:
    """A graph for the core, the id of the version in it, and what each id is. Ids of what is hidden begin with ``hidden:``."""

    graph: terms.Graph
    top: str
    things: Mapping[str, Thing]

    @property
    def hidden(self) -> frozenset[str]:
        """The ids that say nothing."""
        return frozenset(id_ for id_, thing in self.things.items() if thing.is_hidden)

    @property
    def places(self) -> dict[str, str]:
        """The ids of the assets whose sight decides on the things."""
        return {id_: thing.asset_id for id_, thing in self.things.items() if thing.asset_id}

    def id_of(self, row: str) -> str | None:
        """The id of a row in this graph, if it is in it."""
        return next((id_ for id_, thing in self.things.items() if thing.row == row), None)


@dataclass(frozen=True, slots=True)
class _Loaded:
    node: Node
    asset: catalog.Asset | None
    number: int | None
    is_visible: bool
    known: Node | None = None
    """The component that everybody knows, of what is only known within a version."""

    @property
    def terms(self) -> str | None:
        """What a person stated of the component goes before what is told of it within one version."""
        stated = self.node.stated_license or (self.known.stated_license if self.known else None)
        return stated or self.node.license or (self.known.license if self.known else None)

    @property
    def facts(self) -> tuple[str, ...]:
        """What is declared of it here and everywhere."""
        return tuple(dict.fromkeys((*self.node.facts, *(self.known.facts if self.known else ()))))

    @property
    def id(self) -> str:
        if self.asset is None:
            return self.node.name
        name = f"{self.asset.ref}@{self.number}"
        return name if self.node.within_id is None else f"{name}#{self.node.name}"

    @property
    def address(self) -> str:
        return f"{catalog.asset_address(self.asset)}/versions/{self.number}" if self.asset is not None else ""


def cone(session: Session, version: catalog.Version, *, viewer: kit.Actor) -> Cone:
    """The version with all that it is made of, in three queries. ``NoSuchAsset`` where the viewer may not see the version itself,
    ``ConeTooLarge`` where more than ``MOST_NODES`` things are in it. A version whose parts nobody has named is not complete."""
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=viewer)
    top = nodes.find(session, nodes.version_key(version.id))
    if top is None:
        return _alone(asset, version)
    up = nodes.above(top.id)
    loaded = {each.node.id: each for each in _nodes(session, up, viewer)}
    if len(loaded) > MOST_NODES:
        raise ConeTooLarge(limit=MOST_NODES)
    inside = select(up.c.id)
    edges = session.scalars(select(Edge).where(Edge.target_id.in_(inside), Edge.withdrawn_at.is_(None)).order_by(Edge.id)).all()
    proofs = session.scalars(select(Evidence).where(Evidence.node_id.in_(inside), Evidence.withdrawn_at.is_(None)).order_by(Evidence.id))
    ids = _named(top.id, loaded, edges)
    things = {ids[row]: _thing(ids[row], each) for row, each in loaded.items()}
    made = [_node(ids[row], each, asset) for row, each in loaded.items()]
    graph = terms.make_graph(
        made, [_edge(each, ids) for each in edges], _evidence(proofs, ids, {(e.source_id, e.target_id) for e in edges})
    )
    return Cone(graph, ids[top.id], things)


def below(session: Session, version: catalog.Version, *, viewer: kit.Actor) -> tuple[dict[str, Thing], list[tuple[str, str, str]]]:
    """What is made with the version, itself among it, and the ways between as (source, target, kind); at most ``MOST_NODES`` things. What
    the viewer may not see, and what they could know only through it, has a name that says nothing."""
    top = nodes.find(session, nodes.version_key(version.id))
    if top is None:
        return {}, []
    down = nodes.below(top)
    loaded = {each.node.id: each for each in _nodes(session, down, viewer)}
    asked = select(Edge.source_id, Edge.target_id, Edge.kind).where(Edge.source_id.in_(select(down.c.id)), Edge.withdrawn_at.is_(None))
    ways = [(source, target, kind) for source, target, kind in session.execute(asked) if source in loaded and target in loaded]
    hidden = veils(
        top.id, loaded, ((target, source) for source, target, _kind in ways), {row for row, it in loaded.items() if it.is_visible}
    )
    ids = {row: hidden.get(row, each.id) for row, each in loaded.items()}
    return {ids[row]: _thing(ids[row], each) for row, each in loaded.items()}, [(ids[a], ids[b], kind) for a, b, kind in ways]


def _alone(asset: catalog.Asset, version: catalog.Version) -> Cone:
    node = Node(id="", name="", type=rules.TYPES[asset.kind], facts=[], is_complete=False, is_own=False, cost=1)
    each = _Loaded(node, asset, version.number, is_visible=True)
    return Cone(terms.make_graph([_node(each.id, each, asset)]), each.id, {each.id: _thing(each.id, each)})


def _nodes(session: Session, up: CTE, viewer: kit.Actor) -> list[_Loaded]:
    seen = case((and_(catalog.Asset.id.is_not(None), catalog.visible(viewer)), 1), else_=0)
    known = aliased(Node)
    asked = (
        select(Node, catalog.Asset, catalog.Version.number, seen, known)
        .join(up, up.c.id == Node.id)
        .outerjoin(known, and_(Node.within_id.is_not(None), known.key == nodes.component_key("") + Node.purl))
        .outerjoin(catalog.Version, catalog.Version.id == func.coalesce(Node.version_id, Node.within_id))
        .outerjoin(catalog.Asset, catalog.Asset.id == catalog.Version.asset_id)
        .order_by(Node.id)
        .limit(MOST_NODES + 1)
    )
    rows = session.execute(asked)
    return [_Loaded(node, asset, number, asset is None or bool(shown), component) for node, asset, number, shown, component in rows]


def _named(top: str, loaded: Mapping[str, _Loaded], edges: Iterable[Edge]) -> dict[str, str]:
    """The id of each row. What cannot be reached over visible things alone is not named, for even that it is there says something."""
    visible = {row for row, each in loaded.items() if each.is_visible}
    hidden = veils(top, loaded, ((edge.source_id, edge.target_id) for edge in edges), visible)
    return {row: hidden.get(row, each.id) for row, each in loaded.items()}


def veils(top: str, every: Iterable[str], ends: Iterable[tuple[str, str]], visible: Container[str]) -> dict[str, str]:
    """A name that says nothing for each of ``every`` that cannot be reached from ``top`` against ``ends`` over visible ones alone."""
    into: dict[str, list[str]] = {}
    for source, target in ends:
        into.setdefault(target, []).append(source)
    reached, waiting = {top}, [top]
    for place in waiting:
        for source in into.get(place, ()):
            if source not in reached and source in visible:
                reached.add(source)
                waiting.append(source)
    return {name: f"{HIDDEN}{place}" for place, name in enumerate(sorted(set(every) - reached), 1)}


def _thing(id_: str, each: _Loaded) -> Thing:
    asset_id = each.asset.id if each.asset is not None else ""
    if id_.startswith(HIDDEN):
        return Thing(id_, each.node.id, "", None, "", is_hidden=True, asset_id=asset_id)
    return Thing(id_, each.node.id, each.node.type, each.terms, each.address, is_hidden=False, asset_id=asset_id)


def _node(id_: str, each: _Loaded, top: catalog.Asset) -> terms.Node:
    """The core's node. Somebody's own thing is own to whoever has the version only where both are in one namespace."""
    node = each.node
    is_own = node.is_own and each.asset is not None and each.asset.namespace_key == top.namespace_key
    return terms.Node(id_, node.type, each.terms, is_own=is_own, facts=each.facts, complete=node.is_whole, cost=node.cost)


def _edge(edge: Edge, ids: Mapping[str, str]) -> terms.Edge:
    return terms.Edge(
        ids[edge.source_id], ids[edge.target_id], edge.kind, released_with=edge.released_with, modified=edge.modified, pinned=edge.pinned,
        complete=edge.complete,
    )  # fmt: skip


def _evidence(proofs: Iterable[Evidence], ids: Mapping[str, str], ends: set[tuple[str, str]]) -> list[terms.Evidence]:
    """What stands at a node or at a way that there is; its issuer is not told where the place is hidden."""
    found = []
    for proof in proofs:
        if proof.source_id is None:
            at: str | tuple[str, str] = ids[proof.node_id]
        elif (proof.source_id, proof.node_id) in ends:
            at = (ids[proof.source_id], ids[proof.node_id])
        else:
            continue
        places = (at,) if isinstance(at, str) else at
        issuer = "" if any(place.startswith(HIDDEN) for place in places) else proof.issuer
        found.append(terms.Evidence(at, tuple(proof.removes), issuer or "-", proof.expires, proof.sha256))
    return found
