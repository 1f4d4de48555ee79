# SPDX-License-Identifier: Apache-2.0
"""The graph in memory against the definition of what it computes: the least fixpoint, path by path."""

import random
from collections import deque
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang import terms
from madang.terms import flow
from madang.terms.bits import index_of
from madang.terms.own import cells

BITS = 70
CLASSES = 5


@dataclass
class Plain:
    """The same graph, slow and obvious."""

    relations: list[dict[int, set[int]]]
    own: list[set[int]] = field(default_factory=list)
    edges: list[tuple[int, int, int]] = field(default_factory=list)
    stopped_at: dict[int, set[int]] = field(default_factory=dict)
    stopped_on: dict[int, set[int]] = field(default_factory=dict)

    def facts(self) -> list[set[int]]:
        found = [own - self.stopped_at.get(node, set()) for node, own in enumerate(self.own)]
        moved = True
        while moved:
            moved = False
            for number, (source, target, class_) in enumerate(self.edges):
                new = self.passed(number, class_, found[source]) - self.stopped_at.get(target, set()) - found[target]
                if new:
                    found[target] |= new
                    moved = True
        return found

    def passed(self, edge: int, class_: int, facts: set[int]) -> set[int]:
        relation = self.relations[class_ - 1] if class_ else {}
        return {each for fact in facts for each in relation.get(fact, ())} - self.stopped_on.get(edge, set())

    def distance(self, node: int, fact: int) -> int | None:
        """Edges on a shortest path to (node, fact) from a node that brings its fact; forward, from all of them at once."""
        front = deque(((at, each), 0) for at, own in enumerate(self.own) for each in own - self.stopped_at.get(at, set()))
        seen = {state for state, _length in front}
        while front:
            (at, each), length = front.popleft()
            if (at, each) == (node, fact):
                return length
            for number, (source, target, class_) in enumerate(self.edges):
                if source == at:
                    for other in self.passed(number, class_, {each}) - self.stopped_at.get(target, set()):
                        if (target, other) not in seen:
                            seen.add((target, other))
                            front.append(((target, other), length + 1))
        return None


def mask(facts: set[int]) -> int:
    return sum(1 << fact for fact in facts)


def as_masks(relation: dict[int, set[int]]) -> tuple[int, list[tuple[int, int]]]:
    """As the engine wants it: what only stays, and what becomes something."""
    others = {fact: becomes for fact, becomes in relation.items() if becomes != {fact}}
    return mask(relation.keys() - others.keys()), [(1 << fact, mask(becomes)) for fact, becomes in others.items()]


def some_relations(chance: random.Random) -> list[dict[int, set[int]]]:
    relations = []
    for _class in range(CLASSES):
        relation = {fact: {fact} for fact in range(BITS) if chance.random() < 0.7}
        for _ in range(chance.randrange(6)):
            relation.setdefault(chance.randrange(BITS), set()).add(chance.randrange(BITS))
        relations.append(relation)
    return relations


def some_facts(chance: random.Random) -> set[int]:
    return {chance.randrange(BITS) for _ in range(chance.choice((0, 0, 1, 2, 5)))}


def built(chance: random.Random, nodes: int, edges: int, *, circles: bool) -> tuple[Plain, flow.Resident]:
    plain = Plain(some_relations(chance), [some_facts(chance) for _ in range(nodes)])
    for _ in range(edges if nodes > 1 else 0):
        source, target = chance.sample(range(nodes), 2)
        if not circles:
            source, target = min(source, target), max(source, target)
        plain.edges.append((source, target, chance.randrange(CLASSES + 1)))
    return plain, resident(plain)


def resident(plain: Plain) -> flow.Resident:
    relations = flow.Relations(BITS, [as_masks(relation) for relation in plain.relations])
    own = np.array([flow.words_of(mask(facts), relations.words) for facts in plain.own], dtype=np.uint64).reshape(-1, relations.words)
    columns = np.array(plain.edges, dtype=np.int32).reshape(-1, 3)
    graph = flow.Resident(relations, own, columns[:, 0], columns[:, 1], columns[:, 2].astype(np.uint16))
    for node, facts in plain.stopped_at.items():
        graph.stop_at(node, mask(facts))
    for edge, facts in plain.stopped_on.items():
        graph.stop_on(edge, mask(facts))
    return graph


