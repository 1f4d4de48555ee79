# SPDX-License-Identifier: Apache-2.0
"""A disk under the log that is full, and writing that fails: nothing is served uncounted, and it goes on by itself."""

import asyncio
import os
import resource

import pytest

from madang import usage
from madang.usage.log import writer
from rooms.usage.conftest import Place, run


async def fill(meter: usage.Meter, grant: usage.Grant, service: usage.Metered, held: list[usage.Reservation]) -> None:
    """Reserve until that is refused."""
    for _ in range(100_000):
        held.append(await meter.reserve(grant, service, 1))
        if len(held) % 1000 == 0:
            await asyncio.sleep(0)


def test_a_full_disk_refuses_before_serving_and_what_was_admitted_is_counted(place: Place) -> None:
    place.quota("wide", 1_000_000)
    secret, service = place.key("wide"), place.service()
    slab = 1 << 20
    meter = place.meter(slab_bytes=slab)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def work() -> int:
        await meter.start()
        grant = meter.recognise(secret)
        held = [await meter.reserve(grant, service, 1)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (slab + writer.SPARE_BYTES, before[1]))
        try:
            with pytest.raises(usage.Uncounted):
                await fill(meter, grant, service, held)
            assert len(held) > 1000
            await asyncio.gather(*(meter.settle(each, units=1, outcome="answered", seconds=0.001) for each in held))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        for _ in range(600):
            try:
                again = await meter.reserve(grant, service, 1)
            except usage.Uncounted:
                await asyncio.sleep(0.1)
            else:
                await meter.settle(again, units=1, outcome="answered", seconds=0.001)
                break
        else:
            raise AssertionError("it does not go on when there is room again")
        await meter.stop()
        return len(held) + 1

    admitted = run(work)
    place.drain()
    assert [row.calls for row in place.sums()] == [admitted]


def test_a_log_that_cannot_be_written_answers_nobody_and_a_new_one_is_begun(place: Place) -> None:
    secret, service = place.key(), place.service()
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        grant = meter.recognise(secret)
        held = await meter.reserve(grant, service, 1)
        assert meter.writer.file is not None
        broken = os.open(meter.writer.file.path, os.O_RDONLY)  # a handle that refuses to write
        os.dup2(broken, meter.writer.file.handle)
        os.close(broken)
        with pytest.raises(usage.Uncounted):
            await meter.settle(held, units=1, outcome="answered", seconds=0.001)
        for _ in range(600):
            try:
                held = await meter.reserve(grant, service, 1)
            except usage.Uncounted:
                await asyncio.sleep(0.1)
            else:
                break
        await meter.settle(held, units=1, outcome="answered", seconds=0.001)
        await meter.stop()

    run(work)
    place.drain()
    assert [row.calls for row in place.sums()] == [1]
