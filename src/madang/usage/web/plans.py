# SPDX-License-Identifier: Apache-2.0
"""Plans, their quotas and prices: for everybody to read, for operators to change."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, catalog, kit, people, web
from madang.usage import actions, queries
from madang.usage.pages import PlanRow, PlansPage
from madang.usage.web.requests import number_of

DONE = frozenset({"plan", "quota", "dropped", "price"})


def _plans(session: Session, actor: kit.Actor, **more: object) -> PlansPage:
    keys = queries.keys(session, viewer=actor) if access.allows(actor, "key", "manage") else ()
    rows = tuple(
        PlanRow(
            plan, tuple(queries.quotas(session, plan, viewer=actor)), tuple(queries.prices(session, plan, viewer=actor)),
            sum(key.plan == plan.name and key.state in ("valid", "ending") for key in keys),
        )
        for plan in queries.plans(session, viewer=actor)
    )  # fmt: skip
    assets = catalog.assets(session, catalog.Filter(kind=("api",)), viewer=actor, limit=500)
    services = {asset.id: f"{asset.namespace}/{asset.name}" for asset in assets}
    return PlansPage(rows, services, **more)  # type: ignore[arg-type]  # what more is are the page's own names


def list_plans(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What there is, how one gets it, and what it costs."""
    return web.render(request, "usage/plans.html", _plans(session, actor))


def list_own_plans(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The plans, to change."""
    access.check(actor, "plan", "change")
    done = request.query_params.get("done", "")
    return web.render(request, "usage/admin_plans.html", _plans(session, actor, done=done if done in DONE else ""))


def _again(request: Request, session: Session, actor: kit.Actor, refusal: kit.Refusal, form: str) -> Response:
    faults: Mapping[str, str] = {form: refusal.sentence(web.translate)}
    page = _plans(session, actor, faults=faults, given=dict(web.form(request)))
    return web.render(request, "usage/admin_plans.html", page, status=422)


def create_plan(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A plan is there, or is called otherwise and given otherwise than before."""
    form = web.form(request)
    try:
        with session.begin_nested():
            actions.set_plan(session, form["name"], title_ko=form["title_ko"], title_en=form["title_en"], given=form["given"], by=actor)
    except kit.Invalid as refusal:
        return _again(request, session, actor, refusal, "plan")
    return web.see_other("/admin/plans?done=plan")


def create_quota(request: Request, session: Session, actor: kit.Actor) -> Response:
    """So much may be used in that time."""
    plan, form = queries.get_plan(session, request.path_params["plan"], viewer=actor), web.form(request)
    try:
        account = people.get_account(session, form["account"], viewer=actor) if form["account"] else None
        service = queries.find_service(session, form["service"], viewer=actor) if form["service"] else None
        with session.begin_nested():
            actions.set_quota(
                session, plan, unit=form["unit"], every=form["every"], amount=number_of(form["amount"]), scope=form["scope"] or "account",
                account=account, service=service, by=actor,
            )  # fmt: skip
    except (kit.Invalid, kit.NotFound) as refusal:
        return _again(request, session, actor, refusal, f"quota-{plan.name}")
    return web.see_other(f"/admin/plans?done=quota#of-{plan.name}")


def delete_quota(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The quota does not hold any more."""
    actions.drop_quota(session, queries.get_quota(session, request.path_params["quota_id"], viewer=actor), by=actor)
    return web.see_other(f"/admin/plans?done=dropped#of-{request.path_params['plan']}")


def create_price(request: Request, session: Session, actor: kit.Actor) -> Response:
    """So many units cost so much from now on."""
    plan, form = queries.get_plan(session, request.path_params["plan"], viewer=actor), web.form(request)
    try:
        account = people.get_account(session, form["account"], viewer=actor) if form["account"] else None
        service = queries.find_service(session, form["service"], viewer=actor) if form["service"] else None
        with session.begin_nested():
            actions.set_price(
                session, plan, unit=form["unit"], amount=form["amount"].replace(",", ""), per=number_of(form["per"] or "1"),
                currency=form["currency"] or "KRW", account=account, service=service, by=actor,
            )  # fmt: skip
    except (kit.Invalid, kit.NotFound) as refusal:
        return _again(request, session, actor, refusal, f"price-{plan.name}")
    return web.see_other(f"/admin/plans?done=price#of-{plan.name}")
