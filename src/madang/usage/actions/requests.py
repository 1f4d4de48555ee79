# SPDX-License-Identifier: Apache-2.0
"""Requests for production: asked by the owner of a key, decided by the office, with what was agreed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import access, audit, catalog, inbox, people
from madang.kit import Actor, Role, _, new_id, now
from madang.usage import queries, rules
from madang.usage.actions.changes import next_revision
from madang.usage.actions.keys import check_may
from madang.usage.actions.plans import put_price, put_quota
from madang.usage.errors import AskedAlready, Decided, NoPurpose, NotYourKey, PlanNotYours
from madang.usage.models import Key, ProductionRequest

WAITING = inbox.Kind("production.requested", _("Somebody asks for production (for the office)"), mail="once")
inbox.declare(WAITING)
APPROVED = _("Your key may do more now: it is on the plan “%(plan)s”.")
DECLINED = _("Your request for the plan “%(plan)s” was declined: %(reason)s")
ASKS = _("%(name)s asks for the plan “%(plan)s”: %(wanted)d (%(unit)s).")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed: so much of the unit in that time, and the price of a unit (None and "": as the plan has it); and why."""

    amount: int | None = None
    price: str = ""
    price_unit: str = ""
    per: int = 1
    currency: str = "KRW"
    reason: str = ""


def ask_for_production(
    session: Session, key: Key, *, plan: str = "production", purpose: str, wanted: int, unit: str = "call", every: str = "day", by: Actor
) -> ProductionRequest:
    """The office has a task: the key is to be on that plan, with so much of the unit. ``AskedAlready`` while such a request waits."""
    check_may(key, by, "key", "change")
    chosen = queries.get_plan(session, plan, viewer=by)
    if chosen.given != "by-request":
        raise PlanNotYours(plan=plan, field="plan")
    waiting = (ProductionRequest.key_id == key.id, ProductionRequest.state == "waiting")
    if session.scalar(select(ProductionRequest.id).where(*waiting)) is not None:
        raise AskedAlready
    what_for = purpose.replace("\0", "").strip()[:2000]
    if not what_for:
        raise NoPurpose(field="purpose")
    request = ProductionRequest(
        id=new_id(), key_id=key.id, account_id=key.account_id, plan=chosen.name, purpose=what_for,
        wanted=rules.check_amount(wanted), unit=rules.check_unit(unit), every=rules.check_window(every), state="waiting", reason="",
        asked_at=now(), asked_by=by.name,
    )  # fmt: skip
    session.add(request)
    session.flush()
    values = {"name": by.name, "plan": chosen.name, "wanted": wanted, "unit": unit}
    for to in (inbox.to_duty("transfer"), inbox.to_role(Role.OPERATOR)):
        address = f"/production-requests/{request.id}"
        inbox.ask(session, kind=WAITING.name, to=to, about=request.ref, address=address, text=ASKS, values=values, by=by)
    audit.record(session, "production-request.asked", target=request.ref, by=by, key=key.id, plan=chosen.name, wanted=wanted, unit=unit)
    return request


def approve(session: Session, request: ProductionRequest, agreement: Agreement = Agreement(), *, by: Actor) -> None:
    """The key is on the plan, with the quota and price that were agreed with its account; whoever asked is told."""
    _decide(session, request, "approved", agreement.reason, by=by)
    key, plan = session.get_one(Key, request.key_id), queries.get_plan(session, request.plan, viewer=by)
    account, service = session.get_one(people.Account, key.account_id), session.get(catalog.Asset, key.service_id)
    whose = {"account": account, "service": service, "by": by}
    if agreement.amount is not None:
        put_quota(session, plan, unit=request.unit, every=request.every, amount=agreement.amount, **whose)  # type: ignore[arg-type]
    if agreement.price:
        unit = agreement.price_unit or request.unit
        money = {"amount": agreement.price, "per": agreement.per, "currency": agreement.currency}
        put_price(session, plan, unit=unit, **money, **whose)  # type: ignore[arg-type]
    key.plan, key.revision = plan.name, next_revision(session)
    _finish(session, request, APPROVED, by)


def decline(session: Session, request: ProductionRequest, *, reason: str, by: Actor) -> None:
    """The key stays as it is, and whoever asked is told why."""
    _decide(session, request, "declined", rules.check_reason(reason), by=by)
    _finish(session, request, DECLINED, by)


def withdraw(session: Session, request: ProductionRequest, *, by: Actor) -> None:
    """Nobody need decide any more."""
    if not access.allows(by, "production-request", "withdraw", own=by.account_id == request.account_id):
        raise NotYourKey
    if request.state != "waiting":
        raise Decided
    request.state, request.decided_at, request.decided_by = "withdrawn", now(), by.name
    inbox.withdraw(session, kind=WAITING.name, about=request.ref, by=by)
    audit.record(session, "production-request.withdrawn", target=request.ref, by=by)


def _decide(session: Session, request: ProductionRequest, state: str, reason: str, *, by: Actor) -> None:
    access.check(by, "production-request", "decide")
    if request.state != "waiting":
        raise Decided
    request.state, request.reason, request.decided_at, request.decided_by = state, reason.replace("\0", "").strip()[:2000], now(), by.name
    audit.record(session, f"production-request.{state}", target=request.ref, by=by, key=request.key_id, plan=request.plan, reason=reason)


def _finish(session: Session, request: ProductionRequest, text: str, by: Actor) -> None:
    values = {"plan": request.plan, "reason": request.reason}
    inbox.finish(session, kind=WAITING.name, about=request.ref, by=by, text=text, values=values, address="/me/usage")
