# SPDX-License-Identifier: Apache-2.0
"""Processes that call a service through meters of their own, as web processes do, and note every call that was acknowledged.

A nursery has everything loaded and forks a worker for each line on its standard input: a number, how many calls at most (0 for no end), and
milliseconds of rest between calls.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

from madang import db, people, usage
from madang.usage.log.frames import id_text

AT_ONCE = 32
MOST = 20


async def work(meter: usage.Meter, secret: str, service: usage.Metered, acks: int, calls: int, pause: float) -> None:
    """Call and note, ``AT_ONCE`` at a time; every note is the call's id and its units. Each caller rests so many seconds between calls."""
    await meter.start()
    grant = meter.recognise(secret)
    left = [calls or 1 << 60]

    async def caller(chance: random.Random) -> None:
        while left[0] > 0:
            left[0] -= 1
            try:
                held = await meter.reserve(grant, service, MOST)
            except usage.QuotaExceeded:
                left[0] += 1
                os.write(acks, b"refused\n")
                await asyncio.sleep(0.05)
                continue
            units = chance.randint(1, MOST)
            await meter.settle(held, units=units, outcome="answered", seconds=0.001)
            os.write(acks, f"{id_text(held.id)} {units}\n".encode())
            if pause:
                await asyncio.sleep(pause)

    await asyncio.gather(*(caller(random.Random(each)) for each in range(AT_ONCE)))
    await meter.stop()


def begin(number: int, calls: int, milliseconds: int) -> int:
    """A worker is there; its process's number."""
    pid = os.fork()
    if pid:
        return pid
    home, url, secret, service = Path(sys.argv[1]), sys.argv[2], sys.argv[3], usage.Metered(*sys.argv[4:7])
    people.use(people.keys.load(home))
    database = db.Database(url)
    meter = usage.Meter(database, home / usage.FOLDER, node="test", limits=usage.Limits(log_bytes=256 << 10, slab_bytes=128 << 10))
    acks = os.open(home / f"acks-{number}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        asyncio.run(work(meter, secret, service, acks, calls, milliseconds / 1000))
    finally:
        os._exit(0)


def main() -> None:
    """Workers as they are asked for, until nobody asks any more."""
    for line in sys.stdin:
        number, calls, milliseconds = map(int, line.split())
        print(begin(number, calls, milliseconds), flush=True)


if __name__ == "__main__":
    main()
