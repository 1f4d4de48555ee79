# SPDX-License-Identifier: Apache-2.0
"""Use against what is granted: the running total by key, the cap, today, and where it goes on like this."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from madang.web.pictures.figures import compact
from madang.web.pictures.ink import Dot, Drawing, Line, Mark, Rect, Text, path
from madang.web.pictures.lettering import width_of
from madang.web.pictures.scene import DESK, PHONE, Frame, Layer, axis, below, beside, grid, gutter, ink_of, rows_under, under

LATELY = 7
"""Steps whose pace is taken to go on."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How it goes on at the pace of the last steps: ``at`` is the step (with its part) at which the cap is met, None where it is not met
    before the end; ``end`` the total at the last step."""

    pace: float
    end: float
    at: float | None
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The cap and the words that the picture says: the cap, the total today, and the meeting of both."""

    cap: float | None
    words: str = ""
    total: str = ""
    meeting: str = ""


def forecast(daily: Sequence[float], *, steps: int, cap: float | None) -> Forecast:
    """How the running total of ``daily`` (a value for each step that has begun, the last one under way) goes on to ``steps``."""
    totals = list(accumulate(daily)) or [0.0]
    now, total = len(totals) - 1, totals[-1]
    whole = list(daily[:-1][-LATELY:])
    pace = sum(whole) / len(whole) if whole else total
    end = total + pace * (steps - 1 - now)
    if cap is None:
        return Forecast(pace, end, None)
    if total >= cap:
        return Forecast(pace, end, float(next(step for step, value in enumerate(totals) if value >= cap)), is_past=True)
    at = now + (cap - total) / pace if pace > 0 and end > cap else None
    return Forecast(pace, end, at)


def quota(
    names: Sequence[str], keys: Sequence[Layer], limit: Limit, ahead: Forecast, *, language: str, unit: str = ""
) -> tuple[Drawing, Drawing]:
    """The stacked running totals lying and standing. ``names`` are the words of all steps, also of those to come; ``keys`` begin at the
    foot and have a value for each step that has begun."""
    return _lying(names, keys, limit, ahead, language, unit), _standing(names, keys, limit, ahead, language, unit)


def _lying(names: Sequence[str], keys: Sequence[Layer], limit: Limit, ahead: Forecast, language: str, unit: str) -> Drawing:
    frame, figures = _frame(names, keys, limit, ahead, Frame(0, 0, DESK - 152, 40, 262, 1, len(names)), language)
    marks = [*_body(frame, figures, names, keys, limit, ahead, language, unit)]
    marks += beside(_labels(frame, keys), left=DESK - 132, right=DESK, top=frame.top, floor=frame.floor - 8)
    return Drawing(DESK, frame.floor + 30, tuple(marks))


def _standing(names: Sequence[str], keys: Sequence[Layer], limit: Limit, ahead: Forecast, language: str, unit: str) -> Drawing:
    frame, figures = _frame(names, keys, limit, ahead, Frame(0, 0, PHONE, 40, 216, 1, len(names)), language)
    labels = _labels(frame, keys)
    marks = [*_body(frame, figures, names, keys, limit, ahead, language, unit)]
    marks += under(labels, width=PHONE, top=frame.floor + 46, columns=1)
    return Drawing(PHONE, frame.floor + 32 + rows_under(labels, 1), tuple(marks))


def _frame(
    names: Sequence[str], keys: Sequence[Layer], limit: Limit, ahead: Forecast, sheet: Frame, language: str
) -> tuple[Frame, tuple[float, ...]]:
    total = sum(sum(key.values) for key in keys)
    most = max(total, ahead.end, (limit.cap or 0) * 1.08)
    if limit.cap:
        most = min(most, max(limit.cap * 1.5, total * 1.05))
    figures = axis(max(most, 1))
    top = max(figures[-1], 1)
    left = gutter([compact(figure, language) for figure in figures])
    return Frame(sheet.edge, left, sheet.right, sheet.top, sheet.floor, top, len(names)), figures


