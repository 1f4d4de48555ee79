# SPDX-License-Identifier: Apache-2.0
"""A list is attached, and taken back."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit, catalog, kit
from madang.kit import Conflict, TooMany, _
from madang.provenance import alerts, arrivals, nodes
from madang.provenance.making import sound
from madang.provenance.models import IMPORTED, Document, Edge, Node
from madang.provenance.sboms import queries
from madang.provenance.sboms.reading import Told, check_about


class AlreadyAttached(Conflict):
    """The same document stands at the version."""

    code = "already-attached"
    message = _("This very document is attached already.")


class EnoughLists(TooMany):
    """A version has as many lists as one may have."""

    code = "enough-sboms"
    message = _("At most %(limit)s lists can be attached to one version. Take one back first.")


def attach(session: Session, version: catalog.Version, told: Told, *, confirmed: bool = False, by: kit.Actor) -> Document:
    """The version is made of what the document says too. What a document names not whole, or beyond what is taken, is marked.

    ``AboutAnother`` where it says that it is about something else, unless ``confirmed``; ``AlreadyAttached`` the second time.
    """
    asset, node = _target(session, version, by)
    check_about(told, asset, version, confirmed=confirmed)
    if len(queries.standing(session, version)) >= queries.MOST:
        raise EnoughLists(field="file", limit=queries.MOST)
    kept, is_whole = sound(told.made.parts)
    is_complete = told.made.is_complete and is_whole and len(kept) <= arrivals.MOST_PARTS
    made = Document(
        id=kit.new_id(), node_id=node.id, name=told.name, title=told.title, about=told.about[:500], sha256=told.sha256,
        parts=len(kept), is_complete=is_complete, made_at=kit.now(), made_by=by.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as twice:
        raise AlreadyAttached(field="file") from twice
    arrivals.arrange(session, asset, version, node, kept[: arrivals.MOST_PARTS], origin=IMPORTED, by=by, document_id=made.id)
    if not is_whole or len(kept) > arrivals.MOST_PARTS:
        session.execute(update(Edge).where(Edge.document_id == made.id).values(complete=False))
    facts = {"document": made.id, "sha256": made.sha256, "about": made.about, "parts": made.parts, "complete": is_complete}
    audit.record(session, "sbom.attached", target=node.name, by=by, confirmed=confirmed, **facts)
    session.flush()
    alerts.touched(session, node, by=by)
    return made


def withdraw(session: Session, version: catalog.Version, document_id: str, *, by: kit.Actor) -> None:
    """What the document said counts no more."""
    _asset, node = _target(session, version, by)
    document = queries.get(session, version, document_id)
    at = kit.now()
    document.withdrawn_at, document.withdrawn_by = at, by.name
    mine = (Edge.document_id == document.id, Edge.withdrawn_at.is_(None))
    session.execute(update(Edge).where(*mine).values(withdrawn_at=at, withdrawn_by=by.name))
    audit.record(session, "sbom.withdrawn", target=node.name, by=by, document=document.id)
    session.flush()
    alerts.touched(session, node, by=by)


def _target(session: Session, version: catalog.Version, by: kit.Actor) -> tuple[catalog.Asset, Node]:
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=by)
    catalog.check_changeable(session, asset, by=by)
    return asset, nodes.of_version(session, asset, version)
