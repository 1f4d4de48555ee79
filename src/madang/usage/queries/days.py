# SPDX-License-Identifier: Apache-2.0
"""Usage by day, for pictures: sums that name nobody, and sums by key for those whose keys they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import people
from madang.kit import Actor
from madang.usage import rules
from madang.usage.models import Context, Day, Latency
from madang.usage.queries.rows import Asked, conditions, shown_to

PARTS = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many calls that were answered, that failed on our side, and the units of the answered."""

    calls: int
    failed: int
    units: int


@dataclass(frozen=True, slots=True)
class Timings:
    """A day's calls of a service: how many, how many failed, and the milliseconds that half, 95 and 99 of 100 did not exceed."""

    calls: int
    failed: int
    milliseconds: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """What a key used of a service on a day, and what that cost."""

    day: date
    key: str
    service: str
    plan: str
    unit: str
    calls: int
    units: int


@dataclass(frozen=True, slots=True)
class Users:
    """Who used a service: an organisation by its name, or "" for all who are in none, of one sector; how many accounts of it."""

    organisation: str
    sector: str
    unit: str
    accounts: int
    calls: int
    units: int


def sector_days(session: Session, *, begins: date, ends: date, services: Sequence[str] | None = None) -> dict[tuple[date, str], Amount]:
    """Calls by day and sector of these services (ids), or of all. They name nobody: whoever may see the services may see them."""
    wanted = select(Day.day, Context.sector, func.sum(Day.calls), func.sum(Day.failed), func.sum(Day.units))
    wanted = wanted.join(Context, Context.id == Day.context_id).where(Day.day.between(begins, ends))
    if services is not None:
        wanted = wanted.where(Context.service_id.in_(services))
    rows = session.execute(wanted.group_by(Day.day, Context.sector))
    return {(row[0], row[1]): Amount(int(row[2]), int(row[3]), int(row[4])) for row in rows}


def month_sums(session: Session, today: date) -> list[tuple[str, str, Amount]]:
    """What each service (by name and unit) was used since the month began. For the platform's own figures: they name nobody."""
    wanted = select(Context.service, Context.unit, func.sum(Day.calls), func.sum(Day.failed), func.sum(Day.units))
    wanted = wanted.join(Day, Day.context_id == Context.id).where(Day.day.between(today.replace(day=1), today))
    rows = session.execute(wanted.group_by(Context.service, Context.unit).order_by(Context.service, Context.unit))
    return [(row[0], row[1], Amount(int(row[2]), int(row[3]), int(row[4]))) for row in rows]


def calls_by_service(session: Session, *, begins: date, ends: date) -> dict[str, int]:
    """How often each service (id) was called, by everybody."""
    return {id_: amount.calls for id_, amount in amounts_by_service(session, begins=begins, ends=ends).items()}


def amounts_by_service(session: Session, *, begins: date, ends: date) -> dict[str, Amount]:
    """How often each service (id) answered and failed, and in how many units. They name nobody who called."""
    wanted = select(Context.service_id, func.sum(Day.calls), func.sum(Day.failed), func.sum(Day.units))
    wanted = wanted.join(Day, Day.context_id == Context.id).where(Day.day.between(begins, ends))
    return {row[0]: Amount(int(row[1]), int(row[2]), int(row[3])) for row in session.execute(wanted.group_by(Context.service_id))}


def timings(session: Session, service_id: str, *, begins: date, ends: date) -> dict[date, Timings]:
    """How long the service's answers took, by day; a day without a call is missing."""
    buckets: dict[date, list[tuple[int, int]]] = defaultdict(list)
    wanted = select(Latency.day, Latency.bucket, Latency.calls).where(Latency.service_id == service_id, Latency.day.between(begins, ends))
    for row in session.execute(wanted.order_by(Latency.day, Latency.bucket)):
        buckets[row[0]].append((int(row[1]), int(row[2])))
    sums = sector_days(session, begins=begins, ends=ends, services=[service_id])
    failed: dict[date, int] = defaultdict(int)
    for (day, _sector), amount in sums.items():
        failed[day] += amount.failed
    return {day: Timings(sum(calls for _bucket, calls in found), failed[day], _milliseconds(found)) for day, found in buckets.items()}


def _milliseconds(found: Sequence[tuple[int, int]]) -> tuple[float, float, float]:
    p50, p95, p99 = ((rules.percentile(found, part) or 0.0) / 1000 for part in PARTS)
    return p50, p95, p99


def service_days(session: Session, asked: Asked, *, viewer: Actor) -> Sequence[ServiceDay]:
    """What is asked, by day, key, service, plan and unit, as far as the viewer may see it."""
    ident = (Day.day, Context.key_id, Context.service, Context.plan, Context.unit)
    wanted = select(*ident, func.sum(Day.calls), func.sum(Day.units)).join(Context, Context.id == Day.context_id)
    rows = session.execute(wanted.where(*conditions(asked), shown_to(viewer), Day.calls > 0).group_by(*ident).order_by(*ident))
    return [ServiceDay(row[0], row[1], row[2], row[3], row[4], int(row[5]), int(row[6])) for row in rows]


def users_of(session: Session, service_id: str, *, begins: date, ends: date, limit: int = 50) -> Sequence[Users]:
    """Who used a service, most calls first: organisations by name, and single persons only as a number for each sector. For its owner."""
    ident = (Context.organisation_id, Context.sector, Context.unit)
    wanted = select(*ident, func.count(Context.account_id.distinct()), func.sum(Day.calls), func.sum(Day.units))
    wanted = wanted.join(Day, Day.context_id == Context.id).where(Context.service_id == service_id, Day.day.between(begins, ends))
    rows = session.execute(wanted.group_by(*ident).order_by(func.sum(Day.calls).desc()).limit(limit)).all()
    names = _names(session, [row[0] for row in rows])
    return [Users(names.get(row[0], ""), row[1], row[2], int(row[3]), int(row[4]), int(row[5])) for row in rows]


def _names(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    organisation = people.Organisation
    wanted = select(organisation.id, organisation.display_name, organisation.name).where(organisation.id.in_([id_ for id_ in ids if id_]))
    return {row[0]: row[1] or row[2] for row in session.execute(wanted)}


def costs(session: Session, asked: Asked, *, viewer: Actor) -> dict[str, Decimal]:
    """What was used has cost so much, exactly, by currency: at the prices that stood when it was used."""
    wanted = select(Context.price, Context.per, Context.currency, func.sum(Day.units)).join(Day, Day.context_id == Context.id)
    wanted = wanted.where(*conditions(asked), shown_to(viewer)).group_by(Context.price, Context.per, Context.currency)
    found: dict[str, Decimal] = {}
    for price, per, currency, units in session.execute(wanted):
        if price:
            found[currency] = found.get(currency, Decimal(0)) + rules.amount_of(int(units), price, per)
    return found
