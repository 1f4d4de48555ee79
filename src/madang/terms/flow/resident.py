# SPDX-License-Identifier: Apache-2.0
"""A graph held in memory with the facts of every node, kept right while nodes, edges and evidence change."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from madang.terms.flow.layout import Numbers, lay_out
from madang.terms.flow.relations import NOTHING, Relations, Words, mask_of, words_of
from madang.terms.flow.rows import Circle, Rows

LOOSE = 20_000
"""Changes of the shape after which the graph is laid out anew."""

Nodes = NDArray[np.int64]


class Resident:
    """``own`` is (nodes, words): the facts that each node brings; edges are three arrays of one length (nodes' numbers, and classes of
    ``relations``). Nodes and edges are known by the order in which they came. What changes answers the nodes whose facts are others now.

    Memory: two rows of words a node and about 40 bytes beside them, about 30 bytes an edge.
    """

    def __init__(self, relations: Relations, own: Words, sources: Numbers, targets: Numbers, classes: NDArray[np.uint16]) -> None:
        if own.shape[1:] != (relations.words,) or not len(sources) == len(targets) == len(classes):
            raise ValueError("own facts are rows of words, and each edge has a source, a target and a class")
        if len(sources) and (
            (sources == targets).any()
            or min(sources.min(), targets.min()) < 0
            or max(sources.max(), targets.max()) >= len(own)
            or classes.max() >= relations.count
        ):
            raise ValueError(_JOINS)
        self.relations = relations
        self.edges = len(sources)
        self._sources, self._targets = sources.astype(np.int32), targets.astype(np.int32)
        self._classes = classes.astype(np.uint16)
        self._changes = 0
        self._lay_out(own)
        self._rows.find_all()

    # ---- what there is

    def __len__(self) -> int:
        return self._rows.count

    def facts(self, node: int) -> int:
        """All facts of a node."""
        return mask_of(self._rows.state[self._row(node)])

    def own(self, node: int) -> int:
        """The facts that a node brings itself, whatever evidence stops of them."""
        return mask_of(self._rows.own[self._row(node)])

    def states(self) -> Words:
        """The facts of all nodes in their order, (nodes, words)."""
        return self._rows.state[self._in_order()]

    def holding(self, fact: int) -> Nodes:
        """The nodes that have a fact."""
        held = (self._rows.state[: len(self), fact // 64] & np.uint64(1 << fact % 64)) != 0
        return self._numbers(np.flatnonzero(held))

    def level(self, node: int) -> int:
        """A number that is higher for a node than for all that flow into it; the same for nodes that flow into each other."""
        return int(self._rows.level[self._row(node)])

    def into(self, node: int) -> Iterator[tuple[int, int, int]]:
        """Edges into a node as (edge, source, class); those that let nothing through left out."""
        for row, edge in self._rows.into(self._row(node)):
            if class_ := int(self._classes[edge]):
                yield edge, int(self._node[row]) if row < len(self._node) else row, class_

    def stopped_at(self, node: int) -> int:
        """The facts that evidence stops at a node."""
        return self._rows.stopped_at.get(self._row(node), 0)

    def stopped_on(self, edge: int) -> int:
        """The facts that evidence stops on an edge."""
        return self._rows.stopped_on.get(edge, 0)

    # ---- what changes

    def set_own(self, changes: Mapping[int, int]) -> Nodes:
        """Each of these nodes brings these facts from now on."""
        rows = [self._row(node) for node in changes]
        for row, mask in zip(rows, changes.values(), strict=True):
            self._rows.own[row] = words_of(mask, self.relations.words)
        return self._settle(*rows)

    def stop_at(self, node: int, stopped: int) -> Nodes:
        """Evidence at a node: these facts end there, its own as well as those that come."""
        self._rows.stop_at(self._row(node), stopped)
        return self._settle(self._row(node))

    def stop_on(self, edge: int, stopped: int) -> Nodes:
        """Evidence on an edge: these facts do not pass it."""
        self._known(edge)
        self._rows.stop_on(edge, stopped)
        return self._settle(self._row(int(self._targets[edge])))

    def add_node(self, own: int) -> int:
        """A node more, joined to nothing yet; its number."""
        self._changes += 1
        return self._rows.add_row(own)

    def add_edge(self, source: int, target: int, class_: int) -> tuple[int, Nodes]:
        """An edge more: its number, and what has changed."""
        if source == target or not 0 <= class_ < self.relations.count:
            raise ValueError(_JOINS)
        first, second = self._row(source), self._row(target)
        edge = self.edges
        if edge == len(self._sources):
            for name in ("_sources", "_targets", "_classes"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros(max(1024, edge // 8), dtype=old.dtype)]))
            self._rows.classes = self._classes
        self._sources[edge], self._targets[edge], self._classes[edge] = source, target, class_
        self.edges += 1
        self._changes += 1
        try:
            self._rows.add_edge(edge, first, second)
        except Circle:
            self._changes = LOOSE + 1
        if self._changes > LOOSE:
            self._lay_out_anew()
        return edge, self._settle(self._row(target))

    def set_class(self, edge: int, class_: int) -> Nodes:
        """An edge is of another class from now on; ``NOTHING`` takes it away."""
        self._known(edge)
        if not 0 <= class_ < self.relations.count:
            raise ValueError(_JOINS)
        self._classes[edge] = class_
        return self._settle(self._row(int(self._targets[edge])))

    def remove_edge(self, edge: int) -> Nodes:
        """Nothing passes an edge any more."""
        return self.set_class(edge, NOTHING)

    def settle_all(self) -> None:
        """The facts of all nodes anew, from what the nodes bring."""
        if self._changes:
            self._lay_out_anew()
        self._rows.find_all()

    # ---- inside

    def _row(self, node: int) -> int:
        if not 0 <= node < self._rows.count:
            raise IndexError(node)
        return int(self._rows.layout.place[node]) if node < len(self._node) else node

    def _known(self, edge: int) -> None:
        if not 0 <= edge < self.edges:
            raise IndexError(edge)

    def _numbers(self, rows: Nodes) -> Nodes:
        laid = rows < len(self._node)
        return np.sort(np.concatenate([self._node[rows[laid]].astype(np.int64), rows[~laid]]))

    def _in_order(self) -> Nodes:
        return np.concatenate([self._rows.layout.place.astype(np.int64), np.arange(len(self._node), len(self))])

    def _settle(self, *rows: int) -> Nodes:
        return self._numbers(self._rows.settle(rows))

    def _lay_out(self, own: Words) -> None:
        layout = lay_out(len(own), self._sources[: self.edges], self._targets[: self.edges])
        self._node = np.empty(len(own), dtype=np.int32)
        self._node[layout.place] = np.arange(len(own), dtype=np.int32)
        self._rows = Rows(self.relations, layout, np.ascontiguousarray(own[self._node]), self._classes)
        self._changes = 0

    def _lay_out_anew(self) -> None:
        """Rows anew; facts and evidence go with their nodes."""
        old, order = self._rows, self._in_order()
        number = {row: node for node, row in enumerate(order.tolist()) if row in old.stopped_at} if old.stopped_at else {}
        self._lay_out(old.own[order])
        self._rows.state[:] = old.state[order][self._node]
        for row, stopped in old.stopped_at.items():
            self._rows.stop_at(self._row(number[row]), stopped)
        for edge, stopped in old.stopped_on.items():
            self._rows.stop_on(edge, stopped)


_JOINS = "an edge joins two different nodes that are there, and its class is there"
