# SPDX-License-Identifier: Apache-2.0
"""Requests for production: asked from the page of one's keys, decided on the page that the office's task leads to."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, kit, web
from madang.usage import actions, queries
from madang.usage.models import ProductionRequest
from madang.usage.pages import Asking, RequestPage, RequestsPage
from madang.usage.web import drawing, wanted

DAYS = 30
ROWS = 40
DONE = frozenset({"approved", "declined", "withdrawn"})


def asking_of(session: Session, keys: tuple[queries.KeyRow, ...], *, viewer: kit.Actor) -> Asking:
    """What can be asked for with these keys, and what was."""
    given = tuple(plan.name for plan in queries.plans(session, viewer=viewer) if plan.given == "by-request")
    mine = tuple(queries.production_requests(session, own=True, viewer=viewer))
    waiting = {row.key_id for row in mine if row.state == "waiting"}
    free = tuple(key for key in keys if key.state == "valid" and key.id not in waiting)
    return Asking(given, free, mine[:10])


def ask(session: Session, form: Mapping[str, str], *, by: kit.Actor) -> ProductionRequest:
    """The office is asked, as the form says; refusals are the page's to show."""
    with session.begin_nested():
        return actions.ask_for_production(
            session, queries.get_key(session, form["key"], viewer=by), plan=form["plan"] or "production", purpose=form["purpose"],
            wanted=number_of(form["wanted"]), unit=form["unit"] or "call", every=form["every"] or "day", by=by,
        )  # fmt: skip


def number_of(text: str) -> int:
    """A whole number as people type it; -1 for what is none, which no rule takes."""
    bare = text.replace(",", "").replace(" ", "")
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 19 else -1


def list_requests(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One's own requests, or everybody's for whoever decides; those that wait stand first."""
    if not actor.account_id:
        raise kit.NotSignedIn
    cursor = request.query_params.get("cursor", "")
    after = web.position(cursor, int, str) if cursor else ()
    shown = web.page_of(queries.production_requests(session, viewer=actor, after=after, limit=ROWS + 1), ROWS, queries.request_place)
    page = RequestsPage(
        tuple(shown.items),
        queries.account_names(session, {row.account_id for row in shown.items}),
        drawing.plan_titles(session, viewer=actor),
        decides=access.allows(actor, "production-request", "decide"),
        next=web.next_address(request, shown.cursor),
        first=request.url.path if cursor else None,
    )
    return web.render(request, "usage/requests.html", page)


def show_request(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Who asks for what and what for, how the key was used until now, and the place to decide."""
    return _page(request, session, actor)


def _page(request: Request, session: Session, actor: kit.Actor, *, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    if not actor.account_id:
        raise kit.NotSignedIn
    row = queries.get_production_request(session, request.path_params["request_id"], viewer=actor)
    ends = drawing.today_of(request)
    begins = ends - timedelta(days=DAYS - 1)
    facts = queries.facts_of(session, row, begins=begins, ends=ends)
    done = request.query_params.get("done", "")
    page = RequestPage(
        row,
        facts,
        wanted.drawn(row, facts.used, begins, ends),
        drawing.plan_titles(session, viewer=actor),
        decides=row.state == "waiting" and access.allows(actor, "production-request", "decide"),
        withdraws=row.state == "waiting" and actor.account_id == row.account_id,
        faults=faults or {},
        given=dict(web.form(request)),
        done=done if done in DONE else "",
    )
    return web.render(request, "usage/request.html", page, status=status)


def _found(request: Request, session: Session, actor: kit.Actor) -> ProductionRequest:
    return queries.get_production_request(session, request.path_params["request_id"], viewer=actor)


def create_approval(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The key is on the plan, with what was agreed."""
    row, form = _found(request, session, actor), web.form(request)
    try:
        amount = number_of(form["amount"]) if form["amount"].strip() else None
        agreement = actions.Agreement(
            amount, form["price"].replace(",", "").strip(), form["price_unit"], number_of(form["per"] or "1"), form["currency"] or "KRW",
            form["reason"],
        )  # fmt: skip
        with session.begin_nested():
            actions.approve(session, row, agreement, by=actor)
    except (kit.Invalid, kit.Conflict) as refusal:
        return _again(request, session, actor, refusal, "approval")
    return web.see_other(f"/production-requests/{row.id}?done=approved")


def create_refusal(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The key stays as it is, and whoever asked is told why."""
    row, form = _found(request, session, actor), web.form(request)
    try:
        with session.begin_nested():
            actions.decline(session, row, reason=form["reason"], by=actor)
    except (kit.Invalid, kit.Conflict) as refusal:
        return _again(request, session, actor, refusal, "refusal")
    return web.see_other(f"/production-requests/{row.id}?done=declined")


def create_withdrawal(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Nobody need decide any more."""
    row = _found(request, session, actor)
    try:
        with session.begin_nested():
            actions.withdraw(session, row, by=actor)
    except kit.Conflict as refusal:
        return _again(request, session, actor, refusal, "withdrawal")
    return web.see_other(f"/production-requests/{row.id}?done=withdrawn")


def _again(request: Request, session: Session, actor: kit.Actor, refusal: kit.Refusal, form: str) -> Response:
    return _page(request, session, actor, faults={form: refusal.sentence(web.translate)}, status=web.status_of(refusal))
