# SPDX-License-Identifier: Apache-2.0
"""Small graphs in one line each."""

from datetime import date
from typing import Any

from madang import terms

TODAY = date(2026, 11, 23)
CONTRACT = """
nodes:
  - {id: corpus,  type: dataset,  license: CC-BY-NC-4.0}
  - {id: model,   type: model,    license: Apache-2.0}
  - {id: api,     type: service,  license: LicenseRef-proprietary-terms}
edges:            # from the source to what is made of it
  - {from: corpus, to: model, kind: trained-on}
  - {from: model,  to: api,   kind: served-as, modified: false}
evidence:
  - {at: corpus, removes: [forbidden:commercial-use], issuer: rights holder, expires: 2027-12-31}
"""
ROOM = {"software": "software", "s": "software", "d": "dataset", "m": "model", "a": "service", "p": "patent", "t": "document"}


def graph(nodes: str, edges: str = "", *evidence: terms.Evidence, **more: Any) -> terms.Graph:
    """``nodes``: ``id:type licence`` split by ``;`` (type one letter, ``-`` for no licence); ``edges``: ``a kind b`` split by ``;``."""
    made = []
    for part in nodes.split(";"):
        name, _space, licence = part.strip().partition(" ")
        key, _colon, kind = name.partition(":")
        made.append(terms.Node(key, ROOM[kind], None if licence == "-" else licence, **more.get(key, {})))
    joined = []
    for part in filter(None, (each.strip() for each in edges.split(";"))):
        source, kind, target = part.split()
        joined.append(terms.Edge(source, target, kind, **more.get(f"{source}-{target}", {})))
    return terms.make_graph(made, joined, evidence)


def verdict(made: terms.Graph, node: str, goal: str, licence: str | None = None, **more: Any) -> str:
    wanted = terms.Goal(goal, licence, **{name: more.pop(name) for name in ("actions", "scope") if name in more})
    return terms.decide(made, node, wanted, today=TODAY, **more).verdict
