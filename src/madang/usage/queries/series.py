# SPDX-License-Identifier: Apache-2.0
"""Series for pictures: by day and sector, by key against a cap, how long calls took, who is near or over a quota. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access, catalog, people
from madang.kit import Actor
from madang.people import SECTORS
from madang.usage import rules
from madang.usage.models import Context, Counter, Day, Event, Latency, Lease, Quota
from madang.usage.queries.rows import Asked, conditions, shown_to


@dataclass(frozen=True, slots=True)
class SectorDay:
    """One day's calls and units of one sector."""

    day: date
    sector: str
    calls: int
    failed: int
    units: int


@dataclass(frozen=True, slots=True)
class KeyDay:
    """One day's calls and units of one key; ``key`` is "" for guests."""

    day: date
    key: str
    calls: int
    units: int


@dataclass(frozen=True, slots=True)
class LatencyDay:
    """How long a service's calls took on one day, in seconds; each is exact to 5 %."""

    day: date
    calls: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Share:
    """An organisation, or an account that is in none, with what it used. ``name`` is "" for guests."""

    name: str
    sector: str
    calls: int
    units: int


@dataclass(frozen=True, slots=True)
class Recent:
    """One call, as far as it is kept: nothing of what was sent or answered."""

    id: str
    at: datetime
    service: str
    key: str
    outcome: str
    units: int
    unit: str
    seconds: float


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of a quota is used in its present period. ``forecast`` is for the end of a month."""

    quota_id: str
    plan: str
    account: str
    service: str
    unit: str
    every: str
    used: int
    amount: int
    is_hard: bool
    forecast: int | None
    reached_on: date | None

    @property
    def share(self) -> float:
        """Used of allowed; 1 for a quota of nothing."""
        return self.used / self.amount if self.amount else 1.0


def by_sector(session: Session, asked: Asked, *, viewer: Actor) -> list[SectorDay]:
    """Each day's use by sector, in the order of days and of ``people.SECTORS``."""
    wanted = select(Day.day, Context.sector, func.sum(Day.calls), func.sum(Day.failed), func.sum(Day.units))
    wanted = wanted.join(Context, Context.id == Day.context_id).where(*conditions(asked), shown_to(viewer))
    rows = [
        SectorDay(row[0], row[1], int(row[2]), int(row[3]), int(row[4]))
        for row in session.execute(wanted.group_by(Day.day, Context.sector))
    ]
    return sorted(rows, key=lambda row: (row.day, SECTORS.index(row.sector)))


