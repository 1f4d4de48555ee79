# SPDX-License-Identifier: Apache-2.0
"""Plans, their quotas and prices."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import access
from madang.kit import Actor, NotFound
from madang.usage.errors import NoPlan
from madang.usage.models import Plan, Price, Quota


def plans(session: Session, *, viewer: Actor) -> Sequence[Plan]:
    """Every plan, the smallest first."""
    access.check(viewer, "plan", "see")
    return session.scalars(select(Plan).order_by(Plan.place, Plan.name)).all()


def get_plan(session: Session, name: str, *, viewer: Actor) -> Plan:
    """The plan of that name; ``NoPlan`` otherwise."""
    plan = session.get(Plan, name) if "\0" not in name else None
    if plan is None:
        raise NoPlan(plan=name[:40], plans=", ".join(each.name for each in plans(session, viewer=viewer)), field="plan")
    return plan


def quotas(session: Session, plan: Plan, *, viewer: Actor) -> Sequence[Quota]:
    """The plan's quotas: everybody's, and those that were agreed with the viewer; with everybody for whoever may change plans."""
    return [each for each in session.scalars(select(Quota).filter_by(plan=plan.name).order_by(Quota.id)) if _is_shown(each, viewer)]


def prices(session: Session, plan: Plan, *, viewer: Actor) -> Sequence[Price]:
    """The plan's prices, shown as its quotas are."""
    return [each for each in session.scalars(select(Price).filter_by(plan=plan.name).order_by(Price.id)) if _is_shown(each, viewer)]


def get_quota(session: Session, quota_id: str, *, viewer: Actor) -> Quota:
    """The quota of that id, for whoever may change plans."""
    access.check(viewer, "plan", "change")
    quota = session.get(Quota, quota_id) if "\0" not in quota_id else None
    if quota is None:
        raise NotFound
    return quota


def _is_shown(each: Quota | Price, viewer: Actor) -> bool:
    return each.account_id in ("", viewer.account_id) or access.allows(viewer, "plan", "change")
