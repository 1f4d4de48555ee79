# SPDX-License-Identifier: Apache-2.0
"""What counting a call costs: processor time a call of the meter with its log synced in groups, and of the drain, against a row a call.

The peer writes each call into SQLite in a transaction of its own, as synced as the log (``synchronous=FULL``), on the same disk.
"""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from madang import app, kit, people, settings, usage

AT_ONCE = 64


async def count(meter: usage.Meter, secret: str, calls: int) -> float:
    """Processor seconds that so many calls took the meter, ``AT_ONCE`` at a time."""
    await meter.start()
    service, left = usage.Metered("s" * 26, "lab/echo", "character"), [calls]

    async def caller() -> None:
        while left[0] > 0:
            left[0] -= 1
            held = await meter.reserve(meter.recognise(secret), service, 500)
            await meter.settle(held, units=312, outcome="answered", seconds=0.004)

    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))  # what is made once is made
    left[0] = calls
    began = time.process_time()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    took = time.process_time() - began
    await meter.stop()
    return took


def a_row_each(path: Path, calls: int) -> float:
    """Processor seconds of a transaction a call."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE event (id TEXT PRIMARY KEY, at TEXT, units INTEGER)")
    began = time.process_time()
    for _ in range(calls):
        connection.execute("INSERT INTO event VALUES (?, ?, ?)", (kit.new_id(), "2026-11-30 00:00:00", 312))
    took = time.process_time() - began
    connection.close()
    return took


def measure(calls: int) -> dict[str, float]:
    """The figures, in microseconds of processor time a call."""
    with tempfile.TemporaryDirectory() as folder:
        house = app.open_house(settings.read({"MADANG_HOME": folder}))
        with house.database.writing() as session:
            plan = usage.set_plan(session, "bench", given="at-once", by=kit.SYSTEM)
            usage.set_quota(session, plan, unit="call", every="day", amount=1 << 40, by=kit.SYSTEM)
            usage.set_quota(session, plan, unit="character", every="month", amount=1 << 50, by=kit.SYSTEM)
            account = people.get_account(session, people.OPERATOR, viewer=kit.SYSTEM)
            secret = usage.create_key(session, account=account, plan="bench", by=kit.SYSTEM).secret
        meter = usage.Meter(house.database, house.usage_logs, node="bench", limits=usage.Limits())
        metered = asyncio.run(count(meter, secret, calls)) / calls
        groups = meter.writer.groups
        began = time.process_time()
        drained = usage.drain(house.database, house.usage_logs)
        draining = (time.process_time() - began) / drained
        each = a_row_each(Path(folder) / "peer.db", max(200, calls // 50)) / max(200, calls // 50)
        house.close()
    return {
        "meter_us": metered * 1e6, "calls_a_sync": 2 * calls / groups, "drain_us": draining * 1e6, "row_each_us": each * 1e6,
        "ratio": each / metered,
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = {name: round(value, 2) for name, value in measure(given.calls).items()}
    if given.json:
        print(json.dumps(found))
        return
    print(f"a call metered: {found['meter_us']} µs of CPU ({found['calls_a_sync']} calls a sync); drained: {found['drain_us']} µs")
    print(f"a row a call in SQLite: {found['row_each_us']} µs, {found['ratio']} times as much as the meter")


if __name__ == "__main__":
    main()
