# SPDX-License-Identifier: Apache-2.0
"""What calls share in memory: counters with the leased part of a quota, the lines that a caller and a service meet on, and reservations."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from madang.usage import rules
from madang.usage.log.frames import told
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
    last asked. ``dry_until`` (monotonic seconds): until then nothing more is to be had, so nobody asks.
    """

    quota: QuotaFacts
    name: str
    period: str
    ends: int
    free: int = 0
    held: int = 0
    used: int = 0
    elsewhere: int = 0
    low: int = 0
    dry_until: float = 0.0
    touched_at: float = 0.0
    is_asking: bool = False
    unspent: int = 0

    @property
    def ident(self) -> Ident:
        """Its key in the database."""
        return self.name, self.period


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
    counters: list[tuple[Counter, bool]] = field(default_factory=list)
    policy: bytes = b""
    labels: list[str] = field(default_factory=list)
    """``RateLimit-Policy`` and how each item of ``RateLimit`` begins: the same for every call until the plan changes."""
    waits: list[str] = field(default_factory=list)
    waits_from: int = 0
    waits_until: int = 0
    """How each item of ``RateLimit`` ends, and from when to when, in microseconds, it ends so: for less than a second."""

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
        self.day, self.begins, self.ends, self.counters = span.day, span.begins, span.ends, []
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
            self.counters.append((counter, each.unit == CALL))
        self.waits_until = 0

    def tell_waits(self, counters: Sequence[tuple[Counter, bool]], at: int) -> None:
        """``waits`` is as it is at this moment: whole seconds until each period ends."""
        self.waits_from, self.waits_until = at, min(at + (counter.ends - at) % MICRO for counter, _is_calls in counters)
        self.waits = [f";t={max(0, -((at - counter.ends) // MICRO))}" for counter, _is_calls in counters]


@dataclass(slots=True, eq=False)
class Reservation:
    """One call under way: units are held until it is settled or released, once."""

    line: Line
    units: int
    at: int
    day: int
    counters: list[tuple[Counter, bool]]
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


def headers(line: Line, counters: Sequence[tuple[Counter, bool]], at: int) -> list[tuple[bytes, bytes]]:
    """``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers-11), one item a quota."""
    if not counters:
        return []
    if not line.waits_from <= at < line.waits_until or counters is not line.counters:
        line.tell_waits(counters, at)
    states = []
    for label, wait, (counter, _is_calls) in zip(line.labels, line.waits, counters, strict=True):
        left = counter.free + counter.elsewhere
        states.append(f"{label}{max(0, left)}{wait}")
    return [(b"ratelimit-policy", line.policy), (b"ratelimit", ", ".join(states).encode())]


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
