# SPDX-License-Identifier: Apache-2.0
"""What a backward pass finds at each node: its least bad choice, the verdicts, and each offence and duty with its witness."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

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

    def offences(self, readings: tuple[str, ...], most: int) -> list[Finding]:
        """What stands in the way, worst and nearest first, up to a number."""
        found = (one for severity in ("no", "contested", "unknown") for one in self._findings(severity, readings))
        return list(islice(found, most))

    def duties(self, readings: tuple[str, ...], most: int) -> list[Finding]:
        """The duties that come to the top, each once for a node, nearest first, up to a number."""
        found: dict[tuple[str, str], Finding] = {}
        for one in self._findings("duty", readings):
            found.setdefault((one.node, facts.public(one.own.fact)), one)
            if len(found) == most:
                break
        return list(found.values())

    def _findings(self, severity: str, readings: tuple[str, ...]) -> Iterator[Finding]:
        """Nearest first, and at one distance by name."""
        reached, said = self.reaches[severity], set[tuple[str | None, ...]]()
        for distance, level in enumerate(reached.levels):
            for node in sorted(level):
                if any(level[node] & self.taken[one][node].bits for one in readings):
                    here = self._at(node, distance, severity, readings)
                    yield from sorted((one for one in here if _once(one, said)), key=lambda one: one.fact)

    def _at(self, node: str, distance: int, severity: str, readings: tuple[str, ...]) -> Iterator[Finding]:
        """The own facts of a node of which the nearest way has that length."""
        reached = self.reaches[severity]
        for term, own in self._owns(node, readings):
            bits = self.cone.index.of(own) & reached.seen[node]
            effective = tuple(one for one in readings if self.cone.index.only(bits, one) and self._takes(node, term, one))
            if effective:
                nearest = self.cone.index.only(bits, effective[0]) & reached.levels[distance][node]
                if nearest:
                    yield Finding(severity, own, node, term, reached.witness(node, nearest, distance), effective)

    def _owns(self, node: str, readings: tuple[str, ...]) -> Iterator[tuple[str | None, Own]]:
        yield from ((None, own) for own in self.cone.own[node])
        if tree_of(self.cone.nodes[node], self.cone.top) is UNKNOWN_TREE:
            yield from ((None, own) for own in self.cone.book.nothing())
        chosen = dict.fromkeys(term for one in readings for term in self.taken[one][node].terms)
        yield from ((term, own) for term in chosen for own in self.cone.book.own(term))

    def _takes(self, node: str, term: str | None, reading: str) -> bool:
        return term is None or term in self.taken[reading][node].terms


def _once(one: Finding, said: set[tuple[str | None, ...]]) -> bool:
    """Whether this has not been said yet; of a node of which nothing is known one fact says all."""
    key = (one.node, one.own.family) if one.own.family in ONCE else (one.node, one.own.family, one.own.fact, one.term)
    if key in said:
        return False
    said.add(key)
    return True


def look(cone: Cone, asked: Asked, *, duties: bool = True) -> Pass:
    """The backward pass, and at each node the least bad alternative in each reading; without ``duties`` for a verdict alone."""
    hurts = asked.hurts(cone.index)
    reaches = {severity: reach(cone, bits if duties or severity != "duty" else 0) for severity, bits in hurts.items()}
    return Pass(cone, asked, reaches, {reading: _taken(cone, reading, reaches) for reading in READINGS})


def _taken(cone: Cone, reading: str, reaches: Mapping[str, Reach]) -> dict[str, Taken]:
    """What each node takes; nodes of the same terms that are hurt in the same way take the same, and share the choice itself."""
    unknown, contested, no, duty = (reaches[each].seen for each in ("unknown", "contested", "no", "duty"))
    every = cone.index.only(-1, reading)
    known: dict[tuple[int, ...], Taken] = {}
    taken = {}
    for node, choice in cone.choices.items():
        hurts = (unknown.get(node, 0) & every, contested.get(node, 0) & every, no.get(node, 0) & every)
        asked = duty.get(node, 0) & every
        key = (id(choice), *hurts, asked)
        if key not in known:
            known[key] = take(choice, Hurts(hurts, asked))
        taken[node] = known[key]
    return taken
