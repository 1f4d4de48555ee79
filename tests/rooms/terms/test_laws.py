# SPDX-License-Identifier: Apache-2.0
"""What must hold for every graph: checked on random ones against sets, brute force and each other."""

import dataclasses
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang import terms
from madang.terms import facts
from rooms.terms.graphs import TODAY
from rooms.terms.oracle import Oracle

LICENCES = (
    "MIT",
    "Apache-2.0",
    "GPL-2.0-only",
    "GPL-3.0-or-later",
    "AGPL-3.0-only",
    "LGPL-2.1-only",
    "MPL-2.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "LicenseRef-KOGL-4",
    "ODbL-1.0",
    "LicenseRef-proprietary-terms",
    "NOASSERTION",
    "GPL-2.0-only OR MIT",
    "CC-BY-NC-4.0 OR CC-BY-SA-4.0",
    "(GPL-3.0-only OR MIT) AND (CC-BY-4.0 OR LicenseRef-KOGL-3)",
    "MIT AND CC-BY-NC-4.0",
)
DECLARED = ("privacy:personal", "exposure:inner", "forbidden:commercial-use", "duty:attribution", "contested:train")
REMOVED = ("forbidden:commercial-use", "outbound:*", "unknown:*", "duty:source-offer", "privacy:personal", "forbidden:modify")
GOALS = [
    terms.Goal("open", "MIT"),
    terms.Goal("open", "GPL-2.0-only"),
    terms.Goal("open", "CC-BY-4.0 OR Apache-2.0"),
    terms.Goal("sell"),
    terms.Goal("train"),
    terms.Goal("serve", actions=("commercial-use",)),
    terms.Goal("pass-on", scope="partner"),
    terms.Goal("publish-output"),
]


def random_graph(seed: int, most: int = 6) -> terms.Graph:
    """A graph of a few nodes, now and then with cycles, evidence at nodes and edges, and attributes of every kind."""
    dice = random.Random(seed)
    count = dice.randint(2, most)
    nodes = [
        terms.Node(
            f"n{number}",
            dice.choice(terms.TYPES),
            dice.choice(LICENCES),
            is_own=dice.random() < 0.15,
            facts=tuple(dice.sample(DECLARED, dice.choice((0, 0, 0, 1)))),
            complete=dice.random() < 0.95,
            cost=dice.randint(1, 4),
        )
        for number in range(count)
    ]
    edges = []
    for _each in range(dice.randint(1, 2 * count)):
        one, other = sorted(dice.sample(range(count), 2)) if dice.random() < 0.9 else dice.choices(range(count), k=2)
        kind = dice.choice(terms.KINDS)
        modified = dice.choice((None, True)) if kind in ("modifies", "fine-tuned-from", "merged-from", "distilled-from") else None
        modified = (
            modified if modified or dice.random() < 0.5 or kind.startswith(("mod", "fine", "merged", "dist")) else dice.random() < 0.5
        )
        edges.append(terms.Edge(f"n{one}", f"n{other}", kind, dice.random() < 0.8, modified, complete=dice.random() < 0.95))
    evidence = []
    for _each in range(dice.choice((0, 0, 1, 2))):
        at = dice.choice(edges).ends if dice.random() < 0.4 else dice.choice(nodes).id
        evidence.append(terms.Evidence(at, tuple(dice.sample(REMOVED, 2)), "somebody"))
    return terms.make_graph(nodes, edges, evidence)


def case(seed: int) -> tuple[terms.Graph, str, terms.Goal]:
    graph = random_graph(seed)
    return graph, max(graph.nodes), GOALS[seed % len(GOALS)]


def check_against_brute_force(seed: int) -> None:
    graph, top, goal = case(seed)
    decision = terms.decide(graph, top, goal, today=TODAY, mends=False)
    oracle = Oracle(graph, top, goal)
    for reading in terms.READINGS:
        assert decision.readings[reading] == oracle.verdict(reading), (seed, reading)
        assert terms.decide(graph, top, goal, reading=reading, today=TODAY, mends=False).verdict == decision.readings[reading]


def check_witnesses(seed: int) -> None:
    """Each chain is there, carries its fact edge by edge to the top, and no chain is shorter."""
    graph, top, goal = case(seed)
    decision = terms.decide(graph, top, goal, today=TODAY, mends=False)
    oracle = Oracle(graph, top, goal)
    for one in (*decision.reasons, *decision.duties):
        assert (one.witness.nodes[0], one.witness.nodes[-1]) == (one.node, top)
        reading = one.readings[0]
        states = {(one.node, one.own.family, one.own.fact)}
        for target in one.witness.nodes[1:]:
            states = {state for each in states for state in oracle.onward(each, reading) if state[0] == target}
        assert (top, one.own.family, one.witness.fact) in states, (seed, one)
        if one.severity != "duty":
            start = (one.node, one.own.family, one.own.fact)
            assert oracle.shortest(start, reading, one.severity) == len(one.witness.nodes) - 1, (seed, one)


