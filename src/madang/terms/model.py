# SPDX-License-Identifier: Apache-2.0
"""What is asked about: nodes (immutable versions and components), typed edges between them, evidence, and a goal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

TYPES = ("software", "dataset", "model", "service", "pipeline", "patent", "document")
KINDS = (
    "contains",
    "links-static",
    "links-dynamic",
    "separate-process",
    "aggregates",
    "modifies",
    "copies",
    "trained-on",
    "evaluated-on",
    "fine-tuned-from",
    "distilled-from",
    "merged-from",
    "output-of",
    "served-as",
    "calls",
    "built-with",
    "practises",
    "documents",
)
GOALS = ("use", "change", "pass-on", "open", "serve", "sell", "train", "publish-output")
SCOPES = ("inner", "partner", "open")
READINGS = ("strict", "permissive")
CHANGING = frozenset({"modifies", "fine-tuned-from", "merged-from", "distilled-from"})
"""Kinds of edge that change what they take, whatever else is said."""


class Node(NamedTuple):
    """One immutable version or component.

    ``license`` is an SPDX expression, None where nothing is said. ``is_own`` says that whoever asks holds all rights, so that its licence
    binds them to nothing. ``owner`` names the holder; nodes with the owner of the node decided on are own too. ``facts`` are further own
    facts (``privacy:personal``, ``exposure:inner``, …). ``cost`` is what replacing it costs, in any unit that all nodes share.
    ``complete`` says whether all that it is made of is named.
    """

    id: str
    type: str
    license: str | None = None
    is_own: bool = False
    owner: str | None = None
    facts: tuple[str, ...] = ()
    complete: bool = True
    cost: int = 1


class Edge(NamedTuple):
    """``target`` is made with ``source``; the terms of ``source`` flow. ``modified`` None means that nobody has said."""

    source: str
    target: str
    kind: str
    released_with: bool = True
    modified: bool | None = None
    pinned: bool = True
    complete: bool = True

    @property
    def ends(self) -> tuple[str, str]:
        """Both ids, as evidence at an edge names them."""
        return (self.source, self.target)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that removes named facts at a node, or at an edge (``at`` is then the pair of its ends)."""

    at: str | tuple[str, str]
    removes: tuple[str, ...]
    issuer: str
    expires: date | None = None
    sha256: str | None = None

    def stands(self, today: date) -> bool:
        """Whether it still holds on that day; it holds on the day on which it expires."""
        return self.expires is None or today <= self.expires

    @property
    def place(self) -> str:
        """Where it is attached, for eyes."""
        return self.at if isinstance(self.at, str) else " → ".join(self.at)


@dataclass(frozen=True)
class Graph:
    """Nodes by id, edges, evidence, and what was said while reading (``said``: pairs of a code and its values)."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    said: tuple["Said", ...] = ()

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges into each node."""
        table: dict[str, list[Edge]] = {}
        for edge in self.edges:
            table.setdefault(edge.target, []).append(edge)
        return {node: tuple(edges) for node, edges in table.items()}


@dataclass(frozen=True, slots=True)
class Said:
    """Something that whoever asks should know beside the verdict: a code for machines and values for its sentence."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted: one of ``GOALS``, the licence to give out under, further actions, and to whom."""

    name: str
    licence: str | None = None
    actions: tuple[str, ...] = ()
    scope: str = "open"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a graph may be."""

    nodes: int = 200_000
    edges: int = 1_000_000
    evidence: int = 10_000
    text: int = 100_000_000
    expression: int = 20_000


@dataclass(frozen=True, slots=True)
class Citation:
    """Where something stands: a text with its place, and the day on which somebody compared it."""

    source: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """One own fact of a licence or a node: the family that says how it travels, the fact, in which readings, and where it stands."""

    family: str
    fact: str
    source: str
    is_strict: bool = True
    is_permissive: bool = True
    voices: tuple[str, ...] = field(default=(), compare=False)
