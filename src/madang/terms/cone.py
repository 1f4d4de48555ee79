# SPDX-License-Identifier: Apache-2.0
"""All that one thing is made of, with its own facts as bits: the part of a graph that a decision looks at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from madang import licensing
from madang.terms import facts
from madang.terms.bits import FactIndex, Relation, index_of
from madang.terms.circles import circles
from madang.terms.model import Edge, Graph, Node, Own, Said
from madang.terms.own import NOBODY, Book
from madang.terms.transfer import EdgeClass

PROPRIETARY = "LicenseRef-proprietary-terms"
INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Choice:
    """The terms of one node: a tree of licences with what each brings as bits, or bits alone where nothing is to choose."""

    tree: "licensing.Tree | None"
    leaves: Mapping[str, int]
    fixed: int


Way = tuple[str, Relation, int, int]
"""An edge as the backward pass goes it: its source, what comes over, and what evidence leaves of it at the target and at the source."""


@dataclass(frozen=True)
class Cone:
    """The ancestors of ``top`` and itself, in an order in which only cycles look back; ``kills`` by node or by the ends of an edge."""

    top: Node
    nodes: Mapping[str, Node]
    incoming: Mapping[str, tuple[Edge, ...]]
    own: Mapping[str, tuple[Own, ...]]
    choices: Mapping[str, Choice]
    index: FactIndex
    kills: Mapping[str | tuple[str, str], int]
    book: Book

    @cached_property
    def ways(self) -> Mapping[str, tuple[Way, ...]]:
        """The edges into each node, as the backward pass goes them."""
        known, kills = dict[tuple[object, ...], Relation](), self.kills
        found = {}
        for node, edges in self.incoming.items():
            ways, type_ = [], self.nodes[node].type
            for edge in edges:
                key = (edge.kind, type_, edge.modified, edge.released_with)
                relation = known.get(key) or known.setdefault(key, self.relation(edge))
                killed = kills.get(edge.ends, 0) if kills else 0
                ways.append((edge.source, relation, ~killed, ~(killed | kills.get(edge.source, 0))))
            found[node] = tuple(ways)
        return found

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges out of each node, in a fixed order, so that of ways of one length always the same is shown."""
        table: dict[str, list[Edge]] = {}
        for edges in self.incoming.values():
            for edge in edges:
                table.setdefault(edge.source, []).append(edge)
        return {node: tuple(sorted(edges, key=lambda edge: (edge.target, edge.kind))) for node, edges in table.items()}

    def relate(self, edge: Edge) -> EdgeClass:
        """The class of an edge."""
        return edge_class(edge, self.nodes[edge.target])

    def relation(self, edge: Edge) -> Relation:
        """What comes over an edge of this cone."""
        return self.index.relation(self.relate(edge))

    def forward(self, edge: Edge, found: int) -> int:
        """What comes of these bits of the source at the edge's target."""
        killed = self.kills.get(edge.ends, 0)
        came = self.relation(edge).forward(found & ~killed)
        return came & ~killed & ~self.kills.get(edge.target, 0)


def edge_class(edge: Edge, target: Node) -> EdgeClass:
    """All that the table of transfer looks at in an edge."""
    return EdgeClass(edge.kind, target.type, edge.modified, edge.released_with)


def cone_of(graph: Graph, top: Node, book: Book, today: date, wanted: Iterable[Own] = ()) -> Cone:
    """The cone of ``top`` with its bits; ``wanted`` are facts of the top that the goal itself brings."""
    nodes = ancestors(graph, top.id)
    incoming = {node: graph.incoming.get(node, ()) for node in nodes}
    trees = {node.id: tree_of(node, top) for node in nodes.values()}
    own = {node.id: tuple(_own(node, top, incoming[node.id])) for node in nodes.values()}
    own[top.id] = (*own[top.id], *wanted)
    terms = {term for tree in trees.values() if tree is not None for term in _terms(tree)}
    kinds = {(each.kind, nodes[at].type, each.modified, each.released_with) for at, edges in incoming.items() for each in edges}
    given = [fact for term in sorted(terms) for fact in book.own(term)] + (list(book.nothing()) if UNKNOWN_TREE in trees.values() else [])
    declared = (one for many in own.values() for one in many)
    index = index_of(
        frozenset((each.family, each.fact) for many in (given, declared) for each in many), frozenset(EdgeClass(*each) for each in kinds)
    )
    kills = _kills(graph, index, today)
    made = lru_cache(None)(lambda licence, own, killed: _choice(licence, own, index, book, killed))
    choices = {node: made(trees[node], own[node], kills.get(node, 0)) for node in nodes}
    return Cone(top, nodes, incoming, own, choices, index, kills, book)


UNKNOWN_TREE = licensing.Term("")
"""Stands where nobody has said under which terms a thing stands."""


