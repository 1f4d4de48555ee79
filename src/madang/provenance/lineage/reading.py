# SPDX-License-Identifier: Apache-2.0
"""A version with what it is made of and what is made with it, each so many steps away, as the viewer may know it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.orm import Session

from madang import catalog, kit
from madang.provenance import cones
from madang.provenance.cones import HIDDEN, Cone, Thing

BELOW = f"{HIDDEN}below-"


@dataclass(frozen=True, slots=True)
class Item:
    """A thing ``step`` steps from the version: below nought it is made of it, above nought made with it. ``own`` are declared facts."""

    id: str
    step: int
    type: str
    license: str | None
    address: str
    is_hidden: bool = False
    is_leaf: bool = True
    own: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of its name, by which people call it."""
        return self.id.rpartition("/")[2].partition("?")[0]


@dataclass(frozen=True, slots=True)
class Way:
    """``target`` is made with ``source``."""

    source: str
    target: str
    kind: str


@dataclass(frozen=True)
class Lineage:
    """Every thing by its id, nearest first, and the ways between them; ``cone`` is the part above as the core knows it."""

    top: str
    items: Mapping[str, Item]
    ways: tuple[Way, ...]
    cone: Cone = field(repr=False)

    @cached_property
    def out_of(self) -> Mapping[str, tuple[Way, ...]]:
        """The ways out of each thing."""
        found: dict[str, list[Way]] = {}
        for way in self.ways:
            found.setdefault(way.source, []).append(way)
        return {source: tuple(ways) for source, ways in found.items()}

    @property
    def hidden_below(self) -> int:
        """How many things made with the version the viewer may not see."""
        return sum(1 for item in self.items.values() if item.is_hidden and item.step > 0)


def read(session: Session, version: catalog.Version, *, viewer: kit.Actor) -> Lineage:
    """The version's lineage. Refused as ``cone`` refuses it."""
    looked = cones.cone(session, version, viewer=viewer)
    made, ways = cones.below(session, version, viewer=viewer)
    rows = {thing.row for thing in looked.things.values()}
    below = {id_: thing for id_, thing in made.items() if thing.row not in rows}
    calls = {id_: looked.id_of(thing.row) or _called(id_) for id_, thing in made.items()} if ways else {}
    up = [Way(edge.source, edge.target, edge.kind) for edge in looked.graph.edges]
    down = [Way(calls[source], calls[target], kind) for source, target, kind in ways]
    every = tuple(dict.fromkeys([*up, *down]))
    steps = {id_: -step for id_, step in _steps(looked.top, ((way.target, way.source) for way in up)).items()}
    steps |= {id_: step for id_, step in _steps(looked.top, ((way.source, way.target) for way in down)).items() if id_ not in steps}
    things = {**looked.things, **{_called(id_): thing for id_, thing in below.items()}}
    targets = {way.target for way in every}
    items = {id_: _item(id_, things[id_], steps[id_], looked, targets) for id_ in _ordered(steps)}
    return Lineage(looked.top, items, every, looked)


def _called(id_: str) -> str:
    return id_.replace(HIDDEN, BELOW, 1) if id_.startswith(HIDDEN) else id_


def _ordered(steps: Mapping[str, int]) -> list[str]:
    """Nearest first; at one distance what it is made of before what is made with it, then by name."""
    return sorted(steps, key=lambda id_: (abs(steps[id_]), steps[id_] > 0, id_))


def _steps(top: str, ends: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How far each thing is; each once, so that a cycle ends."""
    onward: dict[str, list[str]] = {}
    for here, there in ends:
        onward.setdefault(here, []).append(there)
    found, waiting = {top: 0}, [top]
    for place in waiting:
        for there in onward.get(place, ()):
            if there not in found:
                found[there] = found[place] + 1
                waiting.append(there)
    return found


def _item(id_: str, thing: Thing, step: int, looked: Cone, made: set[str]) -> Item:
    node = looked.graph.nodes.get(id_)
    own = node.facts if node is not None and not thing.is_hidden else ()
    return Item(id_, step, thing.type, thing.license, thing.address, thing.is_hidden, id_ not in made, own)
