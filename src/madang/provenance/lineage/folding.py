# SPDX-License-Identifier: Apache-2.0
"""Thousands of things as few: a column for each step, in it what decides by itself and the others by what they have in common. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madang.provenance.lineage.reading import Item, Lineage
from madang.provenance.lineage.tones import Colouring, Tone

MOST_BOXES = 9
"""A column with more things is folded; what decides stands in it besides."""
MOST_PATH = 3
MOST_WAYS = 300
FARTHEST = 12


@dataclass(frozen=True, slots=True)
class Group:
    """One or several things at one step. ``key`` finds it in the table; ``beyond`` stands for all that is farther than is drawn."""

    key: str
    step: int
    items: tuple[Item, ...]
    tone: Tone
    is_beyond: bool = False
    is_mixed: bool = False
    on_path: bool = False

    @property
    def is_one(self) -> bool:
        """Whether it stands for a single thing."""
        return len(self.items) == 1 and not self.is_beyond


@dataclass(frozen=True, slots=True)
class Joint:
    """So many ways between two groups, of these kinds."""

    source: str
    target: str
    kinds: tuple[str, ...]
    number: int
    on_path: bool


@dataclass(frozen=True)
class Folded:
    """Columns from left to right, and the ways between groups; ``left_out`` ways are in the table only."""

    columns: tuple[tuple[Group, ...], ...]
    joints: tuple[Joint, ...]
    left_out: int

    @property
    def groups(self) -> dict[str, Group]:
        """Every group by its key."""
        return {group.key: group for column in self.columns for group in column}


def fold(lineage: Lineage, colouring: Colouring, *, up: int, down: int) -> Folded:
    """The lineage over ``up`` steps to the left and ``down`` to the right."""
    path = set(colouring.path)
    steps: dict[int, list[Item]] = {}
    for item in lineage.items.values():
        steps.setdefault(max(-up - 1, min(item.step, down + 1)), []).append(item)
    columns = []
    for step in sorted(steps):
        beyond = step in (-up - 1, down + 1)
        columns.append((_beyond(step, steps[step], colouring, path),) if beyond else tuple(_column(step, steps[step], colouring, path)))
    joints = _joints(lineage, columns, colouring.path)
    return Folded(tuple(columns), tuple(joints[:MOST_WAYS]), max(0, len(joints) - MOST_WAYS))


def _beyond(step: int, items: Sequence[Item], colouring: Colouring, path: set[str]) -> Group:
    group = _group(f"{step}~beyond", step, items, colouring, path)
    return Group(group.key, step, group.items, group.tone, is_beyond=True, is_mixed=group.is_mixed, on_path=group.on_path)


def _column(step: int, items: Sequence[Item], colouring: Colouring, path: set[str]) -> list[Group]:
    shown = [item for item in items if item.id in path][:MOST_PATH]
    rest = [item for item in items if item not in shown] if len(shown) < len(items) else []
    found = [_group(f"{step}~{item.id}", step, [item], colouring, path) for item in shown]
    return found + _grouped(step, rest, colouring, path)


def _grouped(step: int, items: Sequence[Item], colouring: Colouring, path: set[str]) -> list[Group]:
    """Each by itself where there is room, else by type, tone and whether it is made of something, or by fewer of these."""
    if len(items) <= MOST_BOXES:
        return [_group(f"{step}~{item.id}", step, [item], colouring, path) for item in items]
    for parts in (3, 2, 1):
        found: dict[str, list[Item]] = {}
        for item in items:
            tone = colouring.tones[item.id]
            words = ("hidden" if item.is_hidden else item.type, f"{tone.ink}-{tone.word}", "leaf" if item.is_leaf else "made")
            found.setdefault("~".join((str(step), *words[:parts])), []).append(item)
        if len(found) <= MOST_BOXES:
            break
    groups = [_group(key, step, few, colouring, path) for key, few in found.items()]
    return sorted(groups, key=lambda group: (-group.tone.weight, -len(group.items), group.key))


def _group(key: str, step: int, items: Sequence[Item], colouring: Colouring, path: set[str]) -> Group:
    tones = {colouring.tones[item.id] for item in items}
    worst = max(tones, key=lambda tone: (tone.weight, tone.word))
    return Group(key, step, tuple(items), worst, is_mixed=len(tones) > 1, on_path=any(item.id in path for item in items))


def _joints(lineage: Lineage, columns: Sequence[Sequence[Group]], path: Sequence[str]) -> list[Joint]:
    at = {item.id: group.key for column in columns for group in column for item in group.items}
    deciding = {(at[one], at[other]) for one, other in itertools.pairwise(path) if one in at and other in at}
    kinds: dict[tuple[str, str], dict[str, int]] = {}
    for way in lineage.ways:
        ends = (at[way.source], at[way.target])
        if ends[0] != ends[1]:
            counted = kinds.setdefault(ends, {})
            counted[way.kind] = counted.get(way.kind, 0) + 1
    made = [Joint(*ends, tuple(sorted(counted)), sum(counted.values()), ends in deciding) for ends, counted in kinds.items()]
    return sorted(made, key=lambda joint: (not joint.on_path, -joint.number, joint.source, joint.target))


def find(folded: Folded, key: str) -> Mapping[str, Item] | None:
    """The things of the group with that key, None where there is none."""
    group = folded.groups.get(key)
    return None if group is None else {item.id: item for item in group.items}
