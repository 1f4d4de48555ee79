# SPDX-License-Identifier: Apache-2.0
"""Logs become rows, each call once, whatever is killed when: the rows, their sums and how far the log is read are one unit of work."""

import json
import logging
import math
import time
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from madang.db import Base, Database, slices
from madang.kit import now
from madang.usage import rules
from madang.usage.log import Called, Reading, Run, is_closed, runs
from madang.usage.models import Context, Counter, Day, Event, Latency, Lease, Log

log = logging.getLogger("madang.usage")
SLICE = 1000
FORGOTTEN = timedelta(days=7)
"""So long the row on a log that is gone is kept, so that a copy of it that a restore brings back is not counted again."""
STALE = {"minute": timedelta(minutes=15), "day": timedelta(days=4), "month": timedelta(days=70)}
SWEEP = timedelta(minutes=10)


@dataclass
class Drainer:
    """Drains one folder into one database. Two at once do no harm: each looks in the unit of work how far the other is."""

    database: Database
    folder: Path
    readings: dict[str, Reading] = field(default_factory=dict)
    swept_at: datetime | None = None
    ends_at: float = math.inf

    def __call__(self) -> int:
        """Everything that was acknowledged before this call stands in the rows; how many calls that were."""
        drained = self._drain_all()
        if self.swept_at is None or now() - self.swept_at > SWEEP:
            self._sweep()
        return drained

    def drain_the_dead(self, *, seconds: float) -> int:
        """What processes that have ended left stands in the rows, and their leases are free, as far as that goes in so many seconds.

        The rest is left to whoever drains next, and until then counts as used. The living are left alone.
        """
        self.ends_at = time.monotonic() + seconds
        try:
            return self._drain_all(only_over=True)
        finally:
            self.ends_at = math.inf

    def _drain_all(self, *, only_over: bool = False) -> int:
        drained = 0
        for run in runs(self.folder):
            with run.if_over() as is_over:
                if is_over or not only_over:
                    drained += self._drain(run, is_over=is_over)
        return drained

    def beat(self) -> None:
        """The same, for whoever does it again and again."""
        self()

    def _drain(self, run: Run, *, is_over: bool) -> int:
        files = run.files()
        drained = 0
        for number, path in enumerate(files, start=1):
            reading = self.readings.setdefault(path.name, Reading(path))
            try:
                is_complete = is_over or (number < len(files) and is_closed(path))
                end = path.stat().st_size  # whoever writes faster than this drains is not waited for
                while count := self._drain_some(reading, run, until=end):
                    drained += count
                    if time.monotonic() > self.ends_at:
                        return drained
                if is_complete:
                    self._finish(reading, keeps=is_over)
            except FileNotFoundError:  # another drainer has come to its end meanwhile
                self.readings.pop(path.name, None)
        if is_over:
            with self.database.writing() as session:
                end_leases(session, run.id)
            run.forget()
        return drained

    def _drain_some(self, reading: Reading, run: Run, *, until: int) -> int:
        """The next slice of one file stands in rows. What was read is thrown away when somebody else has drained it meanwhile."""
        before = reading.offset
        with self.database.reading() as session:
            behind = session.scalar(select(Log.offset).where(Log.name == reading.path.name)) or 0
        if behind > reading.offset:
            reading.skip_to(behind)
            before = reading.offset
        calls = reading.calls(SLICE, until=until)
        if reading.offset == before:
            return 0
        self.readings.pop(reading.path.name, None)  # until it is committed, nothing counts as read
        with self.database.writing() as session:
            row = session.get(Log, reading.path.name)
            if row is not None and row.offset >= reading.offset:
                return len(calls)
            if row is not None and row.offset > before:
                calls = []  # another drainer is half way through what was read: begin again from where it is
                reading.offset = row.offset
                return 1
            add_calls(session, calls, run.id)
            if row is None:
                session.add(Log(name=reading.path.name, offset=reading.offset, drained_at=now()))
            else:
                row.offset, row.drained_at = reading.offset, now()
        self.readings[reading.path.name] = reading
        return max(len(calls), 1)

    def _finish(self, reading: Reading, *, keeps: bool) -> None:
        """The file is gone, but for one in which something stands that cannot be read: that is put aside and told."""
        damage = reading.look_for_damage() or reading.damage
        if damage is not None:
            log.error("%s: %d bytes from %d on cannot be read", reading.path.name, damage.bytes, damage.offset)
            reading.path.rename(reading.path.with_suffix(".torn"))
        elif not keeps:
            reading.path.unlink()
        self.readings.pop(reading.path.name, None)

    def _sweep(self) -> None:
        at = now()
        with self.database.writing() as session:
            session.execute(delete(Log).where(Log.drained_at < at - FORGOTTEN))
            for every, age in STALE.items():
                for table in (Lease, Counter):
                    old = (table.counter.like(f"{every}:%"), table.changed_at < at - age)
                    session.execute(delete(table).where(*old))
        self.swept_at = at


def drain(database: Database, folder: Path) -> int:
    """Every call that was acknowledged before stands in the rows; how many came now."""
    return Drainer(database, folder)()


