# SPDX-License-Identifier: Apache-2.0
"""What calls share in memory: counters with the leased part of a quota, the lines that a caller and a service meet on, and reservations."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from madang.usage import rules
from madang.usage.log.frames import told
from madang.usage.log.writer import File, Writer
from madang.usage.meter.days import Days
from madang.usage.meter.grants import Grant, Metered
from madang.usage.rules import PriceFacts, QuotaFacts
from madang.usage.words import CALL

Ident = tuple[str, str]
MICRO = 1_000_000
WINDOWS = {"minute": 60, "day": 86_400, "month": 2_678_400}
"""Seconds of a quota's window."""


@dataclass(slots=True, eq=False)
class Counter:
    """One quota's use by one subject in one period, as far as this process may go by itself.

    ``free`` can be reserved at once; ``held`` is reserved; ``elsewhere`` is what the whole quota had left beyond this process when it
    last asked. ``dry_until`` (monotonic seconds): until then nothing more is to be had, so nobody asks. ``touched_at``: when it was last
    found to be used, which is looked at now and then, and not written down by every call.
    """

    quota: QuotaFacts
    name: str
    period: str
    ends: int
    free: int = 0
    held: int = 0
    elsewhere: int = 0
    low: int = 0
    dry_until: float = 0.0
    touched_at: float = 0.0
    seen: tuple[int, int] = (0, 0)
    is_asking: bool = False
    unspent: int = 0

    @property
    def ident(self) -> Ident:
        """Its key in the database."""
        return self.name, self.period

    def is_idle(self, moment: float, seconds: float) -> bool:
        """Whether nothing was reserved of it or settled for so long. It is looked at now."""
        found = (self.free, self.held)
        if found != self.seen:
            self.seen, self.touched_at = found, moment
        return self.touched_at <= moment - seconds


