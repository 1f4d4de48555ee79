# SPDX-License-Identifier: Apache-2.0
"""Leases in the database: what all processes together have taken of a quota never goes over it, whichever of them is killed when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from madang.kit import now
from madang.usage import rules
from madang.usage.models import Counter, Lease, Quota


@dataclass(frozen=True, slots=True)
class Want:
    """A process asks for units of a counter: at least ``units``, if they are there."""

    counter: str
    period: str
    quota_id: str
    units: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What it got, what the quota has left for everybody, and what others have leased and not used, as far as their logs are drained."""

    units: int
    left: int
    unspent: int


def take(session: Session, run: str, wants: Sequence[Want], *, share: int) -> list[Taken]:
    """Every want is met as far as its quota allows. A counter of which somebody got too little is marked, so that others give back."""
    ids = {want.quota_id for want in wants}
    amounts = {row[0]: row[1] for row in session.execute(select(Quota.id, Quota.amount).where(Quota.id.in_(ids)))}
    return [_take(session, run, want, amounts.get(want.quota_id, 0), share) for want in wants]


def _take(session: Session, run: str, want: Want, amount: int, share: int) -> Taken:
    at = now()
    counter = session.get(Counter, (want.counter, want.period))
    if counter is None:
        counter = Counter(counter=want.counter, period=want.period, settled=0, is_wanted=False, changed_at=at)
        session.add(counter)
    here = (Lease.counter == want.counter, Lease.period == want.period)
    leased = session.scalar(select(func.coalesce(func.sum(Lease.units), 0)).where(*here)) or 0
    left = max(0, amount - counter.settled - int(leased))
    size = rules.lease_size(left, want.units, share)
    counter.is_wanted, counter.changed_at = size < want.units, at
    if size:
        lease = session.get(Lease, (want.counter, want.period, run), populate_existing=True)
        if lease is None:
            session.add(Lease(counter=want.counter, period=want.period, run=run, units=size, used=0, changed_at=at))
        else:
            lease.units, lease.changed_at = lease.units + size, at
        session.flush()
    unspent = session.scalar(select(func.coalesce(func.sum(Lease.units - Lease.used), 0)).where(*here, Lease.run != run)) or 0
    return Taken(size, left - size, int(unspent))


def give_back(session: Session, run: str, given: Iterable[tuple[str, str, int]]) -> None:
    """These units (counter, period, how many) are free for others."""
    for counter, period, units in given:
        here = (Lease.counter == counter, Lease.period == period, Lease.run == run)
        session.execute(update(Lease).where(*here).values(units=Lease.units - units, changed_at=now()))
        session.execute(update(Counter).where(Counter.counter == counter, Counter.period == period).values(is_wanted=False))


def wanted(session: Session) -> set[tuple[str, str]]:
    """The counters of which somebody got too little."""
    return {(row[0], row[1]) for row in session.execute(select(Counter.counter, Counter.period).where(Counter.is_wanted))}
