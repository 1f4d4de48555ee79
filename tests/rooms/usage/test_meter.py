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