def change(chance: random.Random, plain: Plain, graph: flow.Resident, *, circles: bool) -> np.ndarray:
    """One random change of both graphs; the nodes that the resident one says are others now."""
    deed = chance.choice(("own", "own", "node", "edge", "edge", "class", "remove", "at", "on"))
    node = chance.randrange(len(plain.own))
    if deed == "own":
        plain.own[node] = some_facts(chance)
        return graph.set_own({node: mask(plain.own[node])})
    if deed == "node":
        plain.own.append(some_facts(chance))
        assert graph.add_node(mask(plain.own[-1])) == len(plain.own) - 1
        return np.array([len(plain.own) - 1]) if plain.own[-1] else np.array([], dtype=np.int64)
    if deed == "edge":
        source, target = chance.sample(range(len(plain.own)), 2)
        if not circles:
            source, target = min(source, target), max(source, target)
        plain.edges.append((source, target, chance.randrange(1, CLASSES + 1)))
        number, changed = graph.add_edge(*plain.edges[-1])
        assert number == len(plain.edges) - 1
        return changed
    if deed == "at":
        plain.stopped_at[node] = some_facts(chance)
        return graph.stop_at(node, mask(plain.stopped_at[node]))
    if not plain.edges:
        return np.array([], dtype=np.int64)
    edge = chance.randrange(len(plain.edges))
    if deed == "on":
        plain.stopped_on[edge] = some_facts(chance)
        return graph.stop_on(edge, mask(plain.stopped_on[edge]))
    class_ = 0 if deed == "remove" else chance.randrange(1, CLASSES + 1)
    plain.edges[edge] = (*plain.edges[edge][:2], class_)
    return graph.set_class(edge, class_)


@pytest.mark.parametrize("circles", [False, True])
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), nodes=st.integers(1, 40), edges=st.integers(0, 90))
def test_one_pass_finds_the_least_fixpoint(circles: bool, seed: int, nodes: int, edges: int) -> None:
    plain, graph = built(random.Random(seed), nodes, edges, circles=circles)
    assert [graph.facts(node) for node in range(nodes)] == [mask(facts) for facts in plain.facts()]
    held = plain.facts()
    assert all(graph.holding(fact).tolist() == [node for node in range(nodes) if fact in held[node]] for fact in (0, 3, 69))


@pytest.mark.parametrize("circles", [False, True])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), nodes=st.integers(2, 30), few=st.sampled_from((0, 24)))
def test_after_each_change_the_facts_are_those_of_a_full_pass(circles: bool, seed: int, nodes: int, few: int) -> None:
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("madang.terms.flow.rows.FEW", few)
        patch.setattr("madang.terms.flow.resident.LOOSE", 7)
        plain, graph = built(chance, nodes, nodes * 2, circles=circles)
        before = plain.facts()
        for _ in range(25):
            changed = change(chance, plain, graph, circles=circles)
            after = plain.facts()
            before += [set()] * (len(after) - len(before))
            assert [graph.facts(node) for node in range(len(after))] == [mask(facts) for facts in after]
            assert sorted(set(changed.tolist())) == [node for node in range(len(after)) if before[node] != after[node]]
            before = after
        graph.settle_all()
        assert [flow.mask_of(row) for row in graph.states()] == [mask(facts) for facts in before]