@pytest.mark.parametrize("seed", range(300))
def test_verdicts_and_choices_equal_brute_force(seed: int) -> None:
    check_against_brute_force(seed)


@pytest.mark.parametrize("seed", range(300))
def test_witnesses_are_sound_and_shortest(seed: int) -> None:
    check_witnesses(seed)


@pytest.mark.soak
def test_ten_thousand_random_cases_equal_brute_force() -> None:
    for seed in range(1_000, 11_000):
        check_against_brute_force(seed)
        check_witnesses(seed)


SEEDS = st.integers(0, 100_000)
LAW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_declarations_changes_nothing(seed: int, dice: random.Random) -> None:
    graph, top, goal = case(seed)
    nodes, edges, evidence = list(graph.nodes.values()), list(graph.edges), list(graph.evidence)
    for rows in (nodes, edges, evidence):
        dice.shuffle(rows)
    one = terms.decide(graph, top, goal, today=TODAY)
    other = terms.decide(terms.make_graph(nodes, edges, evidence), top, goal, today=TODAY)
    told = [{name: value for name, value in each.document().items() if name not in ("said", "choices")} for each in (one, other)]
    assert told[0]["verdict"] == told[1]["verdict"]
    assert one.graph_hash == other.graph_hash
    assert sorted(map(str, told[0]["reasons"])) == sorted(map(str, told[1]["reasons"]))  # type: ignore[call-overload]


ORDER = ("yes", "unknown", "contested", "no")


@LAW
@given(SEEDS)
def test_one_more_edge_never_makes_a_verdict_better(seed: int) -> None:
    graph, top, goal = case(seed)
    more = random_graph(seed + 1).edges
    ends = [edge for edge in more if edge.source in graph.nodes and edge.target in graph.nodes]
    wider = terms.make_graph(graph.nodes.values(), {*graph.edges, *ends[:1]}, graph.evidence)
    for reading in terms.READINGS:
        before = terms.decide(graph, top, goal, reading=reading, today=TODAY, mends=False).verdict
        after = terms.decide(wider, top, goal, reading=reading, today=TODAY, mends=False).verdict
        assert ORDER.index(after) >= ORDER.index(before)


@LAW
@given(SEEDS)
def test_the_permissive_reading_never_forbids_what_the_strict_one_allows(seed: int) -> None:
    graph, top, goal = case(seed)
    readings = terms.decide(graph, top, goal, today=TODAY, mends=False).readings
    assert ORDER.index(readings["permissive"]) <= ORDER.index(readings["strict"])


@LAW
@given(SEEDS, st.sampled_from(REMOVED))
def test_evidence_removes_only_what_it_names(seed: int, name: str) -> None:
    graph, top, goal = case(seed)
    first = min(graph.nodes)
    forward = tuple(edge for edge in graph.edges if edge.source < edge.target)
    bare = dataclasses.replace(graph, edges=forward, evidence=())
    proven = dataclasses.replace(bare, evidence=(terms.Evidence(first, (name,), "somebody"),))
    before, after = (Oracle(each, top, goal) for each in (bare, proven))
    taken = {node.id: before.alternatives(node)[0] for node in graph.nodes.values()}
    for reading in terms.READINGS:
        every, left = before.spread(taken, reading), after.spread(taken, reading)
        assert left <= every
        assert {state for state in every - left if state[0] == first} == {
            state for state in every if state[0] == first and facts.stands_for(name, state[2])
        }
    verdicts = [terms.decide(each, top, goal, today=TODAY, mends=False).readings["strict"] for each in (bare, proven)]
    assert ORDER.index(verdicts[1]) <= ORDER.index(verdicts[0])


@LAW
@given(SEEDS)
def test_replacing_what_the_cheapest_repair_names_makes_the_goal_possible(seed: int) -> None:
    graph, top, goal = case(seed)
    decision = terms.decide(graph, top, goal, today=TODAY)
    for repair in decision.repairs:
        if repair["repair"] == "replace":
            clean = {node: terms.Node(node, graph.nodes[node].type, "CC0-1.0", is_own=True) for node in repair["nodes"]}  # type: ignore[attr-defined]
            edges = [edge for edge in graph.edges if edge.target not in clean]
            ends = {edge.ends for edge in edges}
            proofs = [proof for proof in graph.evidence if proof.at in ends or (isinstance(proof.at, str) and proof.at not in clean)]
            mended = terms.make_graph([clean.get(node.id, node) for node in graph.nodes.values()], edges, proofs)
            assert terms.decide(mended, top, goal, today=TODAY, mends=False).verdict == "yes", (seed, repair)
