# SPDX-License-Identifier: Apache-2.0
"""The facts of all rows of a layout: found in one pass over the levels, and kept right from a few rows on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from madang.terms.flow.layout import Layout, Numbers, ranges
from madang.terms.flow.relations import Relations, Words, mask_of, words_of

CHUNK = 1 << 16
"""Edges that one step of a full pass takes at once."""
FEW = 24
"""Rows of one level up to which plain integers are quicker than arrays."""

Places = NDArray[np.int64]


class Circle(Exception):
    """An edge closed a circle among rows that were laid out without it."""


class Rows:
    """``own`` and ``state`` are (rows, words). ``classes`` are by edge number and belong to the caller, who may change them in place.

    Rows and edges that came after the layout are *loose*: ``loose_into`` and ``loose_out`` hold their edges by row.
    """

    def __init__(self, relations: Relations, layout: Layout, own: Words, classes: NDArray[np.uint16]) -> None:
        self.relations, self.layout, self.own, self.classes = relations, layout, own, classes
        self.state: Words = own.copy()
        self.count = len(own)
        self.level, self.component = layout.level.copy(), layout.component.copy()
        self.loose_into: dict[int, list[tuple[int, int]]] = {}
        self.loose_out: dict[int, list[int]] = {}
        self.stopped_at: dict[int, int] = {}
        self.stopped_on: dict[int, int] = {}
        self._stops = np.zeros(len(own), dtype=np.bool_)
        self._edge_stops = np.zeros(len(classes), dtype=np.bool_)

    # ---- shape

    def add_row(self, own: int) -> int:
        """A row more, joined to nothing yet."""
        row = self.count
        if row == len(self.state):
            for name in ("own", "state", "level", "component", "_stops"):
                old = getattr(self, name)
                new = np.zeros((row + max(1024, row // 8), *old.shape[1:]), dtype=old.dtype)
                new[:row] = old
                setattr(self, name, new)
        self.count += 1
        self.own[row] = self.state[row] = words_of(own, self.relations.words)
        self.level[row], self.component[row] = 0, -1
        return row

    def add_edge(self, edge: int, source: int, target: int) -> None:
        """A loose edge between rows; ``Circle`` when it closes one, and then the rows must be laid out anew."""
        self.loose_into.setdefault(target, []).append((source, edge))
        self.loose_out.setdefault(source, []).append(target)
        if self.level[source] >= self.level[target] and not self._is_together(source, target):
            self._raise(source, target)

    def stop_at(self, row: int, stopped: int) -> None:
        """These facts end at this row."""
        self.stopped_at[row] = stopped
        self._stops[row] = bool(stopped)

    def stop_on(self, edge: int, stopped: int) -> None:
        """These facts do not pass this edge."""
        if edge >= len(self._edge_stops):
            self._edge_stops = np.concatenate([self._edge_stops, np.zeros(edge + 1024 - len(self._edge_stops), dtype=np.bool_)])
        self.stopped_on[edge] = stopped
        self._edge_stops[edge] = bool(stopped)

    def into(self, row: int) -> list[tuple[int, int]]:
        """Edges into a row as (source row, edge)."""
        laid = self.layout
        found: list[tuple[int, int]] = []
        if row < len(laid.place):
            some = slice(int(laid.into[row]), int(laid.into[row + 1]))
            found = list(zip(laid.source[some].tolist(), laid.edge[some].tolist(), strict=True))
        return found + self.loose_into[row] if row in self.loose_into else found

    def _after(self, row: int) -> list[int]:
        laid = self.layout
        found: list[int] = laid.target[laid.out[row] : laid.out[row + 1]].tolist() if row < len(laid.place) else []
        return found + self.loose_out[row] if row in self.loose_out else found

    def _is_together(self, first: int, second: int) -> bool:
        return bool(self.component[first] >= 0 and self.component[first] == self.component[second])

    def _members(self, row: int) -> tuple[int, ...]:
        component = int(self.component[row])
        return tuple(self.layout.members[component].tolist()) if component >= 0 else (row,)

    def _raise(self, source: int, target: int) -> None:
        """Rows behind a new edge stand above it again."""
        front = [(target, int(self.level[source]) + 1)]
        while front:
            row, least = front.pop()
            if row == source or self._is_together(row, source):
                raise Circle
            if self.level[row] >= least:
                continue
            together = self._members(row)
            for each in together:
                self.level[each] = least
            front.extend((after, least + 1) for each in together for after in self._after(each) if after not in together)

    # ---- all rows

    def find_all(self) -> None:
        """The facts of all rows, level by level. Only while nothing is loose."""
        laid = self.layout
        self.state[:] = self.own
        circles: dict[int, list[Numbers]] = {}
        for rows in laid.members:
            circles.setdefault(int(laid.level[rows[0]]), []).append(rows)
        self._stop_rows(np.arange(self.count))
        for level in range(len(laid.starts) - 1):
            for begin, end in self._chunks(int(laid.starts[level]), int(laid.starts[level + 1])):
                self._take_in(begin, end)
            for rows in circles.get(level, ()):
                self._find_circle(rows.tolist())

    def _chunks(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        into = self.layout.into
        while first < last:
            end = int(np.searchsorted(into, into[first] + CHUNK, side="right")) - 1
            end = min(max(end, first + 1), last)
            yield first, end
            first = end

    def _take_in(self, begin: int, end: int) -> None:
        """Rows ``begin:end`` take what comes over their edges."""
        laid = self.layout
        first, last = int(laid.into[begin]), int(laid.into[end])
        if first == last:
            return
        passed = self._passed(slice(first, last))
        has = np.diff(laid.into[begin : end + 1]) > 0
        self.state[begin:end][has] |= np.bitwise_or.reduceat(passed, (laid.into[begin:end] - first)[has], axis=0)
        self._stop_rows(np.arange(begin, end))

    def _passed(self, positions: slice | Places) -> Words:
        """What comes over the edges at these positions of the layout."""
        laid = self.layout
        edges = laid.edge[positions]
        passed = self.relations.passed_all(self.state[laid.source[positions]], self.classes[edges])
        if self.stopped_on:
            for where in np.flatnonzero(self._edge_stops[edges]).tolist():
                passed[where] &= ~words_of(self.stopped_on[int(edges[where])], self.relations.words)
        return passed

    def _stop_rows(self, rows: Places) -> None:
        if self.stopped_at:
            for row in rows[self._stops[rows]].tolist():
                self.state[row] &= ~words_of(self.stopped_at[row], self.relations.words)

    # ---- from a few rows on

    def settle(self, rows: Iterable[int]) -> Places:
        """Facts are right again where those of ``rows`` may be others; the rows whose facts are. By level, so none is looked at twice."""
        waiting: dict[int, list[Places]] = {}
        self._wait(waiting, np.fromiter(rows, dtype=np.int64))
        changed: list[Places] = []
        while waiting:
            level = min(waiting)
            some = waiting.pop(level)
            each = np.unique(np.concatenate(some)) if len(some) > 1 else some[0]
            others = self._settle_few(each.tolist()) if each.size <= FEW else self._settle_many(each)
            if others.size:
                changed.append(others)
                self._wait(waiting, self._reached(others))
        return np.concatenate(changed) if changed else np.empty(0, dtype=np.int64)

    def _wait(self, waiting: dict[int, list[Places]], rows: Places) -> None:
        if rows.size == 1:
            waiting.setdefault(int(self.level[rows[0]]), []).append(rows)
            return
        rows = np.unique(rows)
        levels = self.level[rows]
        for level in np.unique(levels).tolist():
            waiting.setdefault(level, []).append(rows[levels == level])

    def _reached(self, rows: Places) -> Places:
        laid = self.layout
        there = rows[rows < len(laid.place)]
        found = laid.target[ranges(laid.out[there], laid.out[there + 1] - laid.out[there])].astype(np.int64)
        loose = [after for row in rows.tolist() for after in self.loose_out.get(row, ())] if self.loose_out else []
        return np.concatenate([found, np.array(loose, dtype=np.int64)]) if loose else found

    def _settle_few(self, rows: Sequence[int]) -> Places:
        changed: list[int] = []
        done: set[int] = set()
        for row in rows:
            if self.component[row] >= 0:
                if row not in done:
                    together = self._members(row)
                    done.update(together)
                    changed.extend(self._find_circle(together))
                continue
            new = self._joined(row, {})
            if new != mask_of(self.state[row]):
                self.state[row] = words_of(new, self.relations.words)
                changed.append(row)
        return np.array(changed, dtype=np.int64)

    def _settle_many(self, rows: Places) -> Places:
        laid = self.layout
        plain = (self.component[rows] < 0) & (rows < len(laid.place))
        if self.loose_into:
            plain &= ~np.isin(rows, np.fromiter(self.loose_into, dtype=np.int64))
        some = rows[plain]
        before, self.state[some] = self.state[some], self.own[some]
        counts = laid.into[some + 1] - laid.into[some]
        has = counts > 0
        if has.any():
            passed = self._passed(ranges(laid.into[some][has], counts[has]))
            self.state[some[has]] |= np.bitwise_or.reduceat(passed, np.cumsum(counts[has]) - counts[has], axis=0)
        self._stop_rows(some)
        others = some[(before != self.state[some]).any(axis=1)]
        rest = self._settle_few(rows[~plain].tolist())
        return np.concatenate([others, rest])

    def _find_circle(self, rows: Sequence[int]) -> list[int]:
        """Rows that flow into each other, from what they bring and what comes from outside; those whose facts are others now."""
        before = {row: mask_of(self.state[row]) for row in rows}
        found = {row: mask_of(self.own[row]) & ~self.stopped_at.get(row, 0) for row in rows}
        moved = True
        while moved:
            moved = False
            for row in rows:
                if (new := self._joined(row, found)) != found[row]:
                    found[row] = new
                    moved = True
        for row in rows:
            self.state[row] = words_of(found[row], self.relations.words)
        return [row for row in rows if before[row] != found[row]]

    def _joined(self, row: int, inside: Mapping[int, int]) -> int:
        """The facts of a row by its sources; those of rows ``inside`` are taken from there."""
        found = mask_of(self.own[row])
        for source, edge in self.into(row):
            state = inside[source] if source in inside else mask_of(self.state[source])
            passed = self.relations.passed(state, int(self.classes[edge]))
            found |= passed & ~self.stopped_on.get(edge, 0)
        return found & ~self.stopped_at.get(row, 0)