def add_calls(session: Session, calls: Sequence[Called], run: str) -> None:
    """These calls of one run stand in the rows and in the sums, but for those that stood there already."""
    there = _there(session, calls)
    fresh = list({call.id: call for call in calls if call.id not in there}.values())
    if not fresh:
        return
    contexts = _contexts(session, {call.context for call in fresh})
    session.execute(
        insert(cast(Table, Event.__table__)),
        [
            {
                "id": call.id, "context_id": contexts[call.context], "at": _time(call.at), "day": date.fromordinal(call.day),
                "units": call.units, "outcome": call.outcome, "micros": call.micros,
            } for call in fresh
        ],
    )  # fmt: skip
    _add_days(session, fresh, contexts)
    _add_latencies(session, fresh)
    _add_to_leases(session, fresh, run)


def end_leases(session: Session, run: str) -> None:
    """What the run leased and did not use is free again: its log is drained to the end, so what it used is known."""
    for lease in session.scalars(select(Lease).where(Lease.run == run)):
        add(session, Counter, {"counter": lease.counter, "period": lease.period}, {"settled": lease.used}, {"changed_at": now()})
    session.execute(delete(Lease).where(Lease.run == run))


def add(
    session: Session, table: type[Base], key: Mapping[str, Any], numbers: Mapping[str, int], others: Mapping[str, Any] | None = None
) -> None:
    """The numbers are added to the row of this key; it is made when it is missing."""
    _add_all(session, table, [{**key, **numbers, **(others or {})}], tuple(key), tuple(numbers), tuple(others or ()))


def _add_all(
    session: Session, table: type[Base], rows: list[dict[str, Any]], key: Iterable[str], numbers: Iterable[str], others: Iterable[str] = ()
) -> None:
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    columns = table.__table__.c
    changed: dict[str, Any] = {name: columns[name] + statement.excluded[name] for name in numbers}
    changed |= {name: statement.excluded[name] for name in others}
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)


def _there(session: Session, calls: Sequence[Called]) -> set[str]:
    found: set[str] = set()
    for some in slices([call.id for call in calls], 500):
        found.update(session.scalars(select(Event.id).where(Event.id.in_(some))))
    return found


def _contexts(session: Session, told: set[str]) -> dict[str, int]:
    """The numbers of these contexts; what is new has a row now."""
    digests = {sha256(text.encode()).hexdigest()[:40]: text for text in told}
    known = {row[0]: row[1] for row in session.execute(select(Context.digest, Context.id).where(Context.digest.in_(digests)))}
    for digest in sorted(digests.keys() - known.keys()):
        facts = json.loads(digests[digest])
        row = Context(digest=digest, **{**facts, "price": Decimal(facts["price"])})
        session.add(row)
        session.flush()
        known[digest] = row.id
    return {text: known[digest] for digest, text in digests.items()}


def _add_days(session: Session, calls: Iterable[Called], contexts: Mapping[str, int]) -> None:
    sums: dict[tuple[int, int], list[int]] = {}
    for call in calls:
        row = sums.setdefault((call.day, contexts[call.context]), [0, 0, 0, 0])
        row[1 if call.outcome == "failed" else 0] += 1
        row[2] += call.units
        row[3] += call.micros
    rows = [
        {"day": date.fromordinal(day), "context_id": context, "calls": calls, "failed": failed, "units": units, "micros": micros}
        for (day, context), (calls, failed, units, micros) in sorted(sums.items())
    ]
    _add_all(session, Day, rows, ("day", "context_id"), ("calls", "failed", "units", "micros"))


def _add_latencies(session: Session, calls: Iterable[Called]) -> None:
    sums: Tally[tuple[int, str, int]] = Tally()
    services: dict[str, str] = {}
    for call in calls:
        if call.outcome != "answered":
            continue
        service = services.get(call.context)
        if service is None:
            service = services[call.context] = str(json.loads(call.context)["service_id"])
        sums[call.day, service, rules.bucket_of(call.micros)] += 1
    rows = [
        {"day": date.fromordinal(day), "service_id": service, "bucket": bucket, "calls": count}
        for (day, service, bucket), count in sorted(sums.items())
    ]
    _add_all(session, Latency, rows, ("day", "service_id", "bucket"), ("calls",))


def _add_to_leases(session: Session, calls: Iterable[Called], run: str) -> None:
    """What the run's leases say that it has used is true again. ``units`` is at least that, also where no lease was taken."""
    sums: Tally[tuple[str, str]] = Tally()
    standings: dict[str, list[tuple[str, str, bool]]] = {}
    for call in calls:
        if call.outcome == "failed":
            continue
        counted = standings.get(call.standing)
        if counted is None:
            counted = standings[call.standing] = [
                (str(counter), str(every), bool(is_calls)) for counter, every, is_calls in json.loads(call.standing)
            ]
        for counter, every, is_calls in counted:
            sums[counter, rules.period_of(every, call.at, call.day)] += 1 if is_calls else call.units
    at = now()
    rows = [
        {"counter": counter, "period": period, "run": run, "units": 0, "used": used, "changed_at": at}
        for (counter, period), used in sorted(sums.items()) if used
    ]  # fmt: skip
    _add_all(session, Lease, rows, ("counter", "period", "run"), ("used",), ("changed_at",))
    session.execute(update(Lease).where(Lease.run == run, Lease.units < Lease.used).values(units=Lease.used))


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)
