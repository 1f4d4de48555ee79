# SPDX-License-Identifier: Apache-2.0
"""Pages of terms: what may be done with a version and why, what it is made of, and the decisions that were kept."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, sheets, web
from madang.provenance import actions, components, deciding, forms, lineage, presenting, queries, sboms, showing, standings, telling
from madang.provenance.cones import cone
from madang.provenance.pages import DecisionPage

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
HERE = VERSION + "/terms"
DECISION = "/terms/decisions/{decision}"
Refused = (kit.Invalid, kit.Conflict, kit.NotFound, kit.TooLarge)


def show_terms(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What may be done with a version, and why."""
    return showing.page(request, session, actor, showing.Again())


def list_duties_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The duties and reasons of an answer for a spreadsheet."""
    asset, version = showing.subject(request, session, actor)
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
    asset, version = showing.subject(request, session, actor)
    given = web.form(request)
    try:
        with session.begin_nested():
            query = deed(session, version, given, actor)
    except Refused as refusal:
        return showing.page(request, session, actor, showing.Again(part, refusal.sentence(web.translate), dict(given)))
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


def create_statement(request: Request, session: Session, actor: kit.Actor) -> Response:
    """State the licence, whose it is, and whether its parts are all named."""
    _check(request, session, actor)
    return _done(request, session, actor, "stated", forms.state)


def delete_statement(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Take back what was stated."""
    asset, version = showing.subject(request, session, actor)
    actions.unstate(session, version, by=actor)
    return web.see_other(f"{catalog.version_address(asset, version)}/terms#stated")


def _check(request: Request, session: Session, actor: kit.Actor) -> None:
    """Refused before anything of the form is read."""
    catalog.check_changeable(session, showing.subject(request, session, actor)[0], by=actor)


def _keep(session: Session, version: catalog.Version, given: Mapping[str, str], actor: kit.Actor) -> str:
    values = forms.question_of(given, "use")
    goal, reading = forms.goal_of(values)
    actions.keep(session, version, goal, reading=reading, by=actor)
    return f"?{urlencode({name: value for name, value in values.items() if value})}"


def delete_derivation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Withdraw what was said of what the version is made with."""
    asset, version = showing.subject(request, session, actor)
    actions.withdraw(session, version, request.path_params["derivation"], by=actor)
    return web.see_other(f"{catalog.version_address(asset, version)}/terms#made")


def delete_evidence(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Withdraw a document."""
    asset, version = showing.subject(request, session, actor)
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
    web.page(HERE + "/statement", create_statement, methods=["POST"]),
    web.page(HERE + "/statement/withdrawal", delete_statement, methods=["POST"]),
    web.page(HERE + "/evidence", create_evidence, methods=["POST"]),
    web.page(HERE + "/evidence/{evidence}/withdrawal", delete_evidence, methods=["POST"]),
    web.page(DECISION, show_decision),
    web.page(DECISION + "/record", show_record),
    *sboms.routes,
    *components.routes,
    *standings.routes,
    *lineage.routes,
]
