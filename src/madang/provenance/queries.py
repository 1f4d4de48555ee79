# SPDX-License-Identifier: Apache-2.0
"""Every read of edges, evidence and decisions. What the viewer may not see at the other end is told as hidden."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, inspect, or_, select
from sqlalchemy.orm import Session

from madang import catalog, kit, terms
from madang.provenance import nodes, packing
from madang.provenance.errors import NoSuchDecision, NoSuchDerivation, NoSuchEvidence
from madang.provenance.models import Decision, Edge, Evidence, Node

Row = TypeVar("Row", Edge, Evidence)


@dataclass(frozen=True, slots=True)
class Link:
    """An edge with what stands at its other end: ``name``, ``address`` and the edge's note are empty where the viewer may not see it."""

    edge: Edge
    name: str
    address: str
    is_hidden: bool


def node_of(session: Session, version: catalog.Version) -> Node | None:
    """The version's node, if anything was ever said of it."""
    return nodes.find(session, nodes.version_key(version.id))


def may_declare(session: Session, asset: catalog.Asset, *, viewer: kit.Actor) -> bool:
    """Whether the viewer may say what the asset's versions are made of."""
    return catalog.changeable(session, asset, viewer=viewer)


def edges_into(session: Session, version: catalog.Version, *, viewer: kit.Actor, limit: int, after: str = "") -> list[Link]:
    """What the version is directly made of, in the order in which it was said, from behind the id ``after``."""
    node = node_of(session, version)
    return [] if node is None else _links(session, Edge.target_id == node.id, Edge.source_id == Node.id, viewer, limit, after)


def edges_out_of(session: Session, version: catalog.Version, *, viewer: kit.Actor, limit: int, after: str = "") -> list[Link]:
    """What is directly made with the version, of what the viewer may see."""
    node = node_of(session, version)
    if node is None:
        return []
    return _links(session, Edge.source_id == node.id, Edge.target_id == Node.id, viewer, limit, after, catalog.visible(viewer))


def link_of(session: Session, edge: Edge, *, viewer: kit.Actor) -> Link:
    """An edge with what stands at its source, for whoever may see its target."""
    return _links(session, Edge.id == edge.id, Edge.source_id == Node.id, viewer, 1, "")[0]


def _links(
    session: Session,
    mine: ColumnElement[bool],
    other: ColumnElement[bool],
    viewer: kit.Actor,
    limit: int,
    after: str,
    *more: ColumnElement[bool],
) -> list[Link]:
    seen = case((and_(catalog.Asset.id.is_not(None), catalog.visible(viewer)), 1), else_=0)
    asked = (
        select(Edge, Node, catalog.Asset, catalog.Version, seen)
        .join(Node, other)
        .outerjoin(catalog.Version, catalog.Version.id == func.coalesce(Node.version_id, Node.within_id))
        .outerjoin(catalog.Asset, catalog.Asset.id == catalog.Version.asset_id)
        .where(mine, Edge.withdrawn_at.is_(None), Edge.id > after, *more)
        .order_by(Edge.id)
        .limit(limit)
    )
    return [_link(*row) for row in session.execute(asked)]


def _link(edge: Edge, node: Node, asset: catalog.Asset | None, version: catalog.Version | None, seen: int) -> Link:
    if asset is None or version is None:
        return Link(edge, node.name, "", is_hidden=False)
    if not seen:
        return Link(_veiled(edge, note=""), "", "", is_hidden=True)
    name = f"{asset.ref}@{version.number}"
    return Link(edge, name if node.within_id is None else f"{name}#{node.name}", catalog.version_address(asset, version), is_hidden=False)


def get_edge(session: Session, version: catalog.Version, edge_id: str) -> Edge:
    """The standing edge into the version; ``NoSuchDerivation`` otherwise."""
    edge = session.get(Edge, edge_id)
    node = node_of(session, version)
    if edge is None or node is None or edge.target_id != node.id or edge.withdrawn_at is not None:
        raise NoSuchDerivation(edge=edge_id[:40])
    return edge


