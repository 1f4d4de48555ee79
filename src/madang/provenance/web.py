# SPDX-License-Identifier: Apache-2.0
"""Pages of terms: what may be done with a version and why, what it is made of, and the decisions that were kept."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, sheets, terms, web
from madang.provenance import actions, deciding, forms, lineage, presenting, queries, telling
from madang.provenance.cones import Cone, cone
from madang.provenance.models import Decision, Evidence
from madang.provenance.pages import Answered, DecisionPage, TermsPage

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
HERE = VERSION + "/terms"
DECISION = "/terms/decisions/{decision}"
ROWS = 50
Refused = (kit.Invalid, kit.Conflict, kit.NotFound, kit.TooLarge)


@dataclass(frozen=True)
class Again:
    """A form that was refused: which one, the sentence, and what was typed."""

    part: str = ""
    fault: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def _subject(request: Request, session: Session, actor: kit.Actor) -> tuple[catalog.Asset, catalog.Version]:
    names = request.path_params
    asset = catalog.get_asset(session, names["kind"], names["namespace"], names["name"], viewer=actor)
    return asset, catalog.get_version(session, asset, names["version"])


def show_terms(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What may be done with a version, and why."""
    return _page(request, session, actor, Again())


def _page(request: Request, session: Session, actor: kit.Actor, again: Again) -> Response:
    asset, version = _subject(request, session, actor)
    try:
        looked = cone(session, version, viewer=actor)
    except kit.TooLarge as refusal:
        return _shown(request, session, actor, asset, version, Again("ask", refusal.sentence(web.translate)), None)
    return _shown(request, session, actor, asset, version, again, looked)


def _shown(
    request: Request, session: Session, actor: kit.Actor, asset: catalog.Asset, version: catalog.Version, again: Again, looked: Cone | None
) -> Response:
    documents = presenting.box(looked) if looked else {}
    answer, question, again = _answer(request, looked, presenting.first_goal(documents), again) if looked else (None, {}, again)
    made, papers, kept, following = _lists(request, session, version, actor)
    top = looked.things[looked.top] if looked else None
    page = TermsPage(
        head=presenting.head_of(asset, version), license=top.license if top else None,
        is_complete=bool(looked and looked.graph.nodes[looked.top].complete), things=len(looked.things) - 1 if looked else 0,
        hidden=len(looked.hidden) if looked else 0, lines=presenting.lines(documents, answer), answer=answer, question=question,
        made=presenting.made_rows(made), papers=presenting.papers(papers), kept=tuple(presenting.kept_row(each) for each in kept),
        next=following, may_change=queries.may_declare(session, asset, viewer=actor), may_keep=actor.is_signed_in,
        words=telling.words_of(), fault=again.fault, part=again.part, values=again.values,
    )  # fmt: skip
    return web.render(request, "provenance/terms.html", page, status=422 if again.fault else 200)


def _answer(request: Request, looked: Cone, first: str, again: Again) -> tuple[Answered, Mapping[str, str], Again]:
    """What was asked, answered; where it cannot be, what one would be told first, and why."""
    given = again.values if again.part == "kept" else request.query_params
    values = forms.question_of(given, first)
    try:
        goal, reading = forms.goal_of(values)
        found = deciding.ask(looked, goal, reading=reading)
    except kit.Invalid as refusal:
        again = Again("ask", refusal.sentence(web.translate), dict(given))
        values = forms.question_of({}, first)
        found = deciding.ask(looked, terms.Goal(first))
    return telling.answered(found.document, looked.things), values, again


def _lists(request: Request, session: Session, version: catalog.Version, actor: kit.Actor) -> tuple[
    list[queries.Link], list[Evidence], list[Decision], dict[str, str | None]
]:  # fmt: skip
    """What stands below the answer, each list from where its cursor says."""
    after = {name: _after(request, name) for name in ("parts", "papers", "kept")}
    links = queries.edges_into(session, version, viewer=actor, limit=ROWS + 1, after=after["parts"])
    made = web.page_of(links, ROWS, lambda each: [each.edge.id])
    papers = queries.evidence_at(session, version, viewer=actor, limit=ROWS + 1, after=after["papers"])
    proofs = web.page_of(papers, ROWS, lambda each: [each.id])
    decided = queries.decisions_of(session, version, limit=ROWS + 1, before=after["kept"] or None)
    kept = web.page_of(decided, ROWS, lambda each: [each.id])
    following = {"parts": made.cursor, "papers": proofs.cursor, "kept": kept.cursor}
    return list(made.items), list(proofs.items), list(kept.items), following


def _after(request: Request, name: str) -> str:
    cursor = request.query_params.get(name, "")
    return str(web.position(cursor, str)[0]) if cursor else ""


