# SPDX-License-Identifier: Apache-2.0
"""The table of transfer as relations that the graph in memory takes: one number for each class of edges that differs from all others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from madang.terms.bits import FactIndex
from madang.terms.flow.relations import Relations
from madang.terms.transfer import EdgeClass


@dataclass(frozen=True)
class Table:
    """``relations`` on ``2 * index.width`` facts (both readings), and the number of each class of edges."""

    index: FactIndex
    relations: Relations
    numbers: Mapping[EdgeClass, int]


def table_of(index: FactIndex, classes: Iterable[EdgeClass]) -> Table:
    """The table for these classes of edges, which ``index`` must have been made with; classes that let the same through share a number."""
    known: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
    numbers = {}
    for each in classes:
        relation = index.relation(each)
        numbers[each] = known.setdefault((relation.keep, relation.others), len(known) + 1)
    return Table(index, Relations(2 * index.width, list(known)), numbers)
