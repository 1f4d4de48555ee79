# SPDX-License-Identifier: Apache-2.0
"""What one licence allows, asks and keeps back, each cell with its citation and the day on which somebody compared it with the text.

A cell that nobody has filled is *unknown* and says so; nothing is ever absent. What the law has not settled is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from madang.licensing import cells, licences
from madang.licensing.cells import Cell
from madang.licensing.errors import NotOneLicence
from madang.licensing.expressions import CACHED, NO_ASSERTION, NOTHING, Term, parse
from madang.licensing.licences import Strength

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """One licence, perhaps with an exception. ``phrases`` says what the words mean.

    ``actions`` holds every action; ``duties`` only those that the licence asks for, each with when it bites (one word or several).
    ``is_reviewed`` is false where no row of the table fits: then every cell is unknown.
    """

    key: str
    name: str
    family: str
    actions: Mapping[str, Cell]
    duties: Mapping[str, Cell]
    patent: Cell
    retaliation: Cell
    network: Cell
    share_alike: Cell
    revocable: Cell
    kinds: Cell
    is_reviewed: bool

    @property
    def written_for(self) -> tuple[str, ...]:
        """The kinds of thing that the licence was written for: software, data, content, model, api."""
        return tuple(self.kinds.value.split())


def facts(term: str) -> LicenceFacts:
    """The facts of one licence, ``X`` or ``X WITH Y``; ``NotOneLicence`` for a choice or a list, ``InvalidExpression`` for no licence.

    Nothing, ``NONE``, ``NOASSERTION`` and an id that no row fits have the same facts: every cell is unknown.
    """
    return _facts(term.strip())


def one(term: str) -> Term:
    """The one licence that ``term`` names; ``NotOneLicence`` when it names several."""
    tree = parse(term)
    if not isinstance(tree, Term):
        raise NotOneLicence(text=term[:120])
    return tree


def versions(term: str) -> tuple[str, ...]:
    """The licences among which "or later" lets one choose, the named one first; only the licence itself where nothing says so.

    An exception stays with each: ``GPL-2.0-or-later WITH X`` gives ``GPL-2.0-only WITH X`` and ``GPL-3.0-only WITH X``.
    """
    chosen = one(term)
    with_exception = f" WITH {chosen.exception}" if chosen.exception else ""
    return tuple(key + with_exception for key in cells.later(chosen.key))


@lru_cache(CACHED)
def _facts(term: str) -> LicenceFacts:
    if term in NOTHING or term == NO_ASSERTION:
        return _made(term, term, "", {})
    tree = one(term)
    subject = cells.subject_of(tree.key)
    if subject is None:
        return _made(str(tree), _name(tree), "", {})
    family, found = cells.resolve(subject, tree.key)
    if tree.exception:
        family, found = _excepted(tree, family, found)
    return _made(str(tree), _name(tree), family, found)


def _excepted(term: Term, family: str, found: Mapping[str, Cell]) -> tuple[str, Mapping[str, Cell]]:
    """The facts under an exception: it changes the cells that its rows name. Under one that no list has, nothing is known."""
    exception = term.exception or ""
    subject = cells.subject_of(f"with:{exception}")
    if subject is None:
        return (family, found) if licences.find(exception).is_exception else ("", {})
    lowered = licences.lowered(exception)
    base = licences.find(term.key).strength
    if lowered is not None and not lowered <= base <= Strength.STRONG:
        return family, found
    changed_family, changes = cells.resolve(subject, exception)
    return changed_family or family, {**found, **changes}


def _made(key: str, name: str, family: str, found: Mapping[str, Cell]) -> LicenceFacts:
    whole = {**cells.nothing_known(key), **found}
    return LicenceFacts(
        key=key,
        name=name,
        family=family or UNKNOWN,
        actions=MappingProxyType({action: whole[action] for action in cells.actions()}),
        duties=MappingProxyType(
            {duty: whole[key] for duty in cells.duties() if (key := f"duty:{duty}") in whole and whole[key].value != "none"}
        ),
        patent=whole["patent"],
        retaliation=whole["retaliation"],
        network=whole["network"],
        share_alike=whole["share-alike"],
        revocable=whole["revocable"],
        kinds=whole["kinds"],
        is_reviewed=bool(found),
    )


def _name(term: Term) -> str:
    base = licences.find(term.key).name
    return f"{base} with {licences.find(term.exception).name}" if term.exception else base
