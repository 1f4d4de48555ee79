# SPDX-License-Identifier: Apache-2.0
"""Gateways that are killed at any time, flooded, and loaded over their limit."""

import asyncio
import contextlib
import json
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

import databases
import patience
import ports
from madang import app, kit, people, settings, usage
from madang.usage.models import Day, Event, Lease
from madang.usage.rules import amount_of
from rooms.gateway.gates import Caller, Gates, gates, leave, reach
from rooms.gateway.yard import Yard

PLENTY = 1 << 50
SHOUT, ECHO = "/api/v1/services/lab/shout/calls", "/api/v1/services/lab/echo/calls"


class Home:
    """A house on which gateways stand, with a priced plan."""

    def __init__(self, home: Path) -> None:
        self.environment = {"MADANG_HOME": str(home), "MADANG_LANGUAGE": "en", **databases.furnished(home)}
        self.house = app.open_house(settings.read(self.environment))
        with self.house.database.writing() as session:
            plan = usage.set_plan(session, "counted", given="at-once", by=kit.SYSTEM)
            usage.set_price(session, plan, unit="character", amount="0.3", per=10, by=kit.SYSTEM)
            for unit in ("call", "character", "token"):
                usage.set_quota(session, plan, unit=unit, every="month", amount=PLENTY, scope="key", is_each=False, by=kit.SYSTEM)

    def key(self) -> str:
        with self.house.database.writing() as session:
            account = people.find_account(session, people.OPERATOR)
            assert account is not None
            return usage.create_key(session, account=account, plan="counted", limits=usage.Limits(keys=10_000), by=kit.SYSTEM).secret

    def counted(self) -> dict[str, tuple[int, int]]:
        """Calls and units of each key in the rows, which their sums and an invoice agree with."""
        usage.drain(self.house.database, self.house.usage_logs)
        with self.house.database.writing() as session:
            calls, units = session.execute(select(func.count(Event.id), func.coalesce(func.sum(Event.units), 0))).one()
            assert session.execute(select(func.sum(Day.calls), func.sum(Day.units))).one() == (calls, units)
            month = f"{session.scalar(select(func.max(Day.day))):%Y-%m}"
            drafts = usage.draft_invoices(session, month, by=kit.SYSTEM)
            lines = [line for draft in drafts for line in usage.invoice_lines(session, draft)]
            assert (sum(line.calls for line in lines), sum(line.units for line in lines)) == (calls, units)
            assert sum((line.amount for line in lines), Decimal(0)) == amount_of(int(units), Decimal("0.3"), 10)
            found: dict[str, tuple[int, int]] = {}
            for row in usage.sums(session, usage.Asked(), viewer=kit.SYSTEM):
                before = found.get(row.key, (0, 0))
                found[row.key] = (before[0] + row.calls, before[1] + row.units)
        return found


@pytest.fixture
def home(tmp_path: Path, yard: Yard) -> Iterator[Home]:
    """A home of the test's own. What a process has one of, its keys above all, is the room's again afterwards."""
    made = Home(tmp_path / "home")
    yield made
    made.house.close()
    app.open_house(yard.house.settings).close()


