# SPDX-License-Identifier: Apache-2.0
"""A decision as sentences: facts, duties, reasons, choices, repairs and what else one should know, in any language."""

from collections.abc import Iterator, Mapping

from madang.kit import _
from madang.terms import words
from madang.terms.decision import Decision
from madang.terms.findings import Finding
from madang.terms.model import Said
from madang.terms.words import Translate

FORBIDDEN = _("%(action)s is forbidden")
UNKNOWN = _("nobody knows whether this is allowed: %(action)s")
CONTESTED = _("it is contested whether this is allowed: %(action)s")
OUTBOUND = _("the whole may not go out under the wanted licence (class %(name)s)")
OUTBOUND_UNKNOWN = _("nobody knows whether the whole may go out under the wanted licence (class %(name)s)")
OUTBOUND_CONTESTED = _("it is contested whether the whole may go out under the wanted licence (class %(name)s)")
OWED = _("this stands in the way: %(duty)s")
VERDICT = _("Verdict: %(verdict)s (%(readings)s)")
BASIS = _("On %(node)s, %(goal)s, as of %(day)s, rules %(rules)s. This is no legal advice.")
HEADS: Mapping[str, str] = {
    "reasons": _("Why"),
    "duties": _("What has to be done"),
    "choices": _("What to choose"),
    "repairs": _("What would help"),
    "said": _("Also to know"),
}
REPAIRS: Mapping[str, str] = {
    "replace": _("replace or relicense: %(nodes)s"),
    "separate-process": _("let %(nodes)s run as a process of its own (%(edge)s)"),
    "choose-licence": _("give it out under %(license)s instead"),
    "deliver-source": _("deliver the source of %(nodes)s, or a written offer of it"),
    "commercial-licence": _("get other terms for %(nodes)s from its owner, a commercial licence for example"),
    "permission": _("get the permission of the owner of %(nodes)s"),
    "state-licence": _("find out under which licence %(nodes)s stands, or ask its author for one"),
    "consent-or-pseudonymisation": _("get the consent of the persons in %(nodes)s, or pseudonymise it and attach the report"),
    "mend-or-vex": _("mend %(nodes)s, or attach a statement that it is not affected"),
    "release-decision": _("let the institute decide on who may see %(nodes)s"),
    "agreement": _("settle with the other party of the agreement on %(nodes)s"),
    "patent-licence": _("get a licence for the patent %(nodes)s, or say that it is one's own"),
    "complete-the-list": _("complete the list of what %(nodes)s is made of"),
}
SAYINGS: Mapping[str, str] = {
    "cycle": _("These are made of each other and are looked at as one: %(nodes)s."),
    "licence-unreadable": _("The licence of %(node)s cannot be read and counts as unknown: “%(licence)s”."),
    "evidence-expired": _("The evidence of %(issuer)s at %(at)s expired on %(day)s and does nothing."),
    "evidence-idle": _("The evidence of %(issuer)s at %(at)s removes nothing that stands there."),
    "floating": _("%(node)s is taken in whichever version there is; its terms can change later."),
    "declared-twice": _("Declared twice in the same words: %(what)s."),
    "declared-differently": _("Declared twice with different details, both of which are looked at: %(what)s."),
    "patent-implied": _("%(licence)s does not name patents; whoever gets the thing may have an implied licence for %(patent)s."),
    "more-reasons": _("Only the nearest %(count)s reasons are shown."),
    "more-duties": _("Only the nearest %(count)s duties are shown."),
}
DIFFERS = _("only in the %(reading)s")
TAKE = _("%(at)s: take %(chosen)s of “%(license)s” (%(readings)s)")


def fact(name: str, translate: Translate = str) -> str:
    """A fact as a phrase."""
    category, _colon, word = name.partition(":")
    if category in ("unknown", "contested") and word.startswith("outbound:"):
        return translate(OUTBOUND_UNKNOWN if category == "unknown" else OUTBOUND_CONTESTED) % {"name": word.partition(":")[2]}
    if category == "outbound":
        return translate(OUTBOUND) % {"name": word}
    if category == "duty":
        return translate(OWED) % {"duty": duty(word, translate)}
    templates = {"forbidden": FORBIDDEN, "unknown": UNKNOWN, "contested": CONTESTED}
    if category in templates:
        return translate(templates[category]) % {"action": translate(words.ACTIONS[word])}
    return translate(words.DECLARED[name])


def duty(name: str, translate: Translate = str) -> str:
    """A duty as a phrase."""
    return translate(words.DUTIES[name])


def repair(row: Mapping[str, object], translate: Translate = str) -> str:
    """A repair as a phrase."""
    values = {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in row.items()}
    return translate(REPAIRS[str(row["repair"])]) % values


def saying(said: Said, translate: Translate = str) -> str:
    """What else one should know, as a sentence."""
    return translate(SAYINGS[said.code]) % dict(said.values)


def told(decision: Decision, translate: Translate = str) -> str:
    """The whole decision, for eyes."""
    readings = ", ".join(
        f"{translate(words.READINGS[one])}: {translate(words.VERDICTS[value])}" for one, value in decision.readings.items()
    )
    lines = [translate(VERDICT) % {"verdict": translate(words.VERDICTS[decision.verdict]), "readings": readings}]
    for head, rows in _parts(decision, translate):
        if rows:
            lines += ["", translate(HEADS[head]), *rows]
    goal = {"node": decision.node, "goal": translate(words.GOALS[decision.goal.name])}
    lines += ["", translate(BASIS) % {**goal, "day": decision.today.isoformat(), "rules": decision.rules_version[:12]}]
    return "\n".join(lines) + "\n"


def _parts(decision: Decision, translate: Translate) -> Iterator[tuple[str, list[str]]]:
    yield "reasons", [line for one in decision.reasons for line in _finding(one, fact(one.fact, translate), decision, translate)]
    duties = [line for one in decision.duties for line in _finding(one, duty(one.fact.partition(":")[2], translate), decision, translate)]
    granted = [f"- {duty('patent-grant', translate)}: {one.patent} ({one.source})" for one in decision.patents if one.grant == "explicit"]
    yield "duties", [*duties, *granted]
    yield "choices", [f"- {_taken(one, translate)}" for one in decision.choices]
    yield "repairs", [f"- {repair(one, translate)} → {translate(words.VERDICTS[str(one['verdict'])])}" for one in decision.repairs]
    yield "said", [f"- {saying(one, translate)}" for one in decision.said]


def _finding(one: Finding, phrase: str, decision: Decision, translate: Translate) -> Iterator[str]:
    differs = len(one.readings) < len(decision.readings)
    note = f" ({translate(DIFFERS) % {'reading': translate(words.READINGS[one.readings[0]])}})" if differs else ""
    yield f"- {phrase}{note}"
    yield f"    {way(one, translate)}"
    yield f"    {one.term or one.node}: {one.own.source}"
    yield from (f"    {voice}" for voice in one.own.voices)


def way(one: Finding, translate: Translate = str) -> str:
    """The witness as a line: each thing, and how the next was made of it."""
    steps = "".join(f" → [{translate(words.KINDS[step.kind])}] {step.target}" for step in one.witness.steps)
    return one.node + steps


def _taken(row: Mapping[str, object], translate: Translate) -> str:
    readings = row["readings"]
    named = ", ".join(translate(words.READINGS[str(one)]) for one in readings) if isinstance(readings, list) else ""
    return translate(TAKE) % {**row, "readings": named}
