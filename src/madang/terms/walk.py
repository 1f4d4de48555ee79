# SPDX-License-Identifier: Apache-2.0
"""The backward pass: from facts at one node to every own fact that can bring them, with the shortest way for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from madang.terms.cone import Cone
from madang.terms.model import READINGS, Edge
from madang.terms.transfer import carried

Level = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a witness: to which node, by which kind, and the source of the rule that lets the fact come over."""

    target: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Witness:
    """The shortest chain from the own fact of a node to a fact at the top: the ids, each step, and what the fact is called there."""

    nodes: tuple[str, ...]
    steps: tuple[Step, ...]
    fact: str


@dataclass(frozen=True)
class Reach:
    """For some facts at the top of a cone: by distance, the bits of each node that bring one of them there for the first time."""

    cone: Cone
    levels: tuple[Level, ...]
    seen: Mapping[str, int]

    def witness(self, node: str, bits: int, level: int) -> Witness:
        """The chain for one of these bits of the node, which all are ``level`` edges away."""
        bits = self._one(bits)
        nodes, steps = [node], []
        while level:
            level -= 1
            step, node, bits = self._step(node, bits, self.levels[level])
            nodes.append(node)
            steps.append(step)
        return Witness(tuple(nodes), tuple(steps), self.cone.index.name(bits)[1])

    def _step(self, node: str, bits: int, level: Level) -> tuple[Step, str, int]:
        for edge in self.cone.outgoing[node]:
            came = self.cone.forward(edge, bits) & level.get(edge.target, 0)
            if came:
                return Step(edge.target, edge.kind, self._rule(edge, bits)), edge.target, self._one(came)
        raise LookupError(node)

    def _rule(self, edge: Edge, bits: int) -> str:
        index = self.cone.index
        reading = READINGS[0] if bits & index.half else READINGS[1]
        return carried(*index.name(bits), self.cone.relate(edge), reading).source

    @staticmethod
    def _one(bits: int) -> int:
        """The lowest bit alone."""
        return bits & -bits


def reach(cone: Cone, wanted: int) -> Reach:
    """All that brings one of the bits ``wanted`` to the top: breadth first, each bit of each node once. O(edges × bits/word × rounds)."""
    start = wanted & ~cone.kills.get(cone.top.id, 0)
    frontier: dict[str, int] = {cone.top.id: start} if start else {}
    seen = dict(frontier)
    levels: list[Level] = []
    ways = cone.ways
    while frontier:
        levels.append(frontier)
        following: dict[str, int] = {}
        for node, bits in frontier.items():
            for source, relation, before, after in ways[node]:
                new = relation.backward(bits & before) & after & ~seen.get(source, 0)
                if new:
                    following[source] = following.get(source, 0) | new
        for node, bits in following.items():
            seen[node] = seen.get(node, 0) | bits
        frontier = following
    return Reach(cone, tuple(levels), seen)
