# SPDX-License-Identifier: Apache-2.0
"""What a verification found that a version is made of, handed to the room that knows what follows from it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog, kit, provenance
from madang.compliance.models import FoundPackage, Making, Verification
from madang.compliance.verdict import Verdict
from madang.db import Database

AT_ONCE = 20


CARDS = ("model", "dataset")
"""Kinds whose card is kept with a report, for whichever of them shares it; behind what the report itself says."""


def rows(verdict: Verdict) -> list[dict[str, Any]]:
    """What the report says that its version is made of, and what the card in its README says, for each kind that has one."""
    return [{"body": provenance.making.packed(provenance.made_of(verdict.report))}, *of_card(verdict.readme)]


def of_card(readme: str | None) -> list[dict[str, Any]]:
    """What the card in a README says, for each kind that has one."""
    return [{"body": provenance.making.packed(provenance.cards.made_of(readme, kind))} for kind in CARDS]


def arrived(session: Session, verification: Verification) -> None:
    """The version stands under what it declares, and is made of what its manifests, its document or its card name; what it says in its
    files counts too."""
    version = catalog.get_version_by_id(session, verification.version_id)
    kind = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM).kind
    made = _made(session, verification, 0) or _of_rows(session, verification)
    if kind in CARDS:
        made = made.with_(_made(session, verification, 1 + CARDS.index(kind)) or provenance.cards.made_of(None, kind))
    declared, detected = made.license or verification.declared, verification.detected
    provenance.take_components(
        session, version, made.parts, license=declared or detected, found=detected, is_complete=made.is_complete, itself=made.itself
    )


def _made(session: Session, verification: Verification, place: int) -> provenance.Made | None:
    kept = session.get(Making, (verification.report_id, place))
    return provenance.making.unpacked(kept.body) if kept is not None else None


def _of_rows(session: Session, verification: Verification) -> provenance.Made:
    """Of a report that was made before this was kept. Manifests that lie at the root speak of the version itself. Where a file could not
    be read, not all parts are known."""
    asked = select(FoundPackage).where(FoundPackage.report_id == verification.report_id).order_by(FoundPackage.place)
    parts = tuple(_part(row) for row in session.scalars(asked) if row.role != "package" or "/" in row.path)
    return provenance.Made(parts, not verification.counts.get("unread"))


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
