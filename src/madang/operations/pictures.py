# SPDX-License-Identifier: Apache-2.0
"""The picture of work by day: bars on one floor, what failed on top."""

from collections.abc import Mapping
from datetime import date, timedelta

from madang.jobs import State
from madang.operations.pages import Bars, Day

PARTS = (("done", State.DONE), ("cancelled", State.CANCELLED), ("failed", State.FAILED))
FIRST = date(1970, 1, 1)


def bars(ended: Mapping[tuple[int, State], int], *, last: int, days: int, width: int, height: int, left: int = 44) -> Bars:
    """The last ``days`` up to the day ``last`` (counted from 1970), drawn on ``width`` × ``height``, with room for an axis at the left."""
    numbers = range(last - days + 1, last + 1)
    most = _round_up(max((sum(ended.get((day, state), 0) for _, state in PARTS) for day in numbers), default=0))
    floor, top = height - 26.0, 16.0
    scale, step = (floor - top) / most, (width - left) / days
    drawn = []
    for place, number in enumerate(numbers):
        y, parts = floor, []
        for word, state in PARTS:
            tall = ended.get((number, state), 0) * scale
            if tall:
                tall = max(tall, 1.5)
                y -= tall
                parts.append((word, round(y, 1), round(tall, 1)))
        figures = {word: ended.get((number, state), 0) for word, state in PARTS}
        label = f"{FIRST + timedelta(days=number):%m-%d}"
        x = round(left + place * step + step * 0.14, 1)
        drawn.append(Day(label, x, parts=tuple(parts), is_named=(last - number) % max(1, days // 5) == 0, **figures))
    ticks = tuple((value, round(floor - value * scale, 1)) for value in sorted({0, most // 2, most}) if value == int(value))
    return Bars(tuple(drawn), ticks, width, height, round(step * 0.72, 1), floor)


def _round_up(value: int) -> int:
    """The next figure that people read easily, at least 4."""
    step = 1
    while True:
        for factor in (4, 6, 8, 10, 20):
            if value <= factor * step:
                return factor * step
        step *= 10