@dataclass(slots=True, eq=False)
class Counters:
    """Where a line is counted in the periods of a moment: those that count ``calls``, those that count ``units``, and both in the order of
    the quotas. ``form`` is ``RateLimit`` but for what is left, as it is for less than a second: from ``form_from`` to ``form_until``."""

    every: tuple[Counter, ...] = ()
    calls: tuple[Counter, ...] = ()
    units: tuple[Counter, ...] = ()
    form: bytes = b""
    form_from: int = 0
    form_until: int = 0

    def hold_some(self, units: int) -> bool:
        """One call of so many units is held, where each counter has more than that: enough that none becomes low."""
        for counter in self.calls:
            if counter.free <= counter.low:
                return False
        for counter in self.units:
            if counter.free - units < counter.low:
                return False
        for counter in self.calls:
            counter.free -= 1
            counter.held += 1
        for counter in self.units:
            counter.free -= units
            counter.held += units
        return True

    def needs(self, units: int) -> list[tuple[Counter, int]]:
        """Every counter with what such a call takes of it."""
        return [(counter, 1 if counter.quota.unit == CALL else units) for counter in self.every]

    def hold(self, units: int) -> list[Counter]:
        """One call of so many units is held; gives the counters that have become low."""
        for counter, need in self.needs(units):
            counter.held += need
            counter.free -= need
        return [counter for counter in self.every if counter.free < counter.low and not counter.is_asking]

    def settle(self, held: int, calls: int, units: int) -> None:
        """A call of which so many units were held took ``calls``, one or none, and ``units``."""
        for counter in self.calls:
            counter.held -= 1
            counter.free += 1 - calls
        for counter in self.units:
            counter.held -= held
            counter.free += held - units

    def left(self, labels: Sequence[str], at: int) -> bytes:
        """``RateLimit`` at this moment: of each quota what is left, and whole seconds until its period ends."""
        if not self.form_from <= at < self.form_until:
            self.form_from, self.form_until = at, min(at + (counter.ends - at) % MICRO for counter in self.every)
            waits = [max(0, -((at - counter.ends) // MICRO)) for counter in self.every]
            self.form = ", ".join(f"{label}%d;t={wait}" for label, wait in zip(labels, waits, strict=True)).encode()
        return self.form % tuple([left if (left := each.free + each.elsewhere) > 0 else 0 for each in self.every])


@dataclass(slots=True, eq=False)
class Line:
    """A caller meets a service: which quotas count it, at what price, and how the log writes that. ``version`` is that of the plans."""

    grant: Grant
    service: Metered
    version: int
    quotas: Sequence[QuotaFacts]
    context: str
    standing: str
    begins: int = 0
    ends: int = 0
    day: int = 0
    counters: Counters = field(default_factory=Counters)
    policy: bytes = b""
    labels: Sequence[str] = ()
    """``RateLimit-Policy`` and how each item of ``RateLimit`` begins: the same for every call until the plan changes."""
    written_in: File | None = None
    numbers: tuple[int, int] = (0, 0)
    """The log's numbers of context and standing, in the file in which they were written last."""

    @classmethod
    def of(cls, grant: Grant, service: Metered, version: int, quotas: Sequence[QuotaFacts], price: PriceFacts) -> "Line":
        """The line under these quotas and this price."""
        context = {
            "key_id": grant.key_id, "account_id": grant.account_id, "organisation_id": grant.organisation_id, "sector": grant.sector,
            "plan": grant.plan, "service_id": service.id, "service": service.name, "unit": service.unit,
            "price": f"{price.amount:f}", "per": price.per, "currency": price.currency,
        }  # fmt: skip
        counted = [[counter_name(each, grant, service), each.every, each.unit == CALL] for each in quotas]
        line = cls(grant, service, version, quotas, told(context), told(counted))
        line.policy = ", ".join(policy_item(each) for each in quotas).encode()
        line.labels = [f'"{policy_name(each)}";r=' for each in quotas]
        return line

    def renew(self, at: int, days: Days, known: dict[Ident, Counter]) -> None:
        """The line counts in the periods of this moment."""
        span = days.of(at)
        self.day, self.begins, self.ends = span.day, span.begins, span.ends
        found = []
        for each in self.quotas:
            ends = span.month_ends if each.every == "month" else span.ends
            if each.every == "minute":
                self.begins = at // rules.MINUTE * rules.MINUTE
                self.ends = ends = min(span.ends, self.begins + rules.MINUTE)
            ident = (counter_name(each, self.grant, self.service), rules.period_of(each.every, at, span.day))
            counter = known.get(ident)
            if counter is None:
                counter = known[ident] = Counter(each, *ident, ends)
            counter.quota = each
            found.append(counter)
        by_calls = tuple(each for each in found if each.quota.unit == CALL)
        self.counters = Counters(tuple(found), by_calls, tuple(each for each in found if each.quota.unit != CALL))

    def numbers_in(self, writer: Writer) -> tuple[int, int]:
        """The numbers of its context and its standing in the file that is written now."""
        if self.written_in is None or self.written_in is not writer.file:
            self.numbers = writer.number(b"C", self.context), writer.number(b"S", self.standing)
            self.written_in = writer.file
        return self.numbers


@dataclass(slots=True, eq=False)
class Reservation:
    """One call under way: units are held until it is settled or released, once."""

    line: Line
    units: int
    at: int
    day: int
    counters: Counters
    id: bytes
    is_open: bool = True

    @property
    def grant(self) -> Grant:
        """Who calls."""
        return self.line.grant

    @property
    def service(self) -> Metered:
        """What is called."""
        return self.line.service


def counter_name(quota: QuotaFacts, grant: Grant, service: Metered) -> str:
    """The name under which this quota counts this caller: minutes, days and months apart, each service apart where the quota says so."""
    subject = {"account": grant.account_id, "key": grant.key_id, "session": grant.session, "network": grant.network}[quota.scope]
    return f"{quota.every}:{quota.id}:{subject}:{service.id if quota.is_each else ''}"


def headers(line: Line, counters: Counters, at: int) -> list[tuple[bytes, bytes]]:
    """``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers-11), one item a quota."""
    return [(b"ratelimit-policy", line.policy), (b"ratelimit", counters.left(line.labels, at))] if counters.every else []


def policy_item(quota: QuotaFacts) -> str:
    """What ``RateLimit-Policy`` says of the quota."""
    unit = "" if quota.unit == CALL else f';qu="{quota.unit}"'
    return f'"{policy_name(quota)}";q={quota.amount};w={WINDOWS[quota.every]}{unit}'


def policy_name(quota: QuotaFacts) -> str:
    """What the headers call the quota."""
    return quota.every if quota.unit == CALL else f"{quota.every}-{quota.unit}"


def micros() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000
