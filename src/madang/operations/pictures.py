# SPDX-License-Identifier: Apache-2.0
"""The picture of work by day: what was done at the foot, what failed on top."""

from collections.abc import Mapping
from datetime import date, timedelta

from madang import web
from madang.jobs import State
from madang.kit import _
from madang.operations.pages import Bars, Day

PARTS = (
    ("done", State.DONE, _("Done"), "d2"),
    ("cancelled", State.CANCELLED, _("Cancelled"), "none"),
    ("failed", State.FAILED, _("Failed"), "d6"),
)
FIRST = date(1970, 1, 1)


def bars(ended: Mapping[tuple[int, State], int], *, last: int, days: int) -> Bars:
    """The last ``days`` up to the day ``last`` (counted from 1970), as rows and drawn."""
    numbers = range(last - days + 1, last + 1)
    dates = [FIRST + timedelta(days=number) for number in numbers]
    rows = tuple(
        Day(f"{day:%m-%d}", **{word: ended.get((number, state), 0) for word, state, _name, _ink in PARTS})
        for number, day in zip(numbers, dates, strict=True)
    )
    layers = [_layer(rows, word, name, ink) for word, _state, name, ink in PARTS]
    language = web.current_language()
    names = web.pictures.named_days(dates, language)
    lying, standing = web.pictures.bars(names, layers, language=language, titles=[f"{row.label}: {row.total:,}" for row in rows])
    return Bars(rows, lying, standing)


def _layer(rows: tuple[Day, ...], word: str, name: str, ink: str) -> web.pictures.Layer:
    values = tuple(float(getattr(row, word)) for row in rows)
    return web.pictures.Layer(web.translate(name), values, f"{sum(values):,.0f}", ink)
