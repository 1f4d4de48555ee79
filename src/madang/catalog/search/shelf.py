# SPDX-License-Identifier: Apache-2.0
"""What assets are filtered and counted by, in memory: a bit for each asset in each value, so that any question is a few ``and``.

A hundred thousand assets take some megabytes and a few milliseconds for all counts of a page, exact for every viewer; the database would
read every row for each. The rows stay the truth: before each answer the shelf takes over what was written since (``SearchRow.stamp``),
in this process or another. It is no cache that can be stale, and a process that starts builds it anew.
"""

import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang.catalog.search import matching
from madang.catalog.search.models import SearchRow
from madang.catalog.search.tokens import Term

FEW = ("kind", "exposure", "state", "family", "field")
HOLDER = "holder"
MOST_CHANGES = 2000
MOST_QUESTIONS = 256
MOST_BITS = 128_000_000
"""Of all answers that are kept: 16 MB, however many assets there are."""
MOST_QUESTIONS_KEPT_UP = 20
MOST_HOLDERS = 512
FEW_ENOUGH_TO_SORT = 4000
Tiers = tuple[int, ...]


def bits_of(flags: bytes | bytearray) -> int:
    """A number whose bit n is ``flags[n]``."""
    return int.from_bytes(np.packbits(np.frombuffer(flags, np.uint8), bitorder="little").tobytes(), "little")


def flags_of(bits: int, size: int) -> bytes:
    """``flags[n]`` is bit n of ``bits``, for n below ``size``, beyond which there is none."""
    return _flags(bits, size).tobytes()


