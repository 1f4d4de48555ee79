# SPDX-License-Identifier: Apache-2.0
"""How much an expression asks to be given back: of a choice the least, of what holds together the most."""

from functools import lru_cache

from madang.licensing import licences
from madang.licensing.errors import InvalidExpression
from madang.licensing.expressions import CACHED, NO_ASSERTION, NOTHING, Term, Tree, parse
from madang.licensing.licences import Strength


@lru_cache(CACHED)
def strength(expression: str | None) -> Strength:
    """The strength of ``expression``. ``NONE`` when there is none, ``UNKNOWN`` when it cannot be read; never raises."""
    if expression is None or expression.strip() in NOTHING:
        return Strength.NONE
    tree = _tree(expression)
    return Strength.UNKNOWN if tree is None else of_tree(tree)


@lru_cache(CACHED)
def is_restricted(expression: str | None) -> bool:
    """Whether rights are kept back under every choice that ``expression`` leaves: proprietary, non-commercial, source to look at only."""
    if expression is None or expression.strip() in NOTHING:
        return False
    tree = _tree(expression)
    return tree is not None and _restricts(tree)


def of_tree(tree: Tree) -> Strength:
    """The strength of a tree."""
    if isinstance(tree, Term):
        return of_term(tree)
    return (max if tree.all_of else min)(of_tree(part) for part in tree.parts)


def of_term(term: Term) -> Strength:
    """The strength of one licence; an exception that lowers strong licences (``exceptions.csv``) lowers it, others do not."""
    base = licences.find(term.key).strength
    lowered = licences.lowered(term.exception) if term.exception else None
    return lowered if lowered is not None and base in (Strength.WEAK, Strength.STRONG) and lowered < base else base


def _restricts(tree: Tree) -> bool:
    if isinstance(tree, Term):
        return licences.find(tree.key).is_restricted
    return (any if tree.all_of else all)(_restricts(part) for part in tree.parts)


def _tree(expression: str) -> Tree | None:
    if expression.strip() == NO_ASSERTION:
        return None
    try:
        return parse(expression)
    except InvalidExpression:
        return None
