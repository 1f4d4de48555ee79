# SPDX-License-Identifier: Apache-2.0
"""Asking the core on what the rows say, and telling its answer to somebody who may not see everything that it rests on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog, kit, terms
from madang.provenance import nodes, packing
from madang.provenance.changes import Change, changed
from madang.provenance.cones import HIDDEN, MOST_NODES, Cone, Thing, cone, veils
from madang.provenance.errors import ConeTooLarge
from madang.provenance.models import Decision, Node

MOST_AFFECTED = 200
MOST_LOOKED_AT = 100_000
"""How many things all versions together may be made of that one question looks at."""
UNSEEN = "something that you may not see"


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, the document of it that the viewer may read, and the graph that it looked at, as they may know it."""

    decision: terms.Decision
    document: dict[str, Any]
    cone: Cone


@dataclass(frozen=True, slots=True)
class Affected:
    """A version whose verdict would be another."""

    asset: catalog.Asset
    version: catalog.Version
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer as things stand, as it would be, and whom else it would reach; ``more`` says that not all could be looked at."""

    before: Answer
    after: Answer
    affected: tuple[Affected, ...]
    more: bool


def answer(
    session: Session, version: catalog.Version, goal: terms.Goal, *, viewer: kit.Actor, reading: str = "both", today: date | None = None
) -> Answer:
    """May this be done with the version. What the viewer may not see counts in the verdict and is not named in the document."""
    return ask(cone(session, version, viewer=viewer), goal, reading=reading, today=today)


def ask(looked: Cone, goal: terms.Goal, *, reading: str = "both", today: date | None = None, mends: bool = True) -> Answer:
    """The core's answer on a graph; ``mends`` false leaves repairs out."""
    decision = terms.decide(looked.graph, looked.top, goal, reading=reading, today=today, mends=mends)
    return Answer(decision, veiled(decision.document(), looked), looked)


def what_if(
    session: Session,
    version: catalog.Version,
    goal: terms.Goal,
    changes: Sequence[Change],
    *,
    viewer: kit.Actor,
    reading: str = "both",
) -> WhatIf:
    """The verdict if these changes were made, and each version made with this one, of those that the viewer may see, that they reach."""
    now = cone(session, version, viewer=viewer)
    then = changed(now, changes)
    affected, more, looked_at = [], False, 0
    for place, (asset, other) in enumerate(_made_with(session, version, viewer)):
        if place >= MOST_AFFECTED or looked_at >= MOST_LOOKED_AT:
            more = True
            break
        try:
            reached = cone(session, other, viewer=viewer)
        except ConeTooLarge:
            # Whoever makes much of a thing takes no answer from others.
            more, looked_at = True, looked_at + MOST_NODES
            continue
        looked_at += len(reached.things)
        before, after = (_verdict(one, goal, reading) for one in (reached, changed(reached, changes, like=now)))
        if before != after:
            affected.append(Affected(asset, other, before, after))
    return WhatIf(ask(now, goal, reading=reading), ask(then, goal, reading=reading), tuple(affected), more)


def _verdict(looked: Cone, goal: terms.Goal, reading: str) -> str:
    """The answer's verdict alone, which costs a third of the answer."""
    return terms.verdict(looked.graph, looked.top, goal, reading=reading)[0]


def _made_with(session: Session, version: catalog.Version, viewer: kit.Actor) -> list[tuple[catalog.Asset, catalog.Version]]:
    top = nodes.find(session, nodes.version_key(version.id))
    if top is None:
        return []
    down = nodes.below(top)
    asked = (
        select(catalog.Asset, catalog.Version)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(Node, Node.version_id == catalog.Version.id)
        .join(down, down.c.id == Node.id)
        .where(catalog.visible(viewer), Node.id != top.id)
        .order_by(catalog.Version.id.desc())
        .limit(MOST_AFFECTED + 1)
    )
    return [(asset, other) for asset, other in session.execute(asked)]


def veiled(document: Mapping[str, Any], looked: Cone) -> dict[str, Any]:
    """The document without the licences, rules and papers of what is hidden. Facts and verdicts stay: they are what counts."""
    if not looked.hidden:
        return dict(document)
    secret = _secret_licences(looked)
    found = dict(document)
    for many in ("duties", "reasons"):
        found[many] = [_veiled(row, looked) for row in document[many]]
    found["choices"] = [row for row in document["choices"] if row["at"] not in looked.hidden]
    found["repairs"] = [_veiled_repair(row, looked) for row in document["repairs"] if not _tells(row, secret)]
    found["said"] = [_veiled_saying(row) for row in document["said"]]
    return found


