# SPDX-License-Identifier: Apache-2.0
"""What each class of edge lets through: a boolean relation on facts a class, so that the union of two states passes as the union of what
each passes (*Kildall 1973*: distributive, so the fixpoint is the union over all paths)."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""Sets of facts: rows of 64-bit words, the fact numbered b being bit b % 64 of word b // 64."""

NOTHING = 0
"""The class that lets nothing through: what an edge that was taken away becomes."""


class Relations:
    """``classes[c - 1][b]`` are the facts that fact ``b`` becomes on an edge of class ``c``; what is not named does not pass.

    Most facts pass as they are or not at all, which is one mask a class; the few that become others (*changing* facts) are looked at one
    by one, and only in the states that hold one.
    """

    def __init__(self, bits: int, classes: Sequence[Mapping[int, Collection[int]]]) -> None:
        if not 0 < bits <= 4096 or len(classes) >= 65_535:
            raise ValueError("between 1 and 4,096 facts and fewer than 65,535 classes")
        self.bits = bits
        self.words = -(-bits // 64)
        self.count = len(classes) + 1
        whole: list[Mapping[int, Collection[int]]] = [{}, *classes]
        self.keeps = [_mask(fact for fact, becomes in relation.items() if fact in becomes) for relation in whole]
        self.moves = [
            [(1 << fact, mask) for fact, becomes in sorted(relation.items()) if (mask := _mask(each for each in becomes if each != fact))]
            for relation in whole
        ]
        self._keep = np.array([words_of(mask, self.words) for mask in self.keeps], dtype=np.uint64)
        self._changes = np.array([words_of(_union(fact for fact, _to in moves), self.words) for moves in self.moves], dtype=np.uint64)
        self._changing = sorted({fact.bit_length() - 1 for moves in self.moves for fact, _to in moves})
        self._becomes = np.zeros((len(self._changing), self.count, self.words), dtype=np.uint64)
        numbered = {fact: number for number, fact in enumerate(self._changing)}
        for class_, moves in enumerate(self.moves):
            for fact, mask in moves:
                self._becomes[numbered[fact.bit_length() - 1], class_] = words_of(mask, self.words)

    def passed(self, state: int, class_: int) -> int:
        """What of ``state`` an edge of ``class_`` lets through, and as what."""
        through = state & self.keeps[class_]
        for fact, mask in self.moves[class_]:
            if state & fact:
                through |= mask
        return through

    def sources(self, wanted: int, class_: int) -> int:
        """The facts of which at least one of ``wanted`` comes on an edge of ``class_``."""
        found = wanted & self.keeps[class_]
        for fact, mask in self.moves[class_]:
            if mask & wanted:
                found |= fact
        return found

    def passed_all(self, states: Words, classes: NDArray[np.uint16]) -> Words:
        """``passed`` for many: ``states`` is (n, words), ``classes`` is (n,)."""
        through: Words = states & self._keep[classes]
        rows = np.flatnonzero((states & self._changes[classes]).any(axis=1))
        if rows.size:
            some, theirs = states[rows], classes[rows]
            for number, fact in enumerate(self._changing):
                holds = (some[:, fact // 64] & np.uint64(1 << fact % 64)) != 0
                if holds.any():
                    through[rows[holds]] |= self._becomes[number, theirs[holds]]
        return through


def words_of(mask: int, words: int) -> Words:
    """A Python integer as a row of words."""
    return np.frombuffer(mask.to_bytes(words * 8, "little"), dtype="<u8").astype(np.uint64)


def mask_of(row: Words) -> int:
    """A row of words as a Python integer."""
    return int.from_bytes(row.astype("<u8", copy=False).tobytes(), "little")


def _mask(facts: Iterable[int]) -> int:
    found = 0
    for fact in facts:
        found |= 1 << fact
    return found


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
