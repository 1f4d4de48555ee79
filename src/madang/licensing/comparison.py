# SPDX-License-Identifier: Apache-2.0
"""What is declared against what is found: the difference, and a first rule on what cannot be inside what.

The first rule, in whole: inside something declared as X must not be
1. a strong or network licence, when X asks for less than strong or keeps rights back
   (GPL-3.0 section 5(c), AGPL-3.0 section 13, EUPL-1.2 article 5);
2. a licence that keeps rights back, when X does not (nobody can pass on rights that were not given);
3. a licence that ``clashes.csv`` pairs with X although both are open.
A choice offered inside (``OR``) conflicts only when each alternative does. A choice offered in the declaration must hold for every
alternative. What is not known is neither conflict nor fine: it is listed as unknown. This rule looks at no use, no linking and no dates;
it says "look here", not "this is unlawful".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from madang.kit import _
from madang.licensing import licences
from madang.licensing.choosing import written_out
from madang.licensing.errors import InvalidExpression
from madang.licensing.expressions import NO_ASSERTION, NOTHING, Term, Tree, parse, walk
from madang.licensing.facts import facts
from madang.licensing.licences import Strength
from madang.licensing.strengths import of_term

REASONS: Mapping[str, str] = {
    "strong-in-weaker": _("%(detected)s asks that the whole goes under its own terms; %(declared)s, which is declared, asks for less."),
    "network-in-weaker": _(
        "%(detected)s asks for the source even when only a service is offered; %(declared)s, which is declared, does not."
    ),
    "strong-in-restricted": _("%(detected)s lets nobody keep rights back; %(declared)s, which is declared, does."),
    "restricted-in-open": _("%(detected)s keeps rights back that %(declared)s, which is declared, promises."),
    "patent-terms": _("%(detected)s has patent terms that %(declared)s, which is declared, does not let anybody add."),
    "version": _("%(detected)s and %(declared)s, which is declared, are versions that do not let each other in."),
    "more-demands": _("%(detected)s makes demands that %(declared)s, which is declared, does not let anybody add."),
    "own-share-alike": _(
        "%(detected)s and %(declared)s, which is declared, each ask that the whole or its files go under their own terms."
    ),
}
SOURCES = {
    "strong-in-weaker": "GPL-3.0 section 5(c); CC-BY-SA-4.0 section 3(b)",
    "network-in-weaker": "AGPL-3.0 section 13; EUPL-1.2 articles 1 and 5",
    "strong-in-restricted": "GPL-3.0 sections 5(c) and 10; EUPL-1.2 article 5",
    "restricted-in-open": "nobody passes on more rights than were given",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What the declaration leaves out (``undeclared``) and what it names that was not found (``missing``); terms, sorted."""

    undeclared: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both name the same licences."""
        return not self.undeclared and not self.missing


@dataclass(frozen=True, slots=True)
class Conflict:
    """``term`` (as it stands in ``expression``) cannot be inside something declared as ``declared``; ``source`` says whence."""

    expression: str
    term: str
    declared: str
    rule: str
    source: str

    def sentence(self, translate: Callable[[str], str] | None = None) -> str:
        """The reason, in English or as ``translate`` gives it."""
        template = REASONS[self.rule]
        return (translate(template) if translate else template) % {"detected": self.term, "declared": self.declared}


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What was found, and the expressions of which nothing can be said. Neither empty means that all is well in law."""

    found: tuple[Conflict, ...]
    unknown: tuple[str, ...]

    @property
    def verdict(self) -> Literal["conflict", "unknown", "none-found"]:
        """``conflict`` when there is one, else ``unknown`` when something is not known, else ``none-found``."""
        return "conflict" if self.found else "unknown" if self.unknown else "none-found"


def difference(declared: str | None, detected: str | None) -> Difference:
    """How the licences that are declared and those that were found differ, term by term; what cannot be read counts as one term."""
    said, found = _terms(declared), _terms(detected)
    return Difference(tuple(sorted(found - said)), tuple(sorted(said - found)))


