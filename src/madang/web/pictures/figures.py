# SPDX-License-Identifier: Apache-2.0
"""Figures and days as axes say them, in each language; and the round figures that an axis is divided by."""

from collections.abc import Sequence
from datetime import date, datetime

_STEPS = {"ko": ((10**8, "억"), (10**4, "만")), "en": ((10**9, "B"), (10**6, "M"), (10**3, "k"))}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def compact(value: float, language: str) -> str:
    """12,000,000 as 1,200만 or 12M; what is below the first step, or has figures that would be lost, is written out."""
    for step, word in _STEPS[language]:
        if abs(value) >= step:
            told = value / step
            return f"{told:,.0f}{word}" if told >= 100 or told == int(told) else f"{told:,.1f}{word}"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.3g}"


def day_word(day: date, language: str) -> str:
    """22 November as 11월 22일 or 22 Nov."""
    return f"{day.month}월 {day.day}일" if language == "ko" else f"{day.day} {_MONTHS[day.month - 1]}"


def time_word(at: datetime) -> str:
    """A time of day."""
    return f"{at:%H:%M}"


def named_days(days: Sequence[date], language: str, *, every: int = 7) -> tuple[str, ...]:
    """The days' names, counted back from the last one, an empty word for those between."""
    last = len(days) - 1
    return tuple(day_word(day, language) if (last - place) % every == 0 else "" for place, day in enumerate(days))


def ticks(most: float, *, lines: int = 3, whole: bool = True) -> tuple[float, ...]:
    """Round figures from the first above nothing to the first that is not below ``most``, about ``lines`` of them."""
    step = 1.0
    while step * 10 <= most / lines:
        step *= 10
    while step > most / lines and not (whole and step <= 1):
        step /= 10
    for factor in (1, 2, 2.5, 5, 10):
        if factor == 2.5 and whole and step < 10:
            continue
        if step * factor * (lines + 1) > most * 1.0001:
            size = step * factor
            break
    else:
        size = step * 10
    count = max(1, -int(-most // size))
    return tuple(round(size * (place + 1), 9) for place in range(count))
