# SPDX-License-Identifier: Apache-2.0
"""The licence map: which licences, how many files, where. Pure layout; a template makes it ink.

Files are counted by folder and licence (``tally``); ``lay_out`` gives each folder its share of a length, row under row, so that a
cell's extent is its number of files; ``pictures`` draws the same cells lying (desktop) and standing (phone). Nothing is lost on the
way: the cells under a folder hold exactly its files. The table and the CSV are made from the same tallies.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from madang import sheets
from madang.kit import _

STRENGTHS = ("none", "permissive", "conditions", "weak", "strong", "network", "unknown")
FOLD = 3.0
"""A leaf of fewer pixels than this joins the others beside it, unless it is a conflict."""
NAMEABLE, DIVISIBLE = 16.0, 56.0
"""Pixels: a folder of one licence that is narrower than the one, or of several that is narrower than the other, is not drawn by itself;
its files stand with those of the folder above, by licence. A folder of one licence that conflicts is drawn down to the fold."""


@dataclass(frozen=True, slots=True)
class Tally:
    """So many files directly in ``folder`` (slashes, empty for the root) have ``expression``; None where no licence was found."""

    folder: str
    expression: str | None
    strength: str
    files: int
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One row of the table twin: a folder, a licence found directly in it, and in how many files."""

    folder: str
    expression: str | None
    strength: str
    files: int
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """One licence over all files. ``share`` is its part of the most frequent licence's files, ``number`` its mark where it conflicts."""

    expression: str | None
    strength: str
    files: int
    share: float
    places: tuple[str, ...]
    is_conflict: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words that stand in the picture, in the reader's language."""

    others: str = "other"
    none: str = "no licence found"
    unknown: str = "unknown"
    files: str = "%(n)s files"
    scale: str = "width: files, ink: strength of what must be given back"


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the length, from ``start`` to ``end`` pixels, over the rows ``row`` to ``row_end`` (exclusive).

    ``kind`` is ``folder`` (divided by the cells under it), ``leaf`` (one licence) or ``others`` (several that are too narrow to draw;
    ``strength`` is theirs if they agree, else ``mixed``).
    """

    kind: str
    start: float
    end: float
    row: int
    row_end: int
    path: str
    name: str
    files: int
    expression: str | None = None
    strength: str = "none"
    is_conflict: bool = False


_Group = tuple[str | None, str, bool]


@dataclass(slots=True)
class _Folder:
    name: str
    path: str
    folders: dict[str, "_Folder"] = field(default_factory=dict)
    own: Counter[_Group] = field(default_factory=Counter)
    all: Counter[_Group] = field(default_factory=Counter)
    files: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """What may become a cell under a folder: a folder, or ``files`` files of one ``group``."""

    name: str
    path: str
    files: int
    folder: _Folder | None = None
    group: _Group = (None, "none", False)
    is_others: bool = False


def words_in(translate: Callable[[str], str]) -> Words:
    """The picture's words in the language that ``translate`` gives."""
    return Words(
        others=translate(_("other")),
        none=translate(_("no licence found")),
        unknown=translate(_("unknown")),
        files=translate(_("%(n)s files")),
        scale=translate(_("width: files, ink: strength of what must be given back")),
    )


def tally(files: Iterable[tuple[str, str | None, str, bool]]) -> tuple[Tally, ...]:
    """Count files, each (path, expression, strength, is a conflict), by folder and licence; sorted by folder and licence."""
    counts: Counter[tuple[str, str | None, str, bool]] = Counter()
    for path, expression, strength, is_conflict in files:
        counts[path.rpartition("/")[0], expression, strength, is_conflict] += 1
    return in_order(counts)


def in_order(counts: Mapping[tuple[str, str | None, str, bool], int]) -> tuple[Tally, ...]:
    """The counts by (folder, expression, strength, is a conflict), sorted by folder and licence."""
    return tuple(
        Tally(folder, expression, strength, number, is_conflict)
        for (folder, expression, strength, is_conflict), number in sorted(
            counts.items(), key=lambda item: (item[0][0], *_order(item[0][1:]))
        )
    )


def _order(group: _Group) -> tuple[int, str, bool]:
    expression, strength, is_conflict = group
    return (STRENGTHS.index(strength), expression or "", is_conflict)


def _tree(tallies: Iterable[Tally]) -> _Folder:
    root = _Folder("", "")
    for each in tallies:
        group, folder = (each.expression, each.strength, each.is_conflict), root
        for name in (part for part in each.folder.split("/") if part):
            folder.all[group] += each.files
            folder.files += each.files
            folder = folder.folders.setdefault(name, _Folder(name, f"{folder.path}/{name}" if folder.path else name))
        folder.all[group] += each.files
        folder.files += each.files
        folder.own[group] += each.files
    return root


def _straightened(folder: _Folder) -> _Folder:
    """``folder``, or the first one under it that holds more than one folder; the names on the way are joined."""
    name = folder.name
    while len(folder.folders) == 1 and not folder.own and len(folder.all) > 1:
        folder = next(iter(folder.folders.values()))
        name = f"{name}/{folder.name}"
    return replace(folder, name=name)


def lay_out(tallies: Iterable[Tally], *, length: float, rows: int, fold: float = FOLD) -> tuple[Cell, ...]:
    """The cells of the map over ``length`` pixels and at most ``rows`` rows, the root first; none where there is no file."""
    root = _tree(tallies)
    if not root.files:
        return ()
    cells = list(_cells(root, length, rows, fold))
    used = 2 + max(cell.row for cell in cells if cell.kind == "folder")
    return tuple(replace(cell, row_end=min(cell.row_end, used)) for cell in cells)