def conflicts(declared: str | None, detected: Iterable[str]) -> Conflicts:
    """What of ``detected`` (expressions, one a file or part) cannot be inside something declared as ``declared``; sorted, each once."""
    found: dict[Conflict, None] = {}
    unknown: list[str] = []
    for expression in sorted({text for text in detected if text.strip() not in NOTHING}):
        answer = _judge(declared, expression)
        if answer is None:
            unknown.append(expression)
        else:
            found.update(dict.fromkeys(answer))
    return Conflicts(tuple(found), tuple(unknown))


@lru_cache(4096)
def _judge(declared: str | None, expression: str) -> tuple[Conflict, ...] | None:
    """The conflicts of one expression; none at all is an empty tuple, and None means that it is not known."""
    said, found = _readable(declared), _readable(expression)
    if said is None or found is None:
        return None
    offered, taken = written_out(said), written_out(found)
    if offered is None or taken is None:
        return None
    answers = [_best(expression, alternative, taken) for alternative in offered]
    conflicting = [conflict for answer in answers if answer for conflict in answer]
    if conflicting:
        return tuple(dict.fromkeys(conflicting))
    return None if None in answers else ()


def _best(expression: str, offered: tuple[Term, ...], taken: list[tuple[Term, ...]]) -> tuple[Conflict, ...] | None:
    """Of the choices that the found expression leaves, the one with the least trouble: none, then unknown, then conflict."""
    answers = [_inside(expression, offered, alternative) for alternative in taken]
    if () in answers:
        return ()
    return None if None in answers else min((answer for answer in answers if answer), key=len)


def _inside(expression: str, offered: tuple[Term, ...], parts: tuple[Term, ...]) -> tuple[Conflict, ...] | None:
    found: list[Conflict] = []
    is_unknown = False
    for part in parts:
        if part in offered:
            continue
        rule = _clash(offered, part) or _by_strength(offered, part)
        if rule:
            found.append(Conflict(expression, str(part), " AND ".join(map(str, offered)), *rule))
        elif _is_unclear(part) or any(_is_unclear(term) for term in offered):
            is_unknown = True
    return tuple(found) if found else None if is_unknown else ()


def _by_strength(offered: tuple[Term, ...], part: Term) -> tuple[str, str] | None:
    """Rule 1 and 2: the rule's name and source, or None. A declaration that is not known is measured as if it asked for the most."""
    asked, most = of_term(part), max(of_term(term) for term in offered)
    closed = any(licences.find(term.key).is_restricted for term in offered)
    rule = None
    if licences.find(part.key).is_restricted:
        rule = None if closed or any(_is_unclear(term) for term in offered) else "restricted-in-open"
    elif asked in (Strength.STRONG, Strength.NETWORK) and closed:
        rule = "strong-in-restricted"
    elif asked is Strength.STRONG and most < Strength.STRONG:
        rule = "strong-in-weaker"
    elif asked is Strength.NETWORK and most < Strength.STRONG:
        rule = "network-in-weaker"
    return (rule, _source(rule, part)) if rule else None


def _source(rule: str, part: Term) -> str:
    """Where the found licence itself asks for it, if that was looked up; else what is true of such licences."""
    asks = facts(str(part)).share_alike
    return asks.source if rule != "restricted-in-open" and asks.value != "unknown" else SOURCES[rule]


def _clash(offered: tuple[Term, ...], part: Term) -> tuple[str, str] | None:
    """Rule 3. A licence with an exception is left out: the exception is what lets others in."""
    for row in licences.clashes():
        if part == Term(row.detected) and any(_fits(row.declared, term) for term in offered):
            return row.reason, row.source
    return None


def _fits(pattern: str, term: Term) -> bool:
    if term.exception:
        return False
    return term.key.startswith(pattern[:-1]) if pattern.endswith("*") else term.key == pattern


def _is_unclear(term: Term) -> bool:
    licence = licences.find(term.key)
    return licence.strength is Strength.UNKNOWN and not licence.is_restricted


def _readable(text: str | None) -> Tree | None:
    if text is None or text.strip() in NOTHING or text.strip() == NO_ASSERTION:
        return None
    try:
        return parse(text)
    except InvalidExpression:
        return None


def _terms(text: str | None) -> set[str]:
    if text is None or text.strip() in NOTHING:
        return set()
    tree = _readable(text)
    return {str(term) for term in walk(tree)} if tree else {text.strip()}
