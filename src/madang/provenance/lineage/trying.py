# SPDX-License-Identifier: Apache-2.0
"""The page that asks what a change would do, to this version and to those made with it. Nothing is written."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, terms, web
from madang.kit import _
from madang.provenance import deciding
from madang.provenance.changes import Change
from madang.provenance.lineage import presenting
from madang.provenance.lineage.pages import AffectedRow, Head, Tried, WhatIfPage
from madang.provenance.lineage.reading import Item, Lineage, read

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
SORTS = ("license", "drop-edge", "evidence", "withdraw")
MOST_CHANGES, MOST_OFFERED, MOST_REASONS, ROWS = 20, 200, 5, 25
REMOVABLE = ("forbidden:*", "outbound:*", "unknown:*", "privacy:personal", "forbidden:commercial-use", "forbidden:train")
REMOVES = {
    "forbidden:*": _("all that its licence forbids"),
    "outbound:*": _("under which licence the whole may go out"),
    "unknown:*": _("all that is unknown of it"),
    "privacy:personal": _("that it holds personal data"),
    "forbidden:commercial-use": _("that it may not be used for profit"),
    "forbidden:train": _("that no model may be trained on it"),
}


BETWEEN = "\t"
"""Between the ends of a way in the address."""


class NoChange(kit.Invalid):
    """What should be a change is none."""

    code = "no-change"
    message = _("This is no change that can be tried. Choose what changes and where.")


def show_what_if(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The verdict as it stands and as it would be, and whom else the changes of the address would reach."""
    version, head = presenting.subject_of(request, session, actor)
    lineage = read(session, version, viewer=actor)
    get, status = request.query_params.get, 200
    goal = terms.Goal(get("goal") or "use", get("license", "").strip()[:20_000] or None)
    shown = _form(head, lineage, goal)
    try:
        given = _changes(request, lineage)
        shown |= {"tried": [_tried(request, each) for each in given]}
        if goal.name not in terms.GOALS:
            raise NoChange
        shown |= _tell(request, session, version, goal, given, actor, lineage)
    except kit.Invalid as refusal:
        shown |= {
            "fault": refusal.sentence(web.translate),
            "values": {name: get(name, "")[:700] for name in ("change", "at", "way", "other", "to", "removes")},
        }
        status = 422
    return web.render(request, "provenance/what_if.html", WhatIfPage(**shown), status=status)


def _form(head: Head, lineage: Lineage, goal: terms.Goal) -> dict[str, Any]:
    words = presenting.vocabulary()
    named = [item for item in lineage.items.values() if item.step <= 0 and not item.is_hidden]
    seen = {item.id: item for item in named}
    ways = [way for way in lineage.ways if way.source in seen and way.target in seen]
    return {
        "head": head, "words": words, "goal": goal.name, "licence": goal.licence or "", "tried": [], "values": {"at": lineage.top},
        "goals": list(words["goals"].items()), "offered": [(item.id, _told(item, words)) for item in named[:MOST_OFFERED]],
        "ways": [
            (f"{way.source}{BETWEEN}{way.target}", f"{seen[way.source].name} → {seen[way.target].name} ({words['kinds'][way.kind]})")
            for way in ways[:MOST_OFFERED]
        ],
        "is_long": len(named) > MOST_OFFERED, "hidden_below": lineage.hidden_below,
        "removable": [(fact, web.translate(REMOVES[fact])) for fact in REMOVABLE],
    }  # fmt: skip


def _told(item: Item, words: Mapping[str, Mapping[str, str]]) -> str:
    """A thing as people call it, with its kind and its licence."""
    return " · ".join(filter(None, (item.name, words["types"].get(item.type, ""), (item.license or "")[:80])))


def _changes(request: Request, lineage: Lineage) -> list[list[str]]:
    """The changes of the address: those carried along (``do``), and the one of the form."""
    get = request.query_params.get
    found = [_read(text) for text in request.query_params.getlist("do")[: MOST_CHANGES + 1]]
    if get("change"):
        at, source = get("other", "").strip() or get("at", "").strip() or lineage.top, get("from", "").strip()
        if get("change") == "drop-edge" and BETWEEN in get("way", ""):
            source, _between, at = get("way", "").partition(BETWEEN)
        to = get("removes", "") if get("change") == "evidence" and get("removes") else get("to", "")
        found.append(_checked([get("change", ""), at, source, to.strip()]))
    if len(found) > MOST_CHANGES:
        raise NoChange
    return found


def _read(text: str) -> list[str]:
    try:
        return _checked(json.loads(text[:22_000]))
    except (ValueError, RecursionError) as fault:
        raise NoChange from fault


def _checked(found: object) -> list[str]:
    if not isinstance(found, list) or len(found) != 4 or not all(isinstance(part, str) for part in found) or found[0] not in SORTS:
        raise NoChange
    return [str(part) for part in found]


def _change(given: list[str]) -> Change:
    sort, at, source, to = given
    if sort == "evidence":
        return Change(sort, at, source or None, removes=(to,) if to else ())
    return Change(sort, at, (source or None) if sort == "drop-edge" else None, license=to if sort == "license" else None)


def _tried(request: Request, given: list[str]) -> Tried:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name in ("goal", "license")]
    others = [("do", text) for text in request.query_params.getlist("do") if _read(text) != given]
    what, at, source, value = given
    return Tried(what, at, source, value, json.dumps(given, ensure_ascii=False), f"?{urlencode([*kept, *others])}")


def _tell(
    request: Request,
    session: Session,
    version: catalog.Version,
    goal: terms.Goal,
    given: list[list[str]],
    actor: kit.Actor,
    lineage: Lineage,
) -> dict[str, Any]:
    """What the core says of the changes; of the version alone where there is none."""
    if not given:
        now = deciding.ask(lineage.cone, goal, mends=False)
        return {"before": now.decision.verdict, "reasons": (_reasons(now), [])}
    found = deciding.what_if(session, version, goal, [_change(each) for each in given], viewer=actor)
    place = web.place_of(request, MOST_CHANGES)
    rows = [
        AffectedRow(f"{each.asset.ref}@{each.version.number}", catalog.version_address(each.asset, each.version), each.before, each.after)
        for each in found.affected
    ]
    return {
        "before": found.before.decision.verdict, "after": found.after.decision.verdict,
        "reasons": (_reasons(found.before), _reasons(found.after)), "affected": rows[(place - 1) * ROWS : place * ROWS],
        "total": len(rows), "is_more": found.more, "first": (place - 1) * ROWS + 1,
        "previous": web.page_address(request, place - 1) if place > 1 else None,
        "next": web.page_address(request, place + 1) if place * ROWS < len(rows) else None,
    }  # fmt: skip


def _reasons(answer: deciding.Answer) -> list[tuple[str, str]]:
    """The nearest reasons: the fact in words, and where it comes from."""
    unseen = answer.cone.hidden
    rows = answer.document["reasons"]
    told = [(terms.sentences.fact(row["fact"], web.translate), "" if row["from"] in unseen else row["from"]) for row in rows]
    return list(dict.fromkeys(told))[:MOST_REASONS]


routes = [web.page(VERSION + "/what-if", show_what_if)]
