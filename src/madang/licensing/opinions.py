# SPDX-License-Identifier: Apache-2.0
"""What the adopted sources say of a pair: may a part under one licence be in a work that goes out under another.

Nobody's word is the truth: where sources differ the pair is *contested* and each is named. An exception or "or later" only adds to what a
licence permits, so that a *yes* for the plain licence stands for it as a part; a *no* does not, and becomes a *check*.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from madang.licensing.expressions import Term
from madang.licensing.facts import facts, one
from madang.licensing.licences import find
from madang.licensing.matrices import OSADL, Matrix, shipped


@dataclass(frozen=True, slots=True)
class Opinion:
    """Who says what of a pair, and of which day that is: ``yes``, ``no``, ``unknown`` or ``check`` (it depends on the case).

    ``of`` is the plain licence where the source speaks of that only and not of the exception or "or later" added to it.
    """

    source: str
    value: str
    sentence: str
    date: str
    of: str = ""


@dataclass(frozen=True)
class Adopted:
    """The matrices that count, OSADL's first."""

    matrices: tuple[Matrix, ...]

    @property
    def dates(self) -> Mapping[str, str]:
        """Each source and the day of what it says."""
        return {matrix.source: matrix.date for matrix in self.matrices}


def adopt(*matrices: Matrix) -> Adopted:
    """OSADL's matrix and the given ones; one that comes later replaces what the same source said before."""
    found = {matrix.source: matrix for matrix in (shipped(), *matrices)}
    return Adopted(tuple(found.values()))


@cache
def as_shipped() -> Adopted:
    """Only OSADL's matrix, as it came with Madang."""
    return adopt()


def opinions(inbound: str, outbound: str, *, adopted: Adopted | None = None) -> tuple[Opinion, ...]:
    """What each adopted source says of a part under ``inbound`` in a work that goes out under ``outbound``; nothing where none speaks.

    Both are single licences; ``NotOneLicence`` otherwise.
    """
    part, whole = one(inbound), one(outbound)
    found = (_opinion(matrix, part, whole) for matrix in (adopted or as_shipped()).matrices)
    return tuple(opinion for opinion in found if opinion)


def agreed(said: Iterable[Opinion]) -> str:
    """``yes`` or ``no`` where all who decide agree, ``contested`` where they differ, ``unknown`` where nobody decides."""
    values = {opinion.value for opinion in said} - {"unknown"}
    if len(values) > 1:
        return "contested"
    return "unknown" if values <= {"check"} else values.pop()


def outbound_classes(*, adopted: Adopted | None = None) -> Mapping[str, str]:
    """The class of each licence of OSADL's matrix: licences that take in the same parts are one class. Cached for each adoption."""
    return _classes(next(matrix for matrix in (adopted or as_shipped()).matrices if matrix.source == OSADL))


def outbound_class(term: str, *, adopted: Adopted | None = None) -> str:
    """The class of a licence under which something goes out, lower-case-with-hyphens.

    As OSADL's matrix has it; else its family where nothing of the maker's own has to keep the licence, else the licence alone.
    """
    key = str(one(term))
    listed = outbound_classes(adopted=adopted).get(key)
    if listed:
        return listed
    known = facts(key)
    return known.family if known.share_alike.value == "none" or not known.is_reviewed else slug(key)


def _opinion(matrix: Matrix, part: Term, whole: Term) -> Opinion | None:
    row = matrix.said.get(str(whole), {})
    if exact := row.get(str(part)):
        return Opinion(matrix.source, exact.value, exact.sentence, exact.date)
    plain = part.key.removesuffix("+")
    said = row.get(plain)
    if said is None or (part.exception and not find(part.exception).is_exception):
        return None
    return Opinion(matrix.source, said.value if said.value == "yes" else "check", said.sentence, said.date, of=plain)


@lru_cache(8)
def _classes(matrix: Matrix) -> Mapping[str, str]:
    """Classes with several members have the name of their members' family, the others that of their licence."""
    order = sorted(matrix.said)
    members: dict[tuple[str, ...], list[str]] = {}
    for name in order:
        members.setdefault(tuple(matrix.said[name][other].value for other in order), []).append(name)
    named: dict[str, str] = {}
    taken: set[str] = set()
    for names in sorted(members.values(), key=len, reverse=True):
        family = Counter(facts(name).family for name in names).most_common(1)[0][0]
        word = family if len(names) > 1 and family not in taken else slug(names[0])
        taken.add(word)
        named.update(dict.fromkeys(names, word))
    return named


def slug(key: str) -> str:
    """An id as a word of a fact: lower case, hyphens, without the prefixes of references."""
    return key.lower().replace(" ", "-").replace("+", "-plus").removeprefix("licenseref-").removeprefix("scancode-")
