# SPDX-License-Identifier: Apache-2.0
"""Laws of counting: whatever order drains, crashes and replays come in, each call stands in the rows once; no quota is overshot."""

import asyncio
import contextlib
import os
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from madang import usage
from madang.usage import draining
from madang.usage.log import frames, live
from madang.usage.models import Change, Counter, Day, Event, Key, Lease, Log
from rooms.usage.conftest import Place

FEW = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
CONTEXT = frames.told({
    "key_id": "", "account_id": "a" * 26, "organisation_id": "", "sector": "other", "plan": "p", "service_id": "s" * 26,
    "service": "lab/echo", "unit": "token", "price": "0.1", "per": 1, "currency": "KRW",
})  # fmt: skip


@dataclass
class Writer:
    """One run's file, written without an event loop."""

    folder: Path
    run: live.Run = field(init=False)
    count: int = 0
    units: int = 0

    def __post_init__(self) -> None:
        self.run, self.alive = live.begin(self.folder)
        self.file = self.run.file(1).open("ab")
        self.write(frames.MAGIC, frames.definition(b"C", 0, CONTEXT), frames.definition(b"S", 1, frames.told([["day:q:a:", "day", False]])))

    def write(self, *parts: bytes) -> None:
        self.file.write(b"".join(parts))
        self.file.flush()

    def calls(self, count: int, units: int) -> None:
        for _ in range(count):
            self.count, self.units = self.count + 1, self.units + units
            id_ = int.from_bytes(self.run.id.encode()) << 32 | self.count
            self.write(
                frames.call((id_ & (1 << 128) - 1).to_bytes(16), 1_768_435_200_000_000, date(2026, 1, 15).toordinal(), 0, 1, units, 900, 0)
            )

    def die(self, torn: bytes) -> None:
        self.write(torn)
        self.file.close()
        os.close(self.alive)


class Crash(Exception):
    """The process ends in the middle of a unit of work."""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("calls"), st.integers(1, 40), st.integers(0, 1000)),
        st.tuples(st.just("drain"), st.just(0), st.just(0)),
        st.tuples(st.just("crash"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("replay"), st.just(0), st.just(0)),
        st.tuples(st.just("die"), st.integers(0, 60), st.just(0)),
    ),
    max_size=14,
)


def emptied(place: Place) -> None:
    with place.house.database.writing() as session:
        for table in (Event, Day, Log, Lease, Counter):
            session.execute(delete(table))
    shutil.rmtree(place.folder, ignore_errors=True)


@FEW
@given(steps=STEPS)
def test_whatever_comes_in_whatever_order_each_call_is_counted_once(place: Place, steps: list[tuple[str, int, int]]) -> None:
    emptied(place)
    draining_slice = draining.SLICE
    draining.SLICE = 7
    copies = place.house.home / "copies"
    shutil.rmtree(copies, ignore_errors=True)
    writers = [Writer(place.folder)]
    drainers = [usage.Drainer(place.house.database, place.folder) for _ in range(2)]
    try:
        for number, (step, amount, units) in enumerate(steps):
            if step == "calls":
                writers[-1].calls(amount, units)
            elif step == "drain":
                drainers[number % 2]()
            elif step == "crash":
                crash(place, after=amount)
            elif step == "die":
                shutil.copytree(place.folder, copies, dirs_exist_ok=True)  # a copy of logs, as a backup has them
                writers[-1].die(b"\x32\0\0\0" * (amount // 4))
                writers.append(Writer(place.folder))
            elif copies.exists():
                for path in copies.glob("*.log"):
                    if not (place.folder / path.name).exists():
                        shutil.copy(path, place.folder / path.name)
        writers[-1].die(b"")
        place.drain()
    finally:
        draining.SLICE = draining_slice
    wanted = (sum(each.count for each in writers), sum(each.units for each in writers))
    with place.house.database.reading() as session:
        rows = session.execute(select(func.count(Event.id), func.coalesce(func.sum(Event.units), 0))).one()
        sums = session.execute(select(func.coalesce(func.sum(Day.calls), 0), func.coalesce(func.sum(Day.units), 0))).one()
        settled = session.scalar(select(func.coalesce(func.sum(Counter.settled), 0)))
        assert (tuple(rows), tuple(sums), settled) == (wanted, wanted, wanted[1])
        assert session.scalar(select(func.count()).select_from(Lease)) == 0


def crash(place: Place, *, after: int) -> None:
    """A drain that is killed within its unit of work, after so many that it had finished."""
    seen = [0]
    real = draining.add_calls

    def failing(*given: Any) -> None:
        real(*given)
        seen[0] += 1
        if seen[0] > after:
            raise Crash

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Crash):
        patch.setattr(draining, "add_calls", failing)
        place.drain()


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(0, 2), st.integers(1, 12)),
        st.tuples(st.just("settle"), st.integers(0, 30), st.integers(0, 15)),
        st.tuples(st.just("release"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("kill"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("drain"), st.just(0), st.just(0)),
    ),
    max_size=40,
)


@FEW
@given(deeds=DEEDS)
def test_no_order_of_deeds_and_kills_overshoots_a_hard_quota(place: Place, deeds: list[tuple[str, int, int]]) -> None:
    emptied(place)
    place.quota("law", 60, unit="token")
    with place.house.database.reading() as session:
        known = session.scalar(select(Key.id).where(Key.plan == "law"))
        assert session.get(Change, 1) is not None
    secret = SECRETS.setdefault(str(place.house.home), "") if known else ""
    if not secret:
        secret = SECRETS[str(place.house.home)] = place.key("law")
    service = place.service("law", unit="token")
    used = asyncio.run(asyncio.wait_for(live_through(place, secret, service, deeds), 120))
    place.drain()
    recorded = sum(row.units for row in place.sums(service=service.name))
    assert recorded == used <= 60


SECRETS: dict[str, str] = {}


async def live_through(place: Place, secret: str, service: usage.Metered, deeds: list[tuple[str, int, int]]) -> int:
    meters: list[usage.Meter] = []
    for _ in range(3):
        meters.append(place.meter())
        await meters[-1].start()
    held: list[tuple[usage.Meter, usage.Reservation]] = []
    used = 0
    for deed, place_of, units in deeds:
        if deed == "reserve":
            meter = meters[place_of]
            with contextlib.suppress(usage.QuotaExceeded):
                held.append((meter, await meter.reserve(meter.recognise(secret), service, units)))
        elif deed in ("settle", "release") and held:
            meter, reservation = held.pop(place_of % len(held))
            if meter in meters and deed == "settle":
                before = meter.unfit_units
                await meter.settle(reservation, units=units, outcome="answered", seconds=0.001)
                used += units - (meter.unfit_units - before)
            elif meter in meters:
                meter.release(reservation)
        elif deed == "kill":
            await died(meters[place_of])
            meters[place_of] = place.meter()
            await meters[place_of].start()
        elif deed == "drain":
            place.drain()
        assert used <= 60
    for meter in meters:
        await died(meter)
    return used


async def died(meter: usage.Meter) -> None:
    """The meter's process ends without a word: its lock is gone, its leases stand."""
    meter._refreshing.cancel()  # type: ignore[union-attr]
    with contextlib.suppress(asyncio.CancelledError):
        await meter._refreshing  # type: ignore[misc]
    await meter.writer.stop()
