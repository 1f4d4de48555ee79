# SPDX-License-Identifier: Apache-2.0
"""The licence map as rectangles, stems and labels in pixels: lying for a desk, standing for a phone.

Names are clipped by measured width.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from madang import web
from madang.compliance.licence_map import Cell, Tally, Words, lay_out, numbered

MOST_STEMS, MOST_NAME, GAP = 3, 240.0, 24.0
DESK, ROW, LEAF = 1184.0, 46.0, 74.0
"""Pixels: the desk drawing's width, a folder's row, the row of leaves."""
PHONE, COLUMNS = 780.0, (92.0, 93.0, 161.0)
"""Pixels: the phone drawing's height and its three columns."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place (the foot of the letters); ``style`` is ``name`` or ``note``."""

    x: float
    y: float
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Box:
    """A cell as a rectangle with its labels; ``number`` is the mark of a licence that conflicts."""

    cell: Cell
    x: float
    y: float
    width: float
    height: float
    labels: tuple[Label, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Stem:
    """A line from a leaf at ``x`` down to its words at ``at``. ``style`` is ``seal`` for a conflict, ``ink`` for an unknown licence."""

    x: float
    top: float
    bottom: float
    style: str
    number: int | None
    at: float
    expression: str
    files: int
    place: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture in pixels. ``base`` is where the map ends and the stems begin."""

    width: float
    height: float
    base: float
    boxes: tuple[Box, ...]
    stems: tuple[Stem, ...] = ()


def desktop(tallies: Sequence[Tally], *, title: str, words: Words, rows: int = 5) -> Drawing:
    """The map lying: the root on top, the files' share from left to right, conflicts named under it."""
    cells, numbers = lay_out(tallies, length=DESK, rows=rows), numbered(tallies)
    last = max((cell.row_end for cell in cells), default=1) - 1
    base = last * ROW + LEAF if cells else 0.0
    boxes = tuple(_lying(cell, base, title, words, numbers) for cell in cells)
    stems = _stems(cells, base, words, numbers, tallies)
    return Drawing(DESK, base + (56 if stems else 2), base, boxes, stems)


def phone(tallies: Sequence[Tally], *, words: Words) -> Drawing:
    """The map standing: three columns, the files' share from top to bottom; the root is left out."""
    cells, numbers = lay_out(tallies, length=PHONE, rows=4), numbered(tallies)
    columns = COLUMNS[-(max((cell.row_end for cell in cells), default=1) - 1) :] if cells else COLUMNS
    widths = (*columns[:-1], sum(COLUMNS) - sum(columns[:-1]))
    boxes = tuple(_standing(cell, widths, words, numbers) for cell in cells if cell.row > 0)
    return Drawing(sum(COLUMNS), PHONE if cells else 0.0, PHONE if cells else 0.0, boxes)


def _lying(cell: Cell, base: float, title: str, words: Words, numbers: dict[str | None, int]) -> Box:
    top, width = cell.row * ROW, cell.end - cell.start
    height = ROW if cell.kind == "folder" else base - top
    name, note = (title, f"{_files(cell, words)} · {words.scale}") if cell.row == 0 else _said(cell, words)
    labels = []
    if shown := _shown(cell, name, width - 14):
        labels.append(Label(cell.start + 8, top + 19, shown, "name"))
    under = next((text for text in (note, f"{cell.files:,}") if text != name and web.pictures.width_of(text) <= width - 14), "")
    if under and (shown or not cell.name):
        labels.append(Label(cell.start + 8, top + (37 if shown else 19), under, "note"))
    return Box(cell, cell.start, top, width, height, tuple(labels), numbers.get(cell.expression) if cell.is_conflict else None)


def _standing(cell: Cell, widths: Sequence[float], words: Words, numbers: dict[str | None, int]) -> Box:
    left, right = sum(widths[: cell.row - 1]), sum(widths[: cell.row_end - 1])
    height, room = cell.end - cell.start, right - left - 14
    number = numbers.get(cell.expression) if cell.is_conflict else None
    name, note = _said(cell, words)
    labels: list[Label] = []
    if height >= 17:
        foot = cell.start + (min(height, 34) / 2 + 5 if cell.kind != "folder" or height < 40 else 18)
        shown = _shown(cell, name, room - (20 if number else 0))
        labels.append(Label(left + 8 + (20 if number else 0), foot, shown, "name"))
        used = web.pictures.width_of(shown) + 8 + (20 if number else 0)
        if cell.kind == "folder":
            labels.extend([Label(left + 8, foot + 17, note, "note")] if height >= 40 else [])
        elif web.pictures.width_of(note) <= room - used:
            labels.append(Label(left + 8 + used, foot, note, "note"))
    return Box(cell, left, cell.start, right - left, height, tuple(label for label in labels if label.text), number)


def _shown(cell: Cell, name: str, room: float) -> str:
    """``name``, clipped if it is a folder's; a licence's name is shown whole or not at all, for a part of it says another licence."""
    return web.pictures.clipped(name, room) if cell.name or not cell.row else name if web.pictures.width_of(name) <= room else ""


def _files(cell: Cell, words: Words) -> str:
    return words.files % {"n": f"{cell.files:,}"}


def _said(cell: Cell, words: Words) -> tuple[str, str]:
    """What a cell is called, and what stands under it."""
    if cell.kind == "folder":
        return cell.name, f"{cell.files:,}"
    if cell.kind == "others":
        return words.others, f"{cell.files:,}"
    licence = words.none if cell.strength == "none" else words.unknown if cell.strength == "unknown" else short(cell.expression or "")
    return (cell.name, licence) if cell.name else (licence, f"{cell.files:,}")


def _stems(cells: Sequence[Cell], base: float, words: Words, numbers: dict[str | None, int], tallies: Sequence[Tally]) -> tuple[Stem, ...]:
    """One stem each for the first conflicts by number, at their largest leaf, and one for the largest unknown if there is room."""
    leaves = sorted((cell for cell in cells if cell.kind == "leaf"), key=lambda cell: (-cell.files, cell.start))
    chosen: list[tuple[Cell, int | None]] = []
    for expression, number in sorted(numbers.items(), key=lambda item: item[1])[:MOST_STEMS]:
        chosen.extend([(leaf, number) for leaf in leaves if leaf.is_conflict and leaf.expression == expression][:1])
    if len(chosen) < MOST_STEMS:
        chosen.extend([(leaf, None) for leaf in leaves if leaf.strength == "unknown" and not leaf.is_conflict][:1])
    return _spread([_stem(leaf, number, base, tallies, words) for leaf, number in sorted(chosen, key=lambda pair: pair[0].start)])


def _stem(leaf: Cell, number: int | None, base: float, tallies: Iterable[Tally], words: Words) -> Stem:
    """The stem of ``leaf``: how many files are like it in all, and the folder that has the most of them."""
    places: Counter[str] = Counter()
    for each in tallies:
        if each.is_conflict == leaf.is_conflict and (each.expression == leaf.expression if number else each.strength == leaf.strength):
            places[each.folder] += each.files
    place = min(places, key=lambda folder: (-places[folder], folder))
    x = round((leaf.start + leaf.end) / 2, 1)
    name = web.pictures.clipped(words.unknown if leaf.strength == "unknown" else short(leaf.expression or ""), MOST_NAME)
    style = "seal" if number else "ink"
    return Stem(x, base, base + 16, style, number, max(x - 6, 0), name, places.total(), web.pictures.clipped(place or ".", MOST_NAME))


def _spread(stems: list[Stem]) -> tuple[Stem, ...]:
    """The stems with their words moved apart, each as near to its line as the others and the paper's edge allow."""
    widths = [max(web.pictures.width_of(f"{stem.expression}, {stem.files:,} ") + 60, web.pictures.width_of(stem.place)) for stem in stems]
    places: list[float] = []
    for stem, width in zip(stems, widths, strict=True):
        least = places[-1] + widths[len(places) - 1] + GAP if places else 0.0
        places.append(max(least, min(stem.at, DESK - width)))
    most = DESK
    for index in reversed(range(len(places))):
        places[index] = round(min(places[index], most - widths[index]), 1)
        most = places[index] - GAP
    return tuple(replace(stem, at=place) for stem, place in zip(stems, places, strict=True))


def short(expression: str) -> str:
    """``expression`` without the prefix that SPDX asks for in names which are not on its list: a picture has no room for it."""
    return expression.replace("LicenseRef-scancode-", "").replace("LicenseRef-", "")