def _flags(bits: int, size: int) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(bits.to_bytes(size // 8 + 1, "little"), np.uint8), count=size, bitorder="little")


def _bits_at(places: Sequence[int]) -> int:
    flags = bytearray(max(places, default=0) + 1)
    for place in places:
        flags[place] = 1
    return bits_of(flags)


class Column:
    """One thing that assets are filtered by: the value at each place, as a code; code 0 stands where there is no asset."""

    def __init__(self, codes: Any) -> None:
        self.values = [""]
        self.known: dict[str, int] = {}
        self.codes = codes
        self.bits: dict[int, int] = {}

    def code(self, value: str) -> int:
        """The code of ``value``, given to it when it is new."""
        if value not in self.known:
            self.known[value] = len(self.values)
            self.values.append(value)
        return self.known[value]

    def put(self, place: int, value: str) -> None:
        """``value`` is at ``place``."""
        code, before = self.code(value), self.codes[place]
        self.codes[place] = code
        for changed in {code, before} if code != before else ():
            if changed in self.bits:
                self.bits[changed] ^= 1 << place


class Shelf:
    """The columns of all assets, and the places that questions in words were answered with."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stamp = -1
        self._empty(0)

    def _empty(self, size: int) -> None:
        self.size = size
        self.columns: dict[str, Column] = {name: Column(bytearray(size)) for name in FEW}
        self.columns[HOLDER] = Column(array("I", bytes(4 * size)))
        self.times = array("q", bytes(8 * size))
        self.order = array("I")
        self.asked: OrderedDict[tuple[Term, ...], Tiers] = OrderedDict()

    def take_over(self, session: Session) -> int:
        """What ``session`` sees is on the shelf; the newest stamp that it sees."""
        seen = session.scalar(select(func.max(SearchRow.stamp))) or 0
        with self.lock:
            if seen <= self.stamp:
                return seen
            newer = select(*_COLUMNS).where(SearchRow.stamp > self.stamp).limit(MOST_CHANGES + 1)
            rows: Sequence[Any] = session.execute(newer).all() if self.stamp >= 0 else ()
            if self.stamp < 0 or len(rows) > MOST_CHANGES:
                self._load(session.execute(select(*_COLUMNS)).all())
            else:
                self._apply(session, rows)
            self.stamp = seen
        return seen

    def _load(self, rows: Sequence[Any]) -> None:
        self._empty(max((row[0] for row in rows), default=0) + 1)
        for place, changed, *values in rows:
            self.times[place] = changed
            for column, value in zip(self.columns.values(), values, strict=True):
                column.codes[place] = column.code(value)
        times = self.times
        self.order = array("I", sorted((row[0] for row in rows), key=lambda place: (times[place], place)))

    def _apply(self, session: Session, rows: Sequence[Any]) -> None:
        self._grow(max(row[0] for row in rows) + 1)
        for place, changed, *values in rows:
            if self.columns["kind"].codes[place]:
                del self.order[self._rank(self.times[place], place)]
            self.times[place] = changed
            self.order.insert(self._rank(changed, place), place)
            for column, value in zip(self.columns.values(), values, strict=True):
                column.put(place, value)
        self._keep_up(session, [row[0] for row in rows])

    def _keep_up(self, session: Session, places: list[int]) -> None:
        """Answers to questions in words say what is true now; where much has changed, they are forgotten."""
        if len(places) > MOST_QUESTIONS_KEPT_UP or not self.asked:
            self.asked.clear()
            return
        words = select(SearchRow.place, SearchRow.names, SearchRow.titles, SearchRow.texts).where(SearchRow.place.in_(places))
        for place, *columns in session.execute(words):
            bit = 1 << place
            held: list[set[str]] = []
            for column in columns:
                held.append((held[-1] if held else set()) | set(column.split()))
            for terms, tiers in self.asked.items():
                answers = (all(term.is_in(tokens) for term in terms) for tokens in held)
                self.asked[terms] = tuple(bits | bit if is_in else bits & ~bit for bits, is_in in zip(tiers, answers, strict=True))

    def _grow(self, size: int) -> None:
        more = max(size - self.size, 0)
        for name in FEW:
            self.columns[name].codes.extend(bytes(more))
        self.columns[HOLDER].codes.frombytes(bytes(4 * more))
        self.times.frombytes(bytes(8 * more))
        self.size += more

    def _rank(self, changed: int, place: int) -> int:
        times, order = self.times, self.order
        return bisect_left(order, (changed, place), key=lambda other: (times[other], other))

    def having(self, name: str, value: str) -> int:
        """Who has ``value`` in the column."""
        column = self.columns[name]
        code = column.known.get(value, 0)
        if code and code not in column.bits:
            if len(column.bits) > MOST_HOLDERS:
                column.bits.clear()
            codes = column.codes
            is_it = bytes(number == code for number in range(len(column.values))) if name != HOLDER else b""
            column.bits[code] = bits_of(codes.translate(is_it.ljust(256, b"\0")) if is_it else bytes(map(code.__eq__, codes)))
        return column.bits.get(code, 0) if code else 0

    def anything(self) -> int:
        """All assets."""
        every = 0
        for value in self.columns["exposure"].values[1:]:
            every |= self.having("exposure", value)
        return every

    def counts(self, name: str, among: int) -> dict[str, int]:
        """How many of ``among`` have each value, those that none has left out."""
        column = self.columns[name]
        if name == HOLDER:
            codes = np.frombuffer(column.codes, np.uint32)[_flags(among, self.size).view(np.bool_)]
            return {column.values[code]: count for code, count in enumerate(np.bincount(codes).tolist()) if count}
        counted = {value: (self.having(name, value) & among).bit_count() for value in column.values[1:]}
        return {value: count for value, count in counted.items() if count}

    def answer(self, session: Session, terms: tuple[Term, ...], seen: int) -> Tiers:
        """Who has all ``terms`` in the names, in the titles too, anywhere: three sets, each within the next."""
        with self.lock:
            if terms in self.asked and seen == self.stamp:
                self.asked.move_to_end(terms)
                return self.asked[terms]
        tiers = tuple(_bits_at(places) for places in matching.places(session, terms))
        with self.lock:
            if seen == self.stamp:
                self.asked[terms] = tiers
                if len(self.asked) > min(MOST_QUESTIONS, MOST_BITS // (3 * self.size + 1) + 1):
                    self.asked.popitem(last=False)
        return tiers

    def newest(self, among: int, before: tuple[int, int] | None = None) -> Iterator[int]:
        """The places of ``among``, last changed first, from behind ``before`` (a time and a place)."""
        if among.bit_count() <= FEW_ENOUGH_TO_SORT:
            places = np.flatnonzero(_flags(among, self.size))
            times = np.frombuffer(self.times, np.int64)[places]
            if before is not None:
                behind = (times < before[0]) | (times == before[0]) & (places < before[1])
                places, times = places[behind], times[behind]
            yield from places[np.lexsort((places, times))[::-1]].tolist()
        else:
            rank = len(self.order) if before is None else self._rank(*before)
            yield from filter(flags_of(among, self.size).__getitem__, reversed(self.order[:rank]))


_COLUMNS = (
    SearchRow.place,
    SearchRow.changed,
    *(getattr(SearchRow, name) for name in (*FEW, HOLDER)),
)
