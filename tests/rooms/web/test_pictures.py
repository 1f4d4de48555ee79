# SPDX-License-Identifier: Apache-2.0
"""The drawings of figures: nothing leaves the sheet, labels do not touch, the same figures come in each form, hostile words stay words."""

import itertools
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.web import pictures
from madang.web.pictures import Dot, Drawing, Event, Layer, Limit, Line, Rect, Text, Timing
from madang.web.pictures.figures import ticks
from madang.web.pictures.lettering import width_of

DAYS = [date(2026, 10, 24) + timedelta(days=place) for place in range(30)]
NAMES = pictures.named_days(DAYS, "ko")
AMOUNT = st.floats(min_value=0, max_value=1e12, allow_nan=False)


def inside(drawing: Drawing) -> None:
    """Every mark lies on the sheet; a word may hang over its edge by a few pixels."""
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            assert 0 <= mark.x <= mark.x + mark.width <= drawing.width + 0.1
            assert 0 <= mark.y <= mark.y + mark.height <= drawing.height + 0.1
        elif isinstance(mark, Text):
            assert -9 <= mark.x <= drawing.width + 9
            assert 0 <= mark.y <= drawing.height
        elif isinstance(mark, Dot):
            assert -1 <= mark.x <= drawing.width + 1
            assert 0 <= mark.y <= drawing.height
        else:
            assert all(-1 <= float(number) <= 900 for number in re.findall(r"[ML](-?[\d.]+)", mark.path))


def apart(drawing: Drawing) -> None:
    """Labels in one column do not touch."""
    column = [mark for mark in drawing.marks if isinstance(mark, Text) and mark.anchor == "end" and mark.x == drawing.width]
    places = sorted(mark.y for mark in column)
    assert all(later - earlier >= 16 for earlier, later in itertools.pairwise(places))


@given(st.lists(st.lists(AMOUNT, min_size=30, max_size=30), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_bars_stay_on_the_sheet_and_keep_their_proportions(values: list[list[float]]) -> None:
    layers = [Layer(f"layer {place}", tuple(row), "1 %") for place, row in enumerate(values)]
    for drawing in pictures.bars(NAMES, layers, language="ko"):
        inside(drawing)
        apart(drawing)
        rects = [mark for mark in drawing.marks if isinstance(mark, Rect) and mark.style.startswith("rim")]
        assert len(rects) == sum(value > 0 for row in values for value in row)


@given(st.lists(st.lists(AMOUNT, min_size=12, max_size=12), min_size=0, max_size=9), st.one_of(st.none(), st.floats(1, 1e12)))
@settings(max_examples=40, deadline=None)
def test_a_quota_stays_on_the_sheet_whatever_is_used(values: list[list[float]], cap: float | None) -> None:
    keys = [Layer("key", tuple(row), "1") for row in values]
    daily = [sum(row[step] for row in values) for step in range(12)]
    ahead = pictures.forecast(daily, steps=30, cap=cap)
    for drawing in pictures.quota(NAMES, keys, Limit(cap, "한도", "합계", "만남"), ahead, language="ko"):
        inside(drawing)
        seal = [mark for mark in drawing.marks if isinstance(mark, Line) and "seal" in mark.style]
        assert bool(seal) == (cap is not None)


@pytest.mark.parametrize(
    ("daily", "cap", "at", "is_past"),
    [
        ([100.0] * 11, 2000, 10 + (2000 - 1100) / 100, False),  # goes on at its pace
        ([100.0] * 10 + [50], 2000, 10 + (2000 - 1050) / 100, False),  # a day under way does not slow the pace
        ([0.0] * 11, 2000, None, False),
        ([10.0] * 11, 2000, None, False),  # not before the end
        ([500.0] * 11, 2000, 3.0, True),
        ([], 10, None, False),
        ([100.0], None, None, False),
    ],
)
def test_a_forecast_says_when_the_cap_is_met(daily: list[float], cap: float | None, at: float | None, is_past: bool) -> None:
    found = pictures.forecast(daily, steps=30, cap=cap)
    assert found.at == pytest.approx(at) if at is not None else found.at is None
    assert found.is_past == is_past


@given(st.lists(st.one_of(st.none(), st.tuples(AMOUNT, AMOUNT, AMOUNT)), min_size=1, max_size=96), st.one_of(st.none(), st.floats(1, 1e6)))
@settings(max_examples=40, deadline=None)
def test_latency_has_a_gap_where_nobody_called(rows: list[tuple[float, float, float] | None], promise: float | None) -> None:
    timings = [Timing(*sorted(row)) if row else None for row in rows]
    for drawing in pictures.latency(["11:00"] * len(rows), timings, promise=promise, promise_words="약속"):
        inside(drawing)
        apart(drawing)
        runs = sum(now is not None and before is None for before, now in zip([None, *timings], timings, strict=False))
        assert len([mark for mark in drawing.marks if isinstance(mark, Line) and mark.style == "stem thick"]) == runs


@given(st.lists(st.floats(-1e9, 1e9), max_size=200))
@settings(max_examples=40, deadline=None)
def test_a_series_of_any_length_can_be_drawn(values: list[float]) -> None:
    for drawing in pictures.series(values, list(range(min(len(values), 9)))):
        inside(drawing)


def test_words_from_people_stay_words() -> None:
    evil = '"><script>alert(1)</script>'
    drawing, _phone = pictures.bars([evil], [Layer(evil, (1.0,), evil)], language="en", titles=[evil], event=Event(0, evil, evil))
    text = pictures.svg(drawing, "lying", evil)
    assert "<script" not in text
    root = ElementTree.fromstring(text)
    assert root.get("aria-label") == evil


def test_a_picture_has_a_form_of_its_own_for_the_phone() -> None:
    lying, standing = pictures.bars(NAMES, [Layer("산업체", (1.0,) * 30, "100 %")], language="ko")
    assert (lying.width, standing.width) == (880, 346)
    said = [mark for mark in standing.marks if isinstance(mark, Text) and mark.style == "axis" and mark.anchor == "middle"]
    places = sorted((mark.x, width_of(mark.text)) for mark in said)
    assert len(said) > 2
    assert all(x + wide / 2 < after - next_wide / 2 for (x, wide), (after, next_wide) in itertools.pairwise(places))


@pytest.mark.parametrize(
    ("value", "ko", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (84_210, "8.4만", "84.2k"),
        (12_000_000, "1,200만", "12M"),
        (250_000_000, "2.5억", "250M"),
        (0.25, "0.25", "0.25"),
    ],
)
def test_figures_are_short_as_each_language_says_them(value: float, ko: str, en: str) -> None:
    assert pictures.compact(value, "ko") == ko
    assert pictures.compact(value, "en") == en


@given(st.floats(min_value=0.001, max_value=1e13))
def test_an_axis_reaches_its_highest_value_and_not_far_beyond(most: float) -> None:
    figures = ticks(most, whole=False)
    assert figures[-1] >= most * 0.9999
    assert 1 <= len(figures) <= 5
    assert figures[0] <= most or len(figures) == 1


def test_the_small_bar_stops_at_the_cap() -> None:
    for used, cap, end in ((0, 10, 0), (5, 10, 9), (30, 10, 60), (5, None, None)):
        inside(pictures.bar(used, cap, end))
