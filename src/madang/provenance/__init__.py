# SPDX-License-Identifier: Apache-2.0
"""What is made of what, and what that allows: rows of edges, evidence and decisions, on which the core ``terms`` is asked.

This room knows versions and components as nodes. It does not know how components are found (a higher room hands them in), what a licence
says, or how facts flow. What a viewer may not see counts and is not named.
"""

from madang.provenance import cards, making
from madang.provenance.actions import attach, declare, keep, state, state_component, unstate, withdraw, withdraw_evidence
from madang.provenance.arrivals import take_components
from madang.provenance.components.api import router as _components
from madang.provenance.cones import Cone, Thing, cone
from madang.provenance.deciding import Answer, answer, what_if
from madang.provenance.errors import (
    AlreadyDeclared,
    BadPurl,
    ConeTooLarge,
    MadeOfItself,
    NoSuchDecision,
    NoSuchDerivation,
    NoSuchEvidence,
    UnreadableLicence,
)
from madang.provenance.lineage.api import router
from madang.provenance.making import Made, Part
from madang.provenance.models import Decision, Edge, Evidence, Node
from madang.provenance.queries import Link, decisions_of, edges_into, edges_out_of, evidence_at, get_decision, may_declare, node_of, replay
from madang.provenance.reports import made_of
from madang.provenance.sboms.api import router as _sboms
from madang.provenance.standings import settle
from madang.provenance.standings.api import router as _standings
from madang.provenance.web import routes

assert router is _components is _sboms is _standings  # one router, which each part adds its doors to
__all__ = [
    "AlreadyDeclared",
    "Answer",
    "BadPurl",
    "Cone",
    "ConeTooLarge",
    "Decision",
    "Edge",
    "Evidence",
    "Link",
    "Made",
    "MadeOfItself",
    "NoSuchDecision",
    "NoSuchDerivation",
    "NoSuchEvidence",
    "Node",
    "Part",
    "Thing",
    "UnreadableLicence",
    "answer",
    "attach",
    "cards",
    "cone",
    "decisions_of",
    "declare",
    "edges_into",
    "edges_out_of",
    "evidence_at",
    "get_decision",
    "keep",
    "made_of",
    "making",
    "may_declare",
    "node_of",
    "replay",
    "router",
    "routes",
    "settle",
    "state",
    "state_component",
    "take_components",
    "unstate",
    "what_if",
    "withdraw",
    "withdraw_evidence",
]