def evidence_at(session: Session, version: catalog.Version, *, viewer: kit.Actor, limit: int, after: str = "") -> Sequence[Evidence]:
    """The evidence that stands at the version and at the ways into it, from behind the id ``after``. For whoever may see the version.

    Of a document at a way from what the viewer may not see neither issuer nor note nor digest is told.
    """
    node = node_of(session, version)
    if node is None:
        return []
    seen = case((or_(catalog.Asset.id.is_(None), catalog.visible(viewer)), 1), else_=0)
    asked = (
        select(Evidence, seen)
        .outerjoin(Node, Node.id == Evidence.source_id)
        .outerjoin(catalog.Version, catalog.Version.id == func.coalesce(Node.version_id, Node.within_id))
        .outerjoin(catalog.Asset, catalog.Asset.id == catalog.Version.asset_id)
        .where(Evidence.node_id == node.id, Evidence.withdrawn_at.is_(None), Evidence.id > after)
        .order_by(Evidence.id)
        .limit(limit)
    )
    return [proof if shown else _veiled(proof, issuer="-", note="", sha256=None) for proof, shown in session.execute(asked)]


def _veiled(row: Row, **instead: str | None) -> Row:
    """A copy of a row, in no session, with these words in place of its own."""
    kept = {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs}
    return type(row)(**(kept | instead))


def get_evidence(session: Session, version: catalog.Version, evidence_id: str) -> Evidence:
    """The standing evidence at the version; ``NoSuchEvidence`` otherwise."""
    found, node = session.get(Evidence, evidence_id), node_of(session, version)
    if found is None or node is None or found.node_id != node.id or found.withdrawn_at is not None:
        raise NoSuchEvidence(evidence=evidence_id[:40])
    return found


def decisions_of(session: Session, version: catalog.Version, *, limit: int, before: str | None = None) -> Sequence[Decision]:
    """The kept decisions on a version that the viewer was shown, newest first."""
    node = node_of(session, version)
    if node is None:
        return []
    asked = select(Decision).where(Decision.node_id == node.id)
    if before is not None:
        asked = asked.where(Decision.id < before)
    return session.scalars(asked.order_by(Decision.id.desc()).limit(limit)).all()


def kept_since(session: Session, actor: kit.Actor, at: datetime) -> int:
    """How many decisions the actor's account has kept since then."""
    mine = (Decision.decided_by_id == actor.account_id, Decision.decided_at > at)
    return session.scalar(select(func.count()).select_from(Decision).where(*mine)) or 0


def get_decision(session: Session, decision_id: str, *, viewer: kit.Actor) -> tuple[Decision, catalog.Asset, catalog.Version]:
    """The kept decision with what it is on; ``NoSuchDecision`` where the viewer may not see the version."""
    asked = (
        select(Decision, catalog.Asset, catalog.Version)
        .join(Node, Node.id == Decision.node_id)
        .join(catalog.Version, catalog.Version.id == Node.version_id)
        .join(catalog.Asset, catalog.Asset.id == catalog.Version.asset_id)
        .where(Decision.id == decision_id, catalog.visible(viewer))
    )
    found = session.execute(asked).one_or_none()
    if found is None:
        raise NoSuchDecision(decision=decision_id[:40])
    return found[0], found[1], found[2]


def replay(decision: Decision) -> bytes:
    """The record of the same question to the rules of today, on the graph and the day of then: the same bytes as long as the rules are."""
    told: dict[str, Any] = json.loads(decision.record)
    goal = terms.Goal(told["goal"]["name"], told["goal"]["license"], tuple(told["goal"]["actions"]), told["goal"]["scope"])
    graph, today = packing.unpacked(decision.graph), date.fromisoformat(told["today"])
    return terms.decide(graph, told["node"], goal, reading=decision.reading, today=today).record()
