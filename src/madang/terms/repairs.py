# SPDX-License-Identifier: Apache-2.0
"""What would make a goal possible: other parts, papers, another way of joining, the source, another licence. Each is tried, not guessed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from madang import licensing
from madang.terms import cut, facts, tables
from madang.terms.choosing import SEVERITIES
from madang.terms.findings import ONCE, Finding, Pass
from madang.terms.goals import WITHOUT_SOURCE
from madang.terms.model import Edge, Goal, Graph, Node
from madang.terms.walk import Step

Repair = dict[str, object]
JOINED = ("contains", "links-static", "links-dynamic", "copies")
"""Kinds of edge that two processes could take the place of."""
MOST_TRIED = 12
MOST_LOOKED_AT = 20_000
"""How many nodes all trials together may look at, so that a graph of many is not looked at many times."""
SOURCE_DUTIES = ("source-offer", "network-source-offer")
PAPERS = {
    "privacy": "consent-or-pseudonymisation",
    "security": "mend-or-vex",
    "exposure": "release-decision",
    "royalty": "agreement",
    "hook": "agreement",
    "patent": "patent-licence",
    "incomplete": "complete-the-list",
}


@dataclass(frozen=True)
class Asking:
    """What was found, and how to ask again with another graph or goal: the verdict, and the nodes that still stand in the way."""

    graph: Graph
    found: Pass
    verdict: str
    offences: tuple[Finding, ...]
    duties: tuple[Finding, ...]
    readings: tuple[str, ...]
    again: Callable[[Graph, Goal], tuple[str, frozenset[str]]]

    @property
    def goal(self) -> Goal:
        """What is wanted."""
        return self.found.asked.goal


def mend(asking: Asking) -> list[Repair]:
    """Every repair that was found, those that make the whole possible first, then the cheaper ones."""
    rows = [*_source(asking)]
    if asking.offences:
        rows += [*_papers(asking), *_apart(asking), *_other_licence(asking), *_replaced(asking)]
    return sorted(rows, key=lambda row: (SEVERITIES.index(str(row["verdict"])), _whole(row["cost"]), _rank(str(row["repair"])), str(row)))


def _source(asking: Asking) -> Iterator[Repair]:
    """Who owes the source delivers it, or offers it."""
    owed = [one for one in asking.duties if one.fact.partition(":")[2] in SOURCE_DUTIES]
    if not owed:
        return
    verdict = asking.verdict
    if asking.found.asked.without_source:
        top = asking.found.cone.top
        given = top._replace(facts=tuple(fact for fact in top.facts if fact != WITHOUT_SOURCE))
        verdict, _left = asking.again(_with_node(asking.graph, given), asking.goal)
    at = list(dict.fromkeys(one.node for one in owed))
    yield {"repair": "deliver-source", "nodes": at, "source": owed[0].own.source, "verdict": verdict, "cost": 1}


def _papers(asking: Asking) -> Iterator[Repair]:
    """A paper from whoever can give it, at each node that offends; what all of them together would bring."""
    removed = {node: _removable(node, asking.offences) for node in dict.fromkeys(one.node for one in asking.offences)}
    named = {node: names for node, names in removed.items() if names}
    if not named:
        return
    left = [one for one in asking.offences if one.node not in named or _name(one) not in named[one.node]]
    is_whole = {one.node for one in asking.offences} == asking.found.hindering(asking.readings)
    verdict = max((SEVERITIES.index(one.severity) for one in left), default=0) if is_whole else SEVERITIES.index(asking.verdict)
    for node, names in named.items():
        first = next(one for one in asking.offences if one.node == node)
        row = {"repair": _paper(first), "nodes": [node], "removes": list(names), "license": first.term}
        yield row | {"verdict": SEVERITIES[verdict], "cost": len(named)}


def _removable(node: str, offences: tuple[Finding, ...]) -> tuple[str, ...]:
    named = dict.fromkeys(_name(one) for one in offences if one.node == node)
    return tuple(name for name in named if facts.why_not_removed(name) is None)


def _name(one: Finding) -> str:
    """The fact as evidence names it; where nobody has said anything, all that is unknown at once."""
    fact = facts.public(one.own.fact)
    return "unknown:*" if one.own.family in ONCE and fact.startswith("unknown:") else fact


def _paper(one: Finding) -> str:
    if one.own.family in PAPERS:
        return PAPERS[one.own.family]
    if one.term is None:
        return "state-licence"
    content = tables.groups()["@content"] | tables.groups()["@sa"] | tables.groups()["@nc"]
    return "permission" if one.own.family in content else "commercial-licence"


def _apart(asking: Asking) -> Iterator[Repair]:
    """Two processes in place of one program, where that is what hurts."""
    tried: dict[Edge, None] = {}
    most = max(1, min(MOST_TRIED, MOST_LOOKED_AT // len(asking.found.cone.nodes)))
    for one in asking.offences[: 4 * MOST_TRIED]:
        ends = zip(one.witness.nodes, one.witness.steps, strict=False)
        joined = [edge for node, step in ends for edge in _edges(asking.found, node, step) if edge.kind in JOINED]
        for edge in joined:
            if edge in tried or len(tried) >= most:
                continue
            tried[edge] = None
            changed = tuple(each._replace(kind="separate-process") if each == edge else each for each in asking.graph.edges)
            verdict, left = asking.again(_graph(asking.graph, edges=changed), asking.goal)
            if SEVERITIES.index(verdict) < SEVERITIES.index(asking.verdict) or one.node not in left:
                yield {"repair": "separate-process", "edge": list(edge.ends), "nodes": [one.node], "verdict": verdict, "cost": 1}


def _edges(found: Pass, node: str, step: Step) -> list[Edge]:
    return [edge for edge in found.cone.incoming[step.target] if edge.source == node and edge.kind == step.kind]


def _other_licence(asking: Asking) -> Iterator[Repair]:
    """Another licence to give the thing out under: those of the parts that stand in the way."""
    binding = [one for one in asking.offences if "outbound:" in one.own.fact or one.fact == "duty:same-licence"]
    hurting = dict.fromkeys(one.term for one in binding if one.term)
    most = max(1, min(MOST_TRIED, MOST_LOOKED_AT // len(asking.found.cone.nodes)))
    for licence in list(hurting)[:most]:
        if licensing.facts(licence).is_reviewed and licence not in asking.found.asked.outbound:
            verdict, _left = asking.again(asking.graph, replace(asking.goal, licence=licence))
            if SEVERITIES.index(verdict) < SEVERITIES.index(asking.verdict):
                yield {"repair": "choose-licence", "license": licence, "verdict": verdict, "cost": 1}


def _replaced(asking: Asking) -> Iterator[Repair]:
    """Other parts in place of those that stand in the way, cheapest in sum."""
    cone = asking.found.cone
    reaching: dict[str, int] = {}
    offending: dict[str, int] = {}
    for severity in ("no", "contested", "unknown"):
        for node, bits in asking.found.reaches[severity].seen.items():
            kept = sum(cone.index.only(bits, reading) for reading in asking.readings)
            reaching[node] = reaching.get(node, 0) | kept
    for node, bits in reaching.items():
        own = sum(cone.index.only(asking.found.taken[reading][node].bits, reading) for reading in asking.readings) & bits
        if own:
            offending[node] = own
    nodes = cut.cheapest(cone, offending, reaching)
    if nodes:
        yield {"repair": "replace", "nodes": nodes, "verdict": "yes", "cost": sum(cone.nodes[node].cost for node in nodes)}


def _with_node(graph: Graph, changed: Node) -> Graph:
    return Graph({**graph.nodes, changed.id: changed}, graph.edges, graph.evidence)


def _graph(graph: Graph, *, edges: tuple[Edge, ...]) -> Graph:
    return Graph(graph.nodes, edges, graph.evidence)


def _rank(repair: str) -> int:
    """What is in one's own hands comes first, papers from others next, other parts last."""
    return {"deliver-source": 0, "choose-licence": 1, "separate-process": 3, "replace": 4}.get(repair, 2)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
