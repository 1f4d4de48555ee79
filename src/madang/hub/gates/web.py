# SPDX-License-Identifier: Apache-2.0
"""The page on which files are asked for, and on which the owner's side says how they are given and decides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, sheets, web
from madang.hub import contents, presenting
from madang.hub.desk import desk_of
from madang.hub.gates import actions, downloads, queries, showing
from madang.hub.gates.errors import BadGate
from madang.hub.gates.models import AccessRequest
from madang.hub.presenting import Seen
from madang.hub.web import seen_of
from madang.hub.wire.routes import FIRST

YEAR = 366
Mendable = (kit.Invalid, kit.Conflict, kit.Stale, kit.TooMany)


def _seen(request: Request, session: Session, actor: kit.Actor) -> Seen:
    """The repository at its main branch."""
    seen, _path = seen_of(request, session, actor, at_main=True)
    return seen


def show_access(request: Request, session: Session, actor: kit.Actor) -> Response:
    """How files are given, how the viewer stands, and for the owner's side who asked."""
    return showing.page(request, session, _seen(request, session, actor), actor)


def _done(
    request: Request, session: Session, actor: kit.Actor, seen: Seen, word: str, deed: Callable[[], Any], *, part: str = ""
) -> Response:
    """The deed is done and the page says so; or the page again with what is to be mended, in its part."""
    try:
        with session.begin_nested():
            deed()
    except Mendable as refusal:
        faults = {part or refusal.field or "request": refusal.sentence(web.translate)}
        return showing.page(request, session, seen, actor, faults=faults, status=web.status_of(refusal))
    return web.see_other(f"{presenting.base_of(seen.place)}/access?done={word}")


def create_gate(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Files are given so from now on."""
    seen, form = _seen(request, session, actor), web.form(request)
    catalog.check_changeable(session, seen.place.asset, by=actor)

    def deed() -> None:
        until = web.moment_in(request, form["embargo"])
        if form["embargo"].strip() and until is None:
            raise BadGate(field="embargo", reason=f"“{form['embargo'][:40]}” is no time")
        setting = actions.Setting(form["mode"], form["text"], showing.fields_in(form["fields"]), until, accept_anew=form["anew"] == "yes")
        actions.set_gate(session, seen.place, setting, contents.card_of(desk_of(request).store, seen.commit.tree), by=actor)

    return _done(request, session, actor, seen, "set", deed, part="gate")


def create_request(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The conditions are accepted, and access is given or asked for."""
    seen, form = _seen(request, session, actor), web.form(request)
    if not actor.account_id:
        raise kit.NotSignedIn
    gate = queries.standing(session, seen.place.asset, viewer=actor).gate
    fields = gate.fields if gate is not None else []
    answers: dict[str, Any] = {}
    for number, field in enumerate(fields):
        given = form[f"answer-{number}"]
        answers[field["name"]] = given == "yes" if field["kind"] == "checkbox" else given
    number = int(form["text_number"]) if form["text_number"].isdigit() and len(form["text_number"]) < 9 else -1
    asked = actions.Asked(form["accepted"] == "yes", number, form["purpose"], answers)
    return _done(request, session, actor, seen, "asked", lambda: actions.ask(session, seen.place, asked, by=actor), part="request")


def _request(request: Request, session: Session, actor: kit.Actor) -> tuple[Seen, AccessRequest]:
    seen = _seen(request, session, actor)
    return seen, queries.get_request(session, seen.place, request.path_params["request_id"], viewer=actor)


def create_decision(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Access is granted, perhaps until a day, or refused with a reason; or what was granted is moved or withdrawn."""
    (seen, row), form = _request(request, session, actor), web.form(request)
    catalog.check_changeable(session, seen.place.asset, by=actor)

    def deed() -> None:
        if form["decision"] == "no":
            actions.reject(session, seen.place, row, reason=form["reason"], by=actor)
            return
        ends_at = web.moment_in(request, form["ends"], next_day=True)
        if form["ends"].strip() and ends_at is None:
            raise BadGate(field="ends", reason=f"“{form['ends'][:40]}” is no day")
        actions.accept(session, seen.place, row, ends_at=ends_at, by=actor)

    return _done(request, session, actor, seen, "decided", deed, part=row.id)


def create_withdrawal(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Whoever asked needs it no more."""
    seen, row = _request(request, session, actor)
    return _done(request, session, actor, seen, "withdrawn", lambda: actions.withdraw(session, seen.place, row, by=actor), part="request")


def show_downloads_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """How many files were taken, by day and sector, of the last year."""
    seen = _seen(request, session, actor)
    catalog.check_changeable(session, seen.place.asset, by=actor)
    ends = kit.now().date()
    found = downloads.days_of(session, seen.place, begins=ends - timedelta(days=YEAR - 1), ends=ends)
    rows = ((day.isoformat(), sector, files) for (day, sector), files in sorted(found.items()))
    text = sheets.write_csv(rows, header=("day", "sector", "files"))
    return web.attachment(text, name=f"{seen.place.asset.name}-downloads.csv", media_type="text/csv; charset=utf-8")


routes = [
    route
    for base in FIRST.values()
    for route in (
        web.page(f"{base}/access", show_access),
        web.page(f"{base}/access/downloads.csv", show_downloads_csv),
        web.page(f"{base}/access/gate", create_gate, methods=("POST",)),
        web.page(f"{base}/access/requests", create_request, methods=("POST",)),
        web.page(f"{base}/access/requests/{{request_id}}/decision", create_decision, methods=("POST",)),
        web.page(f"{base}/access/requests/{{request_id}}/withdrawal", create_withdrawal, methods=("POST",)),
    )
]
