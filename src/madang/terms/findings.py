# SPDX-License-Identifier: Apache-2.0
"""What a backward pass finds at each node: its least bad choice, the verdicts, and each offence and duty with its witness."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from madang.terms import facts
from madang.terms.choosing import SEVERITIES, Hurts, Taken, take
from madang.terms.cone import UNKNOWN_TREE, Cone, tree_of
from madang.terms.goals import Asked
from madang.terms.model import READINGS, Own
from madang.terms.own import UNKNOWN
from madang.terms.walk import Reach, Witness, reach

ONCE = frozenset({UNKNOWN, "incomplete", "patent"})
"""Families of which one unknown says all: that nobody has said what holds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One own fact that comes to the top: how bad, where, the shortest witness, in which readings, and from which licence."""

    severity: str
    own: Own
    node: str
    term: str | None
    witness: Witness
    readings: tuple[str, ...]

    @property
    def fact(self) -> str:
        """What it is called at the top."""
        return facts.public(self.witness.fact)

    def document(self) -> dict[str, object]:
        """As the wire has it, without what a duty and a reason call it."""
        steps = [{"to": step.target, "kind": step.kind, "source": step.source} for step in self.witness.steps]
        told: dict[str, object] = {"from": self.node, "witness": list(self.witness.nodes), "source": self.own.source}
        told |= {"license": self.term, "readings": list(self.readings), "steps": steps}
        return told | ({"voices": list(self.own.voices)} if self.own.voices else {})


@dataclass(frozen=True)
class Pass:
    """One backward pass over a cone, in both readings: what reaches the top of each severity, and what each node takes."""

    cone: Cone
    asked: Asked
    reaches: Mapping[str, Reach]
    taken: Mapping[str, Mapping[str, Taken]]

    def verdict(self, reading: str) -> str:
        """The worst that any node brings in that reading."""
        return SEVERITIES[max(taken.severity for taken in self.taken[reading].values())]

    def hindering(self, readings: Iterable[str]) -> frozenset[str]:
        """The nodes that stand in the way, each with the least bad that it can take."""
        return frozenset(node for one in readings for node, taken in self.taken[one].items() if taken.severity)

    def offences(self, readings: Iterable[str]) -> list[Finding]:
        """Everything that stands in the way, worst and nearest first."""
        found = [one for severity in ("no", "contested", "unknown") for one in self._findings(severity, tuple(readings))]
        return sorted(found, key=lambda one: (-SEVERITIES.index(one.severity), len(one.witness.nodes), one.node, one.fact))

    def duties(self, readings: Iterable[str]) -> list[Finding]:
        """Every duty that comes to the top, nearest first."""
        found = {(one.node, facts.public(one.own.fact)): one for one in reversed(list(self._findings("duty", tuple(readings))))}
        return sorted(found.values(), key=lambda one: (len(one.witness.nodes), one.node, one.fact))

    def _findings(self, severity: str, readings: tuple[str, ...]) -> Iterator[Finding]:
        reached = self.reaches[severity]
        for node in self.cone.nodes:
            if node in reached.seen:
                yield from self._at(node, severity, readings, reached)

    def _at(self, node: str, severity: str, readings: tuple[str, ...], reached: Reach) -> Iterator[Finding]:
        said: set[str] = set()
        for term, own in self._owns(node, readings):
            bits = self.cone.index.of(own) & reached.seen[node] & ~self.cone.kills.get(node, 0)
            effective = tuple(one for one in readings if self.cone.index.only(bits, one) and self._takes(node, term, one))
            if effective and not (own.family in ONCE and own.family in said):
                said.add(own.family)
                nearest = self.cone.index.only(bits, effective[0])
                yield Finding(severity, own, node, term, reached.witness(node, nearest), effective)

    def _owns(self, node: str, readings: tuple[str, ...]) -> Iterator[tuple[str | None, Own]]:
        yield from ((None, own) for own in self.cone.own[node])
        if tree_of(self.cone.nodes[node], self.cone.top) is UNKNOWN_TREE:
            yield from ((None, own) for own in self.cone.book.nothing())
        chosen = dict.fromkeys(term for one in readings for term in self.taken[one][node].terms)
        yield from ((term, own) for term in chosen for own in self.cone.book.own(term))

    def _takes(self, node: str, term: str | None, reading: str) -> bool:
        return term is None or term in self.taken[reading][node].terms


def look(cone: Cone, asked: Asked) -> Pass:
    """The backward pass, and at each node the least bad alternative in each reading."""
    hurts = asked.hurts(cone.index)
    reaches = {severity: reach(cone, bits) for severity, bits in hurts.items()}
    taken = {reading: {node: _taken(cone, node, reading, reaches) for node in cone.nodes} for reading in READINGS}
    return Pass(cone, asked, reaches, taken)


def _taken(cone: Cone, node: str, reading: str, reaches: Mapping[str, Reach]) -> Taken:
    bits = {severity: cone.index.only(reached.seen.get(node, 0), reading) for severity, reached in reaches.items()}
    return take(cone.choices[node], Hurts((bits["unknown"], bits["contested"], bits["no"]), bits["duty"]))
