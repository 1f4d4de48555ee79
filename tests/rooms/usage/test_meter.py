# SPDX-License-Identifier: Apache-2.0
"""Admission and counting in one process."""

import asyncio

import pytest

from madang import usage
from rooms.usage.conftest import Place, run


def test_a_call_is_counted_once_it_is_settled(place: Place) -> None:
    secret, service = place.key(), place.service(unit="character")
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        held = await meter.reserve(meter.recognise(secret), service, 500)
        await meter.settle(held, units=312, outcome="answered", seconds=0.004)
        await meter.settle(held, units=312, outcome="answered", seconds=0.004)
        failed = await meter.reserve(meter.recognise(secret), service, 500)
        await meter.settle(failed, units=500, outcome="failed", seconds=0.1)
        meter.release(await meter.reserve(meter.recognise(secret), service, 500))
        assert place.drain() == 2  # beside the running meter
        await meter.stop()

    run(work)
    assert place.drain() == 0
    (row,) = place.sums()
    assert (row.service, row.plan, row.calls, row.units, row.unit) == ("operator/echo", "development", 1, 312, "character")
    assert list(place.folder.iterdir()) == []


def test_a_hard_quota_ends_where_it_says(place: Place) -> None:
    place.quota("small", 5)
    secret, service = place.key("small"), place.service()
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        grant = meter.recognise(secret)
        for left in (4, 3, 2, 1, 0):
            held = await meter.reserve(grant, service, 1)
            told = dict(meter.headers(held))
            assert told[b"ratelimit-policy"] == b'"day";q=5;w=86400'
            assert told[b"ratelimit"].startswith(b'"day";r=%d;t=' % left)
            await meter.settle(held, units=1, outcome="answered", seconds=0.001)
        with pytest.raises(usage.QuotaExceeded) as refused:
            await meter.reserve(grant, service, 1)
        assert refused.value.policy == "day"
        assert refused.value.retry_after is not None
        assert 0 < refused.value.retry_after <= 86_400
        await meter.stop()

    run(work)


def test_calls_that_end_together_share_one_write_and_none_waits_for_ever(place: Place) -> None:
    secret, service = place.key(), place.service()
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        grant = meter.recognise(secret)

        async def settle(held: usage.Reservation) -> None:
            await meter.settle(held, units=1, outcome="answered", seconds=0.001)

        held = [await meter.reserve(grant, service, 1) for _ in range(21)]
        await asyncio.wait_for(settle(held.pop()), 5)  # twenty others are under way, and say nothing
        before = meter.writer.groups
        async with asyncio.timeout(5):
            await asyncio.gather(*map(settle, held))
        assert meter.writer.groups == before + 1
        await meter.stop()

    run(work)
    assert place.drain() == 21


def test_what_nobody_uses_any_more_is_leased_by_others(place: Place) -> None:
    place.quota("small", 10)
    secret, service = place.key("small"), place.service()
    one, other = place.meter(), place.meter()

    async def work() -> None:
        await one.start()
        await other.start()
        held = await one.reserve(one.recognise(secret), service, 1)
        await one.settle(held, units=1, outcome="answered", seconds=0.001)
        async with asyncio.timeout(10):
            for _ in range(9):
                while True:
                    try:
                        held = await other.reserve(other.recognise(secret), service, 1)
                        break
                    except usage.QuotaExceeded:
                        await asyncio.sleep(0.05)
                await other.settle(held, units=1, outcome="answered", seconds=0.001)
        with pytest.raises(usage.QuotaExceeded):
            await other.reserve(other.recognise(secret), service, 1)
        await one.stop()
        await other.stop()

    run(work)
    place.drain()
    assert place.sums()[0].calls == 10


def test_keys_are_known_and_over_within_a_second(place: Place) -> None:
    meter, service = place.meter(), place.service()

    async def work() -> None:
        await meter.start()
        secret = place.key(service=None)
        await eventually(lambda: meter.recognise(secret))
        with pytest.raises(usage.UnknownKey):
            meter.recognise(secret[:-1])
        with pytest.raises(usage.UnknownKey):
            meter.recognise("")
        await meter.reserve(meter.recognise(secret), service, 1)
        await meter.stop()

    run(work)


async def eventually(look: object) -> None:
    """Until nothing is refused, for a minute at most."""
    for _ in range(600):
        try:
            look()  # type: ignore[operator]
        except usage.UnknownKey:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("not within a minute")
