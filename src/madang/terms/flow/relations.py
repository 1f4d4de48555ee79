# SPDX-License-Identifier: Apache-2.0
"""What each class of edge lets through: a boolean relation on facts a class, so that the union of two states passes as the union of what
each passes (*Kildall 1973*: distributive, so the fixpoint is the union over all paths)."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""Sets of facts: rows of 64-bit words, the fact numbered b being bit b % 64 of word b // 64."""

NOTHING = 0
"""The class that lets nothing through: what an edge that was taken away becomes."""
MOST_BITS = 8192
MOST_CLASSES = 65_535


class Relations:
    """``classes[c - 1]`` is what edges of class ``c`` let through: the facts that pass as they are, as one mask, and pairs of one fact and
    all that it becomes. What neither names does not pass.

    The few facts that become others (*changing* facts) are looked at one by one, and only in the states that hold one.
    """

    def __init__(self, bits: int, classes: Sequence[tuple[int, Sequence[tuple[int, int]]]]) -> None:
        if not 0 < bits <= MOST_BITS or len(classes) >= MOST_CLASSES:
            raise ValueError(f"between 1 and {MOST_BITS} facts, and fewer than {MOST_CLASSES} classes")
        self.bits = bits
        self.words = -(-bits // 64)
        self.count = len(classes) + 1
        self.keeps = [0, *(keep for keep, _others in classes)]
        self.moves = [(), *(tuple(others) for _keep, others in classes)]
        self._keep = np.array([words_of(mask, self.words) for mask in self.keeps], dtype=np.uint64)
        self._changes = np.array([words_of(_union(fact for fact, _to in moves), self.words) for moves in self.moves], dtype=np.uint64)
        changing = sorted({fact for moves in self.moves for fact, _to in moves})
        self._changing = [fact.bit_length() - 1 for fact in changing]
        self._becomes = np.zeros((len(changing), self.count, self.words), dtype=np.uint64)
        for class_, moves in enumerate(self.moves):
            for fact, mask in moves:
                self._becomes[changing.index(fact), class_] |= words_of(mask, self.words)

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


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
