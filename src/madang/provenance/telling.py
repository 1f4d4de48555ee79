# SPDX-License-Identifier: Apache-2.0
"""From an answer's document, as the viewer may read it, to the words of a page in the language of the request."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from madang import terms, web
from madang.kit import _
from madang.provenance.cones import HIDDEN, Thing
from madang.provenance.deciding import UNSEEN
from madang.provenance.pages import Answered, Duty, Found, Mend, Named, Step

QUESTIONS: Mapping[str, str] = {
    "use": _("May I use it?"),
    "change": _("May I change it?"),
    "pass-on": _("May I pass it on?"),
    "open": _("May I open it to everybody?"),
    "sell": _("May I sell it?"),
    "serve": _("May I host it as a service?"),
    "train": _("May I train a model on it?"),
    "publish-output": _("May I publish what it makes?"),
}
UNSEEN_THING = _("something that you may not see (%(number)s)")
UNSEEN_SOURCE = _("something that you may not see")
NOT_TOLD = "–"
Things = Mapping[str, Thing]
Row = Mapping[str, Any]


def words_of() -> dict[str, dict[str, str]]:
    """Every word that the forms offer, in the language of this request."""
    told = terms.vocabulary(web.translate)
    return {name: dict(told[name]) for name in ("kinds", "goals", "scopes", "readings", "verdicts")}  # type: ignore[call-overload]


def thing(id_: str, things: Things) -> Named:
    """A thing of the answer by its id; what is hidden gets a number and nothing else."""
    if id_.startswith(HIDDEN):
        return Named(_unveiled(id_), is_hidden=True)
    known = things.get(id_)
    return Named(id_, known.address if known else "", known.license if known else None)


def answered(document: Row, things: Things) -> Answered:
    """The whole document in words."""
    goal = document["goal"]
    both = len(document["readings"])
    return Answered(
        goal=goal["name"],
        question=web.translate(QUESTIONS[goal["name"]]),
        verdict=document["verdict"],
        readings=tuple(document["readings"].items()),
        reading=document["reading"],
        license=goal["license"],
        scope=goal["scope"],
        day=document["today"],
        rules=document["rules"],
        reasons=tuple(
            found(row, terms.sentences.fact(row["fact"], web.translate), things, both) for row in _told_apart(document["reasons"])
        ),
        duties=_duties(document["duties"], things, both),
        choices=tuple(_choice(row) for row in document["choices"]),
        mends=tuple(_mend(row) for row in document["repairs"]),
        said=tuple(_saying(row) for row in document["said"]),
    )


def found(row: Row, says: str, things: Things, readings: int) -> Found:
    """One duty or reason with its chain."""
    steps = row.get("steps") or [{"to": each, "kind": "", "source": ""} for each in row["witness"][1:]]
    kinds = words_of()["kinds"]
    return Found(
        says=says,
        severity=row.get("severity", ""),
        start=thing(row["from"], things),
        license=row.get("license"),
        source=_source(row["source"]),
        steps=tuple(Step(kinds.get(step["kind"], ""), _source(step["source"]), thing(step["to"], things)) for step in steps),
        only=words_of()["readings"][row["readings"][0]] if 0 < len(row.get("readings", ())) < readings else "",
        voices=tuple(row.get("voices", ())),
    )


def _told_apart(rows: Iterable[Row]) -> list[Row]:
    """Each fact of each thing once, nearest first; behind them what says the same by another clause."""
    firsts: dict[tuple[str, str], Row] = {}
    others = []
    for row in rows:
        if firsts.setdefault((row["fact"], row["from"]), row) is not row:
            others.append(row)
    return [*firsts.values(), *others]


def _duties(rows: Iterable[Row], things: Things, readings: int) -> tuple[Duty, ...]:
    """Each duty once, nearest first."""
    by_duty: dict[str, list[Row]] = {}
    for row in rows:
        by_duty.setdefault(row["duty"], []).append(row)
    said = terms.sentences.duty
    return tuple(Duty(found(many[0], said(name, web.translate), things, readings), len(many) - 1) for name, many in by_duty.items())


def _mend(row: Row) -> Mend:
    named = {name: [_unveiled(str(each)) for each in value] if isinstance(value, list) else value for name, value in row.items()}
    return Mend(terms.sentences.repair(named, web.translate), row["verdict"], _source(row.get("source", "")))


def _choice(row: Row) -> str:
    readings = words_of()["readings"]
    return web.translate(terms.sentences.TAKE) % {**row, "readings": ", ".join(readings[each] for each in row["readings"])}


def _saying(row: Row) -> str:
    values = defaultdict(lambda: NOT_TOLD, {name: _unveiled(str(value)) for name, value in row.items()})
    return web.translate(terms.sentences.SAYINGS[row["code"]]) % values


def _unveiled(text: str) -> str:
    """Ids that say nothing, as words."""
    return re.sub(rf"{HIDDEN}(\d+)", lambda match: web.translate(UNSEEN_THING) % {"number": match[1]}, text)


def _source(text: str) -> str:
    return web.translate(UNSEEN_SOURCE) if text == UNSEEN else text
