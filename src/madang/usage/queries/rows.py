# SPDX-License-Identifier: Apache-2.0
"""What was used, summed from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session

from madang import access
from madang.kit import Actor
from madang.usage.models import Context, Day


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which usage something is asked: a service (``namespace/name``), a key, a time (both days included), a plan. Empty is all of it."""

    service: str = ""
    key: str = ""
    begins: date | None = None
    ends: date | None = None
    account_id: str = ""
    organisation_id: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """The sum of one service, key, plan and unit. ``key`` is "" for guests. ``begins`` and ``ends`` are the first and last day of use."""

    service: str
    key: str
    plan: str
    begins: date
    ends: date
    calls: int
    units: int
    unit: str


def sums(session: Session, asked: Asked, *, viewer: Actor) -> Sequence[UsageRow]:
    """The sums that the viewer may see, by service, key, plan and unit. Calls that failed on our side are not among them."""
    wanted = select(
        Context.service, Context.key_id, Context.plan, func.min(Day.day), func.max(Day.day), func.sum(Day.calls), func.sum(Day.units),
        Context.unit,
    )  # fmt: skip
    wanted = wanted.join(Day, Day.context_id == Context.id).where(*conditions(asked), shown_to(viewer), Day.calls > 0)
    ident = (Context.service, Context.key_id, Context.plan, Context.unit)
    rows = session.execute(wanted.group_by(*ident).order_by(*ident))
    return [UsageRow(row[0], row[1], row[2], row[3], row[4], int(row[5]), int(row[6]), row[7]) for row in rows]


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """What is asked, as conditions on ``Context`` and ``Day``."""
    found: list[ColumnElement[bool]] = []
    if "\0" in asked.service + asked.key:
        return [false()]
    if asked.service:
        found.append(func.lower(Context.service) == asked.service.lower())
    if asked.key:
        found.append(Context.key_id == asked.key)
    if asked.begins:
        found.append(Day.day >= asked.begins)
    if asked.ends:
        found.append(Day.day <= asked.ends)
    if asked.account_id:
        found.append(Context.account_id == asked.account_id)
    if asked.plan:
        found.append(Context.plan == asked.plan)
    if asked.organisation_id:
        found.append(Context.organisation_id == asked.organisation_id)
    return found


def shown_to(viewer: Actor) -> ColumnElement[bool]:
    """The condition on ``Context`` under which the viewer may see what was used: the table of rights, in SQL."""
    if access.allows(viewer, "usage", "see"):
        return true()
    ways: list[ColumnElement[bool]] = []
    if viewer.account_id is not None and access.allows(viewer, "usage", "see", own=True):
        ways.append(Context.account_id == viewer.account_id)
    theirs = [id_ for id_ in viewer.organisations if access.allows(viewer, "usage", "see", organisation=id_)]
    ways.append(Context.organisation_id.in_(theirs))
    return or_(*ways)
