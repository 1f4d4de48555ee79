# SPDX-License-Identifier: Apache-2.0
"""Which rules stand in a text word by word: what ScanCode's automaton answers, from some megabytes of sorted numbers.

A rule of four words and more is looked for by its first four, which are one number of 64 bits; where these stand in the text, by a
digest of its first 8, 16, 32 and so on, as many of them as it has; and what is left is compared word by word, so that no digest decides.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from madang.scan.sections import Numbers, Tables

Found = tuple[int, list[tuple[int, int, int]]]

FIRST = 4
_SHORT = (2, 3)
_BASE = 0x9E3779B97F4A7C15
_BACK = pow(_BASE, -1, 1 << 64)
_SPREAD_BITS = 18
_EVER = 1 << 20


def tables(words: Numbers, starts: Numbers) -> dict[str, Numbers]:
    """What an ``Exact`` needs to know of rules; rule ``n`` has the word ids ``words[starts[n]:starts[n + 1]]``, all under 32,768."""
    lengths = np.diff(starts)
    found: dict[str, Numbers] = {}
    for size in (1, *_SHORT):
        rids = np.flatnonzero(lengths == size)
        _keep(found, f"exact.{size}", _packed(words, starts[rids], size), rids)
    long = np.flatnonzero(lengths >= FIRST)
    found["exact.first"] = np.unique(_packed(words, starts[long], FIRST))
    sums = _sums(words)
    for size in _levels(int(lengths.max(initial=0))):
        rids = np.flatnonzero((lengths >= size) & (lengths < 2 * size))
        _keep(found, f"exact.{size}", _digests(sums, starts[rids], size), rids)
    return found


def _keep(found: dict[str, Numbers], name: str, keys: Numbers, rids: Numbers) -> None:
    order = np.argsort(keys, kind="stable")
    found[f"{name}.keys"], found[f"{name}.rids"] = keys[order], rids[order].astype(np.int32)


def _levels(longest: int) -> Iterator[int]:
    size = FIRST
    while size <= longest:
        yield size
        size *= 2


def _packed(words: Numbers, at: Numbers, size: int) -> Numbers:
    """The ``size`` words (up to four) from each place on, as one number."""
    packed = np.zeros(len(at), np.uint64)
    for step in range(size):
        packed = (packed << np.uint64(16)) | words[at + step].astype(np.uint64)
    return packed


class _Powers:
    """The powers of the digest's base and of its inverse, as many as were ever needed."""

    def __init__(self) -> None:
        self.up = self.down = np.ones(1, np.uint64)

    def reach(self, count: int) -> None:
        """At least the first ``count`` powers are there."""
        if len(self.up) < count:
            size = max(count, min(2 * count, _EVER))
            self.up, self.down = (_powers_of(base, size) for base in (_BASE, _BACK))


def _powers_of(base: int, count: int) -> Numbers:
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


_powers = _Powers()


def _sums(words: Numbers) -> Numbers:
    """Running sums of the words, each spread over 64 bits and weighted by its place; all arithmetic is modulo 2^64."""
    _powers.reach(len(words) + 1)
    spread = (words.astype(np.uint64) + np.uint64(1)) * np.uint64(_BASE)
    spread ^= spread >> np.uint64(29)
    return np.concatenate((np.zeros(1, np.uint64), np.cumsum(spread * _powers.up[: len(words)], dtype=np.uint64)))


def _digests(sums: Numbers, at: Numbers, size: int) -> Numbers:
    """A digest of the ``size`` words from each place on, the same wherever they stand."""
    digests: Numbers = (sums[at + size] - sums[at]) * _powers.down[at]
    return digests


class Exact:
    """Finds rules in texts, as an automaton of ``ahocorasick`` that holds all of them does."""

    def __init__(self, words: Numbers, starts: Numbers, known: Tables) -> None:
        self._words = words.data.cast("B")
        self._starts: Sequence[int] = starts.tolist()
        longest = max((end - start for start, end in zip(self._starts, self._starts[1:], strict=False)), default=0)
        self._short = [(size, _Keys(known[f"exact.{size}.keys"]), known[f"exact.{size}.rids"]) for size in (1, *_SHORT)]
        self._long = [(size, known[f"exact.{size}.keys"], known[f"exact.{size}.rids"]) for size in _levels(longest)]
        self._first = _Keys(known["exact.first"])

    def iter(self, text: Iterable[int]) -> Iterator[Found]:
        """The last place and ``[(rule id, 0, its length - 1)]`` of each rule that stands in the text, by that place, longer rules first."""
        words = np.fromiter(text, np.int16)
        found = sorted((at + size, -size, rid) for at, size, rid in self._found(words))
        for end, size, rid in found:
            yield end - 1, [(rid, 0, -size - 1)]

    def _found(self, words: Numbers) -> Iterator[tuple[int, int, int]]:
        for size, short, rids in self._short:
            places, firsts = short.places(words, size)
            yield from zip(places.tolist(), [size] * len(places), rids[firsts].tolist(), strict=True)
        places, _firsts = self._first.places(words, FIRST)
        if not len(places):
            return
        sums, raw = _sums(words), words.tobytes()
        for size, keys, rids in self._long:
            places = places[places <= len(words) - size]
            hits, firsts = _hits(keys, _digests(sums, places, size))
            lasts = np.searchsorted(keys, keys[firsts], side="right")
            for at, first, last in zip(places[hits].tolist(), firsts.tolist(), lasts.tolist(), strict=True):
                yield from self._standing(raw, at, rids[first:last].tolist())

    def _standing(self, raw: bytes, at: int, rids: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        for rid in rids:
            start, end = self._starts[rid], self._starts[rid + 1]
            if raw[2 * at : 2 * (at + end - start)] == self._words[2 * start : 2 * end].tobytes():
                yield at, end - start, rid


class _Keys:
    """Sorted keys of a few words each, and before them a look that costs some nanoseconds a word: may one stand here?"""

    def __init__(self, keys: Numbers) -> None:
        self._keys = keys
        self._may = np.zeros(1 << _SPREAD_BITS, np.bool_)
        self._may[_spread(keys)] = True

    def places(self, words: Numbers, size: int) -> tuple[Numbers, Numbers]:
        """Where in a text the words of a key stand, and which key it is."""
        packed = _packed(words, np.arange(max(0, len(words) - size + 1)), size)
        places = np.flatnonzero(self._may[_spread(packed)])
        hits, firsts = _hits(self._keys, packed[places])
        return places[hits], firsts


def _hits(keys: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
    """Which of the ``wanted`` are among the sorted ``keys``, and where the first of each stands there."""
    if not len(keys):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    firsts = np.searchsorted(keys, wanted)
    hits = np.flatnonzero(keys[np.minimum(firsts, len(keys) - 1)] == wanted)
    return hits, firsts[hits]


def _spread(packed: Numbers) -> Numbers:
    spread: Numbers = (packed * np.uint64(_BASE)) >> np.uint64(64 - _SPREAD_BITS)
    return spread
