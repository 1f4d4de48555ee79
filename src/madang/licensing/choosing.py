# SPDX-License-Identifier: Apache-2.0
"""What an expression leaves to choose: written out as alternatives, or answered on the tree without writing anything out.

A list of n choices of two (``(A OR B) AND (C OR D) AND …``) has 2^n alternatives, so that they can only be written out up to a limit.
Whoever asks whether *some* alternative avoids something needs none of that: a choice is fine when one of its parts is, and what holds
together is fine when all of its parts are. ``choices`` gives the tree for that, and ``choose`` walks it.
"""

from collections.abc import Callable
from itertools import product

from madang.licensing.errors import TooManyChoices
from madang.licensing.expressions import Term, Tree, group, parse

MAX_ALTERNATIVES = 64


def choices(text: str) -> Tree:
    """The expression as a tree: a ``Term``, or a ``Group`` whose parts all hold (``all_of``) or among which one may choose."""
    return parse(text)


def choose(tree: Tree, *, suits: Callable[[Term], bool]) -> Tree | None:
    """What is left of ``tree`` when every term that does not suit is struck out; None when nothing is. Linear in the terms.

    A choice keeps the parts that suit; what holds together falls when one of its parts does.
    """
    if isinstance(tree, Term):
        return tree if suits(tree) else None
    kept = [choose(part, suits=suits) for part in tree.parts]
    left = [part for part in kept if part is not None]
    if not left or (tree.all_of and len(left) < len(kept)):
        return None
    return group(tree.all_of, left)


def alternatives(text: str, limit: int = MAX_ALTERNATIVES) -> tuple[frozenset[str], ...]:
    """Every way to choose, each once and in order of writing, as the terms that then hold together; ``TooManyChoices`` beyond ``limit``."""
    ways = written_out(parse(text), limit)
    if ways is None:
        raise TooManyChoices(text=text[:60], limit=limit)
    return tuple(dict.fromkeys(frozenset(map(str, way)) for way in ways))


def written_out(tree: Tree, limit: int = MAX_ALTERNATIVES) -> list[tuple[Term, ...]] | None:
    """Every way to choose, as terms that then hold together; None when there are more than ``limit``."""
    if isinstance(tree, Term):
        return [(tree,)]
    ways: list[tuple[Term, ...]] = [()] if tree.all_of else []
    for part in tree.parts:
        below = written_out(part, limit)
        if below is None:
            return None
        ways = [tuple(dict.fromkeys(left + right)) for left, right in product(ways, below)] if tree.all_of else ways + below
        if len(ways) > limit:
            return None
    return ways
