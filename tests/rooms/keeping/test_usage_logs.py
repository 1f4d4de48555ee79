# SPDX-License-Identifier: Apache-2.0
"""What was used and is not drained yet is in a backup, and a restored platform counts it once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import builders
from madang import app, keeping, kit, people, settings, usage


def calls(house: app.House) -> int:
    with house.database.reading() as session:
        return sum(row.calls for row in usage.sums(session, usage.Asked(), viewer=kit.SYSTEM))


def test_undrained_usage_is_restored_and_counted_once(
    yard: builders.Yard, tmp_path: Path, elsewhere: Callable[..., settings.Settings]
) -> None:
    house = yard.house
    with house.database.writing() as session:
        account = people.get_account(session, people.OPERATOR, viewer=kit.SYSTEM)
        secret = usage.create_key(session, account=account, plan="development", by=kit.SYSTEM).secret
    meter = usage.Meter(house.database, house.usage_logs, node="test", limits=usage.Limits())

    async def work() -> keeping.Made:
        await meter.start()
        for number in range(5):
            held = await meter.reserve(meter.recognise(secret), usage.Metered("s" * 26, "lab/echo", "call"), 1)
            await meter.settle(held, units=1, outcome="answered", seconds=0.001)
            if number == 2:
                usage.drain(house.database, house.usage_logs)
        made = await asyncio.to_thread(keeping.back_up, house.settings, tmp_path / "backup.tar.zst")
        await meter.stop()
        return made

    made = asyncio.run(work())
    assert [name for name in made.kept if name.startswith("usage/") and name.endswith(".log")]
    assert calls(house) == 3
    chosen = elsewhere()
    keeping.restore(chosen, made.path, keeping.Opening(), keeps_tokens=True)
    restored = app.open_house(chosen)
    assert usage.drain(restored.database, restored.usage_logs) == 2
    assert usage.drain(restored.database, restored.usage_logs) == 0
    assert calls(restored) == 5
    restored.close()