def by_key(session: Session, asked: Asked, *, viewer: Actor) -> list[KeyDay]:
    """Each day's use by key."""
    wanted = select(Day.day, Context.key_id, func.sum(Day.calls), func.sum(Day.units))
    wanted = wanted.join(Context, Context.id == Day.context_id).where(*conditions(asked), shown_to(viewer))
    rows = session.execute(wanted.group_by(Day.day, Context.key_id).order_by(Day.day, Context.key_id))
    return [KeyDay(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


def latencies(session: Session, service_id: str, *, begins: date, ends: date) -> list[LatencyDay]:
    """How long the service's answered calls took, day by day. For a viewer who was shown the service's figures."""
    wanted = select(Latency.day, Latency.bucket, Latency.calls).where(Latency.service_id == service_id)
    wanted = wanted.where(Latency.day >= begins, Latency.day <= ends).order_by(Latency.day, Latency.bucket)
    days: dict[date, list[tuple[int, int]]] = {}
    for day, bucket, calls in session.execute(wanted):
        days.setdefault(day, []).append((bucket, int(calls)))
    return [_latency(day, buckets) for day, buckets in days.items()]


def top_users(session: Session, asked: Asked, *, limit: int = 20, viewer: Actor) -> list[Share]:
    """Who used most: organisations, and accounts that are in none; guests together are one."""
    wanted = select(Context.organisation_id, Context.account_id, Context.sector, func.sum(Day.calls), func.sum(Day.units))
    wanted = wanted.join(Day, Day.context_id == Context.id).where(*conditions(asked), shown_to(viewer))
    sums: dict[tuple[str, str], tuple[str, int, int]] = {}
    for organisation, person, sector, calls, units in session.execute(
        wanted.group_by(Context.organisation_id, Context.account_id, Context.sector)
    ):
        ident = (organisation, "" if organisation else person)
        _sector, before, more = sums.get(ident, ("", 0, 0))
        sums[ident] = (sector, before + int(calls), more + int(units))
    most = sorted(sums.items(), key=lambda row: (-row[1][1], row[0]))[:limit]
    names = _names(session, [ident for ident, _sums in most])
    return [Share(names.get(ident, ""), *used) for ident, used in most]


def _names(session: Session, idents: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    organisations = {organisation for organisation, _person in idents if organisation}
    people_of = {person for _organisation, person in idents if person}
    found: dict[tuple[str, str], str] = {}
    for row in session.scalars(select(people.Organisation).where(people.Organisation.id.in_(organisations))):
        found[row.id, ""] = row.display_name or row.name
    for account in session.scalars(select(people.Account).where(people.Account.id.in_(people_of))):
        found["", account.id] = account.display_name or account.name
    return found


def recent_calls(session: Session, asked: Asked, *, limit: int = 50, viewer: Actor) -> list[Recent]:
    """The newest calls that the viewer may see, newest first."""
    wanted = select(Event, Context).join(Context, Context.id == Event.context_id)
    asked_of = conditions(Asked(asked.service, asked.key, None, None, asked.account_id, asked.organisation_id))
    rows = session.execute(wanted.where(*asked_of, shown_to(viewer)).order_by(Event.id.desc()).limit(limit))
    return [
        Recent(event.id, event.at, context.service, context.key_id, event.outcome, event.units, context.unit, event.micros / 1_000_000)
        for event, context in rows
    ]


def quota_uses(session: Session, *, today: date, account_id: str = "", viewer: Actor) -> list[QuotaUse]:
    """How far the quotas of days and months are used now, the fullest first: one account's, or everybody's for an operator.

    The forecast of a month goes on at its pace until today.
    """
    if not access.allows(viewer, "usage", "see"):
        account_id = viewer.account_id or "-"
    periods = (today.isoformat(), today.isoformat()[:7])
    used: dict[tuple[str, str], int] = {}
    for counter, period, settled in session.execute(
        select(Counter.counter, Counter.period, Counter.settled).where(Counter.period.in_(periods))
    ):
        used[counter, period] = used.get((counter, period), 0) + int(settled)
    for counter, period, units in session.execute(select(Lease.counter, Lease.period, Lease.used).where(Lease.period.in_(periods))):
        used[counter, period] = used.get((counter, period), 0) + int(units)
    quotas = {row.id: row for row in session.scalars(select(Quota))}
    rows = []
    for (counter, _period), units in used.items():
        _every, quota_id, subject, service = [*counter.split(":"), "", "", ""][:4]
        quota = quotas.get(quota_id)
        if quota is not None and quota.scope == "account" and (not account_id or subject == account_id):
            rows.append((quota, subject, service, units))
    return _told(session, rows, today)


def _told(session: Session, rows: Sequence[tuple[Quota, str, str, int]], today: date) -> list[QuotaUse]:
    accounts = {
        row.id: row.name for row in session.scalars(select(people.Account).where(people.Account.id.in_({each[1] for each in rows})))
    }
    wanted = select(catalog.Asset).where(catalog.Asset.id.in_({each[2] for each in rows if each[2]}))
    services = {row.id: f"{row.namespace}/{row.name}" for row in session.scalars(wanted)}
    told = []
    for quota, subject, service, units in rows:
        forecast, reached = rules.forecast(units, quota.amount, today) if quota.every == "month" else (None, None)
        told.append(
            QuotaUse(
                quota.id, quota.plan, accounts.get(subject, ""), services.get(service, ""), quota.unit, quota.every, units, quota.amount,
                quota.is_hard, forecast, reached,
            )
        )  # fmt: skip
    return sorted(told, key=lambda each: (-each.share, each.account, each.service))


def costs(session: Session, asked: Asked, *, viewer: Actor) -> dict[str, Decimal]:
    """What was used has cost so much, exactly, by currency."""
    wanted = select(Context.price, Context.per, Context.currency, func.sum(Day.units)).join(Day, Day.context_id == Context.id)
    wanted = wanted.where(*conditions(asked), shown_to(viewer)).group_by(Context.price, Context.per, Context.currency)
    found: dict[str, Decimal] = {}
    for price, per, currency, units in session.execute(wanted):
        if price:
            found[currency] = found.get(currency, Decimal(0)) + rules.amount_of(int(units), price, per)
    return found


def _latency(day: date, buckets: Sequence[tuple[int, int]]) -> LatencyDay:
    p50, p95, p99 = ((rules.percentile(buckets, part) or 0.0) / 1_000_000 for part in (0.5, 0.95, 0.99))
    return LatencyDay(day, sum(calls for _bucket, calls in buckets), p50, p95, p99)
