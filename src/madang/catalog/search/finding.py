# SPDX-License-Identifier: Apache-2.0
"""The catalogue's one question: which assets answer the words and the filters, how many there are of each sort, and which come first."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice, repeat
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import kit, licensing
from madang.catalog import rules
from madang.catalog.errors import QuestionTooLong
from madang.catalog.kinds import EXPOSURES, KINDS, STATES
from madang.catalog.models import Asset
from madang.catalog.search import holders
from madang.catalog.search.indexing import microseconds
from madang.catalog.search.models import SearchRow
from madang.catalog.search.shelf import HOLDER, Shelf
from madang.catalog.search.tokens import MOST_TERMS, Term, licence_tokens, terms

LONGEST_QUESTION = 500
FACET_VALUES = 12
FAMILIES = (*(strength.word for strength in licensing.Strength), "restricted")
FACETS = {"kind": "kind", "licence": "family", "exposure": "exposure", "organisation": HOLDER, "state": "state", "field": "field"}
"""What one filters by, and the column of the shelf that has it."""
IN_ORDER = {"licence": FAMILIES, "exposure": EXPOSURES, "state": STATES}
"""Whose values stand in their own order; others are shown by how many there are."""
_shelves: WeakKeyDictionary[Any, Shelf] = WeakKeyDictionary()
_lock = threading.Lock()
Place = tuple[int, datetime, str]
"""Where a page begins: behind how well the last row answered (0 best), when it was changed, its id."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is asked: words, and any of some values of each facet. ``licence``: families or SPDX expressions; ``organisation``:
    names of those whom assets belong to. ``by_time``: newest first, however well a row answers the words."""

    q: str = ""
    kind: tuple[str, ...] = ()
    exposure: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    field: tuple[str, ...] = ()
    by_time: bool = False

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return bool(self.q.strip() or any(getattr(self, name) for name in FACETS))


@dataclass(frozen=True, slots=True)
class Hit:
    """An asset that was found, and how well it answers the words: 0 by its name, 1 by its title, 2 by a text."""

    asset: Asset
    tier: int

    @property
    def place(self) -> Place:
        """Where a next page begins."""
        return (self.tier, self.asset.changed_at, self.asset.id)


class Found:
    """What a question found, for one viewer, on one state of the catalogue. Every count is exact."""

    def __init__(self, session: Session, asked: Filter, viewer: kit.Actor) -> None:
        if len(asked.q) > LONGEST_QUESTION:
            raise QuestionTooLong(field="q", limit=LONGEST_QUESTION)
        self._session, self._asked, self._shelf = session, asked, _shelf_of(session)
        seen = self._shelf.take_over(session)
        words = self._words(seen)
        filters = {name: self._having(name, seen) for name in FACETS if getattr(asked, name)}
        with self._shelf.lock:
            self._seen = _visible(self._shelf, viewer)
            self._filters = filters
            self._tiers = words

    def _words(self, seen: int) -> tuple[int, ...] | None:
        """Who answers the words, best first; None when no word is asked."""
        if not self._asked.q.strip():
            return None
        asked = terms(self._asked.q)
        tiers = self._shelf.answer(self._session, asked, seen) if asked else (0,)
        return tiers[-1:] if self._asked.by_time else tiers

    def _having(self, name: str, seen: int) -> int:
        values: Sequence[str] = getattr(self._asked, name)
        if name == "organisation":
            values = holders.ids_of(self._session, values)
        bits = 0
        for value in values:
            if name == "licence" and value not in FAMILIES:
                bits |= self._licensed(value, seen)
            else:
                with self._shelf.lock:
                    bits |= self._shelf.having(FACETS[name], value)
        return bits

    def _licensed(self, expression: str, seen: int) -> int:
        """Who names every licence of ``expression``, of which so many count as words of a question do."""
        named = tuple(Term(token) for token in sorted(licence_tokens(expression))[:MOST_TERMS])
        return self._shelf.answer(self._session, named, seen)[-1] if named else 0

    def _matching(self, *, but: Collection[str] = ()) -> int:
        bits = self._seen if self._tiers is None else self._seen & self._tiers[-1]
        for name, having in self._filters.items():
            if name not in but:
                bits &= having
        return bits

    @property
    def total(self) -> int:
        """How many assets answer."""
        return self._matching().bit_count()

    @property
    def visible(self) -> int:
        """How many assets the viewer may see."""
        return self._seen.bit_count()

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        """For each facet its values with their counts under the words and the other filters."""
        with self._shelf.lock:
            found = {name: self._shelf.counts(column, self._matching(but=(name,))) for name, column in FACETS.items()}
        found["organisation"] = self._named(found["organisation"])
        return {name: _in_order(name, counts) for name, counts in found.items()}

    def _named(self, counts: dict[str, int]) -> dict[str, int]:
        most = sorted(counts, key=lambda holder: (-counts[holder], holder))[:FACET_VALUES]
        chosen = [holder for holder in holders.ids_of(self._session, self._asked.organisation) if holder in counts]
        names = holders.names_of(self._session, {*most, *chosen})
        return {name: counts[holder] for holder, name in names.items()}

    def yard(self) -> dict[tuple[str, str], int]:
        """How many assets by (kind, exposure), under everything that is asked but these two."""
        with self._shelf.lock:
            among = self._matching(but=("kind", "exposure"))
            by_kind = {kind: self._shelf.counts("exposure", among & self._shelf.having("kind", kind)) for kind in KINDS}
        return {(kind, exposure): count for kind, counts in by_kind.items() for exposure, count in counts.items()}

    def page(self, limit: int, *, offset: int = 0, after: Place | None = None) -> list[Hit]:
        """At most ``limit`` rows from ``offset`` or behind ``after``: who answers best first, then who was changed last."""
        with self._shelf.lock:
            places = list(islice(self._placed(after), offset, offset + limit))
        numbers = [place for _tier, place in places]
        rows = select(SearchRow.place, Asset).join(Asset, Asset.id == SearchRow.asset_id).where(SearchRow.place.in_(numbers))
        assets = {row.place: row.Asset for row in self._session.execute(rows)} if numbers else {}
        return [Hit(assets[place], tier) for tier, place in places if place in assets]

    def _placed(self, after: Place | None) -> Iterator[tuple[int, int]]:
        matching, behind = self._matching(), None
        if after is not None:
            place = self._session.scalar(select(SearchRow.place).where(SearchRow.asset_id == after[2]))
            behind = (microseconds(after[1]), place or 0)
        taken, parts = 0, []
        for tier, bits in enumerate(self._tiers if self._tiers is not None else (matching,)):
            if after is None or tier >= after[0]:
                newest = self._shelf.newest(matching & bits & ~taken, behind if after is not None and tier == after[0] else None)
                parts.append(zip(repeat(tier), newest, strict=False))
            taken |= bits
        return chain.from_iterable(parts)


def find(session: Session, asked: Filter, *, viewer: kit.Actor) -> Found:
    """What ``asked`` finds for ``viewer``; ``QuestionTooLong`` when it is no question of words."""
    return Found(session, asked, viewer)


def yard(session: Session, *, viewer: kit.Actor) -> dict[tuple[str, str], int]:
    """How many assets by (kind, exposure)."""
    return find(session, Filter(), viewer=viewer).yard()


def _visible(shelf: Shelf, viewer: kit.Actor) -> int:
    """Whom ``viewer`` may see; the same rule as ``rules.may_see``, for all at once."""
    sight = rules.sight_of(viewer)
    bits = _exposed(shelf, sight.anywhere)
    for holder, exposures in [(viewer.account_id or "", sight.own), *sight.organisations.items()]:
        bits |= _exposed(shelf, exposures) & shelf.having(HOLDER, holder)
    return bits


def _exposed(shelf: Shelf, exposures: Collection[str]) -> int:
    bits = 0
    for exposure in exposures:
        bits |= shelf.having("exposure", exposure)
    return bits


def _in_order(name: str, counts: dict[str, int]) -> list[tuple[str, int]]:
    if name in IN_ORDER:
        return [(value, counts[value]) for value in IN_ORDER[name] if value in counts]
    return sorted(((value, count) for value, count in counts.items() if value), key=lambda pair: (-pair[1], pair[0]))


def _shelf_of(session: Session) -> Shelf:
    """The shelf of this process; in a unit of work that writes one of its own, with what it has written so far."""
    if session.get_bind().get_execution_options().get("madang_writes"):
        session.flush()
        return Shelf()
    pool = session.get_bind().engine.pool
    with _lock:
        return _shelves.setdefault(pool, Shelf())
