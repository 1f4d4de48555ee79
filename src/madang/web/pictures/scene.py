# SPDX-License-Identifier: Apache-2.0
"""What drawings over time share: layers, an event, the axes, and labels at the right end that do not touch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from madang.web.pictures.figures import ticks
from madang.web.pictures.ink import Line, Mark, Rect, Text
from madang.web.pictures.lettering import clipped, width_of

INKS = {
    1: ("d6",), 2: ("d6", "d3"), 3: ("d6", "d4", "d2"), 4: ("d6", "d4", "d3", "d2"), 5: ("d6", "d5", "d4", "d3", "d2"),
    6: ("d6", "d5", "d4", "d3", "d2", "d1"),
}  # fmt: skip
"""The inks of so many layers from the foot up: what stands lowest is darkest."""
DESK, PHONE = 880.0, 346.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of a stack: its name, its value at each step, the figure that its label says; its ink, where the order does not give it."""

    name: str
    values: tuple[float, ...]
    said: str = ""
    ink: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at a step; ``bold`` is said first."""

    step: int
    bold: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a sheet between the axes, in pixels; ``most`` is the value at its top. Lines begin at ``edge``, in whose gutter the
    figures stand, and what is drawn at ``left``."""

    edge: float
    left: float
    right: float
    top: float
    floor: float
    most: float
    steps: int

    def y(self, value: float) -> float:
        """Where a value stands."""
        return self.floor - (self.floor - self.top) * min(value, self.most) / self.most

    def x(self, step: float) -> float:
        """Where a step stands when the first is at the left edge and the last at the right one."""
        return self.left + (self.right - self.left) * step / max(1, self.steps - 1)

    @property
    def pitch(self) -> float:
        """The room of one step."""
        return (self.right - self.left) / max(1, self.steps)


def ink_of(place: int, layers: Sequence[Layer]) -> str:
    """The ink of the layer at ``place``; from six on all that come later share the lightest."""
    return layers[place].ink or INKS[min(max(len(layers), 1), 6)][min(place, 5)]


def grid(frame: Frame, figures: Sequence[float], said: Callable[[float], str]) -> Iterator[Mark]:
    """A hairline at each figure with the figure above its left end, and the floor."""
    for figure in figures:
        y = frame.y(figure)
        yield Line(f"M{frame.edge:.1f} {y:.1f}H{frame.right:.1f}", "grid")
        if words := said(figure):
            yield Text(frame.edge, y - 5, words, "axis halo")
    yield Line(f"M{frame.edge:.1f} {frame.floor:.1f}H{frame.right:.1f}", "base")


def below(frame: Frame, names: Sequence[str], place: Callable[[int], float], *, bold: int = -1) -> Iterator[Mark]:
    """The steps' names under the floor, the last first; one that would touch the name beside it is left out. ``bold`` is said anyway."""
    taken: list[tuple[float, float]] = []
    order = sorted((step for step, name in enumerate(names) if name), key=lambda step: (step != bold, -step))
    for step in order:
        x, half = place(step), width_of(names[step]) / 2
        middle = min(max(x, frame.left + half - 8), frame.right - half + 8)
        if all(middle + half + 10 < start or middle - half - 10 > end for start, end in taken):
            taken.append((middle - half, middle + half))
            yield Line(f"M{x:.1f} {frame.floor:.1f}v4", "base")
            yield Text(middle, frame.floor + 19, names[step], "name" if step == bold else "axis", "middle")


def beside(labels: Sequence[tuple[float, str, str, str]], *, left: float, right: float, top: float, floor: float) -> Iterator[Mark]:
    """Labels (wanted height, ink, name, figure) at the right, as near to their heights as 19 pixels between them allow."""
    ordered = sorted(labels, key=lambda label: label[0])
    places: list[float] = []
    for wanted, *_rest in ordered:
        places.append(max(wanted, places[-1] + 19 if places else top))
    least = floor
    for index in reversed(range(len(places))):
        places[index] = min(places[index], least)
        least = places[index] - 19
    for y, (_wanted, ink, name, figure) in zip(places, ordered, strict=True):
        yield from _label(left, right, y, ink, name, figure)


def _label(left: float, right: float, y: float, ink: str, name: str, figure: str) -> Iterator[Mark]:
    if ink:
        yield Rect(left, y - 5, 10, 10, f"edged {ink}")
    start = left + 16 if ink else left
    yield Text(start, y + 5, clipped(name, right - start - width_of(figure) - 8, least=1), "name")
    yield Text(right, y + 5, figure, "", "end")


def under(labels: Sequence[tuple[float, str, str, str]], *, width: float, top: float, columns: int = 2) -> Iterator[Mark]:
    """The same labels under the picture, in columns, the top layer first."""
    room = (width - 20 * (columns - 1)) / columns
    for place, (_wanted, ink, name, figure) in enumerate(sorted(labels, key=lambda label: label[0])):
        left = (place % columns) * (room + 20)
        yield from _label(left, left + room, top + (place // columns) * 22, ink, name, figure)


def rows_under(labels: Sequence[object], columns: int = 2) -> float:
    """How many pixels ``under`` takes."""
    return 22.0 * -(-len(labels) // columns) + 10


def stem(frame: Frame, event: Event, x: float, top: float) -> Iterator[Mark]:
    """A line from the event up to its words, which stand on the side that has room."""
    yield Line(f"M{x:.1f} {top - 4:.1f}V{frame.top - 14:.1f}", "stem")
    is_right = x > (frame.left + frame.right) / 2
    place = x - 6 if is_right else x + 6
    yield Text(place, frame.top - 6, event.text, "halo", "end" if is_right else "start", event.bold)


def gutter(words: Sequence[str]) -> float:
    """The room that an axis's figures take, all but the highest, which stands above everything."""
    return max((width_of(each) for each in words[:-1]), default=0.0) + 10 if words else 0.0


def axis(most: float, *, lines: int = 3, whole: bool = True) -> tuple[float, ...]:
    """The figures of an axis up to ``most``."""
    return ticks(most, lines=lines, whole=whole)
