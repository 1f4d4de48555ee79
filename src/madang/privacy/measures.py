# SPDX-License-Identifier: Apache-2.0
"""What a table gives away of the people in it, and what it lost. Pure: rows are texts, a value that is missing is "".

Rows that agree in all quasi-identifiers are a class. Sources: k-anonymity (Sweeney 2002), l-diversity (Machanavajjhala and others 2007),
t-closeness (Li, Li and Venkatasubramanian 2007), discernibility (Bayardo and Agrawal 2005), average class size (LeFevre and others 2006).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = Sequence[str]
RECURSIVE_C = 3.0
SMALL = 5
"""Classes smaller than this are told of apart: the guide of the Personal Information Protection Commission speaks of 3 to 5 and more."""


@dataclass(frozen=True, slots=True)
class Diversity:
    """Of one sensitive column, the worst class: how many values (``distinct``), the exponential of their entropy, one over the share of
    the most frequent (``probabilistic``), the greatest l for which the class is recursive (3, l)-diverse, and how far its values are from
    those of the table (``closeness``, t: earth mover's distance, ordered for numbers and equal for words)."""

    distinct: int
    entropy: float
    probabilistic: float
    recursive: int
    closeness: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A table: ``k`` is its smallest class, 0 for a table without rows. Risks are shares from 0 to 1: ``highest`` of the row that is
    found most easily, ``average`` of all rows (classes by rows), ``unique`` rows that stand alone, ``small`` rows in classes under 5.
    ``sizes`` are classes by how many rows they have."""

    rows: int
    classes: int
    k: int
    unique: float
    small: float
    highest: float
    average: float
    sizes: Mapping[int, int]
    diversity: Mapping[str, Diversity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loss:
    """What the new table lost. ``rows`` and ``cells`` are shares that are gone or differ; ``class_size`` is the average class by k (1 is
    best); ``discernibility`` is the sum of squared class sizes, with each removed row counted as alike to all; ``values`` is, by column,
    the share of different values that are gone."""

    rows: float
    cells: float
    class_size: float
    discernibility: int
    values: Mapping[str, float]


def classes_of(rows: Sequence[Row], places: Sequence[int]) -> dict[tuple[str, ...], list[int]]:
    """The classes by what their rows agree in, with the numbers of their rows."""
    found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        found[tuple(row[place] for place in places)].append(number)
    return found


def measure(rows: Sequence[Row], header: Sequence[str], *, quasi: Sequence[str], sensitive: Sequence[str] = ()) -> Measured:
    """All of it. Without a quasi-identifier all rows are one class."""
    classes = classes_of(rows, [header.index(name) for name in quasi])
    sizes = Counter(len(each) for each in classes.values())
    total, k = len(rows), min(sizes, default=0)
    return Measured(
        rows=total,
        classes=len(classes),
        k=k,
        unique=sizes.get(1, 0) / total if total else 0.0,
        small=sum(size * count for size, count in sizes.items() if size < SMALL) / total if total else 0.0,
        highest=1 / k if k else 0.0,
        average=len(classes) / total if total else 0.0,
        sizes=dict(sorted(sizes.items())),
        diversity={name: _diversity(rows, header.index(name), list(classes.values())) for name in sensitive if total},
    )


def _diversity(rows: Sequence[Row], place: int, classes: Sequence[Sequence[int]]) -> Diversity:
    values = [row[place] for row in rows]
    order = _order(values)
    whole = Counter(values)
    distinct, entropy, probabilistic, recursive, closeness = len(whole), math.inf, math.inf, len(whole), 0.0
    for members in classes:
        counts = Counter(values[number] for number in members)
        size = len(members)
        distinct = min(distinct, len(counts))
        entropy = min(entropy, math.exp(-sum(count / size * math.log(count / size) for count in counts.values())))
        probabilistic = min(probabilistic, size / max(counts.values()))
        recursive = min(recursive, _recursive(sorted(counts.values(), reverse=True)))
        closeness = max(closeness, _distance(counts, size, whole, len(values), order))
    return Diversity(distinct, round(entropy, 6), round(probabilistic, 6), recursive, round(closeness, 6))


def _recursive(counts: Sequence[int]) -> int:
    """The greatest l with r1 < c (rl + … + rm), 1 where there is none."""
    rest, found = sum(counts), 1
    for number, count in enumerate(counts, 1):
        if counts[0] < RECURSIVE_C * rest:
            found = number
        rest -= count
    return found


def _order(values: Sequence[str]) -> list[str] | None:
    """The different values as numbers from least to most, None where they are no numbers."""
    try:
        found = sorted(((float(value), value) for value in set(values)), key=lambda pair: pair)
    except ValueError:
        return None
    return [value for number, value in found] if all(math.isfinite(number) for number, _value in found) else None


def _distance(part: Counter[str], size: int, whole: Counter[str], total: int, order: Sequence[str] | None) -> float:
    if order is None:
        return sum(abs(part.get(value, 0) / size - count / total) for value, count in whole.items()) / 2
    carried, moved = 0.0, 0.0
    for value in order[:-1]:
        carried += part.get(value, 0) / size - whole[value] / total
        moved += abs(carried)
    return moved / (len(order) - 1) if len(order) > 1 else 0.0


def loss(
    before: Sequence[Row], after: Sequence[Row], header: Sequence[str], kept: Sequence[str], *, numbers: Sequence[int], measured: Measured
) -> Loss:
    """What was lost. ``numbers`` say which row of ``before`` each row of ``after`` was; ``kept`` are the columns that are still there."""
    places = [header.index(name) for name in kept]
    changed = sum(
        before[number][old] != row[new] for number, row in zip(numbers, after, strict=True) for new, old in enumerate(places)
    )  # fmt: skip
    cells, removed = len(before) * len(header), len(before) - len(after)
    gone = removed * len(header) + (len(header) - len(kept)) * len(after)
    values = {}
    for new, name in enumerate(kept):
        old = len({row[places[new]] for row in before})
        values[name] = round(1 - min(len({row[new] for row in after}), old) / old, 6) if old else 0.0
    average = measured.rows / measured.classes / measured.k if measured.classes and measured.k else 0.0
    return Loss(
        rows=removed / len(before) if before else 0.0,
        cells=round((changed + gone) / cells, 6) if cells else 0.0,
        class_size=round(average, 6),
        discernibility=sum(size * size * count for size, count in measured.sizes.items()) + removed * len(before),
        values=values | dict.fromkeys((name for name in header if name not in kept), 1.0),
    )