def ancestors(graph: Graph, top: str) -> dict[str, Node]:
    """The node and all that it is made of, nearest first."""
    found = {top: graph.nodes[top]}
    waiting = [top]
    for node in waiting:
        for edge in graph.incoming.get(node, ()):
            if edge.source not in found:
                found[edge.source] = graph.nodes[edge.source]
                waiting.append(edge.source)
    return found


def is_own(node: Node, top: Node) -> bool:
    """Whether whoever decides on ``top`` holds all rights in ``node``."""
    if node.is_own or (node.owner is not None and node.owner == top.owner):
        return True
    return node.id == top.id and node.license == PROPRIETARY


def tree_of(node: Node, top: Node) -> licensing.Tree | None:
    """The licences that bind whoever decides: none on what is their own; what is not said or cannot be read is unknown."""
    if is_own(node, top):
        return None
    if node.license is None or node.license.strip() in ("", "NONE", "NOASSERTION"):
        return UNKNOWN_TREE
    try:
        return licensing.choices(node.license)
    except licensing.InvalidExpression:
        return UNKNOWN_TREE


def is_readable(expression: str) -> bool:
    """Whether a licence expression can be read at all."""
    try:
        licensing.choices(expression)
    except licensing.InvalidExpression:
        return False
    return True


def said_of(cone: Cone, graph: Graph, today: date) -> tuple[Said, ...]:
    """What whoever asks should know: cycles, expressions that cannot be read, evidence that does nothing, edges that float."""
    found = [Said("cycle", (("nodes", ", ".join(part)),)) for part in cycles(cone)]
    for node in cone.nodes.values():
        if node.license and node.license.strip() not in ("NONE", "NOASSERTION") and not is_readable(node.license):
            found.append(Said("licence-unreadable", (("node", node.id), ("licence", node.license[:120]))))
    for proof in graph.evidence:
        if proof.expires is not None and not proof.stands(today):
            found.append(Said("evidence-expired", (("at", proof.place), ("issuer", proof.issuer), ("day", proof.expires.isoformat()))))
    floating = sorted({edge.source for edges in cone.incoming.values() for edge in edges if not edge.pinned})
    return (*found, *(Said("floating", (("node", node),)) for node in floating))


def cycles(cone: Cone) -> list[list[str]]:
    """The groups of nodes that are made of each other, and nodes that are made of themselves; each sorted."""
    below = {node: [edge.source for edge in cone.incoming[node]] for node in cone.nodes}
    loops = [[node] for node, sources in below.items() if node in sources]
    groups = circles(below)
    within = {node for group in groups for node in group}
    return sorted([*(sorted(group) for group in groups), *(loop for loop in loops if loop[0] not in within)])


def _own(node: Node, top: Node, incoming: tuple[Edge, ...]) -> Iterator[Own]:
    """What holds of a node whatever its licence: declared facts, what is not complete, and a patent that is somebody else's."""
    for fact in node.facts:
        category = fact.partition(":")[0]
        yield Own(category, f"{fact}@always" if category == "duty" else fact, "declared with the node")
    if not node.complete or any(not edge.complete for edge in incoming):
        yield from (Own(INCOMPLETE, f"unknown:{action}", "SPDX 3 RelationshipCompleteness: incomplete") for action in facts.actions())
    if node.type == "patent" and not is_own(node, top):
        yield Own("patent", "unknown:practise-patent", NOBODY)


def _terms(tree: licensing.Tree) -> Iterator[str]:
    if isinstance(tree, licensing.Term):
        if tree is not UNKNOWN_TREE:
            yield str(tree)
    else:
        for part in tree.parts:
            yield from _terms(part)


def _choice(tree: licensing.Tree | None, own: tuple[Own, ...], index: FactIndex, book: Book, killed: int) -> Choice:
    fixed = _bits(own, index) & ~killed
    if tree is None:
        return Choice(None, {}, fixed)
    if tree is UNKNOWN_TREE:
        return Choice(None, {}, fixed | _bits(book.nothing(), index) & ~killed)
    return Choice(tree, {term: _bits(book.own(term), index) & ~killed for term in _terms(tree)}, fixed)


def _bits(own: Iterable[Own], index: FactIndex) -> int:
    found = 0
    for each in own:
        found |= index.of(each)
    return found


def _kills(graph: Graph, index: FactIndex, today: date) -> dict[str | tuple[str, str], int]:
    """What standing evidence removes, by the place at which it stands."""
    named = lru_cache(None)(lambda name: index.mask(lambda fact: facts.stands_for(name, fact)))
    found: dict[str | tuple[str, str], int] = {}
    for proof in graph.evidence:
        if proof.stands(today):
            for name in proof.removes:
                found[proof.at] = found.get(proof.at, 0) | named(name)
    return found
