# SPDX-License-Identifier: Apache-2.0
"""Graphs out of text: each entry checked, each refusal with the place; and the checks that hold for every graph, read or made."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from madang.terms import facts, plain
from madang.terms.errors import BadEntry, Contradiction, MayNotRemove, NoSuchNode, TooMuch, UnknownWord
from madang.terms.model import CHANGING, KINDS, TYPES, Edge, Evidence, Graph, Limits, Node, Said
from madang.terms.plain import Place

TOP = ("nodes", "edges", "evidence")
NODE = ("id", "type", "license", "licence", "own", "owner", "facts", "complete", "cost", "name")
EDGE = ("from", "to", "kind", "modified", "released-with", "pinned", "complete")
EVIDENCE = ("at", "removes", "issuer", "expires", "sha256")
ID = re.compile(r"[^\x00-\x1f\x7f]{1,300}")
HASH = re.compile(r"[0-9a-f]{64}")


def read_graph(source: Path | str, *, limits: Limits | None = None) -> Graph:
    """The graph in a file (a ``Path``) or a text; what cannot be meant is refused with its place."""
    limits = limits or Limits()
    if isinstance(source, Path):
        check_size(source.stat().st_size, limits.text, TooMuch.long)
        source = source.read_text(encoding="utf-8", errors="replace")
    check_size(len(source), limits.text, TooMuch.long)
    top = plain.read(source).fields("graph", TOP)
    rows = {name: top[name].entries(name) if name in top else [] for name in TOP}
    for name, limit in zip(TOP, (limits.nodes, limits.edges, limits.evidence), strict=True):
        check_size(len(rows[name]), limit, what=name)
    nodes = [_node(row, limits) for row in rows["nodes"]]
    return make_graph(nodes, map(_edge, rows["edges"]), map(_evidence, rows["evidence"]))


def make_graph(nodes: Iterable[Node], edges: Iterable[Edge] = (), evidence: Iterable[Evidence] = ()) -> Graph:
    """The graph of these, checked: known words, ends that are there, nothing declared twice differently."""
    said: list[Said] = []
    by_id = _by_id(nodes, said)
    kept = _distinct(edges, by_id, said)
    proofs = tuple(evidence)
    ends = {edge.ends for edge in kept}
    for proof in proofs:
        _check_evidence(proof, by_id, ends)
    return Graph(by_id, kept, proofs, tuple(said))


def check_size(count: int, limit: int, sentence: str = TooMuch.message, **told: str) -> None:
    """Refuse what is over its limit."""
    if count > limit:
        raise TooMuch(sentence, count=count, limit=limit, **told)


def _by_id(nodes: Iterable[Node], said: list[Said]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        _check_word(node.type, TYPES)
        for fact in node.facts:
            _check_fact(fact)
        known = found.setdefault(node.id, node)
        if known is node:
            continue
        if known != node:
            raise Contradiction(what=node.id[:120], one=_told(known), other=_told(node))
        said.append(Said("declared-twice", (("what", node.id),)))
    return found


def _distinct(edges: Iterable[Edge], nodes: dict[str, Node], said: list[Said]) -> tuple[Edge, ...]:
    found: dict[Edge, None] = {}
    kinds: dict[tuple[str, str, str], Edge] = {}
    for edge in edges:
        _check_word(edge.kind, KINDS)
        name = f"{edge.source[:120]} → {edge.target[:120]} ({edge.kind})"
        for end in edge.ends:
            if end not in nodes:
                raise NoSuchNode(who=name, node=end[:120])
        if edge.kind in CHANGING and edge.modified is False:
            raise Contradiction(what=name, one=edge.kind, other="modified: false")
        if edge in found:
            said.append(Said("declared-twice", (("what", name),)))
        elif kinds.setdefault((*edge.ends, edge.kind), edge) is not edge:
            said.append(Said("declared-differently", (("what", name),)))
        found[edge] = None
    return tuple(found)


def _check_evidence(proof: Evidence, nodes: dict[str, Node], ends: set[tuple[str, str]]) -> None:
    who = f"evidence of {proof.issuer[:120]}"
    places = (proof.at,) if isinstance(proof.at, str) else proof.at
    for place in places:
        if place not in nodes:
            raise NoSuchNode(who=who, node=place[:120])
    if not isinstance(proof.at, str) and proof.at not in ends:
        raise NoSuchNode(who=who, node=proof.place)
    for fact in proof.removes:
        _check_fact(fact)
        if why := facts.why_not_removed(fact):
            raise MayNotRemove(why, at=proof.place, fact=fact)


def _check_word(word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        category = [each for each in known if ":" in word and each.partition(":")[0] == word.partition(":")[0]]
        raise UnknownWord(word=word[:60], known=", ".join(category or known))


def _check_fact(fact: str) -> None:
    if not facts.is_fact(fact):
        _check_word(fact, facts.names())


def _told(node: Node) -> str:
    return f"{node.type}, {node.license}"


def _node(row: Place, limits: Limits) -> Node:
    cells = row.fields("nodes", NODE)
    if "license" in cells and "licence" in cells:
        raise BadEntry(BadEntry.twice, place=cells["licence"].at, name="license")
    licence = cells.get("license", cells.get("licence"))
    text = licence.text("license") if licence and licence.value is not None else None
    check_size(len(text or ""), limits.expression, TooMuch.long_licence, place=licence.at if licence else "")
    return Node(
        id=_id(row, cells, "id"),
        type=_needed(row, cells, "type").text("type"),
        license=text,
        is_own=cells["own"].flag("own") if "own" in cells else False,
        owner=cells["owner"].text("owner") if "owner" in cells else None,
        facts=tuple(each.text("facts") for each in cells["facts"].entries("facts")) if "facts" in cells else (),
        complete=cells["complete"].flag("complete") if "complete" in cells else True,
        cost=cells["cost"].number("cost") if "cost" in cells else 1,
    )


def _edge(row: Place) -> Edge:
    cells = row.fields("edges", EDGE)
    flags = {name: cells[name].flag(name) for name in EDGE[3:] if name in cells and cells[name].value is not None}
    return Edge(
        source=_id(row, cells, "from"),
        target=_id(row, cells, "to"),
        kind=_needed(row, cells, "kind").text("kind"),
        released_with=flags.get("released-with", True),
        modified=flags.get("modified"),
        pinned=flags.get("pinned", True),
        complete=flags.get("complete", True),
    )


def _evidence(row: Place) -> Evidence:
    cells = row.fields("evidence", EVIDENCE)
    at = _needed(row, cells, "at")
    pair = [each.text("at") for each in at.value] if isinstance(at.value, list) else []
    if pair and len(pair) != 2:
        raise BadEntry(BadEntry.not_text, place=at.at, name="at")
    return Evidence(
        at=(pair[0], pair[1]) if pair else at.text("at"),
        removes=tuple(each.text("removes") for each in _needed(row, cells, "removes").entries("removes")),
        issuer=_needed(row, cells, "issuer").text("issuer"),
        expires=cells["expires"].day("expires") if "expires" in cells and cells["expires"].value is not None else None,
        sha256=_hash(cells),
    )


def _needed(row: Place, cells: Mapping[str, Place], name: str) -> Place:
    if name not in cells or cells[name].value in (None, ""):
        raise BadEntry(BadEntry.missing, place=row.at, name=name)
    return cells[name]


def _id(row: Place, cells: Mapping[str, Place], name: str) -> str:
    text = _needed(row, cells, name).text(name)
    if not ID.fullmatch(text):
        raise BadEntry(BadEntry.no_id, place=cells[name].at)
    return text


def _hash(cells: Mapping[str, Place]) -> str | None:
    if "sha256" not in cells or cells["sha256"].value is None:
        return None
    text = cells["sha256"].text("sha256").lower()
    if not HASH.fullmatch(text):
        raise BadEntry(BadEntry.not_hash, place=cells["sha256"].at, name="sha256")
    return text