@pytest.mark.soak
@pytest.mark.parametrize("circles", [False, True])
def test_fifty_thousand_changes_leave_what_a_full_pass_finds(circles: bool) -> None:
    """With both ways of settling and with rows laid out anew in between: 100,000 random changes over the two, each compared whole."""
    done = 0
    for seed in range(1_000_000):
        chance = random.Random(seed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("madang.terms.flow.rows.FEW", (0, 24)[seed % 2])
            patch.setattr("madang.terms.flow.resident.LOOSE", 7)
            plain, graph = built(chance, chance.randrange(2, 16), 20, circles=circles)
            for _ in range(50):
                change(chance, plain, graph, circles=circles)
                assert [graph.facts(node) for node in range(len(plain.own))] == [mask(facts) for facts in plain.facts()], seed
                done += 1
        if done >= 50_000:
            return


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32), nodes=st.integers(2, 14))
def test_a_path_is_one_of_the_shortest_and_each_step_passes(seed: int, nodes: int) -> None:
    chance = random.Random(seed)
    plain, graph = built(chance, nodes, nodes * 2, circles=chance.random() < 0.5)
    for _ in range(3):
        change(chance, plain, graph, circles=True)
    for node, facts in enumerate(plain.facts()):
        for fact in range(BITS):
            found = flow.path(graph, node, fact)
            assert (found is not None) == (fact in facts)
            if found is None:
                continue
            assert len(found.nodes) - 1 == plain.distance(node, fact)
            assert found.facts[0] in plain.own[found.nodes[0]]
            assert (found.nodes[-1], found.facts[-1]) == (node, fact)
            for step in range(len(found.nodes) - 1):
                assert any(
                    edge[:2] == found.nodes[step : step + 2] and found.facts[step + 1] in plain.passed(number, edge[2], {found.facts[step]})
                    for number, edge in enumerate(plain.edges)
                )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), nodes=st.integers(2, 12))
def test_what_reaches_is_what_would_arrive_if_it_were_brought(seed: int, nodes: int) -> None:
    chance = random.Random(seed)
    plain, _graph = built(chance, nodes, nodes * 2, circles=chance.random() < 0.5)
    plain.stopped_at = {chance.randrange(nodes): some_facts(chance) for _ in range(3)}
    plain.own = [set() for _ in range(nodes)]
    graph = resident(plain)
    wanted = {1, 2, 3, 40, 69}
    found = flow.reaching(graph, nodes - 1, mask(wanted))
    for node in range(nodes):
        for fact in (0, 1, 2, 3, 40, 68, 69, chance.randrange(BITS)):
            plain.own[node] = {fact}
            arrives = bool(plain.facts()[nodes - 1] & wanted)
            plain.own[node] = set()
            assert bool(found.get(node, 0) >> fact & 1) == arrives, (node, fact)


def test_what_is_no_graph_is_refused() -> None:
    relations = flow.Relations(8, [(1, ())])
    own = np.zeros((2, 1), dtype=np.uint64)
    for source, target, class_ in ((0, 0, 1), (0, 2, 1), (0, 1, 2), (-1, 1, 1)):
        with pytest.raises(ValueError, match="an edge joins"):
            flow.Resident(relations, own, np.array([source], np.int32), np.array([target], np.int32), np.array([class_], np.uint16))
    with pytest.raises(ValueError, match="rows of words"):
        flow.Resident(relations, np.zeros((2, 2), dtype=np.uint64), *(np.array([], np.int32),) * 2, np.array([], np.uint16))
    with pytest.raises(ValueError, match="between 1 and"):
        flow.Relations(9000, [])
    none = np.array([], np.int32)
    graph = flow.Resident(relations, own, none, none, none.astype(np.uint16))
    for wrong in (lambda: graph.facts(2), lambda: graph.stop_on(0, 1), lambda: graph.remove_edge(0), lambda: graph.add_edge(0, 2, 1)):
        with pytest.raises(IndexError):
            wrong()
    with pytest.raises(ValueError, match="an edge joins"):
        graph.add_edge(1, 1, 1)
    edge, _changed = graph.add_edge(0, 1, 1)
    with pytest.raises(ValueError, match="an edge joins"):
        graph.set_class(edge, 2)
    assert flow.path(graph, 0, 0) is None


@settings(max_examples=60, deadline=None)
@given(chosen=st.integers(0))
def test_the_table_of_transfer_says_the_same_as_relations_of_the_graph(chosen: int) -> None:
    classes = [terms.EdgeClass(kind, "model", modified, True) for kind in terms.KINDS for modified in (True, False, None)]
    index = index_of(
        frozenset((one.family, one.fact) for licence in ("GPL-2.0-only", "CC-BY-NC-4.0", "Apache-2.0") for one in cells(licence)),
        frozenset(classes),
    )
    table = flow.table_of(index, classes)
    facts = chosen & ((1 << 2 * index.width) - 1)
    assert table.relations.count - 1 < len(classes)
    for over in classes:
        assert table.relations.passed(facts, table.numbers[over]) == index.relation(over).forward(facts)
