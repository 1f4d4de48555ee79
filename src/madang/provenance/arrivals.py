# SPDX-License-Identifier: Apache-2.0
"""Parts that arrive by themselves: what a higher room found in a version becomes nodes and edges, again and again the same.

A list says of what is in its own version what it likes, and nothing of anything else: parts of parts are known only within the version.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.orm import Session

from madang import audit, catalog, kit, terms
from madang.db import slices
from madang.provenance import alerts, nodes, rules
from madang.provenance.making import Part, sound
from madang.provenance.metadata import declared_here
from madang.provenance.models import SCANNED, Edge, Node

MOST_PARTS = 10_000
FILES = "files"
Ways = dict[tuple[str, str, str], Part]
"""Each part by its node's id, that of what it goes into, and its kind."""


def take_components(
    session: Session,
    version: catalog.Version,
    parts: Sequence[Part],
    *,
    license: str | None,  # noqa: A002 (as SPDX and the core spell it)
    found: str | None = None,
    is_complete: bool,
    itself: str = "",
    by: kit.Actor = kit.SYSTEM,
) -> bool:
    """The version is made of these parts and stands under ``license``; whether anything changed. What people declared stays.

    ``found`` is what its files say where that is more than ``license``: then they are a part of their own. ``itself`` is the package URL
    under which it calls itself. A part that cannot be one, and parts beyond ``MOST_PARTS``, are left out, and the version is not complete.
    """
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
    node = nodes.of_version(session, asset, version)
    kept, is_whole = sound(parts)
    is_complete = is_complete and is_whole and len(kept) <= MOST_PARTS
    if found is not None and found != license:
        kept = [*kept[:MOST_PARTS], Part(FILES, license=found, is_inside=True)]
    first = node.arrived_at is None
    changes = arrange(session, asset, version, node, kept[: MOST_PARTS + 1], origin=SCANNED, by=by)
    changes |= (node.license, node.is_complete) != (license, is_complete)
    node.license, node.is_complete, node.arrived_at = license, is_complete, kit.now()
    node.purl = itself if rules.is_purl(itself) else None
    session.flush()
    if first or changes:
        audit.record(session, "derivation.arrived", target=node.name, by=by, parts=len(kept), license=license, complete=is_complete)
    if changes and not first:
        alerts.touched(session, node, by=by)
    elif first:
        alerts.due(session, node)
    return first or changes


def arrange(
    session: Session, asset: catalog.Asset, version: catalog.Version, node: Node, parts: Sequence[Part], *, origin: str, by: kit.Actor,
    document_id: str | None = None,
) -> bool:  # fmt: skip
    """The ways of that origin (and document) into the version and between what is only known within it are these; whether any changed."""
    place = f"{version.id}/{document_id}" if document_id else version.id
    ids, changed = _placed(session, asset, version, parts, place)
    wanted: Ways = {}
    for part in parts:
        source, target = ids[_key(part, place)], ids[f"in/{place}/{part.into}"[:500]] if part.into else node.id
        if source != target:
            wanted[source, target, part.kind] = part
    mine = (Edge.origin == origin, Edge.document_id == document_id if document_id else Edge.document_id.is_(None))
    return _synchronised(session, node, version, wanted, mine, by, origin, document_id) or changed


def _key(part: Part, place: str) -> str:
    return f"in/{place}/{part.key}"[:500] if part.is_inside else nodes.component_key(part.purl)


def _placed(
    session: Session, asset: catalog.Asset, version: catalog.Version, parts: Sequence[Part], place: str
) -> tuple[dict[str, str], bool]:
    """The id of each part's node by its key, and whether anything is told otherwise than before of what is known within the version."""
    stands = {_key(part, place): other for part in parts if part.asset and (other := _in_yard(session, asset, part))}
    keys = {_key(part, place): part for part in reversed(parts) if _key(part, place) not in stands}
    # Of what a list names without terms the component that everybody knows may have some.
    silent = [part for part in parts if part.is_inside and part.license is None and rules.is_purl(part.purl)]
    keys = {nodes.component_key(part.purl): replace(part, is_inside=False) for part in silent} | keys
    ids = _ensured(session, keys, version.id)
    changed = False
    for node in session.scalars(select(Node).where(Node.within_id == version.id, Node.key.startswith(f"in/{place}/", autoescape=True))):
        part = keys.get(node.key)
        if part is not None and (node.license, node.is_complete, node.type) != (part.license, part.is_whole, part.type):
            node.license, node.is_complete, node.type, changed = part.license, part.is_whole, part.type, True
    return ids | stands, changed


