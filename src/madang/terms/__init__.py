# SPDX-License-Identifier: Apache-2.0
"""Terms that flow: what may be done with a thing, given what it is made of and how, with reasons.

A core: it knows a graph of nodes and typed edges, the facts of their licences, and a table of how facts come over edges. It does not know
rows, accounts or pages, and can be used without the platform.
"""

from madang.terms import sentences
from madang.terms.bits import FactIndex, Relation
from madang.terms.decision import Decision, decide, replay, verdict
from madang.terms.listing import vocabulary
from madang.terms.model import CHANGING, GOALS, KINDS, READINGS, SCOPES, TYPES, Edge, Evidence, Goal, Graph, Limits, Node, Said
from madang.terms.pairs import pair
from madang.terms.reading import make_graph, read_graph
from madang.terms.tables import rules_version
from madang.terms.transfer import EdgeClass

__all__ = [
    "CHANGING",
    "GOALS",
    "KINDS",
    "READINGS",
    "SCOPES",
    "TYPES",
    "Decision",
    "Edge",
    "EdgeClass",
    "Evidence",
    "FactIndex",
    "Goal",
    "Graph",
    "Limits",
    "Node",
    "Relation",
    "Said",
    "decide",
    "make_graph",
    "pair",
    "read_graph",
    "replay",
    "rules_version",
    "sentences",
    "verdict",
    "vocabulary",
]
