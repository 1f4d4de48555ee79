# SPDX-License-Identifier: Apache-2.0
"""Which lists stand at a version."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog
from madang.kit import NotFound, _
from madang.provenance.models import Document
from madang.provenance.queries import node_of

MOST = 100


class NoSuchList(NotFound):
    """There is no such list of parts at this version."""

    code = "no-such-sbom"
    message = _("There is no list of parts “%(sbom)s” at this version, or it was taken back.")


def standing(session: Session, version: catalog.Version) -> Sequence[Document]:
    """The lists that stand at a version that the viewer was shown, oldest first."""
    node = node_of(session, version)
    if node is None:
        return []
    asked = select(Document).where(Document.node_id == node.id, Document.withdrawn_at.is_(None))
    return session.scalars(asked.order_by(Document.id).limit(MOST)).all()


def get(session: Session, version: catalog.Version, document_id: str) -> Document:
    """One that stands there; ``NoSuchList`` otherwise."""
    found, node = session.get(Document, document_id), node_of(session, version)
    if found is None or node is None or found.node_id != node.id or found.withdrawn_at is not None:
        raise NoSuchList(sbom=document_id[:40])
    return found
