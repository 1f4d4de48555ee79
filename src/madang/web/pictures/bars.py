# SPDX-License-Identifier: Apache-2.0
"""Use by day: bars stacked by who used it, labels once at the right, level with their band."""

from collections.abc import Iterator, Sequence

from madang.web.pictures.figures import compact
from madang.web.pictures.ink import Drawing, Line, Mark, Rect, Text
from madang.web.pictures.scene import DESK, PHONE, Event, Frame, Layer, axis, below, beside, grid, gutter, ink_of, rows_under, stem, under


def bars(
    names: Sequence[str], layers: Sequence[Layer], *, language: str, titles: Sequence[str] = (), unit: str = "", event: Event | None = None,
    cap: tuple[float, str] | None = None, width: float = DESK,
) -> tuple[Drawing, Drawing]:  # fmt: skip
    """The bars lying and standing. ``layers`` begin at the foot, each with a value for every step; ``names`` are the steps' words (an
    empty one is not said), ``titles`` what a pointer over a bar is told. One event at most is named. ``cap`` is what each step may reach,
    with its words."""
    lying = _lying(names, layers, language, titles, unit, event, cap, width)
    return lying, _standing(names, layers, language, titles, unit, cap)


def _lying(
    names: Sequence[str], layers: Sequence[Layer], language: str, titles: Sequence[str], unit: str, event: Event | None,
    cap: tuple[float, str] | None, width: float,
) -> Drawing:  # fmt: skip
    figures = axis(max(_most(layers), 1.06 * cap[0] if cap else 1))
    frame = Frame(0, _gutter(figures, language), width - (152 if cap else 126), 34, 218, figures[-1], len(names))
    marks = [*_body(frame, names, layers, figures, language, titles, unit, cap)]
    if event is not None:
        top = frame.y(sum(layer.values[event.step] for layer in layers))
        marks += stem(frame, event, _middle(frame, event.step), top)
    marks += beside(_labels(frame, layers), left=width - (132 if cap else 108), right=width, top=24, floor=frame.floor - 8)
    return Drawing(width, frame.floor + 30, tuple(marks))


def _standing(
    names: Sequence[str], layers: Sequence[Layer], language: str, titles: Sequence[str], unit: str, cap: tuple[float, str] | None
) -> Drawing:
    figures = axis(max(_most(layers), 1.06 * cap[0] if cap else 1))
    frame = Frame(0, _gutter(figures, language), PHONE, 24, 176, figures[-1], len(names))
    labels = _labels(frame, layers)
    marks = [*_body(frame, names, layers, figures, language, titles, unit, cap), *under(labels, width=PHONE, top=frame.floor + 46)]
    return Drawing(PHONE, frame.floor + 32 + rows_under(labels), tuple(marks))


def _gutter(figures: Sequence[float], language: str) -> float:
    return gutter([compact(figure, language) for figure in figures])


def _most(layers: Sequence[Layer]) -> float:
    return max((sum(each) for each in zip(*(layer.values for layer in layers), strict=True)), default=0)


def _middle(frame: Frame, step: int) -> float:
    return frame.left + frame.pitch * (step + 0.5)


def _body(
    frame: Frame, names: Sequence[str], layers: Sequence[Layer], figures: Sequence[float], language: str, titles: Sequence[str], unit: str,
    cap: tuple[float, str] | None,
) -> Iterator[Mark]:  # fmt: skip
    def said(figure: float) -> str:
        if cap and abs(frame.y(figure) - frame.y(cap[0])) < 18:
            return ""
        return f"{compact(figure, language)}{unit}" if figure == figures[-1] else compact(figure, language)

    yield from grid(frame, figures, said)
    wide = max(frame.pitch * 0.72, 1.0)
    for step in range(len(names)):
        foot = 0.0
        for number, layer in enumerate(layers):
            value = layer.values[step]
            if value > 0:
                top, base = frame.y(foot + value), frame.y(foot)
                tall = max(base - top - 0.6, 0.6)
                left = _middle(frame, step) - wide / 2
                yield Rect(left, base - tall, wide, tall, f"rim {ink_of(number, layers)}", titles[step] if titles else "")
            foot += value
    yield from below(frame, names, lambda step: _middle(frame, step))
    if cap:
        yield Line(f"M{frame.edge:.1f} {frame.y(cap[0]):.1f}H{frame.right:.1f}", "stem seal")
        # The words stand at the end where no bar reaches them.
        half = len(names) // 2
        first = max((sum(layer.values[step] for layer in layers) for step in range(half)), default=0)
        at, anchor = (frame.right, "end") if first > cap[0] * 0.9 else (frame.edge, "start")
        yield Text(at, frame.y(cap[0]) - 7, cap[1], "digit halo", anchor)


def _labels(frame: Frame, layers: Sequence[Layer]) -> list[tuple[float, str, str, str]]:
    """Level with each band of the last step where something was used."""
    last = next((step for step in reversed(range(frame.steps)) if any(layer.values[step] for layer in layers)), 0)
    foot, made = 0.0, []
    for place, layer in enumerate(layers):
        value = layer.values[last] if layer.values else 0
        made.append((frame.y(foot + value / 2), ink_of(place, layers), layer.name, layer.said))
        foot += value
    return made
