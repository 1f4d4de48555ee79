# SPDX-License-Identifier: Apache-2.0
"""The choice that an expression leaves, decided at its node alone.

After the backward pass it is known which own facts of a node hurt. What alternative is taken at one node changes nothing at another, so
each node takes its least bad one: a choice (``OR``) is as bad as its best part, what holds together (``AND``) as bad as its worst. That is
exact for goals of many facts too, where looking at each fact by itself is not; and nothing is ever written out. Of parts that are equally
bad the one with the fewest duties is taken, then the one that asks least back, then the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from madang import licensing
from madang.terms.cone import Choice

SEVERITIES = ("yes", "unknown", "contested", "no")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken at a node: how bad it is (a place in ``SEVERITIES``), how many duties it brings, its licences and its bits."""

    severity: int
    duties: int
    terms: tuple[str, ...]
    bits: int


@dataclass(frozen=True, slots=True)
class Hurts:
    """At one node and in one reading: the bits that bring *unknown*, *contested* and *no*, and those that bring duties."""

    by_severity: tuple[int, int, int]
    duties: int

    def severity(self, bits: int) -> int:
        """The worst that these bits bring."""
        return next((place for place in (3, 2, 1) if bits & self.by_severity[place - 1]), 0)


def take(choice: Choice, hurts: Hurts) -> Taken:
    """The least bad alternative of a node, with what holds whatever is taken."""
    fixed = Taken(hurts.severity(choice.fixed), 0, (), choice.fixed)
    return fixed if choice.tree is None else _together(fixed, _best(choice.tree, choice.leaves, hurts))


def _best(tree: licensing.Tree, leaves: Mapping[str, int], hurts: Hurts) -> Taken:
    if isinstance(tree, licensing.Term):
        bits = leaves[str(tree)]
        return Taken(hurts.severity(bits), (bits & hurts.duties).bit_count(), (str(tree),), bits)
    parts = [_best(part, leaves, hurts) for part in tree.parts]
    if not tree.all_of:
        return min(parts, key=lambda part: (part.severity, part.duties, max(map(licensing.strength, part.terms))))
    bits = 0
    for part in parts:
        bits |= part.bits
    chosen = tuple(dict.fromkeys(term for part in parts for term in part.terms))
    return Taken(max(part.severity for part in parts), sum(part.duties for part in parts), chosen, bits)


def _together(one: Taken, other: Taken) -> Taken:
    severity = max(one.severity, other.severity)
    return Taken(severity, one.duties + other.duties, (*one.terms, *other.terms), one.bits | other.bits)
