# SPDX-License-Identifier: Apache-2.0
"""Parts that arrive by themselves: what a higher room found in a version becomes nodes and edges, again and again the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from madang import audit, catalog, kit
from madang.db import slices
from madang.provenance import alerts, nodes, rules
from madang.provenance.models import SCANNED, Edge, Node

MOST_PARTS = 5_000
FILES = "files"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a version is made of. ``is_inside``: it lies in the version's own tree, under the terms that stand there, whatever
    else is called so; else it is only named there, and its terms are those of the component that everybody knows by ``purl``."""

    purl: str
    kind: str = "contains"
    license: str | None = None
    is_inside: bool = False
    pinned: bool = True


def take_components(
    session: Session,
    version: catalog.Version,
    parts: Sequence[Part],
    *,
    license: str | None,  # noqa: A002 (as SPDX and the core spell it)
    found: str | None = None,
    is_complete: bool,
    by: kit.Actor = kit.SYSTEM,
) -> bool:
    """The version is made of these parts and stands under ``license``; whether anything changed. What people declared stays.

    ``found`` is what its files say where that is more than ``license``: then they are a part of their own. A part whose purl cannot be one,
    and parts beyond ``MOST_PARTS``, are left out, and the version is not complete.
    """
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
    node = nodes.of_version(session, asset, version)
    named = {(each.purl, each.kind, each.is_inside): each for each in parts if rules.is_purl(each.purl)}
    kept = list(named.values())[:MOST_PARTS]
    is_complete = is_complete and len(kept) == len({(each.purl, each.kind, each.is_inside) for each in parts})
    wanted = _wanted(session, version, kept, found if found != license else None)
    first = node.arrived_at is None
    changes = _synchronised(session, node, wanted, by) | ((node.license, node.is_complete) != (license, is_complete))
    node.license, node.is_complete, node.arrived_at = license, is_complete, kit.now()
    session.flush()
    if first or changes:
        audit.record(session, "derivation.arrived", target=node.name, by=by, parts=len(wanted), license=license, complete=is_complete)
    if changes and not first:
        alerts.touched(session, node, by=by)
    return first or changes


def _wanted(session: Session, version: catalog.Version, parts: Sequence[Part], found: str | None) -> dict[tuple[str, str], Part]:
    """Each part by its node's id and its kind."""
    inside = {f"in/{version.id}/{each.purl}": each for each in parts if each.is_inside}
    outside = dict.fromkeys(nodes.component_key(each.purl) for each in parts if not each.is_inside)
    if found is not None:
        inside[f"in/{version.id}/{FILES}"] = Part(FILES, license=found, is_inside=True)
    ids = _ensured(session, [*inside, *outside])
    for node in session.scalars(select(Node).where(Node.within_id == version.id)):
        if node.key in inside:
            node.license = inside[node.key].license
    return {
        **{(ids[nodes.component_key(each.purl)], each.kind): each for each in parts if not each.is_inside},
        **{(ids[key], each.kind): each for key, each in inside.items()},
    }


def _ensured(session: Session, keys: Collection[str]) -> dict[str, str]:
    """The id of each node, by its key; those that are not there are made, a slice at a time."""
    known: dict[str, str] = {}
    for some in slices(keys, 500):
        known.update((row.key, row.id) for row in session.execute(select(Node.key, Node.id).where(Node.key.in_(some))))
    rows = [_row(key) for key in keys if key not in known]
    for made in slices(rows, 500):
        session.execute(insert(Node), made)
    return known | {row["key"]: row["id"] for row in rows}


def _row(key: str) -> dict[str, Any]:
    place, _slash, name = key.partition("/")
    within, _slash, inside = name.partition("/")
    told = {"name": inside, "within_id": within} if place == "in" else {"name": name, "within_id": None}
    return {"id": kit.new_id(), "key": key, "type": "software", "is_own": False, "facts": [], "is_complete": True, "cost": 1, **told}


def _synchronised(session: Session, node: Node, wanted: dict[tuple[str, str], Part], by: kit.Actor) -> bool:
    """The edges that arrived are these; whether any came or went."""
    stand = (Edge.target_id == node.id, Edge.origin == SCANNED, Edge.withdrawn_at.is_(None))
    known = {(edge.source_id, edge.kind): edge for edge in session.scalars(select(Edge).where(*stand))}
    at, gone = kit.now(), [edge for key, edge in known.items() if key not in wanted or edge.pinned != wanted[key].pinned]
    for edge in gone:
        edge.withdrawn_at, edge.withdrawn_by = at, by.name
    session.flush()
    kept = {(edge.source_id, edge.kind) for edge in known.values() if edge.withdrawn_at is None}
    rows = [
        {
            "id": kit.new_id(), "source_id": source, "target_id": node.id, "kind": kind, "released_with": part.is_inside,
            "modified": False if not part.is_inside else None, "pinned": part.pinned, "complete": True, "origin": SCANNED, "note": "",
            "made_at": at, "made_by": by.name,
        }
        for (source, kind), part in wanted.items() if (source, kind) not in kept
    ]  # fmt: skip
    for some in slices(rows, 500):
        session.execute(insert(Edge), some)
    return bool(gone or rows)
