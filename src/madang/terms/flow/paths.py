# SPDX-License-Identifier: Apache-2.0
"""Why a node has a fact, and which facts of which nodes would give it one: both by going back along the edges."""

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush

from madang.terms.flow.resident import Resident


@dataclass(frozen=True, slots=True)
class Path:
    """From the node that brings a fact to the one that was asked about: ``nodes`` and the fact at each of them."""

    nodes: tuple[int, ...]
    facts: tuple[int, ...]


def path(graph: Resident, node: int, fact: int) -> Path | None:
    """A shortest path by which ``fact`` (a number) comes to ``node``; None when the node does not have it.

    Breadth first over pairs of node and fact. One is enough: each fact comes over single edges (Kildall 1973).
    """
    if not graph.facts(node) >> fact & 1:
        return None
    start = (node, fact)
    after: dict[tuple[int, int], tuple[int, int] | None] = {start: None}
    front = deque([start])
    while front:
        here = front.popleft()
        at, held = here
        if graph.own(at) >> held & 1:
            return _told(here, after)
        for edge, source, class_ in graph.into(at):
            if graph.stopped_on(edge) >> held & 1:
                continue
            for each in _numbers(graph.relations.sources(1 << held, class_) & graph.facts(source)):
                if (source, each) not in after:
                    after[source, each] = here
                    front.append((source, each))
    return None


def reaching(graph: Resident, node: int, wanted: int) -> dict[int, int]:
    """For each node before ``node``, and for itself: which facts would, if it brought them, become one of ``wanted`` at ``node``."""
    found = {node: wanted & ~graph.stopped_at(node)}
    front = [(-graph.level(node), node)]
    queued = {node}
    while front:
        _level, at = heappop(front)
        queued.discard(at)
        for edge, source, class_ in graph.into(at):
            passes = graph.relations.sources(found[at] & ~graph.stopped_on(edge), class_) & ~graph.stopped_at(source)
            known = found.get(source, 0)
            if passes & ~known:
                found[source] = known | passes
                if source not in queued:
                    queued.add(source)
                    heappush(front, (-graph.level(source), source))
    return found


def _told(here: tuple[int, int], after: dict[tuple[int, int], tuple[int, int] | None]) -> Path:
    steps: list[tuple[int, int]] = []
    at: tuple[int, int] | None = here
    while at is not None:
        steps.append(at)
        at = after[at]
    return Path(tuple(node for node, _fact in steps), tuple(fact for _node, fact in steps))


def _numbers(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found
