# SPDX-License-Identifier: Apache-2.0
"""A goal as facts: what must be allowed, when duties bite, under which licences the thing goes out, and which bits stand in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from madang import licensing
from madang.terms import facts, tables
from madang.terms.bits import FactIndex
from madang.terms.cone import PROPRIETARY
from madang.terms.errors import LicenceNeeded, NoOutboundLicence, UnknownWord
from madang.terms.model import GOALS, SCOPES, Goal, Node, Own
from madang.terms.own import outbound_class

GRANTED = ("use", "reproduce", "modify", "distribute-source", "distribute-binary", "host-as-service", "commercial-use")
"""Rights that a licence gives to everybody who gets the thing, and which whoever gives it must therefore have."""
SAYING_NOTHING = ("", "NONE", "NOASSERTION")
INSIDE = {"distribute-source": "share-inner", "distribute-binary": "share-inner", "publish-weights": "share-inner"}
AMONG_PARTNERS = {"distribute-source": "share-partner", "distribute-binary": "share-partner"}
WITHOUT_SOURCE = "delivery:without-source"


@dataclass(frozen=True, slots=True)
class Asked:
    """A goal, resolved for one node: the actions, the moments of duties, the outbound licences and whether they let others change it.

    ``is_unsaid`` means that copies are given away and nobody has said under which licence.
    """

    goal: Goal
    actions: tuple[str, ...]
    moments: frozenset[str]
    outbound: tuple[str, ...]
    gives_changes: bool
    without_source: bool
    is_unsaid: bool

    def hurts(self, index: FactIndex) -> Mapping[str, int]:
        """The bits that bring *no*, *contested* and *unknown* at the top, and those that are duties there."""
        offended = {severity: self._offended(severity) for severity in ("no", "contested", "unknown")}
        found = {severity: index.mask(named.__contains__) for severity, named in offended.items()}
        found["duty"] = index.mask(lambda fact: fact.startswith("duty:") and fact.partition("@")[2] in self.moments)
        if self.gives_changes:
            found["no"] |= index.mask(lambda fact: fact.startswith("duty:unchanged-only@"))
        if self.is_unsaid:
            found["unknown"] |= found["duty"] & index.mask(lambda fact: fact.startswith("duty:same-licence@"))
        if self.without_source:
            found["no"] |= found["duty"] & index.mask(lambda fact: fact.startswith("duty:source-offer@"))
        return found

    def _offended(self, severity: str) -> frozenset[str]:
        prefix = {"no": "forbidden", "contested": "contested", "unknown": "unknown"}[severity]
        classes = [f"outbound:{outbound_class(licence)}" for licence in self.outbound]
        outbound = classes if severity == "no" else [f"{prefix}:{name}" for name in classes]
        held = (row["fact"] for row in tables.rows("holds.csv") if row["severity"] == severity and self._holds(row))
        return frozenset((*(f"{prefix}:{action}" for action in self.actions), *outbound, *held))

    def _holds(self, row: Mapping[str, str]) -> bool:
        return all(
            words == tables.EVERY or word in words.split()
            for words, word in ((row["goals"], self.goal.name), (row["scopes"], self.goal.scope))
        )


def ask(goal: Goal, top: Node) -> Asked:
    """The goal for that node. Refuses what is no goal, no action, no scope, and a licence that says nothing."""
    for word, known in ((goal.name, GOALS), (goal.scope, SCOPES), *((action, facts.actions()) for action in goal.actions)):
        if word not in known:
            raise UnknownWord(word=word[:60], known=", ".join(known))
    if goal.name == "open" and not goal.licence:
        raise LicenceNeeded
    row = next(row for row in tables.rows("goals.csv") if row["goal"] == goal.name and fnmatches(row["types"], top.type))
    outbound = _outbound(goal, top, row["gives"] == "yes")
    granted = _granted(outbound) if row["gives"] == "yes" else []
    moments = frozenset(row["moments"].split())
    return Asked(
        goal=goal,
        actions=tuple(dict.fromkeys((*_scoped(row["actions"].split(), goal.scope), *_scoped(granted, goal.scope), *goal.actions))),
        moments=frozenset({"always"}) if goal.scope == "inner" and row["gives"] == "yes" else moments,
        outbound=outbound,
        gives_changes="modify" in granted,
        is_unsaid=not outbound and row["gives"] == "yes" and goal.scope != "inner",
        without_source=WITHOUT_SOURCE in top.facts and any("distribute" in moment for moment in moments),
    )


def brought(asked: Asked) -> tuple[Own, ...]:
    """What the goal itself brings to the thing: that nobody knows the licence under which it is to be opened."""
    if asked.goal.name != "open":
        return ()
    unknown = [licence for licence in asked.outbound if licence != PROPRIETARY and not licensing.facts(licence).is_reviewed]
    return tuple(Own("unknown", f"unknown:outbound:{outbound_class(each)}", f"{each}: no row of the table of facts") for each in unknown)


def fnmatches(words: str, word: str) -> bool:
    """Whether one of the patterns fits."""
    return any(fnmatchcase(word, pattern) for pattern in words.split())


def _outbound(goal: Goal, top: Node, gives: bool) -> tuple[str, ...]:
    """The licences under which the thing goes out: those that the goal names, else the declared ones where copies are given away."""
    if goal.licence is not None:
        try:
            named = licensing.terms(goal.licence) if goal.licence.strip() not in SAYING_NOTHING else ()
        except licensing.InvalidExpression as error:
            raise NoOutboundLicence(licence=goal.licence[:120]) from error
        if not named:
            raise NoOutboundLicence(licence=goal.licence[:120])
        return named
    if not gives or goal.scope == "inner" or not top.license or top.license.strip() in SAYING_NOTHING:
        return ()
    try:
        return licensing.terms(top.license)
    except licensing.InvalidExpression:
        return ()


def _granted(outbound: tuple[str, ...]) -> list[str]:
    """The rights that any of these licences gives."""
    given = [licensing.facts(licence).actions for licence in outbound]
    return [action for action in GRANTED if any(actions[action].value in ("yes", "conditions") for actions in given)]


def _scoped(actions: list[str], scope: str) -> list[str]:
    instead = {"inner": INSIDE, "partner": AMONG_PARTNERS}.get(scope, {})
    return [instead.get(action, action) for action in actions]
