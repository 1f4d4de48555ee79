# SPDX-License-Identifier: Apache-2.0
"""The same answers by other means: every combination of alternatives written out, facts as sets, passed forward until nothing changes."""

from collections.abc import Iterator
from itertools import product

from madang import licensing, terms
from madang.terms import facts as names
from madang.terms.bits import FactIndex
from madang.terms.cone import UNKNOWN_TREE, edge_class, tree_of
from madang.terms.cone import _own as standing
from madang.terms.goals import Asked, ask, brought
from madang.terms.model import Own
from madang.terms.own import Book
from madang.terms.transfer import carried
from rooms.terms.graphs import TODAY

State = tuple[str, str, str]
"""A node, a family, a fact."""


class Oracle:
    """One graph, one top, one goal."""

    def __init__(self, graph: terms.Graph, top: str, goal: terms.Goal) -> None:
        self.graph, self.top = graph, graph.nodes[top]
        self.asked: Asked = ask(goal, self.top)
        self.book = Book(self.asked.outbound)

    def verdict(self, reading: str) -> str:
        """The best that any combination of alternatives leaves."""
        options = [self.alternatives(node) for node in self.graph.nodes.values()]
        order = ("yes", "unknown", "contested", "no")
        return min((self.outcome(dict(zip(self.graph.nodes, taken, strict=True)), reading) for taken in product(*options)), key=order.index)

    def outcome(self, taken: dict[str, list[Own]], reading: str) -> str:
        """What one combination leads to."""
        at_top = {(family, fact) for node, family, fact in self.spread(taken, reading) if node == self.top.id}
        bad = self.bad(at_top)
        return next((severity for severity in ("no", "contested", "unknown") if bad[severity] & at_top), "yes")

    def bad(self, at_top: set[tuple[str, str]]) -> dict[str, set[tuple[str, str]]]:
        """Which of the facts at the top bring what."""
        index = FactIndex(sorted(at_top), [])
        return {severity: set(index.names(bits)) for severity, bits in self.asked.hurts(index).items()}

    def spread(self, taken: dict[str, list[Own]], reading: str) -> set[State]:
        """Every fact at every node, in that reading."""
        here = {
            (node, own.family, own.fact)
            for node, owns in taken.items()
            for own in owns
            if (own.is_strict if reading == "strict" else own.is_permissive) and not self.killed(node, own.fact)
        }
        waiting = list(here)
        while waiting:
            for state in self.onward(waiting.pop(), reading):
                if state not in here:
                    here.add(state)
                    waiting.append(state)
        return here

    def onward(self, state: State, reading: str) -> Iterator[State]:
        """What comes of one fact over one edge."""
        node, family, fact = state
        for edge in self.graph.edges:
            if edge.source == node and not self.killed(edge.ends, fact):
                for image in carried(family, fact, edge_class(edge, self.graph.nodes[edge.target]), reading).facts:
                    if not self.killed(edge.ends, image) and not self.killed(edge.target, image):
                        yield edge.target, family, image

    def killed(self, place: str | tuple[str, str], fact: str) -> bool:
        """Whether standing evidence at that place removes the fact."""
        proofs = [proof for proof in self.graph.evidence if proof.at == place and proof.stands(TODAY)]
        return any(names.stands_for(name, fact) for proof in proofs for name in proof.removes)

    def alternatives(self, node: terms.Node) -> list[list[Own]]:
        """Every way to choose at one node, with what each brings."""
        fixed = [*standing(node, self.top, self.graph.incoming.get(node.id, ())), *(brought(self.asked) if node is self.top else ())]
        tree = tree_of(node, self.top)
        if tree is None or tree is UNKNOWN_TREE:
            return [[*fixed, *(self.book.nothing() if tree is UNKNOWN_TREE else ())]]
        ways = licensing.alternatives(node.license or "")
        return [[*fixed, *(own for term in sorted(way) for own in self.book.own(term))] for way in ways]

    def shortest(self, start: State, reading: str, severity: str) -> int | None:
        """How many edges lie between one fact of a node and something of that severity at the top; None where it never comes there."""
        seen, frontier, length = {start}, [start], 0
        while frontier:
            at_top = {(family, fact) for node, family, fact in frontier if node == self.top.id}
            if at_top and self.bad(at_top)[severity] & at_top:
                return length
            following = [state for one in frontier for state in self.onward(one, reading)]
            frontier = [state for state in dict.fromkeys(following) if state not in seen]
            seen.update(frontier)
            length += 1
        return None
