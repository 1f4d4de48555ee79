# SPDX-License-Identifier: Apache-2.0
"""A graph as bytes, and back to the same graph: what a kept decision looked at. Pure."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from madang import terms


def packed(graph: terms.Graph, places: Mapping[str, str]) -> bytes:
    """The graph in one canonical form, packed, with the ids of assets whose sight decides on its nodes."""
    told = {
        "places": dict(places),
        "nodes": [node._asdict() for _id, node in sorted(graph.nodes.items())],
        "edges": [edge._asdict() for edge in graph.edges],
        "evidence": [{**asdict(proof), "expires": proof.expires.isoformat() if proof.expires else None} for proof in graph.evidence],
    }
    return zlib.compress(json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def places_of(data: bytes) -> dict[str, str]:
    """The ids of assets, by the ids of nodes."""
    places: dict[str, str] = json.loads(zlib.decompress(data))["places"]
    return places


def unpacked(data: bytes) -> terms.Graph:
    """The graph again."""
    told: dict[str, Any] = json.loads(zlib.decompress(data))
    nodes = [terms.Node(**{**node, "facts": tuple(node["facts"])}) for node in told["nodes"]]
    edges = [terms.Edge(**edge) for edge in told["edges"]]
    return terms.make_graph(nodes, edges, [_evidence(proof) for proof in told["evidence"]])


def _evidence(proof: dict[str, Any]) -> terms.Evidence:
    at = proof["at"] if isinstance(proof["at"], str) else tuple(proof["at"])
    expires = date.fromisoformat(proof["expires"]) if proof["expires"] else None
    return terms.Evidence(at, tuple(proof["removes"]), proof["issuer"], expires, proof["sha256"])