def _body(
    frame: Frame, figures: Sequence[float], names: Sequence[str], keys: Sequence[Layer], limit: Limit, ahead: Forecast, language: str,
    unit: str,
) -> Iterator[Mark]:  # fmt: skip
    def said(figure: float) -> str:
        near = limit.cap is not None and abs(frame.y(figure) - frame.y(limit.cap)) < 18
        return "" if near else f"{compact(figure, language)}{unit if figure == figures[-1] else ''}"

    steps = max((len(key.values) for key in keys), default=0)
    yield from grid(frame, figures, said)
    foot = [0.0] * steps
    for place, key in enumerate(keys):
        top = [low + value for low, value in zip(foot, accumulate(key.values), strict=True)]
        yield Line(_area(frame, foot, top), f"{ink_of(place, keys)} rim", key.name)
        foot = top
    yield from below(frame, names, frame.x, bold=steps - 1)
    yield from _limit(frame, limit, is_past=ahead.is_past)
    if steps:
        yield from _ahead(frame, foot[-1], steps - 1, limit, ahead)


def _area(frame: Frame, foot: Sequence[float], top: Sequence[float]) -> str:
    """The band between two running totals; a step's total stands at its place, and the first begins on the floor beside it."""
    if len(top) == 1:
        half = max(frame.pitch / 3, 3.0)
        return f"M{frame.left:.1f} {frame.y(foot[0]):.1f}V{frame.y(top[0]):.1f}h{half:.1f}V{frame.y(foot[0]):.1f}z"
    there = [(frame.x(step), frame.y(value)) for step, value in enumerate(top)]
    back = [(frame.x(step), frame.y(value)) for step, value in reversed(list(enumerate(foot)))]
    return path([*there, *back]) + "z"


def _limit(frame: Frame, limit: Limit, *, is_past: bool) -> Iterator[Mark]:
    if limit.cap is None:
        return
    y = frame.y(limit.cap)
    yield Line(f"M{frame.edge:.1f} {y:.1f}H{frame.right:.1f}", "stem seal")
    # What is over the cap stands at the left of the sheet, so its words stand at the right.
    place, anchor = (frame.right, "end") if is_past else (frame.edge, "start")
    yield Text(place, y - 7, limit.words, "digit halo", anchor)


def _ahead(frame: Frame, total: float, now: int, limit: Limit, ahead: Forecast) -> Iterator[Mark]:
    x, y = frame.x(now), frame.y(total)
    last = frame.steps - 1
    if now < last and not ahead.is_past and ahead.end > total:
        reach = min(1.0, (frame.most - total) / (ahead.end - total))
        end = now + (last - now) * reach
        yield Line(path([(x, y), (frame.x(end), frame.y(total + (ahead.end - total) * reach))]), "stem dashes")
    yield Line(f"M{x:.1f} {frame.floor:.1f}V{y:.1f}", "stem")
    yield Dot(x, y, 4, "ring")
    is_right = x > frame.left + (width_of(limit.total) + 20)
    yield Text(x - 9 if is_right else x + 9, y - 8, "", "halo", "end" if is_right else "start", limit.total)
    if ahead.at is not None and limit.cap:
        yield from _meeting(frame, ahead.at, limit)


def _meeting(frame: Frame, at: float, limit: Limit) -> Iterator[Mark]:
    x, y = frame.x(at), frame.y(limit.cap or 0)
    wide = width_of(limit.meeting)
    end = min(max(x, frame.left + wide), frame.right)
    top = frame.top - 22
    yield Line(f"M{x:.1f} {y:.1f}V{top + 6:.1f}", "stem seal")
    yield Dot(x, y, 4, "clash")
    yield Text(end, top, limit.meeting, "digit halo", "end")


def _labels(frame: Frame, keys: Sequence[Layer]) -> list[tuple[float, str, str, str]]:
    foot, made = 0.0, []
    for place, key in enumerate(keys):
        total = sum(key.values)
        made.append((frame.y(foot + total / 2), ink_of(place, keys), key.name, key.said))
        foot += total
    return made


def bar(used: float, cap: float | None, end: float | None = None) -> Drawing:
    """The small form: a bar of 6 pixels up to the cap, dashes to the forecast, a red stop at the cap."""
    most = cap or max(used, end or 0, 1)
    full = 148.0
    wide = full * min(used / most, 1)
    marks: list[Mark] = [Rect(0, 4, full, 6, "ground"), Rect(0, 4, wide, 6, "done")]
    if end is not None and end > used and wide < full:
        marks.append(Line(f"M{wide:.1f} 7H{full * min(end / most, 1):.1f}", "stem dashes"))
    if cap is not None:
        marks.append(Line(f"M{full:.1f} 0v14", "stem seal"))
    return Drawing(150, 14, tuple(marks))
