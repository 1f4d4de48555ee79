# SPDX-License-Identifier: Apache-2.0
"""JSON doors: plans, and requests for production."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import people, web
from madang.kit import Actor
from madang.usage import actions, queries, schemas
from madang.usage.api.asking import somebody
from madang.usage.models import Plan, Price, ProductionRequest, Quota

router = web.api_router(tags=["usage"])
REQUEST = "/production-requests/{request_id}"


@router.get("/plans")
def list_plans(request: Request, session: Session, actor: Actor) -> schemas.PlanList:
    """Every plan with its quotas and prices."""
    return schemas.PlanList(items=[_plan(session, plan, actor) for plan in queries.plans(session, viewer=actor)])


@router.put("/plans/{plan}")
def update_plan(request: Request, session: Session, actor: Actor, plan: web.InName, body: schemas.PlanIn) -> schemas.PlanOut:
    """Make a plan, or change its names or who gets it. For operators."""
    titles = {"title_ko": body.title.get("ko", ""), "title_en": body.title.get("en", "")}
    return _plan(session, actions.set_plan(session, plan, given=body.given, **titles, by=actor), actor)


@router.post("/plans/{plan}/quotas", status_code=201)
def create_quota(request: Request, session: Session, actor: Actor, plan: web.InName, body: schemas.QuotaIn) -> schemas.QuotaOut:
    """Set how much of a unit a plan allows. For operators."""
    found = queries.get_plan(session, plan, viewer=actor)
    made = actions.set_quota(
        session, found, unit=body.unit, every=body.every, amount=body.amount, scope=body.scope,
        account=people.get_account(session, body.account, viewer=actor) if body.account else None,
        service=queries.find_service(session, body.service, viewer=actor) if body.service else None,
        is_each=body.each, is_hard=body.hard, by=actor,
    )  # fmt: skip
    return _quota(made)


@router.delete("/quotas/{quota_id}", status_code=204)
def delete_quota(request: Request, session: Session, actor: Actor, quota_id: web.InId) -> Response:
    """Take a quota away. For operators."""
    actions.drop_quota(session, queries.get_quota(session, quota_id, viewer=actor), by=actor)
    return web.no_content()


@router.post("/plans/{plan}/prices", status_code=201)
def create_price(request: Request, session: Session, actor: Actor, plan: web.InName, body: schemas.PriceIn) -> schemas.PriceOut:
    """Set what a unit costs from now on. For operators."""
    found = queries.get_plan(session, plan, viewer=actor)
    made = actions.set_price(
        session, found, unit=body.unit, amount=body.amount, per=body.per, currency=body.currency,
        account=people.get_account(session, body.account, viewer=actor) if body.account else None,
        service=queries.find_service(session, body.service, viewer=actor) if body.service else None, by=actor,
    )  # fmt: skip
    return _price(made)


@router.get("/production-requests")
def list_production_requests(
    request: Request, session: Session, actor: Actor, cursor: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> schemas.ProductionList:  # fmt: skip
    """My requests; everybody's for whoever decides. What waits stands first, then the newest."""
    after = web.position(cursor, int, str) if cursor else ()
    shown = web.page_of(
        queries.production_requests(session, viewer=somebody(actor), after=after, limit=limit + 1), limit, queries.request_place
    )
    return schemas.ProductionList(items=[_request(row) for row in shown.items], next=web.next_address(request, shown.cursor))


@router.post("/production-requests", status_code=201)
def create_production_request(request: Request, session: Session, actor: Actor, body: schemas.ProductionIn) -> schemas.ProductionOut:
    """Ask that a key of mine may do more. The office is told."""
    key = queries.get_key(session, body.key, viewer=somebody(actor))
    made = actions.ask_for_production(
        session, key, plan=body.plan, purpose=body.purpose, wanted=body.wanted, unit=body.unit, every=body.every, by=actor
    )  # fmt: skip
    return _request(made)


@router.get(REQUEST)
def show_production_request(request: Request, session: Session, actor: Actor, request_id: web.InId) -> schemas.ProductionOut:
    """A request of mine, or any for the office."""
    return _request(queries.get_production_request(session, request_id, viewer=somebody(actor)))


@router.put(REQUEST + "/approval")
def update_approval(
    request: Request, session: Session, actor: Actor, request_id: web.InId, body: schemas.ApprovalIn
) -> schemas.ProductionOut:  # fmt: skip
    """Let the key do more, with the quota and price that were agreed. For the office."""
    found = queries.get_production_request(session, request_id, viewer=somebody(actor))
    actions.approve(session, found, actions.Agreement(**body.model_dump()), by=actor)
    return _request(found)


@router.put(REQUEST + "/refusal")
def update_refusal(
    request: Request, session: Session, actor: Actor, request_id: web.InId, body: schemas.ReasonIn
) -> schemas.ProductionOut:  # fmt: skip
    """Decline, with a reason. For the office."""
    found = queries.get_production_request(session, request_id, viewer=somebody(actor))
    actions.decline(session, found, reason=body.reason, by=actor)
    return _request(found)


@router.delete(REQUEST, status_code=204)
def delete_production_request(request: Request, session: Session, actor: Actor, request_id: web.InId) -> Response:
    """Withdraw a request of mine."""
    actions.withdraw(session, queries.get_production_request(session, request_id, viewer=somebody(actor)), by=actor)
    return web.no_content()


def _plan(session: Session, plan: Plan, viewer: Actor) -> schemas.PlanOut:
    quotas = [_quota(row) for row in queries.quotas(session, plan, viewer=viewer)]
    prices = [_price(row) for row in queries.prices(session, plan, viewer=viewer)]
    title = {"ko": plan.title_ko, "en": plan.title_en}
    return schemas.PlanOut(name=plan.name, title=title, given=plan.given, quotas=quotas, prices=prices)


def _quota(row: Quota) -> schemas.QuotaOut:
    return schemas.QuotaOut(
        id=row.id, unit=row.unit, every=row.every, amount=row.amount, scope=row.scope, service_id=row.service_id,
        account_id=row.account_id, each=row.is_each, hard=row.is_hard,
    )  # fmt: skip


def _price(row: Price) -> schemas.PriceOut:
    return schemas.PriceOut(
        unit=row.unit, amount=f"{row.amount:f}", per=row.per, currency=row.currency, service_id=row.service_id, account_id=row.account_id
    )


def _request(row: ProductionRequest) -> schemas.ProductionOut:
    fields = {name: getattr(row, name) for name in schemas.ProductionOut.model_fields if name != "key"}
    return schemas.ProductionOut(key=row.key_id, **fields)
