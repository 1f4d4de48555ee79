# SPDX-License-Identifier: Apache-2.0
"""One part, one whole, one edge: the smallest graph."""

from datetime import date

from madang import licensing
from madang.terms.decision import BOTH, Decision, decide
from madang.terms.errors import UnknownWord
from madang.terms.model import KINDS, Edge, Goal, Node
from madang.terms.reading import make_graph

ENDS = {
    "trained-on": ("dataset", "model"),
    "evaluated-on": ("dataset", "model"),
    "fine-tuned-from": ("model", "model"),
    "distilled-from": ("model", "model"),
    "merged-from": ("model", "model"),
    "output-of": ("model", "dataset"),
    "served-as": ("software", "service"),
    "calls": ("service", "software"),
    "practises": ("patent", "software"),
    "documents": ("document", "software"),
}
"""The types that each kind joins; software to software where nothing stands here."""
INBOUND, OUTBOUND = "inbound", "outbound"


def pair(
    inbound: str,
    outbound: str,
    kind: str,
    *,
    reading: str = BOTH,
    today: date | None = None,
    adopted: licensing.Adopted | None = None,
    mends: bool = True,
) -> Decision:
    """May one's own thing, made with something under ``inbound`` by that kind of edge, go out under ``outbound``."""
    if kind not in KINDS:
        raise UnknownWord(word=kind[:60], known=", ".join(KINDS))
    source, target = ENDS.get(kind, ("software", "software"))
    nodes = (Node(INBOUND, source, inbound), Node(OUTBOUND, target, outbound, is_own=True))
    graph = make_graph(nodes, [Edge(INBOUND, OUTBOUND, kind)])
    return decide(graph, OUTBOUND, Goal("open", outbound), reading=reading, today=today, adopted=adopted, mends=mends)
