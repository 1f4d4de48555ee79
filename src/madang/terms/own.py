# SPDX-License-Identifier: Apache-2.0
"""The own facts of one licence: what its cells forbid, leave unknown and ask for, and whether a whole with it may go out as wanted.

A cell that is *contested* is forbidden in the strict reading and free in the permissive one. Of a pair of licences the adopted sources
decide; only where none has an opinion do the families of ``outbound.csv`` speak.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from madang import licensing
from madang.terms import tables
from madang.terms.model import Own

UNKNOWN = "unknown"
NOBODY = "nobody has said under which terms"
VALUES = {"yes": "yes", "no": "no", "check": "contested", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a whole with something of the inbound licence may go out under the outbound one, who says so, and each voice."""

    value: str
    source: str
    voices: tuple[str, ...] = ()


@dataclass
class Book:
    """What is asked of licences in one decision: the outbound terms that are wanted and the opinions that count. Answers are kept."""

    wanted: tuple[str, ...] = ()
    adopted: licensing.Adopted | None = None
    known: dict[str, tuple[Own, ...]] = field(default_factory=dict)

    def own(self, term: str) -> tuple[Own, ...]:
        """The own facts of one licence, with those on what is wanted."""
        if term not in self.known:
            outbound = [fact for licence in self.wanted for fact in self.outbound(term, licence)]
            self.known[term] = (*cells(term), *outbound)
        return self.known[term]

    def nothing(self) -> tuple[Own, ...]:
        """The own facts of a thing of which nobody has said under which terms it stands."""
        outbound = (f"unknown:outbound:{outbound_class(licence)}" for licence in self.wanted)
        return (*(Own(UNKNOWN, f"unknown:{action}", NOBODY) for action in licensing.facts("").actions), *_unknown(outbound))

    def outbound(self, term: str, licence: str) -> Iterable[Own]:
        """What the inbound licence says of the outbound one, as facts: nothing where it is fine."""
        judged = self.judge(term, licence)
        if judged.value != "yes":
            fact = f"outbound:{outbound_class(licence)}"
            named = fact if judged.value == "no" else f"{judged.value}:{fact}"
            yield Own(licensing.facts(term).family, named, judged.source, voices=judged.voices)

    def judge(self, term: str, licence: str) -> Judgement:
        """May a whole with something under ``term`` go out under ``licence``; who says so."""
        if self.adopted is None:
            return _judged(term, licence)
        return _judge(term, licence, licensing.opinions(term, licence, adopted=self.adopted))


@lru_cache(4096)
def outbound_class(licence: str) -> str:
    """The class of a licence under which something goes out, in the word of the vocabulary."""
    return licensing.outbound_class(licence)


@lru_cache(8192)
def cells(term: str) -> tuple[Own, ...]:
    """The facts that the licence's cells bring, without any on outbound licences."""
    known = licensing.facts(term)
    found = [fact for action, cell in known.actions.items() for fact in _action(known.family, action, cell)]
    for duty, cell in known.duties.items():
        found += [Own(known.family, f"duty:{duty}@{moment}", cell.source) for moment in cell.value.split()]
    return tuple(found)


def _action(family: str, action: str, cell: licensing.Cell) -> Iterable[Own]:
    if cell.value == "no":
        yield Own(family, f"forbidden:{action}", cell.source)
    elif cell.value == "contested":
        yield Own(family, f"forbidden:{action}", cell.source, is_permissive=False)
    elif cell.value == "unknown":
        yield Own(family, f"unknown:{action}", cell.source)


def _unknown(facts: Iterable[str]) -> Iterable[Own]:
    return (Own(UNKNOWN, fact, NOBODY) for fact in facts)


@lru_cache(65_536)
def _judged(term: str, licence: str) -> Judgement:
    return _judge(term, licence, licensing.opinions(term, licence))


def _judge(term: str, licence: str, said: tuple[licensing.Opinion, ...]) -> Judgement:
    if term == licence:
        return Judgement("yes", "the same licence")
    voices = tuple(_voice(one) for one in said)
    values = {VALUES[one.value] for one in said}
    if not values:
        return Judgement(*_by_table(term, licence))
    decided = values - {"unknown"} or values
    value = decided.pop() if len(decided) == 1 else "contested"
    return Judgement(value, "; ".join(f"{one.source} ({one.date}): {one.value}" for one in said), voices)


def _voice(one: licensing.Opinion) -> str:
    return f"{one.source} ({one.date}): {one.value}" + (f": {one.sentence}" if one.sentence else "")


def _by_table(term: str, licence: str) -> tuple[str, str]:
    for row in tables.rows("compatible.csv"):
        if (row["inbound"], row["outbound"]) == (term, licence):
            return row["value"], row["source"]
    inbound, outbound = licensing.facts(term).family, licensing.facts(licence).family
    for row in tables.rows("outbound.csv"):
        if _fits(row["inbound"], inbound) and _fits(row["outbound"], outbound):
            return row["value"], row["source"]
    raise LookupError(inbound)


def _fits(words: str, family: str) -> bool:
    named = tables.families(words)
    return named is None or family in named