async def shout(caller: Caller, chance: random.Random, over: asyncio.Event) -> None:
    """Calls until it is over, with a new connection whenever the old one broke."""
    while not over.is_set():
        reader, writer = await reach(caller.port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while not over.is_set():
                units = chance.randint(1, 20)
                await caller.call(reader, writer, SHOUT, json.dumps({"text": "a" * units}).encode(), units)
        await leave(writer)


async def kill_often(found: Gates, callers: list[Caller], kills: int, *, calls: int) -> None:
    """Gateways are killed at moments of chance, each after up to so many more calls, and started again."""
    chance, over = random.Random(20_261_201), asyncio.Event()
    work = [asyncio.create_task(shout(caller, random.Random(number), over)) for number, caller in enumerate(callers)]
    standing = sorted(found.pids)
    for _ in range(kills):
        port = chance.choice(standing)
        mine = [caller for caller in callers if caller.port == port]
        wanted = sum(caller.acknowledged for caller in mine) + chance.randint(1, calls)
        until = time.monotonic() + patience.SECONDS
        while sum(caller.acknowledged for caller in mine) < wanted:
            assert time.monotonic() < until
            await asyncio.sleep(0.001)
        found.kill(port)
        found.open(port)
    over.set()
    await asyncio.wait_for(asyncio.gather(*work), patience.SECONDS)


def killed(home: Home, *, doors: int, callers: int, kills: int, calls: int) -> tuple[int, int]:
    """How many calls were recorded and acknowledged; every key's figures agree with what its caller saw."""
    chosen = [ports.free() for _ in range(doors)]
    made = [Caller(chosen[number % doors], home.key()) for number in range(callers)]
    with gates(home.environment) as found:
        for port in chosen:
            found.open(port)
        asyncio.run(kill_often(found, made, kills, calls=calls))
    counted = home.counted()
    for caller in made:
        calls_, units = counted.get(caller.key[4:30], (0, 0))
        assert caller.acknowledged <= calls_ <= caller.acknowledged + len(caller.unanswered)
        assert caller.units <= units <= caller.units + sum(caller.unanswered)
        assert set(caller.statuses) <= {200}
    return sum(calls_ for calls_, _units in counted.values()), sum(caller.acknowledged for caller in made)


def test_a_killed_gateway_loses_no_call_that_was_answered_and_counts_none_twice(home: Home) -> None:
    recorded, acknowledged = killed(home, doors=1, callers=4, kills=2, calls=100)
    assert recorded >= acknowledged > 0


async def call_once(caller: Caller) -> None:
    reader, writer = await reach(caller.port)
    assert await caller.call(reader, writer, SHOUT, b'{"text": "abc"}', 3) == 200
    await leave(writer)


def test_a_gateway_that_is_told_to_end_gives_back_what_it_has_leased(home: Home) -> None:
    caller = Caller(ports.free(), home.key())
    with gates(home.environment) as found:
        found.open(caller.port)
        asyncio.run(call_once(caller))
        found.end(caller.port)
    with home.house.database.reading() as session:
        assert sorted(session.scalars(select(Lease.units))) == [1, 3]  # calls, characters
    assert list(home.counted().values()) == [(1, 3)]


@pytest.mark.soak
def test_two_hundred_kills_of_gateways_lose_nothing(home: Home) -> None:
    began, kills = time.monotonic(), int(os.environ.get("SOAK_KILLS", "200"))
    recorded, acknowledged = killed(home, doors=4, callers=32, kills=kills, calls=1000)
    took = time.monotonic() - began
    print(f"\n{kills} kills of 4 gateways in {took:.0f} s: {recorded} recorded, {acknowledged} acknowledged, 0 lost, 0 twice")
    assert recorded >= acknowledged > 1000


async def flood(port: int, caller: Caller, silent: int) -> None:
    """Somebody calls while so many connections say nothing."""
    held = [await reach(port) for _ in range(silent)]
    for _ in range(100):
        reader, writer = await reach(port)
        assert await caller.call(reader, writer, SHOUT, b'{"text": "a"}', 1) == 200
        await leave(writer)
    for _reader, writer in held:
        await leave(writer)


@pytest.mark.parametrize("silent", [200, pytest.param(10_000, marks=pytest.mark.soak)])
def test_silent_connections_keep_nobody_out(home: Home, silent: int) -> None:
    port = ports.free()
    caller = Caller(port, home.key())
    with gates(home.environment) as found:
        found.open(port)
        asyncio.run(flood(port, caller, silent))
        held = found.bytes_of(port) / (1 << 20)
    print(f"\n{silent} silent connections: 100 calls of 100 answered, slowest {max(caller.seconds):.3f} s, gateway {held:.0f} MiB")


KINDS = {
    "echo": (ECHO, b'{"a": 1}'),
    "long": (ECHO, json.dumps({"a": "b" * 200_000}).encode()),
    "slow": ("/api/v1/services/lab/slow/calls", b'{"seconds": 0.05}'),
    "chat": ("/v1/chat/completions", b'{"model": "lab/chat", "messages": [{"role": "user", "content": "hello"}]}'),
    "stream": ("/v1/chat/completions", b'{"model": "lab/chat", "stream": true, "messages": [{"role": "user", "content": "hello"}]}'),
    "no-json": (ECHO, b"{"),
    "too-large": (ECHO, bytes(2 << 20)),
    "nowhere": ("/api/v1/services/lab/nothing/calls", b"{}"),
}


async def mix(caller: Caller, kind: str, until: float) -> None:
    """One kind of call, again and again."""
    path, body = KINDS[kind]
    while time.monotonic() < until or not caller.seconds:
        reader, writer = await reach(caller.port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while time.monotonic() < until or not caller.seconds:
                if await caller.call(reader, writer, path, body) == 503:
                    await asyncio.sleep(0.02)
        await leave(writer)


async def hang_up(caller: Caller, until: float) -> None:
    """Endless streams of which nobody reads more than the beginning."""
    body = b'{"model": "lab/endless", "stream": true, "messages": [{"role": "user", "content": "hello"}]}'
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.key}\r\nContent-Length: {len(body)}\r\n\r\n"
    while time.monotonic() < until:
        reader, writer = await reach(caller.port)
        writer.write(head.encode() + body)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            await reader.readexactly(300)
        await asyncio.sleep(0.1)
        await leave(writer)


async def mixed(found: Gates, port: int, key: str, seconds: float, *, each: int) -> tuple[dict[str, list[Caller]], list[int]]:
    """Callers by kind after so many seconds, and the gateway's memory, sampled a hundred times."""
    await leave((await reach(port))[1])
    until = time.monotonic() + seconds
    callers = {kind: [Caller(port, key) for _ in range(each)] for kind in KINDS}
    work = [asyncio.create_task(mix(caller, kind, until)) for kind, some in callers.items() for caller in some]
    work += [asyncio.create_task(hang_up(Caller(port, key), until)) for _ in range(each)]
    sizes = []
    while time.monotonic() < until:
        await asyncio.sleep(seconds / 100)
        sizes.append(found.bytes_of(port))
    await asyncio.wait_for(asyncio.gather(*work), patience.SECONDS)
    return callers, sizes


@pytest.mark.parametrize(
    "seconds", [3.0, pytest.param(float(os.environ.get("SOAK_SECONDS", "1800")), marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_a_gateway_at_its_limit_refuses_with_a_time_to_come_again_and_fails_nobody(home: Home, seconds: float) -> None:
    port = ports.free()
    with gates(home.environment, at_once=16) as found:
        found.open(port)
        callers, sizes = asyncio.run(mixed(found, port, home.key(), seconds, each=4 if seconds < 10 else 8))
    everybody = [caller for some in callers.values() for caller in some]
    assert not [head for caller in everybody for head in caller.headless]
    statuses = sum((caller.statuses for caller in everybody), Counter[int]())
    assert set(statuses) <= {200, 401, 404, 413, 422, 503}
    assert statuses[200] > 0
    report = [f"{seconds:.0f} s of mixed load, 16 calls at once: {dict(sorted(statuses.items()))}"]
    for kind, some in callers.items():
        times = sorted(taken for caller in some for taken in caller.seconds)
        report.append(
            f"  {kind}: {len(times)} answers, p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {times[len(times) * 99 // 100] * 1000:.1f} ms"
        )
    early, late = statistics.median(sizes[len(sizes) // 5 : len(sizes) // 5 * 2 + 1]), statistics.median(sizes[-len(sizes) // 5 :])
    report.append(f"  memory {early / 1e6:.1f} MB after a fifth to two fifths, {late / 1e6:.1f} MB in the last fifth")
    print("\n" + "\n".join(report))
    if seconds > 60:
        assert late < early * 1.1
