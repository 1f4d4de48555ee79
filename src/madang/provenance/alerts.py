# SPDX-License-Identifier: Apache-2.0
"""Who must know when something changes: decisions that rested on it go stale, and owners of what is made with it are told."""

from sqlalchemy import Select, exists, insert, literal, select, update
from sqlalchemy.orm import Session

from madang import catalog, inbox, kit
from madang.kit import _
from madang.provenance import nodes
from madang.provenance.models import Decision, Due, Node

CHANGED = inbox.Kind("terms.changed", _("Something that a thing of yours is made of changed"))
STALE = inbox.Kind("terms.stale", _("A decision of yours rests on something that has changed"))
inbox.declare(CHANGED, STALE)
MOST_TOLD = 500


def touched(session: Session, node: Node, *, by: kit.Actor) -> None:
    """The node, or what leads into it, is no longer as it was. Nobody is told what it was, nor by whom: they may not be allowed to see it.
    Whoever did it is not told."""
    reached = due(session, node)
    _stale(session, reached, by)
    asked = (
        select(catalog.Asset, catalog.Version, catalog.Namespace.owner_id)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(catalog.Namespace, catalog.Namespace.key == catalog.Asset.namespace_key)
        .join(Node, Node.version_id == catalog.Version.id)
        .where(Node.id.in_(reached), Node.id != node.id)
        .order_by(catalog.Version.id.desc())
        .limit(MOST_TOLD)
    )
    told: set[str] = set()
    for asset, version, owner in session.execute(asked):
        if asset.id not in told:
            told.add(asset.id)
            _tell(session, asset, version, owner, by)


def due(session: Session, node: Node) -> Select[tuple[str]]:
    """Each version that the node is, or that is made with it, is worked out anew for lists when there is time; all that is reached."""
    reached, at = select(nodes.below(node).c.id), kit.now()
    session.execute(update(Due).where(Due.node_id.in_(reached)).values(due_at=at))
    known = exists().where(Due.node_id == Node.id)
    missing = select(Node.id, literal(at, Due.due_at.type)).where(Node.id.in_(reached), Node.version_id.is_not(None), ~known)
    session.execute(insert(Due).from_select(["node_id", "due_at"], missing))
    return reached


def _stale(session: Session, reached: object, by: kit.Actor) -> None:
    fresh = (Decision.node_id.in_(reached), Decision.stale_at.is_(None))  # type: ignore[arg-type]  # a SELECT of ids
    deciders = session.execute(select(Decision.id, Decision.decided_by_id).where(*fresh).limit(MOST_TOLD)).all()
    session.execute(update(Decision).where(*fresh).values(stale_at=kit.now()))
    for decision_id, account in deciders:
        if account is not None and account != by.account_id:
            text = _("Something that a decision of yours rests on has changed. Decide again.")
            address = f"/terms/decisions/{decision_id}"
            to, about = [inbox.to_account(account)], f"decision/{decision_id}"
            inbox.tell(session, kind=STALE.name, to=to, about=about, address=address, text=text, by=kit.SYSTEM)


def _tell(session: Session, asset: catalog.Asset, version: catalog.Version, owner: str | None, by: kit.Actor) -> None:
    if owner is not None and owner != by.account_id:
        text = _("Something that “%(name)s” is made of changed. Look again at what may be done with it.")
        values = {"name": f"{asset.namespace}/{asset.name}"}
        about, address = f"version/{version.id}", catalog.version_address(asset, version)
        to = [inbox.to_account(owner)]
        inbox.tell(session, kind=CHANGED.name, to=to, about=about, address=address, text=text, values=values, by=kit.SYSTEM)