def _veiled(row: Mapping[str, Any], looked: Cone) -> dict[str, Any]:
    if row["from"] not in looked.hidden:
        return dict(row)
    steps = [{**step, "source": UNSEEN} for step in row.get("steps", ())]
    told = {name: value for name, value in row.items() if name != "voices"}
    return told | {"license": None, "source": UNSEEN} | ({"steps": steps} if "steps" in row else {})


def _tells(row: Mapping[str, Any], secret: frozenset[str]) -> bool:
    return row["repair"] == "choose-licence" and row.get("license") in secret


def _veiled_repair(row: Mapping[str, Any], looked: Cone) -> dict[str, Any]:
    """Even a licence that stands elsewhere in sight says something of what is hidden."""
    if looked.hidden.isdisjoint(row.get("nodes", ())):
        return dict(row)
    veiled_row = {name: value for name, value in row.items() if name != "source"}
    return veiled_row | ({"license": None} if "license" in row else {})


def _veiled_saying(row: Mapping[str, Any]) -> dict[str, Any]:
    if not any(HIDDEN in str(value) for name, value in row.items() if name != "code"):
        return dict(row)
    return {name: value for name, value in row.items() if name not in ("licence", "issuer")}


def _secret_licences(looked: Cone) -> frozenset[str]:
    """The licences that only hidden things stand under."""
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for node in looked.graph.nodes.values():
        told[node.id in looked.hidden] |= set(_terms(node.license))
    return frozenset(told[True] - told[False])


def _terms(expression: str | None) -> list[str]:
    return [word for word in (expression or "").replace("(", " ").replace(")", " ").split() if word not in ("AND", "OR", "WITH")]


def kept_document(session: Session, kept: Decision, *, viewer: kit.Actor) -> dict[str, Any]:
    """The document of a kept decision for a viewer who was shown it: on the graph of then, with the rules of now, and with what they may
    not see today under names that say nothing."""
    told = json.loads(kept.record)
    graph, hidden = _then(session, kept, told["node"], viewer)
    if not hidden:
        return {name: told[name] for name in told if name not in ("record", "graph", "evidence", "opinions")}
    veiled_graph = _renamed(graph, hidden)
    things = {
        id_: Thing(id_, "", node.type, node.license, "", is_hidden=id_.startswith(HIDDEN)) for id_, node in veiled_graph.nodes.items()
    }
    goal = terms.Goal(told["goal"]["name"], told["goal"]["license"], tuple(told["goal"]["actions"]), told["goal"]["scope"])
    looked = Cone(veiled_graph, told["node"], things)
    return ask(looked, goal, reading=kept.reading, today=date.fromisoformat(told["today"])).document


def sees_all(session: Session, kept: Decision, *, viewer: kit.Actor) -> bool:
    """Whether the viewer may see all that a kept decision rests on, and so its record."""
    return not _then(session, kept, json.loads(kept.record)["node"], viewer)[1]


def _then(session: Session, kept: Decision, top: str, viewer: kit.Actor) -> tuple[terms.Graph, dict[str, str]]:
    """The graph of then, and a name that says nothing for each thing of it that the viewer may not see today."""
    graph, places = packing.unpacked(kept.graph), packing.places_of(kept.graph)
    seen = set(session.scalars(select(catalog.Asset.id).where(catalog.Asset.id.in_(set(places.values())), catalog.visible(viewer))))
    visible = {id_ for id_ in graph.nodes if id_ not in places or places[id_] in seen}
    return graph, veils(top, graph.nodes, (edge.ends for edge in graph.edges), visible)


def _renamed(graph: terms.Graph, hidden: Mapping[str, str]) -> terms.Graph:
    def name(id_: str) -> str:
        return hidden.get(id_, id_)

    def place(at: str | tuple[str, str]) -> str | tuple[str, str]:
        return name(at) if isinstance(at, str) else (name(at[0]), name(at[1]))

    def issuer(proof: terms.Evidence) -> str:
        places = (proof.at,) if isinstance(proof.at, str) else proof.at
        return proof.issuer if all(each not in hidden for each in places) else "-"

    nodes_ = [node._replace(id=name(node.id)) for node in graph.nodes.values()]
    edges = [edge._replace(source=name(edge.source), target=name(edge.target)) for edge in graph.edges]
    return terms.make_graph(nodes_, edges, [replace(proof, at=place(proof.at), issuer=issuer(proof)) for proof in graph.evidence])
