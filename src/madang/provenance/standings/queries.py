# SPDX-License-Identifier: Apache-2.0
"""The newest version of each asset with what the last working out found for each goal."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from madang import catalog, kit, terms
from madang.kit import Invalid, _
from madang.provenance.models import Due, Node, Standing
from madang.provenance.standings.rows import GOALS

VERDICTS = ("yes", "no", "contested", "unknown")


class NoSuchVerdict(Invalid):
    """What is asked for is no goal or no verdict."""

    code = "no-such-verdict"
    message = _("Ask for one of the goals %(goals)s and one of the verdicts %(verdicts)s.")


@dataclass(frozen=True, slots=True)
class Row:
    """A version, the verdict of each goal, and whether it is being worked out anew."""

    asset: catalog.Asset
    version: catalog.Version
    verdicts: Mapping[str, str]
    is_due: bool


def standings(
    session: Session, *, goal: str = "", verdict: str = "", kind: str = "", offset: int = 0, limit: int, viewer: kit.Actor
) -> list[Row]:
    """Those that the viewer may see and for which ``goal`` has ``verdict``, by name. Hidden things count in every verdict."""
    asked = (
        select(
            catalog.Asset, catalog.Version, Node.id, Due.due_at.is_not(None) | Due.rules.is_(None) | (Due.rules != terms.rules_version())
        )
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(Node, Node.version_id == catalog.Version.id)
        .join(Due, Due.node_id == Node.id)
        .where(*_chosen(goal, verdict, kind, viewer))
        .order_by(catalog.Asset.namespace_key, catalog.Asset.key, catalog.Asset.kind)
        .offset(offset)
        .limit(limit)
    )
    rows = session.execute(asked).all()
    told: dict[str, dict[str, str]] = {node_id: {} for _asset, _version, node_id, _due in rows}
    for one in session.scalars(select(Standing).where(Standing.node_id.in_(told))):
        told[one.node_id][one.goal] = one.verdict
    return [Row(asset, version, told[node_id], bool(is_due)) for asset, version, node_id, is_due in rows]


def count(session: Session, *, goal: str = "", verdict: str = "", kind: str = "", viewer: kit.Actor) -> int:
    """How many there are of those."""
    asked = (
        select(func.count())
        .select_from(catalog.Asset)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(Node, Node.version_id == catalog.Version.id)
        .join(Due, Due.node_id == Node.id)
    )
    return session.scalar(asked.where(*_chosen(goal, verdict, kind, viewer))) or 0


def _chosen(goal: str, verdict: str, kind: str, viewer: kit.Actor) -> list[ColumnElement[bool]]:
    if (goal and goal not in GOALS) or (verdict and verdict not in VERDICTS):
        raise NoSuchVerdict(goals=", ".join(GOALS), verdicts=", ".join(VERDICTS))
    other = aliased(catalog.Version)
    newest = select(func.max(other.number)).where(other.asset_id == catalog.Asset.id).correlate(catalog.Asset).scalar_subquery()
    found: list[ColumnElement[bool]] = [catalog.visible(viewer), catalog.Version.number == newest]
    if kind:
        found.append(catalog.Asset.kind == kind)
    if verdict:
        found.append(exists().where(Standing.node_id == Node.id, Standing.goal == (goal or GOALS[0]), Standing.verdict == verdict))
    return found