def _in_yard(session: Session, asset: catalog.Asset, part: Part) -> str | None:
    """The node of the newest version of what a card names, where it stands in the yard: in the namespace of whoever names it, or open.

    What is neither might be somebody's own: naming it must not show that it is there.
    """
    other = catalog.find_asset(session, *part.asset.split("/"), viewer=kit.SYSTEM) if part.asset.count("/") == 2 else None
    if other is None or other.id == asset.id:
        return None
    if other.namespace_key != asset.namespace_key and other.exposure != "open":
        return None
    try:
        newest = catalog.get_version(session, other, "latest")
    except catalog.NoSuchVersion:
        return None
    return nodes.of_version(session, other, newest).id


def _ensured(session: Session, parts: Mapping[str, Part], version_id: str) -> dict[str, str]:
    """The id of each node, by its key; those that are not there are made, a slice at a time."""
    known: dict[str, str] = {}
    for some in slices(parts, 500):
        known.update((row.key, row.id) for row in session.execute(select(Node.key, Node.id).where(Node.key.in_(some))))
    for some in slices(known, 500):
        _look_again(session, some)
    rows = [_row(key, part, version_id) for key, part in parts.items() if key not in known]
    for made in slices(rows, 500):
        session.execute(insert(Node), made)
    return known | {row["key"]: row["id"] for row in rows}


def _look_again(session: Session, keys: Collection[str]) -> None:
    """What was not installed here when a component first came may be now, and says what it stands under."""
    silent = (Node.key.in_(keys), Node.license.is_(None), Node.within_id.is_(None), Node.version_id.is_(None))
    for node in session.scalars(select(Node).where(*silent)):
        if found := declared_here(node.name):
            node.license, node.license_from = found.license, found.source


def _row(key: str, part: Part, version_id: str) -> dict[str, Any]:
    inside = {"within_id": version_id, "license": part.license, "license_from": None, "is_complete": part.is_whole}
    told = inside if part.is_inside else {"within_id": None, "is_complete": True, **_declared(part.purl)}
    name = (part.purl or part.key) if part.is_inside else part.purl
    purl = part.purl if rules.is_purl(part.purl) else None
    return {"id": kit.new_id(), "key": key, "name": name, "purl": purl, "type": part.type, "is_own": False, "facts": [], "cost": 1, **told}


def _declared(purl: str) -> dict[str, str | None]:
    """What a package that is installed here declares of itself."""
    found = declared_here(purl)
    return {"license": found.license, "license_from": found.source} if found else {"license": None, "license_from": None}


def _synchronised(
    session: Session, node: Node, version: catalog.Version, wanted: Ways, mine: Collection[ColumnElement[bool]], by: kit.Actor,
    origin: str, document_id: str | None,
) -> bool:  # fmt: skip
    """The edges that arrived are these; whether any came or went."""
    inside = select(Node.id).where(Node.within_id == version.id)
    stand = (or_(Edge.target_id == node.id, Edge.target_id.in_(inside)), Edge.withdrawn_at.is_(None), *mine)
    known = {(edge.source_id, edge.target_id, edge.kind): edge for edge in session.scalars(select(Edge).where(*stand))}
    gone = [edge for key, edge in known.items() if key not in wanted or _said(edge) != _told(wanted[key])]
    at = kit.now()
    for edge in gone:
        edge.withdrawn_at, edge.withdrawn_by = at, by.name
    session.flush()
    kept = {key for key, edge in known.items() if edge.withdrawn_at is None}
    rows = [
        {
            "id": kit.new_id(), "source_id": source, "target_id": target, "kind": kind, "released_with": part.released_with,
            "modified": None if part.is_inside or kind in terms.CHANGING else False,
            "pinned": part.pinned, "complete": part.is_listed, "origin": origin, "note": "",
            "document_id": document_id, "made_at": at, "made_by": by.name,
        }
        for (source, target, kind), part in wanted.items() if (source, target, kind) not in kept
    ]  # fmt: skip
    for some in slices(rows, 500):
        session.execute(insert(Edge), some)
    return bool(gone or rows)


def _said(edge: Edge) -> tuple[bool, bool, bool]:
    return edge.pinned, edge.released_with, edge.complete


def _told(part: Part) -> tuple[bool, bool, bool]:
    return part.pinned, part.released_with, part.is_listed
