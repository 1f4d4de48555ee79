# SPDX-License-Identifier: Apache-2.0
"""What a verification found that a version is made of, handed to the room that knows what follows from it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog, provenance
from madang.compliance.models import FoundPackage, Verification
from madang.db import Database

AT_ONCE = 20


def arrived(session: Session, verification: Verification) -> None:
    """The version stands under what it declares, and is made of what its manifests name; what it says in its files counts too.

    Manifests that lie at the root speak of the version itself. Where a file could not be read, not all parts are known.
    """
    asked = select(FoundPackage).where(FoundPackage.report_id == verification.report_id).order_by(FoundPackage.place)
    parts = [_part(row) for row in session.scalars(asked) if row.role != "package" or "/" in row.path]
    version = catalog.get_version_by_id(session, verification.version_id)
    declared, detected = verification.declared, verification.detected
    is_complete = not verification.counts.get("unread")
    provenance.take_components(session, version, parts, license=declared or detected, found=detected, is_complete=is_complete)


def _part(row: FoundPackage) -> provenance.Part:
    """A package in the tree is a part of it; one that is depended on is called from outside of it."""
    if row.role == "package":
        return provenance.Part(row.purl, "contains", row.license_expression, is_inside=True)
    return provenance.Part(row.purl, "links-dynamic", pinned="@" in row.purl.partition("?")[0].rpartition("/")[2])


def catch_up(database: Database) -> None:
    """Versions that were verified before there was a graph are in it, some at a time."""
    with database.reading() as session:
        asked = (
            select(Verification.version_id)
            .outerjoin(provenance.Node, provenance.Node.version_id == Verification.version_id)
            .where(Verification.state == "verified", Verification.report_id.is_not(None), provenance.Node.arrived_at.is_(None))
            .order_by(Verification.version_id)
            .limit(AT_ONCE)
        )
        waiting = session.scalars(asked).all()
    for version_id in waiting:
        with database.writing() as session:
            arrived(session, session.get_one(Verification, version_id))
