# SPDX-License-Identifier: Apache-2.0
"""The names of all facts, which evidence may remove, and which facts one name stands for.

A fact is a category and a word: ``forbidden:train``, ``unknown:outbound:MIT``, ``duty:source-offer``, ``privacy:personal``. Inside the
engine a duty also carries the moment at which it bites, after ``@``; nobody outside sees that.
"""

import re
from functools import cache

from madang import licensing
from madang.terms import tables, words
from madang.terms.errors import MayNotRemove

WHY_NOT = {"law-decides": MayNotRemove.message, "replace-it": MayNotRemove.replace_it, "deliver-it": MayNotRemove.deliver_it}
OUTBOUND = re.compile(r"(contested:|unknown:)?outbound:[a-z0-9][a-z0-9.+-]{0,99}")
APART = ("@declared", "@nothing")
ALL = (
    "outbound:*",
    "contested:outbound:*",
    "unknown:outbound:*",
    "forbidden:*",
    "unknown:*",
    "contested:*",
)
"""Names that stand for every fact that begins like them."""


def actions() -> tuple[str, ...]:
    """What one may or may not do."""
    return tuple(licensing.facts("").actions)


def duties() -> tuple[str, ...]:
    """What may be asked for: the licences' duties, and those that a goal itself brings."""
    return tuple(words.DUTIES)


@cache
def outbound_classes() -> tuple[str, ...]:
    """The classes of licences under which a thing may be given out: OSADL's, and the families; other licences are classes of their own."""
    families = {family for row in tables.rows("groups.csv") if row["group"] not in APART for family in row["families"].split()}
    return tuple(sorted({*licensing.outbound_classes().values(), *families}))


@cache
def declared() -> tuple[str, ...]:
    """The facts that are declared and not taken from a licence."""
    return tuple(row["fact"] for row in tables.rows("declared.csv"))


@cache
def names() -> tuple[str, ...]:
    """Every fact that a graph may name."""
    outbound = tuple(f"outbound:{name}" for name in outbound_classes())
    return (
        *(f"{category}:{action}" for category in ("forbidden", "unknown", "contested") for action in actions()),
        *(f"duty:{duty}" for duty in duties()),
        *outbound,
        *(f"{category}:{fact}" for category in ("contested", "unknown") for fact in outbound),
        *declared(),
        *ALL,
    )


def is_fact(name: str) -> bool:
    """Whether a graph may name it: a word of the vocabulary, or the class of any licence."""
    return name in _all_names() or OUTBOUND.fullmatch(name) is not None


@cache
def _all_names() -> frozenset[str]:
    return frozenset(names())


def why_not_removed(fact: str) -> str | None:
    """The refusal of evidence that removes the fact, as a template; None where evidence can."""
    row = next((row for row in tables.rows("declared.csv") if row["fact"] == fact), None)
    return WHY_NOT[row["why_not"]] if row and row["removable"] == "no" else None


def public(fact: str) -> str:
    """The fact as the outside names it: without the moment."""
    return fact.partition("@")[0]


def stands_for(name: str, fact: str) -> bool:
    """Whether ``name``, as evidence writes it, names this fact of the engine."""
    plain = public(fact)
    return plain == name or (name.endswith(":*") and plain.startswith(name[:-1]))
