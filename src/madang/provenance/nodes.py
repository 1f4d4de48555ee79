# SPDX-License-Identifier: Apache-2.0
"""Rows of nodes, made at their first need."""

from sqlalchemy import CTE, and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import catalog, kit
from madang.provenance import rules
from madang.provenance.metadata import declared_here
from madang.provenance.models import Edge, Node


def version_key(version_id: str) -> str:
    """The key of a version's node."""
    return f"version/{version_id}"


def component_key(purl: str) -> str:
    """The key of a component that is known everywhere."""
    return f"purl/{purl}"


def find(session: Session, key: str) -> Node | None:
    """The node of that key, if there is one."""
    return session.scalar(select(Node).where(Node.key == key))


def of_version(session: Session, asset: catalog.Asset, version: catalog.Version) -> Node:
    """The version's node. Until its parts have arrived nobody knows them."""
    name = f"{asset.ref}@{version.number}"
    made = Node(key=version_key(version.id), version_id=version.id, name=name, type=rules.TYPES[asset.kind], is_complete=False)
    return _ensured(session, made)


def of_component(session: Session, purl: str) -> Node:
    """The component's node: of something that is made elsewhere, under terms that its package declares, if any."""
    found = declared_here(rules.check_purl(purl))
    told = {"license": found.license, "license_from": found.source} if found else {}
    return _ensured(session, Node(key=component_key(purl), name=purl, purl=purl, type="software", **told))


def _ensured(session: Session, made: Node) -> Node:
    """The node of that key: the one that stands, else this one, even when two make it at once."""
    known = find(session, made.key)
    if known is not None:
        return known
    made.id = kit.new_id()
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        known = find(session, made.key)
        if known is None:
            raise
        return known
    return made


def above(node_id: str) -> CTE:
    """The node and all that it is made of, as rows of ids: each once, so that a cycle ends."""
    up = select(Node.id).where(Node.id == node_id).cte("up", recursive=True)
    return up.union(select(Edge.source_id).join(up, Edge.target_id == up.c.id).where(Edge.withdrawn_at.is_(None)))


def below(node: Node) -> CTE:
    """The node and all that is made with it. A component that everybody knows is also what goes by its name within a version."""
    start = select(Node.id).where(Node.id == node.id)
    if node.version_id is None and node.within_id is None:
        start = select(Node.id).where(or_(Node.id == node.id, and_(Node.purl == node.name, Node.within_id.is_not(None))))
    down = start.cte("down", recursive=True)
    return down.union(select(Edge.target_id).join(down, Edge.source_id == down.c.id).where(Edge.withdrawn_at.is_(None)))
