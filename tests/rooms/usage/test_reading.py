# SPDX-License-Identifier: Apache-2.0
"""A log that grows while somebody else reads it anew each time."""

from rooms.usage.conftest import Place, run


def test_every_reader_that_begins_anew_goes_on_where_the_last_one_ended(place: Place) -> None:
    """Definitions take more room than calls, so a reader must not tell from the length how many calls to pass over."""
    meter, service = place.meter(), place.service()
    secrets = [place.key() for _ in range(4)]

    async def work() -> list[int]:
        counts = []
        await meter.start()
        for secret in secrets:
            grant = meter.recognise(secret)
            for _ in range(3):
                await meter.settle(await meter.reserve(grant, service, 1), units=1, outcome="answered", seconds=0.0)
            counts.append(place.drain())
        await meter.stop()
        return counts

    assert run(work) == [3, 3, 3, 3]
    assert sum(row.calls for row in place.sums()) == 12
