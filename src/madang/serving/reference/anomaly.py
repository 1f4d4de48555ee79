# SPDX-License-Identifier: Apache-2.0
"""Points of a series that stand out: robust scores by medians, which one wild value cannot move."""

from typing import TypedDict

import numpy
from numpy.typing import NDArray

Series = NDArray[numpy.float64]

MOST = 200_000
LEAST = 8
SCALE = 1.4826  # a median absolute deviation times this is a standard deviation, where values are normal


class Point(TypedDict):
    """A point that stands out: its place, its value, what was expected there, and how many robust deviations lie between."""

    index: int
    value: float
    expected: float
    score: float


class Answer(TypedDict):
    """The points, and the spread that they were measured by."""

    anomalies: list[Point]
    spread: float
    threshold: float


def detect(values: list[float], period: int = 0, window: int = 25, threshold: float = 5.0) -> Answer:
    """Points that lie further than threshold deviations from what is expected at their place."""
    if not LEAST <= len(values) <= MOST:
        raise ValueError(f"a series has {LEAST} to {MOST} values")
    if not 0 <= period <= len(values) // 2 or not 3 <= window <= 1001 or not 1 <= threshold <= 1000:
        raise ValueError("period is 0 or at most half of the series, window is 3 to 1001, threshold is 1 to 1000")
    series = numpy.asarray(values, dtype=float)
    if not numpy.isfinite(series).all() or numpy.abs(series).max() > 1e150:
        raise ValueError("every value is a number below 1e150")
    expected = _by_period(series, period) if period > 1 else _by_window(series, min(window | 1, len(series) | 1))
    rest = series - expected
    centre = float(numpy.median(rest))
    spread = SCALE * float(numpy.median(numpy.abs(rest - centre)))
    if spread == 0:  # most are as expected to the last digit: the mean deviation of the others, else nothing stands out
        spread = 1.2533 * float(numpy.mean(numpy.abs(rest - centre)))
    scores = numpy.abs(rest - centre) / spread if spread > 0 else numpy.zeros_like(rest)
    anomalies: list[Point] = [
        {"index": int(at), "value": float(series[at]), "expected": float(expected[at] + centre), "score": round(float(scores[at]), 3)}
        for at in numpy.flatnonzero(scores > threshold)
    ]
    return {"anomalies": anomalies, "spread": spread, "threshold": threshold}


def _by_window(series: Series, window: int) -> Series:
    """The median of the values round each, itself left out of its own expectation as far as a median does so."""
    half = window // 2
    wide = numpy.pad(series, half, mode="reflect" if len(series) > half else "edge")
    return numpy.median(numpy.lib.stride_tricks.sliding_window_view(wide, 2 * half + 1), axis=1)[: len(series)]


def _by_period(series: Series, period: int) -> Series:
    """The median of the same place in every period."""
    return numpy.array([numpy.median(series[place::period]) for place in range(period)])[numpy.arange(len(series)) % period]
