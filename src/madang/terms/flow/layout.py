# SPDX-License-Identifier: Apache-2.0
"""Where nodes and edges lie: nodes in an order in which what flows comes first, edges beside the node that they reach.

Nodes that flow into each other in a circle (a *component*) stand on one level; every other edge leads to a higher level.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madang.terms.circles import circles

Numbers = NDArray[np.int32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """``place[node]`` is a node's row. Edges lie sorted by the row that they reach: those into row r are ``into[r]:into[r + 1]`` of
    ``source`` (rows) and ``edge`` (the number that the edge was given); those out of it are ``out[r]:out[r + 1]`` of ``target`` (rows).
    ``level`` and ``component`` (-1 where a row stands alone) are by row; rows ``starts[l]:starts[l + 1]`` are on level l."""

    place: Numbers
    level: Numbers
    starts: Offsets
    component: Numbers
    members: tuple[Numbers, ...]
    into: Offsets
    source: Numbers
    edge: Numbers
    out: Offsets
    target: Numbers


def lay_out(nodes: int, sources: Numbers, targets: Numbers) -> Layout:
    """The layout of ``nodes`` nodes with edges ``sources[e]`` → ``targets[e]`` (node numbers). Linear in both."""
    knot, knots = _knots(nodes, sources, targets)
    level = _levels(knots, knot[sources], knot[targets])[knot]
    order = np.argsort(level, kind="stable").astype(np.int32)
    place = np.empty(nodes, dtype=np.int32)
    place[order] = np.arange(nodes, dtype=np.int32)
    level = level[order]
    starts = np.searchsorted(level, np.arange(int(level[-1]) + 2 if nodes else 1)).astype(np.int64)
    rows, reached = place[sources], place[targets]
    edge = np.argsort(reached, kind="stable").astype(np.int32)
    component, members = _components(knot[order], knots)
    return Layout(
        place=place,
        level=level,
        starts=starts,
        component=component,
        members=members,
        into=_offsets(reached, nodes),
        source=rows[edge],
        edge=edge,
        out=_offsets(rows, nodes),
        target=reached[np.argsort(rows, kind="stable")],
    )


def ranges(starts: Offsets, counts: Offsets) -> Offsets:
    """The numbers ``starts[i], …, starts[i] + counts[i] - 1`` of all i, one after the other."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    return np.arange(total, dtype=np.int64) + np.repeat(starts - ends + counts, counts)


def _offsets(values: Numbers, nodes: int) -> Offsets:
    return np.concatenate([[0], np.cumsum(np.bincount(values, minlength=nodes))]).astype(np.int64)


def _levels(nodes: int, sources: Numbers, targets: Numbers) -> Numbers:
    """The length of the longest path to each node; edges from a node to itself do not count. The graph has no other circle."""
    level, _left = _peel(nodes, sources, targets)
    return level


def _peel(nodes: int, sources: Numbers, targets: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Levels, and which nodes are never reached because a circle is before them."""
    apart = sources != targets
    sources, targets = sources[apart], targets[apart]
    waiting = np.bincount(targets, minlength=nodes)
    out = _offsets(sources, nodes)
    after = targets[np.argsort(sources, kind="stable")]
    level = np.zeros(nodes, dtype=np.int32)
    left = np.ones(nodes, dtype=np.bool_)
    front = np.flatnonzero(waiting == 0)
    depth = 0
    while front.size:
        level[front] = depth
        left[front] = False
        reached = after[ranges(out[front], out[front + 1] - out[front])]
        if reached.size * 8 > nodes:
            waiting -= np.bincount(reached, minlength=nodes)
            front = np.flatnonzero((waiting == 0) & left)
        else:
            each, times = np.unique(reached, return_counts=True)
            waiting[each] -= times
            front = each[waiting[each] == 0]
        depth += 1
    return level, left


def _knots(nodes: int, sources: Numbers, targets: Numbers) -> tuple[Numbers, int]:
    """For each node the number of its knot (it and all that it flows into and that flow back), and how many knots there are."""
    _level, left = _peel(nodes, sources, targets)
    knot = np.arange(nodes, dtype=np.int32)
    if not left.any():
        return knot, nodes
    inside = left[sources] & left[targets]
    after: dict[int, list[int]] = {int(node): [] for node in np.flatnonzero(left)}
    for source, target in zip(sources[inside].tolist(), targets[inside].tolist(), strict=True):
        after[source].append(target)
    for several in circles(after):
        knot[several] = min(several)
    numbers, among = np.unique(knot, return_inverse=True)
    return among.astype(np.int32), len(numbers)


def _components(knot: Numbers, knots: int) -> tuple[Numbers, tuple[Numbers, ...]]:
    """By row: the number of its component, -1 where it is alone; and the rows of each component."""
    sizes = np.bincount(knot, minlength=knots)
    component = np.full(len(knot), -1, dtype=np.int32)
    members = []
    for number, several in enumerate(np.flatnonzero(sizes > 1)):
        rows = np.flatnonzero(knot == several).astype(np.int32)
        component[rows] = number
        members.append(rows)
    return component, tuple(members)