def list_duties_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The duties and reasons of an answer for a spreadsheet."""
    asset, version = _subject(request, session, actor)
    goal, reading = forms.goal_of(forms.question_of(request.query_params, "use"))
    document = deciding.ask(cone(session, version, viewer=actor), goal, reading=reading, mends=False).document
    rows = [_csv_row(what, row, row[name]) for what, name in (("duties", "duty"), ("reasons", "fact")) for row in document[what]]
    text = sheets.write_csv(rows, header=("what", "fact", "from", "license", "readings", "witness", "source"))
    return web.attachment(text, name=f"{asset.name}-{goal.name}.csv", media_type="text/csv; charset=utf-8")


def _csv_row(what: str, row: Mapping[str, Any], fact: str) -> tuple[str, ...]:
    told = row.get("license") or ""
    return (what, fact, row["from"], told, " ".join(row.get("readings", ())), " > ".join(row["witness"]), row["source"])


Deed = Callable[[Session, catalog.Version, Mapping[str, str], kit.Actor], str]


def _done(request: Request, session: Session, actor: kit.Actor, part: str, deed: Deed) -> Response:
    """The deed of a form, for whoever may do it; where it is refused, the page is shown again with what was typed and what to mend."""
    asset, version = _subject(request, session, actor)
    given = web.form(request)
    try:
        with session.begin_nested():
            query = deed(session, version, given, actor)
    except Refused as refusal:
        return _page(request, session, actor, Again(part, refusal.sentence(web.translate), dict(given)))
    return web.see_other(f"{catalog.version_address(asset, version)}/terms{query}#{part}")


def create_decision(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Keep the answer as a record."""
    if not actor.is_signed_in:
        raise kit.NotSignedIn
    return _done(request, session, actor, "kept", _keep)


def create_derivation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Say what the version is made with."""
    _check(request, session, actor)
    return _done(request, session, actor, "made", forms.declare)


def create_evidence(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Attach a document."""
    _check(request, session, actor)
    return _done(request, session, actor, "papers", forms.attach)


def _check(request: Request, session: Session, actor: kit.Actor) -> None:
    """Refused before anything of the form is read."""
    catalog.check_changeable(session, _subject(request, session, actor)[0], by=actor)


def _keep(session: Session, version: catalog.Version, given: Mapping[str, str], actor: kit.Actor) -> str:
    values = forms.question_of(given, "use")
    goal, reading = forms.goal_of(values)
    actions.keep(session, version, goal, reading=reading, by=actor)
    return f"?{urlencode({name: value for name, value in values.items() if value})}"


def delete_derivation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Withdraw what was said of what the version is made with."""
    asset, version = _subject(request, session, actor)
    actions.withdraw(session, version, request.path_params["derivation"], by=actor)
    return web.see_other(f"{catalog.version_address(asset, version)}/terms#made")


def delete_evidence(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Withdraw a document."""
    asset, version = _subject(request, session, actor)
    actions.withdraw_evidence(session, version, request.path_params["evidence"], by=actor)
    return web.see_other(f"{catalog.version_address(asset, version)}/terms#papers")


def show_decision(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A kept decision; with ``?replay`` it is taken again on the graph of then, to see whether the bytes are the same."""
    kept, asset, version = queries.get_decision(session, request.path_params["decision"], viewer=actor)
    document = deciding.kept_document(session, kept, viewer=actor)
    page = DecisionPage(
        head=presenting.head_of(asset, version),
        kept=presenting.kept_row(kept),
        answer=telling.answered(document, {}),
        is_whole=deciding.sees_all(session, kept, viewer=actor),
        replayed=queries.replay(kept) == kept.record if "replay" in request.query_params else None,
        question={
            name: value
            for name, value in {**kept.goal, "goal": kept.goal["name"], "reading": kept.reading}.items()
            if name in forms.NAMES and value
        },
        words=telling.words_of(),
    )
    return web.render(request, "provenance/decision.html", page)


def show_record(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The record to keep: its very bytes for whoever may see all that it rests on, else what they may read of it."""
    kept, asset, _version = queries.get_decision(session, request.path_params["decision"], viewer=actor)
    whole = deciding.sees_all(session, kept, viewer=actor)
    body = kept.record if whole else json.dumps(deciding.kept_document(session, kept, viewer=actor), ensure_ascii=False, indent=2)
    return web.attachment(body, name=f"{asset.name}-{kept.goal['name']}-{kept.id}.json", media_type="application/json")


routes = [
    web.page(HERE, show_terms),
    web.page(HERE + "/duties.csv", list_duties_csv),
    web.page(HERE + "/decisions", create_decision, methods=["POST"]),
    web.page(HERE + "/derivations", create_derivation, methods=["POST"]),
    web.page(HERE + "/derivations/{derivation}/withdrawal", delete_derivation, methods=["POST"]),
    web.page(HERE + "/evidence", create_evidence, methods=["POST"]),
    web.page(HERE + "/evidence/{evidence}/withdrawal", delete_evidence, methods=["POST"]),
    web.page(DECISION, show_decision),
    web.page(DECISION + "/record", show_record),
    *lineage.routes,
]
