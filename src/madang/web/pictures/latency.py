# SPDX-License-Identifier: Apache-2.0
"""How long answers took: the middle one as a line, the band to the 95th of 100, the 99th dashed, and what is promised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from madang.web.pictures.ink import Drawing, Line, Mark, path
from madang.web.pictures.scene import DESK, PHONE, Event, Frame, axis, below, beside, grid, gutter, rows_under, stem, under


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one step: half of all answers came within ``p50``, 95 of 100 within ``p95``, 99 within ``p99``."""

    p50: float
    p95: float
    p99: float


def latency(
    names: Sequence[str], timings: Sequence[Timing | None], *, promise: float | None = None, promise_words: str = "",
    event: Event | None = None,
) -> tuple[Drawing, Drawing]:  # fmt: skip
    """The lines lying and standing; a step without a call (None) is a gap. ``promise`` is the 99th that is promised, in milliseconds."""
    most = max([promise or 0, *(timing.p99 for timing in timings if timing)], default=0)
    figures = axis(max(most * 1.02, 1e-3), whole=False)
    room = gutter([said(figure) for figure in figures])
    lying = Frame(0, room, DESK - 146, 34, 204, figures[-1], len(names))
    standing = Frame(0, room, PHONE, 34, 176, figures[-1], len(names))
    labels = _labels(lying, timings, promise, promise_words)
    marks = [*_body(lying, names, timings, figures, promise, event), *_beside(labels, lying)]
    few = _labels(standing, timings, promise, promise_words)
    phone = [*_body(standing, names, timings, figures, promise, None), *under(few, width=PHONE, top=standing.floor + 46)]
    return (
        Drawing(DESK, lying.floor + 30, tuple(marks)),
        Drawing(PHONE, standing.floor + 32 + rows_under(few), tuple(phone)),
    )


def said(milliseconds: float) -> str:
    """A time with its unit."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:,.1f} s"
    return f"{milliseconds:,.0f} ms" if milliseconds >= 100 else f"{milliseconds:.3g} ms"


def _body(
    frame: Frame,
    names: Sequence[str],
    timings: Sequence[Timing | None],
    figures: Sequence[float],
    promise: float | None,
    event: Event | None,
) -> Iterator[Mark]:
    yield from grid(frame, figures, said)
    for first, run in _runs(timings):
        places = [frame.x(first + step) for step in range(len(run))]
        if len(run) == 1:
            places = [places[0] - 2, places[0] + 2]
            run = [run[0], run[0]]
        p50 = [(x, frame.y(each.p50)) for x, each in zip(places, run, strict=True)]
        p95 = [(x, frame.y(each.p95)) for x, each in zip(places, run, strict=True)]
        yield Line(path([*p95, *reversed(p50)]) + "z", "d1")
        yield Line(path(p95), "stem faint")
        yield Line(path([(x, frame.y(each.p99)) for x, each in zip(places, run, strict=True)]), "stem dashes")
        yield Line(path(p50), "stem thick")
    if promise is not None:
        yield Line(f"M{frame.left:.1f} {frame.y(promise):.1f}H{frame.right:.1f}", "stem seal")
    yield from below(frame, names, frame.x)
    found = timings[event.step] if event else None
    if event and found:
        yield from stem(frame, event, frame.x(event.step), frame.y(found.p99))


def _runs(timings: Sequence[Timing | None]) -> Iterator[tuple[int, list[Timing]]]:
    """Steps with calls that follow each other, with the first one's place."""
    run: list[Timing] = []
    for step, timing in enumerate([*timings, None]):
        if timing is not None:
            run.append(timing)
        elif run:
            yield step - len(run), run
            run = []


def _labels(frame: Frame, timings: Sequence[Timing | None], promise: float | None, words: str) -> list[tuple[float, str, str, str]]:
    last = next((timing for timing in reversed(timings) if timing), None)
    made = []
    if last is not None:
        for name, value in (("p50", last.p50), ("p95", last.p95), ("p99", last.p99)):
            made.append((frame.y(value), "", name, said(value)))
    if promise is not None:
        made.append((frame.y(promise), "clash", words, said(promise)))
    return made


def _beside(labels: Sequence[tuple[float, str, str, str]], frame: Frame) -> Iterator[Mark]:
    return beside(labels, left=frame.right + 14, right=DESK, top=frame.top - 8, floor=frame.floor - 6)
