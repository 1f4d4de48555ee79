# SPDX-License-Identifier: Apache-2.0
"""Licence expressions: SPDX 2.3 annex D (``AND``, ``OR``, ``WITH``, brackets), with canonical ids.

A tree is a ``Term`` or a ``Group`` of two or more parts; groups of one kind are never nested directly and hold no part twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from madang.licensing import library, licences
from madang.licensing.errors import InvalidExpression, UnknownLicence

NOTHING = frozenset({"", "NONE"})
NO_ASSERTION = "NOASSERTION"
CACHED = 16_384


@dataclass(frozen=True, slots=True)
class Term:
    """One licence, perhaps with an exception."""

    key: str
    exception: str | None = None

    def __str__(self) -> str:
        return f"{self.key} WITH {self.exception}" if self.exception else self.key


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that all hold (``all_of``) or among which one may choose."""

    all_of: bool
    parts: tuple["Term | Group", ...]

    def __str__(self) -> str:
        word = " AND " if self.all_of else " OR "
        return word.join(f"({part})" if isinstance(part, Group) else str(part) for part in self.parts)


Tree = Term | Group


@lru_cache(CACHED)
def parse(text: str) -> Tree:
    """The tree of ``text`` with canonical ids, flat groups and no repeats, in the order written; ``InvalidExpression`` otherwise."""
    try:
        tree = library.parse(text)
    except library.Unreadable as error:
        raise InvalidExpression(str(error), text=text[:120]) from error
    if tree is None:
        raise InvalidExpression
    return _canonical(tree)


@lru_cache(CACHED)
def normalise(text: str) -> str:
    """``text`` with canonical ids and without repeats, in the order written."""
    return str(parse(text))


@lru_cache(CACHED)
def simplify(text: str) -> str:
    """The sorted form without what adds nothing (``MIT OR (MIT AND X)`` is ``MIT``); order and repetition do not change it."""
    return str(_simple(parse(text)))


def validate(text: str) -> str:
    """The normal form of ``text``, in which every id is known or begins with ``LicenseRef-`` or ``DocumentRef-``."""
    unknown = [key for key in keys(text) if not is_known(key) and not key.startswith(("LicenseRef-", "DocumentRef-"))]
    if unknown:
        raise UnknownLicence(names=", ".join(unknown)[:200])
    return normalise(text)


def combine(expressions: Iterable[str | None]) -> str | None:
    """All of ``expressions`` at once: sorted, each part once; None when there is none. Blank, ``NONE`` and None add nothing.

    What cannot be read, and ``NOASSERTION``, becomes ``LicenseRef-unknown``, so that it is not lost.
    """
    parts: set[Tree] = set()
    for text in expressions:
        if text is None or text.strip() in NOTHING:
            continue
        tree = _readable(text)
        parts.update(tree.parts if isinstance(tree, Group) and tree.all_of else (tree,))
    if not parts:
        return None
    return str(group(True, sorted(parts, key=str)))


def terms(text: str) -> tuple[str, ...]:
    """Every licence in ``text`` once, in order; a licence with its exception is one term."""
    return tuple(dict.fromkeys(str(term) for term in walk(parse(text))))


def terms_of(text: str | None) -> tuple[str, ...]:
    """As ``terms``, for what was found and not chosen: nothing has no terms, and what cannot be read is one term as it stands."""
    try:
        return terms(text) if text else ()
    except InvalidExpression:
        return (str(text),)


def keys(text: str) -> tuple[str, ...]:
    """Every id in ``text`` once, in order; licences and exceptions alike."""
    found = (key for term in walk(parse(text)) for key in (term.key, term.exception) if key)
    return tuple(dict.fromkeys(found))


def contains(text: str, licence: str) -> bool:
    """Whether ``licence`` (an id, a former id, or a term with its exception) stands anywhere in ``text``."""
    wanted = parse(licence)
    return any(wanted in (term, Term(term.key)) or str(wanted) == term.exception for term in walk(parse(text)))


def is_known(key: str) -> bool:
    """Whether some list of licences has this id."""
    return licences.find(key).is_known


def name(term: str) -> str:
    """The full name of an id or of a term; the id itself where none is known."""
    key, with_, exception = term.partition(" WITH ")
    return f"{licences.find(key).name}{with_.lower()}{licences.find(exception).name if exception else ''}"


def walk(tree: Tree) -> Iterator[Term]:
    """Every term of the tree, from left to right."""
    if isinstance(tree, Term):
        yield tree
    else:
        for part in tree.parts:
            yield from walk(part)


def group(all_of: bool, parts: Iterable[Tree]) -> Tree:
    """The parts as one tree: flat, each once, and the part itself when only one is left."""
    flat: dict[Tree, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, Group) and part.all_of == all_of else (part,)))
    return next(iter(flat)) if len(flat) == 1 else Group(all_of, tuple(flat))


def _canonical(tree: library.Parsed) -> Tree:
    if isinstance(tree, library.Joined):
        return group(tree.all_of, (_canonical(part) for part in tree.parts))
    whole = licences.replaced(tree.key)
    if whole and tree.exception is None:
        return parse(whole)
    return Term(licences.find(tree.key).key, licences.find(tree.exception).key if tree.exception else None)


def _readable(text: str) -> Tree:
    if text.strip() != NO_ASSERTION:
        try:
            return parse(text)
        except InvalidExpression:
            pass
    return Term("LicenseRef-unknown")


def _simple(tree: Tree) -> Tree:
    """Sorted, and without a part that another part already says (absorption)."""
    if isinstance(tree, Term):
        return tree
    flat = group(tree.all_of, (_simple(part) for part in tree.parts))
    if isinstance(flat, Term) or flat.all_of != tree.all_of:
        return flat
    inner = {part: frozenset(part.parts) if isinstance(part, Group) else frozenset([part]) for part in flat.parts}
    kept = [part for part in flat.parts if not any(inner[other] < inner[part] for other in flat.parts)]
    return group(tree.all_of, sorted(kept, key=str))
