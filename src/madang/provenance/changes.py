# SPDX-License-Identifier: Apache-2.0
"""What somebody thinks of changing, tried on a graph in memory: no row is touched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from madang import terms
from madang.kit import Invalid, _
from madang.provenance import rules
from madang.provenance.cones import Cone

SORTS = ("license", "drop-edge", "add-edge", "evidence", "withdraw")


class NoSuchThing(Invalid):
    """A change names something that is not in the graph, or that the viewer may not see."""

    code = "no-such-thing"
    message = _("“%(at)s” is not among the things that this is made of, or it is not shown to you.")


class IncompleteChange(Invalid):
    """A change lacks what it needs."""

    code = "incomplete-change"
    message = _("The change “%(change)s” needs “%(missing)s”.")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: another ``license`` at a thing; an edge from ``source`` into ``at`` of that ``kind`` dropped or added; ``evidence`` that
    ``removes`` facts at a thing (or on the way from ``source``); or the thing itself withdrawn, with every way out of it."""

    change: str
    at: str
    source: str | None = None
    license: str | None = None
    kind: str | None = None
    removes: tuple[str, ...] = ()
    issuer: str = "-"
    expires: date | None = None


def changed(looked: Cone, changes: Sequence[Change], *, like: Cone | None = None) -> Cone:
    """The graph after the changes. They name things as ``like`` does (this cone itself unless said); what of them is not in this graph
    changes nothing here."""
    for change in changes:
        ends = [_id(looked, like, name) for name in (change.at, change.source) if name is not None]
        if all(end is not None for end in ends):
            at, *source = [end for end in ends if end is not None]
            looked = replace(looked, graph=_one(looked.graph, change, at, source[0] if source else None))
    return looked


def _id(looked: Cone, like: Cone | None, name: str) -> str | None:
    """The id in this graph of what ``like`` calls ``name``; refused where the viewer cannot know it."""
    known = (like or looked).things.get(name)
    if known is None or known.is_hidden:
        raise NoSuchThing(field="at", at=name[:120])
    return looked.id_of(known.row) if like is not None else name


def _one(graph: terms.Graph, change: Change, at: str, source: str | None) -> terms.Graph:
    nodes, edges, evidence = dict(graph.nodes), list(graph.edges), list(graph.evidence)
    if change.change == "license":
        nodes[at] = nodes[at]._replace(license=rules.check_licence(_needed(change, "license")))
    elif change.change == "evidence":
        if not change.removes:
            raise IncompleteChange(field="removes", change=change.change, missing="removes")
        evidence.append(terms.Evidence(at if source is None else (source, at), change.removes, change.issuer, change.expires))
    elif change.change == "withdraw":
        edges = [edge for edge in edges if edge.source != at]
        evidence = [proof for proof in evidence if isinstance(proof.at, str) or proof.at[0] != at]
    elif source is None:
        _needed(change, "source")
    elif change.change == "drop-edge":
        edges = [edge for edge in edges if edge.ends != (source, at) or change.kind not in (None, edge.kind)]
        ends = {edge.ends for edge in edges}
        evidence = [proof for proof in evidence if isinstance(proof.at, str) or proof.at in ends]
    else:
        edges.append(terms.Edge(source, at, _needed(change, "kind")))
    return terms.make_graph(nodes.values(), edges, evidence)


def _needed(change: Change, name: str) -> str:
    value: str | None = getattr(change, name) or None
    if value is None:
        raise IncompleteChange(field=name, change=change.change, missing=name)
    return value
