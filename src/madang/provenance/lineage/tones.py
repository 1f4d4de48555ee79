# SPDX-License-Identifier: Apache-2.0
"""By which fact a lineage is coloured: each thing gets an ink and a word, so that neither alone has to say it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from madang import kit, licensing, terms
from madang.kit import _
from madang.provenance import deciding
from madang.provenance.lineage.reading import Item, Lineage

INKS = {
    "clash": 6, "unknown-fill": 5, "network": 4, "strong": 3, "weak": 2, "conditions": 1, "permissive": 0, "none": 0,
}  # fmt: skip
"""The classes of ink, the more serious the higher."""
STRENGTHS = {
    "none": _("No licence found"),
    "permissive": _("Permissive"),
    "conditions": _("With conditions"),
    "weak": _("Weak copyleft"),
    "strong": _("Strong copyleft"),
    "network": _("Network copyleft"),
    "unknown": _("Unknown"),
}
ALONE = {
    "yes": ("permissive", _("allowed by itself")),
    "no": ("clash", _("forbidden by itself")),
    "contested": ("weak", _("contested by itself")),
    "unknown": ("unknown-fill", _("unknown by itself")),
}
HINDERS = {
    "yes": ("permissive", _("does not stand in the way")),
    "no": ("clash", _("stands in the way")),
    "contested": ("weak", _("contested")),
    "unknown": ("unknown-fill", _("unknown")),
}
VERDICTS = {
    "yes": ("permissive", _("yes")),
    "no": ("clash", _("no")),
    "contested": ("weak", _("contested")),
    "unknown": ("unknown-fill", _("unknown")),
}
HIDDEN = ("none", _("not shown to you"))
NOT_ASKED = ("none", _("asked on its own page"))
NOT_TOLD = ("none", _("farther than what is told"))
NOTHING_SAID = ("none", _("nothing declared"))
SORTS = ("privacy", "exposure", "security", "royalty", "hook")
KEPT = {
    "privacy": _("personal data"),
    "exposure": _("who may see it"),
    "security": _("security"),
    "royalty": _("royalties"),
    "hook": _("matters of law"),
}
Translate = Callable[[str], str]


class NoSuchColour(kit.Invalid):
    """The address asks for a colour that there is not."""

    code = "no-such-colour"
    message = _("“%(by)s” is nothing that a lineage can be coloured by. Choose one of the list.")


@dataclass(frozen=True, slots=True)
class Tone:
    """An ink (a class) and the word that says the same."""

    ink: str
    word: str

    @property
    def weight(self) -> int:
        """How serious it is."""
        return INKS[self.ink]


@dataclass(frozen=True)
class Colouring:
    """What each thing's tone is, and the way that decides, from its source to the version, if one does. ``answer`` is the verdict."""

    tones: Mapping[str, Tone]
    path: tuple[str, ...] = ()
    answer: str = ""


def choices(translate: Translate) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What one may choose, in groups: (name, words, [(value, words)])."""
    words = terms.vocabulary(translate)
    goals, actions = _texts(words["goals"]), _texts(words["actions"])
    return [
        ("", "", [("licence", translate(_("how far the licence reaches")))]),
        ("goal", translate(_("May one")), [(f"goal:{goal}", goals[goal]) for goal in terms.GOALS]),
        ("may", translate(_("What each allows by itself")), [(f"may:{action}", said) for action, said in actions.items()]),
        ("declared", translate(_("What is declared")), [(sort, translate(KEPT[sort])) for sort in SORTS]),
    ]


def _texts(found: object) -> dict[str, str]:
    return {str(name): str(said) for name, said in found.items()} if isinstance(found, dict) else {}


def colour(lineage: Lineage, by: str, licence: str | None, translate: Translate) -> Colouring:
    """The tones by ``by``: ``licence``, ``goal:…``, ``may:…`` or a sort of declared fact."""
    sort, _colon, word = by.partition(":")
    if by == "licence":
        return _each(lineage, _strength, translate)
    if sort == "goal" and word in terms.GOALS:
        return _by_goal(lineage, terms.Goal(word, licence if word == "open" else None), translate)
    if sort == "may" and word in _texts(terms.vocabulary()["actions"]):
        return _by_action(lineage, word, translate)
    if by in SORTS:
        return _each(lineage, lambda item: _declared(item, by), translate)
    raise NoSuchColour(field="by", by=by[:60])


def _each(lineage: Lineage, told: Callable[[Item], tuple[str, str]], translate: Translate) -> Colouring:
    found = {}
    for id_, item in lineage.items.items():
        ink, word = HIDDEN if item.is_hidden else told(item)
        found[id_] = Tone(ink, translate(word))
    return Colouring(found)


def _strength(item: Item) -> tuple[str, str]:
    said = licensing.strength(item.license).name.lower()
    return ("unknown-fill" if said == "unknown" else said), STRENGTHS[said]


def _declared(item: Item, sort: str) -> tuple[str, str]:
    facts = [fact for fact in item.own if fact.startswith(f"{sort}:")]
    return ("strong", terms.sentences.fact(facts[0])) if facts else NOTHING_SAID


def _by_action(lineage: Lineage, action: str, translate: Translate) -> Colouring:
    """Each thing asked alone, as if it were made of nothing; what has the same terms is asked once."""
    goal, known = terms.Goal("use", actions=(action,)), dict[tuple[object, ...], str]()

    def told(item: Item) -> tuple[str, str]:
        node = lineage.cone.graph.nodes.get(item.id) or terms.Node(item.id, item.type, item.license)
        key = (node.type, node.license, node.is_own, node.facts)
        if key not in known:
            alone = terms.Node("it", node.type, node.license, is_own=node.is_own, facts=node.facts)
            known[key] = terms.verdict(terms.make_graph([alone]), "it", goal)[0]
        return ALONE[known[key]]

    return _each(lineage, told, translate)


def _by_goal(lineage: Lineage, goal: terms.Goal, translate: Translate) -> Colouring:
    """What stands in the way of the goal at the version; what is made with it is not asked here."""
    document = deciding.ask(lineage.cone, goal, mends=False).document
    worst, told_all = dict[str, str](), not any(row["code"] == "more-reasons" for row in document["said"])
    for row in document["reasons"]:
        severity = row["severity"] if len(row["readings"]) == len(document["readings"]) else "contested"
        worst.setdefault(row["from"], severity)

    def told(item: Item) -> tuple[str, str]:
        if item.step > 0:
            return NOT_ASKED
        if item.step == 0:
            return VERDICTS[document["verdict"]]
        return HINDERS[worst[item.id]] if item.id in worst else HINDERS["yes"] if told_all else NOT_TOLD

    made = _each(lineage, told, translate)
    hidden = {id_: Tone(HINDERS[worst[id_]][0], translate(HIDDEN[1])) for id_ in worst if lineage.items[id_].is_hidden}
    path = tuple(document["reasons"][0]["witness"]) if document["reasons"] else ()
    return Colouring({**made.tones, **hidden}, path, document["verdict"])
