# SPDX-License-Identifier: Apache-2.0
"""The verdict on a goal, with everything that it rests on, and the record that can be replayed to the same bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from madang import licensing
from madang.kit import now
from madang.terms import patents, repairs, tables
from madang.terms.cone import Cone, cone_of, said_of
from madang.terms.errors import NoSuchNode, UnknownWord
from madang.terms.findings import Finding, Pass, look
from madang.terms.goals import Asked, ask, brought
from madang.terms.model import READINGS, Edge, Evidence, Goal, Graph, Node, Said
from madang.terms.own import Book

BOTH = "both"
CONTESTED = "contested"
MOST = 500
RECORD = "madang-terms-decision/1"


@dataclass(frozen=True)
class Decision:
    """What was asked, the verdict (``yes``, ``no``, ``contested`` or ``unknown``), and what it rests on."""

    node: str
    goal: Goal
    reading: str
    verdict: str
    readings: Mapping[str, str]
    duties: tuple[Finding, ...]
    reasons: tuple[Finding, ...]
    choices: tuple[Mapping[str, object], ...]
    repairs: tuple[Mapping[str, object], ...]
    said: tuple[Said, ...]
    patents: tuple[patents.Encumbered, ...]
    today: date
    rules_version: str
    graph_hash: str
    evidence: tuple[Evidence, ...]
    opinions: Mapping[str, str]

    def document(self) -> dict[str, object]:
        """The answer as the wire has it: ids and English, no sentences."""
        duties = [{"duty": one.fact.partition(":")[2], **one.document()} for one in self.duties]
        return {
            "verdict": self.verdict,
            "readings": dict(self.readings),
            "duties": [*duties, *(one.document() for one in self.patents if one.grant == "explicit")],
            "reasons": [{"fact": one.fact, "severity": one.severity, **one.document()} for one in self.reasons],
            "choices": [dict(one) for one in self.choices],
            "repairs": [dict(one) for one in self.repairs],
            "said": [{"code": one.code, **dict(one.values)} for one in self.said],
            "node": self.node,
            "goal": goal_document(self.goal),
            "reading": self.reading,
            "today": self.today.isoformat(),
            "rules": self.rules_version,
        }

    def record(self) -> bytes:
        """The decision record: the document with the hashes of the graph and of each piece of evidence, in one canonical form."""
        told = self.document() | {
            "record": RECORD,
            "graph": self.graph_hash,
            "evidence": [evidence_document(proof) for proof in self.evidence],
            "opinions": dict(self.opinions),
        }
        return canonical(told)


def decide(
    graph: Graph,
    node_id: str,
    goal: Goal,
    *,
    reading: str = BOTH,
    today: date | None = None,
    adopted: licensing.Adopted | None = None,
    mends: bool = True,
) -> Decision:
    """May this be done with the node: the exact verdict under the reading, as of ``today`` (UTC). ``mends`` false leaves repairs out.

    O(edges of the cone × bits / word size). Nothing outside the node's ancestors is looked at.
    """
    if reading not in (BOTH, *READINGS):
        raise UnknownWord(word=reading[:60], known=", ".join((BOTH, *READINGS)))
    if node_id not in graph.nodes:
        raise NoSuchNode(who="--node", node=node_id[:120])
    day = today or now().date()
    top = graph.nodes[node_id]
    asked = ask(goal, top)
    cone = cone_of(graph, top, Book(asked.outbound, adopted), day, brought(asked))
    found = look(cone, asked)
    return _decided(graph, cone, asked, found, reading, day, mends=mends)


def replay(record: bytes, graph: Graph) -> Decision:
    """The decision of a record, taken anew on ``graph`` for its day; ``record()`` has the same bytes where nothing changed."""
    told = json.loads(record)
    wanted = told["goal"]
    goal = Goal(wanted["name"], wanted["license"], tuple(wanted["actions"]), wanted["scope"])
    return decide(graph, told["node"], goal, reading=told["reading"], today=date.fromisoformat(told["today"]))


def _decided(graph: Graph, cone: Cone, asked: Asked, found: Pass, reading: str, day: date, *, mends: bool) -> Decision:
    looked = READINGS if reading == BOTH else (reading,)
    verdicts = {one: found.verdict(one) for one in looked}
    offences, duties = found.offences(looked, MOST), found.duties(looked, MOST)
    encumbered = patents.encumbered(cone, asked)
    said = [*graph.said, *said_of(cone, graph, day), *patents.said(encumbered)]
    said += [
        Said(f"more-{what}", (("count", str(MOST)),)) for what, rows in (("reasons", offences), ("duties", duties)) if len(rows) == MOST
    ]
    decision = Decision(
        node=cone.top.id,
        goal=asked.goal,
        reading=reading,
        verdict=common(verdicts),
        readings=verdicts,
        duties=tuple(duties),
        reasons=tuple(offences),
        choices=tuple(_choices(found, looked)),
        repairs=(),
        said=tuple(said),
        patents=encumbered,
        today=day,
        rules_version=tables.rules_version(),
        graph_hash=graph_hash(cone, graph),
        evidence=_looked_at(cone, graph),
        opinions=(cone.book.adopted or licensing.adopt()).dates,
    )
    if not mends:
        return decision

    def again(changed: Graph, goal: Goal) -> tuple[str, frozenset[str]]:
        return verdict(changed, cone.top.id, goal, reading=reading, today=day, adopted=cone.book.adopted)

    asking = repairs.Asking(graph, found, decision.verdict, tuple(offences), decision.duties, looked, again)
    return replace(decision, repairs=tuple(repairs.mend(asking)))


def verdict(
    graph: Graph, node_id: str, goal: Goal, *, reading: str = BOTH, today: date | None = None, adopted: "licensing.Adopted | None" = None
) -> tuple[str, frozenset[str]]:
    """The verdict of ``decide`` alone, for lists and for trying, and the nodes that stand in the way of a better one."""
    top = graph.nodes[node_id]
    asked = ask(goal, top)
    cone = cone_of(graph, top, Book(asked.outbound, adopted), today or now().date(), brought(asked))
    found = look(cone, asked, duties=False)
    looked = READINGS if reading == BOTH else (reading,)
    return common({one: found.verdict(one) for one in looked}), found.hindering(looked)


def common(verdicts: Mapping[str, str]) -> str:
    """The verdict on which all readings agree, else *contested*."""
    values = set(verdicts.values())
    return values.pop() if len(values) == 1 else CONTESTED


def _choices(found: Pass, readings: tuple[str, ...]) -> list[dict[str, object]]:
    """What each expression that leaves a choice comes down to; a reading that takes another alternative has its own row."""
    rows: list[dict[str, object]] = []
    for node in sorted(found.cone.nodes):
        tree = found.cone.choices[node].tree
        if not isinstance(tree, licensing.Group) or not _offers(tree):
            continue
        by_terms: dict[tuple[str, ...], list[str]] = {}
        for reading in readings:
            by_terms.setdefault(found.taken[reading][node].terms, []).append(reading)
        rows += [{"at": node, "license": str(tree), "chosen": " AND ".join(terms), "readings": ones} for terms, ones in by_terms.items()]
    return rows


def _offers(tree: licensing.Tree) -> bool:
    return isinstance(tree, licensing.Group) and (not tree.all_of or any(_offers(part) for part in tree.parts))


def _looked_at(cone: Cone, graph: Graph) -> tuple[Evidence, ...]:
    places = {*cone.nodes, *(edge.ends for edges in cone.incoming.values() for edge in edges)}
    return tuple(proof for proof in graph.evidence if proof.at in places)


def graph_hash(cone: Cone, graph: Graph) -> str:
    """The sha256 of the node and all that it is made of, whatever the order in which it was written."""
    told = {
        "nodes": sorted((_node(node) for node in cone.nodes.values()), key=canonical),
        "edges": sorted((_edge(edge) for edges in cone.incoming.values() for edge in edges), key=canonical),
        "evidence": sorted((evidence_document(proof) for proof in _looked_at(cone, graph)), key=canonical),
    }
    return sha256(canonical(told)).hexdigest()


def canonical(value: object) -> bytes:
    """JSON in one form: sorted names, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def goal_document(goal: Goal) -> dict[str, object]:
    """A goal as the wire has it."""
    return {"name": goal.name, "license": goal.licence, "actions": list(goal.actions), "scope": goal.scope}


def evidence_document(proof: Evidence) -> dict[str, object]:
    """A piece of evidence as the wire has it."""
    return {
        "at": proof.at if isinstance(proof.at, str) else list(proof.at),
        "removes": list(proof.removes),
        "issuer": proof.issuer,
        "expires": proof.expires.isoformat() if proof.expires else None,
        "sha256": proof.sha256,
    }


def _node(node: Node) -> dict[str, object]:
    return {
        "id": node.id,
        "type": node.type,
        "license": node.license,
        "own": node.is_own,
        "owner": node.owner,
        "facts": sorted(node.facts),
        "complete": node.complete,
        "cost": node.cost,
    }


def _edge(edge: Edge) -> dict[str, object]:
    return {
        "from": edge.source,
        "to": edge.target,
        "kind": edge.kind,
        "modified": edge.modified,
        "released-with": edge.released_with,
        "pinned": edge.pinned,
        "complete": edge.complete,
    }
