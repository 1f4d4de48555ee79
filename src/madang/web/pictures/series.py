# SPDX-License-Identifier: Apache-2.0
"""A series of values, with what is expected of it as a band and what is out of it as marks."""

from collections.abc import Callable, Iterator, Sequence

from madang.web.pictures.ink import Dot, Drawing, Line, Mark, Text, path
from madang.web.pictures.scene import DESK, PHONE, Frame

ROWS = 6
"""At most so many values out of the band are written at their marks."""


def series(
    values: Sequence[float], marked: Sequence[int], *, low: Sequence[float] = (), high: Sequence[float] = ()
) -> tuple[Drawing, Drawing]:
    """The series lying and standing; ``marked`` are the places of the values that are out of the ordinary, ``low`` and ``high`` the band
    in which each was expected."""
    return _drawn(values, marked, low, high, DESK, 200), _drawn(values, marked, low, high, PHONE, 170)


def _drawn(
    values: Sequence[float], marked: Sequence[int], low: Sequence[float], high: Sequence[float], width: float, height: float
) -> Drawing:
    least, most = min([*values, *low], default=0), max([*values, *high], default=1)
    room = (most - least) or 1.0
    frame = Frame(0, 0, width - 8, 22, height - 26, room, max(len(values), 2))

    def y(value: float) -> float:
        return frame.y(value - least)

    return Drawing(width, height, tuple(_marks(values, marked, low, high, frame, y, (least, most))))


def _marks(
    values: Sequence[float], marked: Sequence[int], low: Sequence[float], high: Sequence[float], frame: Frame, y: Callable[[float], float],
    ends: tuple[float, float],
) -> Iterator[Mark]:  # fmt: skip
    if low and high:
        there = [(frame.x(step), y(value)) for step, value in enumerate(high)]
        back = [(frame.x(step), y(value)) for step, value in reversed(list(enumerate(low)))]
        yield Line(path([*there, *back]) + "z", "d1")
    for value in ends:
        yield Line(f"M0 {y(value):.1f}H{frame.right:.1f}", "grid")
        yield Text(0, y(value) - 5, f"{value:,.6g}", "axis halo")
    if len(values) > 1:
        yield Line(path([(frame.x(step), y(value)) for step, value in enumerate(values)]), "stem thick")
    most = max(len(values) - 1, 0)
    for place, word, anchor in ((0, "0", "start"), (most, f"{most:,}", "end")):
        yield Text(frame.x(place), frame.floor + 20, word, "axis", anchor)
    for count, place in enumerate(marked):
        x = frame.x(place)
        yield Dot(x, y(values[place]), 4, "clash", f"{place}: {values[place]:,.6g}")
        if count < ROWS:
            is_right = x > frame.right / 2
            yield Text(
                x - 8 if is_right else x + 8, y(values[place]) + 4, f"{values[place]:,.6g}", "digit halo", "end" if is_right else "start"
            )
