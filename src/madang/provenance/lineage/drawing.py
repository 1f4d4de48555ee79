# SPDX-License-Identifier: Apache-2.0
"""The folded lineage in pixels: layers from left to right for a desk, from top to bottom for a phone. Pure."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from madang.provenance.lineage.folding import Folded, Group, Joint

DESK, PHONE = 1184, 346
GAP, LEAST, MOST = 74, 144, 196
TOP, BOX, ROW = 34, 46, 64
LETTER, WIDE = 7.7, 12.6
"""Pixels of a letter of 13 pixels' size, narrow and wide: rather more than less."""


@dataclass(frozen=True, slots=True)
class Box:
    """A group as a shape with its words; ``ways`` says in words how it goes on to the right."""

    group: Group
    x: int
    y: int
    width: int
    shape: str
    name: str
    note: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A way as a path; ``is_back`` where it goes against the order, as in a cycle. ``at`` is the place of its word, if there is room."""

    joint: Joint
    path: str
    is_back: bool
    at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A column's name."""

    x: int
    y: int
    step: int
    is_beyond: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture."""

    width: int
    height: int
    heads: tuple[Head, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


Naming = Callable[[Group], tuple[str, str]]


def lying(folded: Folded, naming: Naming) -> Drawing:
    """For a desk: a column for each step."""
    count = len(folded.columns)
    room = (DESK - (count - 1) * GAP) // count
    width = max(LEAST, min(MOST, room))
    heads, boxes = [], dict[str, Box]()
    goes = _goes(folded)
    for place, column in enumerate(folded.columns):
        x = place * (width + GAP)
        heads.append(Head(x, 14, column[0].step, column[0].is_beyond))
        for row, group in enumerate(column):
            boxes[group.key] = _box(group, x + 1, TOP + row * ROW, width, naming, goes)
    lines = tuple(_lying(joint, boxes) for joint in folded.joints)
    height = TOP + max(len(column) for column in folded.columns) * ROW
    return Drawing(max(count * (width + GAP) - GAP + 2, DESK), height, tuple(heads), tuple(boxes.values()), lines)


def standing(folded: Folded, naming: Naming) -> Drawing:
    """For a phone: the steps under each other along one line; how each goes on stands in words."""
    heads, boxes, y = [], list[Box](), 0
    goes = _goes(folded)
    for column in folded.columns:
        heads.append(Head(22, y + 16, column[0].step, column[0].is_beyond))
        y += 26
        for group in column:
            boxes.append(_box(group, 21, y, PHONE - 22, naming, goes))
            y += BOX + 8
        y += 10
    return Drawing(PHONE, y, tuple(heads), tuple(boxes), ())


def _goes(folded: Folded) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for joint in folded.joints:
        found.setdefault(joint.source, {}).update(dict.fromkeys(joint.kinds))
    return {key: tuple(kinds) for key, kinds in found.items()}


def _box(group: Group, x: int, y: int, width: int, naming: Naming, goes: Mapping[str, tuple[str, ...]]) -> Box:
    name, note = naming(group)
    shape = outline(group, x, y, width)
    return Box(group, x, y, width, shape, clipped(name, width - 20), clipped(note, width - 20), goes.get(group.key, ()))


def outline(group: Group, x: int, y: int, w: int) -> str:
    """The shape of its kind: a sheet for documents and patents, a drum for data, round for models, a pill for services, an arrow for
    pipelines, a square for all else; what stands for several has a second edge."""
    sort = group.items[0].type if len({item.type for item in group.items}) == 1 and not group.items[0].is_hidden else ""
    shape = _path(sort, x, y, w, BOX)
    return shape if group.is_one else f"M{x + 4} {y + BOX}v4h{w}v{-BOX}h-4v{BOX - 4}z{shape}"


def _path(sort: str, x: int, y: int, w: int, h: int) -> str:
    if sort in ("document", "patent"):
        return f"M{x} {y}h{w - 12}l12 12v{h - 12}h{-w}z"
    if sort == "dataset":
        return f"M{x} {y + 5}q{w / 2} -10 {w} 0v{h - 10}q{-w / 2} 10 {-w} 0z"
    if sort == "pipeline":
        return f"M{x} {y}h{w - 10}l10 {h // 2}l-10 {h // 2}h{10 - w}l6 {-h // 2}z"
    if sort in ("model", "service"):
        r = 10 if sort == "model" else h // 2
        down, back = f"v{h - 2 * r}a{r} {r} 0 0 1 {-r} {r}", f"h{2 * r - w}a{r} {r} 0 0 1 {-r} {-r}"
        return f"M{x + r} {y}h{w - 2 * r}a{r} {r} 0 0 1 {r} {r}{down}{back}v{2 * r - h}a{r} {r} 0 0 1 {r} {-r}z"
    return f"M{x} {y}h{w}v{h}h{-w}z"


def _lying(joint: Joint, boxes: Mapping[str, Box]) -> Line:
    one, other = boxes[joint.source], boxes[joint.target]
    y1, y2 = one.y + BOX // 2, other.y + BOX // 2
    if one.x < other.x:
        x1, x2 = one.x + one.width, other.x
        bend = GAP // 2 + 4
        direct = f"H{x2 - 6}" if y1 == y2 else f"C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 6} {y2}"
        at = (x1 + GAP // 2 - 2, y1 - 8) if joint.on_path and y1 == y2 and x2 - x1 <= GAP else None
        return Line(joint, f"M{x1} {y1}{direct}m-5 -4l6 4l-6 4", is_back=False, at=at)
    x1, x2 = one.x + one.width, other.x + other.width
    reach = max(x1, x2) + 34
    return Line(joint, f"M{x1} {y1}C{reach} {y1} {reach} {y2} {x2 + 2} {y2}m5 -4l-6 4l6 4", is_back=True)


def width_of(text: str) -> float:
    """About how many pixels it takes."""
    return sum(WIDE if unicodedata.east_asian_width(letter) in "WFA" else LETTER for letter in text)


def clipped(text: str, room: float) -> str:
    """``text``, or its beginning and an ellipsis."""
    if width_of(text) <= room:
        return text
    kept = text
    while kept and width_of(kept) + WIDE > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