def _cells(root: _Folder, length: float, rows: int, fold: float) -> Iterator[Cell]:
    scale = length / root.files

    def under(folder: _Folder, row: int, offset: int) -> Iterator[Cell]:
        for part in _parts(folder, is_last=row == rows - 1, narrow=fold, scale=scale):
            start, end = round(offset * scale, 3), round((offset + part.files) * scale, 3)
            expression, strength, is_conflict = part.group
            if part.folder is not None:
                yield Cell("folder", start, end, row, row + 1, part.path, part.name, part.files)
                yield from under(part.folder, row + 1, offset)
            else:
                kind = "others" if part.is_others else "leaf"
                yield Cell(kind, start, end, row, rows, part.path, part.name, part.files, expression, strength, is_conflict)
            offset += part.files

    yield Cell("folder", 0, round(root.files * scale, 3), 0, 1, "", "", root.files)
    yield from under(root, 1, 0)


def _parts(folder: _Folder, *, is_last: bool, narrow: float, scale: float) -> list[_Part]:
    """What stands under ``folder``: its folders by size, then other files in it by licence, then what is too narrow as one."""
    parts: list[_Part] = []
    loose = Counter(folder.own)
    for inner in sorted(map(_straightened, folder.folders.values()), key=lambda each: (-each.files, each.name)):
        width, is_mixed = inner.files * scale, len(inner.all) > 1
        decides = not is_mixed and next(iter(inner.all))[2]
        if is_mixed and not is_last and width >= DIVISIBLE:
            parts.append(_Part(inner.name, inner.path, inner.files, inner))
        elif (not is_mixed and width >= (narrow if decides else NAMEABLE)) or (is_mixed and width >= DIVISIBLE):
            parts.extend(_leaves(inner.name, inner.path, inner.all))
        else:
            loose.update(inner.all)
    parts.extend(_leaves("", folder.path, loose))
    small = [part for part in parts if part.files * scale < narrow]
    if len(small) < 2:
        return parts
    return [part for part in parts if part.files * scale >= narrow] + _folded(folder, small)


def _leaves(name: str, path: str, groups: Counter[_Group]) -> list[_Part]:
    return [_Part(name, path, files, None, group) for group, files in sorted(groups.items(), key=lambda item: _order(item[0]))]


def _folded(folder: _Folder, small: Sequence[_Part]) -> list[_Part]:
    """``small`` as one part, and one more for each licence that conflicts: what decides is never folded away."""
    conflicts: Counter[_Group] = Counter()
    rest: Counter[_Group] = Counter()
    for part in small:
        (conflicts if part.group[2] else rest)[part.group] += part.files
    made = _leaves("", folder.path, conflicts)
    if len(rest) == 1:
        made.extend(_leaves("", folder.path, rest))
    elif rest:
        strengths = {strength for _expression, strength, _conflict in rest}
        strength = strengths.pop() if len(strengths) == 1 else "mixed"
        made.append(_Part("", folder.path, rest.total(), None, (None, strength, False), is_others=True))
    return made


def by_licence(tallies: Iterable[Tally], *, places: int = 3) -> tuple[LicenceRow, ...]:
    """One row a licence, those that ask nothing first; with the ``places`` folders (two names deep) where it has the most files."""
    files: Counter[_Group] = Counter()
    where: dict[_Group, Counter[str]] = defaultdict(Counter)
    for each in tallies:
        group = (each.expression, each.strength, each.is_conflict)
        files[group] += each.files
        where[group]["/".join(each.folder.split("/")[:2]) or "."] += each.files
    most = max(files.values(), default=1)
    numbers = _numbers(Counter({group[0]: count for group, count in files.items() if group[2]}))
    ordered = sorted(
        files, key=lambda group: (group[1] == "none", group[2], group[2] or STRENGTHS.index(group[1]), -files[group], group[0] or "")
    )
    return tuple(
        LicenceRow(
            expression=group[0],
            strength=group[1],
            files=files[group],
            share=files[group] / most,
            places=tuple(name for name, _n in sorted(where[group].items(), key=lambda item: (-item[1], item[0]))[:places]),
            is_conflict=group[2],
            number=numbers.get(group[0]) if group[2] else None,
        )
        for group in ordered
    )


def numbered(tallies: Iterable[Tally]) -> dict[str | None, int]:
    """The number of each licence that conflicts, from 1, most files first; the same in the picture, the table and the reasons."""
    files: Counter[str | None] = Counter()
    for each in tallies:
        if each.is_conflict:
            files[each.expression] += each.files
    return _numbers(files)


def _numbers(files: Counter[str | None]) -> dict[str | None, int]:
    ordered = sorted(files, key=lambda expression: (-files[expression], expression or ""))
    return {expression: number for number, expression in enumerate(ordered, 1)}


def by_place(tallies: Iterable[Tally]) -> tuple[PlaceRow, ...]:
    """Every folder with every licence found directly in it: the picture with nothing folded."""
    return tuple(PlaceRow(each.folder, each.expression, each.strength, each.files, each.is_conflict) for each in tallies)


def as_csv(tallies: Iterable[Tally]) -> str:
    """The same rows as comma-separated values."""
    rows = ((each.folder, each.expression or "", each.strength, each.files, each.is_conflict) for each in tallies)
    return sheets.write_csv(rows, header=("folder", "license_expression", "strength", "files", "conflict"))
