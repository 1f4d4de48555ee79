# SPDX-License-Identifier: Apache-2.0
"""Facts as bits, and edges as relations on them.

A bit is a pair (family, fact). A set of facts in both readings is one whole number: the lower ``width`` bits are the strict reading, the
upper ones the permissive one, so that one pass over a graph computes both. ``Relation.forward`` is the transfer of one class of edges,
``Relation.backward`` its inverse. A resident engine builds one index over all families and classes that its graph has, takes the same
relations as tables, and needs nothing else of this core.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from madang.terms.model import READINGS, Own
from madang.terms.transfer import EdgeClass, alike, passing

Bit = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Relation:
    """The transfer of one class of edges: bits that only keep themselves, and pairs of one bit and all that it becomes."""

    keep: int
    others: tuple[tuple[int, int], ...]

    def forward(self, facts: int) -> int:
        """What comes over the edge."""
        found = facts & self.keep
        for bit, image in self.others:
            if facts & bit:
                found |= image
        return found

    def backward(self, facts: int) -> int:
        """What may bring any of these over the edge."""
        found = facts & self.keep
        for bit, image in self.others:
            if facts & image:
                found |= bit
        return found


@lru_cache(64)
def index_of(own: frozenset[Bit], classes: frozenset[EdgeClass]) -> "FactIndex":
    """The index of these, which is made once for all cones that have the same."""
    return FactIndex(sorted(own), sorted(classes, key=str))


@dataclass
class FactIndex:
    """The bits that can occur in one graph: those of its own facts, and all that the given classes of edges make of them."""

    own: Iterable[Bit]
    classes: Iterable[EdgeClass]
    """One of those over which all comes alike stands for the others."""
    bits: list[Bit] = field(default_factory=list)
    place: dict[Bit, int] = field(default_factory=dict)
    relations: dict[tuple[int, ...], Relation] = field(default_factory=dict)
    width: int = 0
    """How many bits one reading has."""
    half: int = 0
    """All bits of the strict reading."""
    facts: dict[str, int] = field(default_factory=dict)
    """Both readings of a fact, whatever the family."""

    def __post_init__(self) -> None:
        tables = [table for several in {alike(over): passing(over) for over in self.classes}.values() for table in several]
        waiting = list(dict.fromkeys(self.own))
        while waiting:
            bit = waiting.pop()
            if bit not in self.place:
                self.place[bit] = len(self.bits)
                self.bits.append(bit)
                for table in tables:
                    waiting += table[bit]
        self.width = len(self.bits)
        self.half = (1 << self.width) - 1
        for place, (_family, fact) in enumerate(self.bits):
            self.facts[fact] = self.facts.get(fact, 0) | 1 << place | 1 << place + self.width

    def mask(self, suits: Callable[[str], bool]) -> int:
        """Both readings of every fact that suits, in all families."""
        found = 0
        for fact, bits in self.facts.items():
            if suits(fact):
                found |= bits
        return found

    def of(self, own: Own) -> int:
        """One own fact as bits."""
        place = self.place[(own.family, own.fact)]
        return (own.is_strict << place) | (own.is_permissive << (place + self.width))

    def only(self, facts: int, reading: str) -> int:
        """The bits of one reading, where they stand."""
        return facts & (self.half if reading == READINGS[0] else self.half << self.width)

    def names(self, facts: int) -> list[Bit]:
        """The bits of these facts in either reading, in the order of the index."""
        both = (facts | facts >> self.width) & self.half
        found = []
        while both:
            found.append(self.name(both))
            both &= both - 1
        return found

    def name(self, facts: int) -> Bit:
        """The first of these bits, in either reading."""
        place = (facts & -facts).bit_length() - 1
        return self.bits[place if place < len(self.bits) else place - len(self.bits)]

    def relation(self, over: EdgeClass) -> Relation:
        """The transfer of that class of edges; made once."""
        key = alike(over)
        if key not in self.relations:
            self.relations[key] = self._made(over)
        return self.relations[key]

    def _made(self, over: EdgeClass) -> Relation:
        keep, others = 0, []
        for shift, table in zip((0, self.width), passing(over), strict=True):
            kept = 0
            for place, bit in enumerate(self.bits):
                images = table[bit]
                if images == (bit,):
                    kept |= 1 << place
                elif images:
                    others.append((1 << place + shift, sum(1 << self.place[image] + shift for image in images)))
            keep |= kept << shift
        return Relation(keep, tuple(others))
