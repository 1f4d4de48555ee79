# SPDX-License-Identifier: Apache-2.0
"""My keys and what they used: made, rotated, paused and revoked here; a secret is shown once."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, people, sheets, web
from madang.usage import actions, queries
from madang.usage.models import Key
from madang.usage.pages import KeysPage
from madang.usage.web import drawing, requests

DONE = frozenset({"revoked", "paused", "resumed", "asked", "withdrawn"})
COLUMNS = ("day", "key", "service", "plan", "unit", "calls", "units")


def show_usage(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What my keys used this month, and the keys."""
    return _page(request, session, actor)


def _self(session: Session, actor: kit.Actor) -> people.Account:
    if not actor.account_id:
        raise kit.NotSignedIn
    return people.get_account(session, actor.name, viewer=actor)


def _page(
    request: Request, session: Session, actor: kit.Actor, *, secret: str = "", faults: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    account, today = _self(session, actor), drawing.today_of(request)
    keys = tuple(queries.keys(session, account=account, viewer=actor))
    asked = queries.Asked(account_id=account.id, begins=today.replace(day=1), ends=today)
    days = [row for row in queries.service_days(session, asked, viewer=actor) if row.key]
    rows, total = drawing.month_of(session, days, keys, today, chosen=request.query_params.get("service", ""), viewer=actor)
    done = request.query_params.get("done", "")
    page = KeysPage(
        month=today.replace(day=1),
        total=total,
        quotas=rows,
        keys=keys,
        plans=drawing.plan_titles(session, viewer=actor),
        services=tuple(drawing.service_names(session, viewer=actor)),
        asking=requests.asking_of(session, keys, viewer=actor),
        secret=secret,
        line=f'curl -H "Authorization: Bearer {secret}" {web.printed_address(request)}/v1/models' if secret else "",
        done=done if done in DONE else "",
        faults=faults or {},
        given=dict(web.form(request)),
        ends=next((key for key in keys if key.id == request.query_params.get("end")), None),
    )
    answer = web.render(request, "usage/keys.html", page, status=status)
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def create_key(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A key at once, shown this once."""
    account, form = _self(session, actor), web.form(request)
    try:
        service = queries.find_service(session, form["service"], viewer=actor) if form["service"] else None
        with session.begin_nested():
            made = actions.create_key(
                session, account=account, plan=form["plan"] or "development", service=service, note=form["note"].strip()[:200], by=actor
            )
    except (kit.Invalid, kit.Conflict, kit.NotAllowed, kit.TooMany) as refusal:
        return _page(request, session, actor, faults={refusal.field or "": refusal.sentence(web.translate)}, status=422)
    return _page(request, session, actor, secret=made.secret)


def create_rotation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Another key in its place; the old one answers for a while yet."""
    made = actions.rotate_key(session, _key(request, session, actor), by=actor)
    return _page(request, session, actor, secret=made.secret)


def _key(request: Request, session: Session, actor: kit.Actor) -> Key:
    return queries.get_key(session, request.path_params["key_id"], viewer=actor)


def create_revocation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The key answers nothing any more."""
    actions.revoke_key(session, _key(request, session, actor), by=actor)
    return web.see_other("/me/usage?done=revoked")


def create_pause(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The key rests."""
    actions.pause_key(session, _key(request, session, actor), by=actor)
    return web.see_other("/me/usage?done=paused")


def create_resumption(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The key answers again."""
    actions.resume_key(session, _key(request, session, actor), by=actor)
    return web.see_other("/me/usage?done=resumed")


def create_request(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The office is asked that a key may do more."""
    _self(session, actor)
    try:
        requests.ask(session, web.form(request), by=actor)
    except (kit.Invalid, kit.Conflict) as refusal:
        return _page(request, session, actor, faults={"production": refusal.sentence(web.translate)}, status=web.status_of(refusal))
    return web.see_other("/me/usage?done=asked#production")


def list_usage_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What my keys used this month, by day."""
    account, today = _self(session, actor), drawing.today_of(request)
    asked = queries.Asked(account_id=account.id, begins=today.replace(day=1), ends=today)
    rows = queries.service_days(session, asked, viewer=actor)
    cells = ((row.day.isoformat(), row.key, row.service, row.plan, row.unit, row.calls, row.units) for row in rows)
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="usage.csv", media_type="text/csv; charset=utf-8")
