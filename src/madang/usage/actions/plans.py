# SPDX-License-Identifier: Apache-2.0
"""Plans: what one may use, and at what price."""

import tomllib
from importlib.resources import files
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access, audit, catalog, people
from madang.kit import Actor, check_name, new_id, now
from madang.usage import rules
from madang.usage.actions.changes import next_revision
from madang.usage.models import Plan, Price, Quota


def ensure_plans(session: Session, *, by: Actor) -> None:
    """A platform without any plan has those of ``plans.toml``."""
    if session.scalar(select(Plan.name).limit(1)) is not None:
        return
    given: list[dict[str, Any]] = tomllib.loads(files("madang.usage").joinpath("plans.toml").read_text(encoding="utf-8"))["plan"]
    for each in given:
        plan = set_plan(session, each["name"], title_ko=each["title"]["ko"], title_en=each["title"]["en"], given=each["given"], by=by)
        for quota in each["quotas"]:
            set_quota(session, plan, **quota, by=by)


def set_plan(session: Session, name: str, *, title_ko: str = "", title_en: str = "", given: str = "", by: Actor) -> Plan:
    """There is a plan of that name, with what is given changed."""
    access.check(by, "plan", "change")
    if given:
        rules.check_given(given)
    plan = session.get(Plan, name)
    if plan is None:
        place = session.scalar(select(func.coalesce(func.max(Plan.place), 0))) or 0
        plan = Plan(name=check_name(name)[:40], title_ko=name, title_en=name, given="by-operator", place=place + 1)
        session.add(plan)
    plan.title_ko, plan.title_en = title_ko[:80] or plan.title_ko, title_en[:80] or plan.title_en
    plan.given, plan.changed_at, plan.changed_by = given or plan.given, now(), by.name
    next_revision(session, plans=True)
    audit.record(session, "plan.set", target=plan.ref, by=by, given=plan.given)
    session.flush()
    return plan


def set_quota(
    session: Session,
    plan: Plan,
    *,
    unit: str,
    every: str,
    amount: int,
    scope: str = "account",
    account: people.Account | None = None,
    service: catalog.Asset | None = None,
    is_each: bool = True,
    is_hard: bool = True,
    by: Actor,
) -> Quota:
    """The plan allows so much of the unit in that time, for everybody or for one account, for every service or for one.

    Where the same quota stood, it has the new amount, and what was used of it still counts.
    """
    access.check(by, "plan", "change")
    return put_quota(
        session, plan, unit=unit, every=every, amount=amount, scope=scope, account=account, service=service, is_each=is_each,
        is_hard=is_hard, by=by,
    )  # fmt: skip


def put_quota(
    session: Session,
    plan: Plan,
    *,
    unit: str,
    every: str,
    amount: int,
    scope: str = "account",
    account: people.Account | None = None,
    service: catalog.Asset | None = None,
    is_each: bool = True,
    is_hard: bool = True,
    by: Actor,
) -> Quota:
    """``set_quota`` within a deed whose own rights were asked."""
    rules.check_unit(unit)
    rules.check_window(every)
    rules.check_scope(scope)
    key = {
        "plan": plan.name, "account_id": account.id if account else "", "service_id": service.id if service else "",
        "unit": unit, "every": every, "scope": scope,
    }  # fmt: skip
    quota = session.scalar(select(Quota).filter_by(**key))
    if quota is None:
        quota = Quota(id=new_id(), **key)
        session.add(quota)
    quota.amount, quota.is_each, quota.is_hard = rules.check_amount(amount), is_each, is_hard
    quota.changed_at, quota.changed_by = now(), by.name
    next_revision(session, plans=True)
    told = {"account": account.name if account else "", "service": service.ref if service else "", "each": is_each, "hard": is_hard}
    audit.record(session, "quota.set", target=plan.ref, by=by, unit=unit, every=every, amount=amount, scope=scope, **told)
    session.flush()
    return quota


def drop_quota(session: Session, quota: Quota, *, by: Actor) -> None:
    """The quota does not hold any more."""
    access.check(by, "plan", "change")
    session.delete(quota)
    next_revision(session, plans=True)
    facts = {"unit": quota.unit, "every": quota.every, "amount": quota.amount, "scope": quota.scope}
    audit.record(session, "quota.dropped", target=f"plan/{quota.plan}", by=by, **facts)


def set_price(
    session: Session,
    plan: Plan,
    *,
    unit: str,
    amount: str,
    per: int = 1,
    currency: str = "KRW",
    account: people.Account | None = None,
    service: catalog.Asset | None = None,
    by: Actor,
) -> Price:
    """So many units cost so much on this plan from now on. What was used before keeps its price."""
    access.check(by, "plan", "change")
    return put_price(session, plan, unit=unit, amount=amount, per=per, currency=currency, account=account, service=service, by=by)


def put_price(
    session: Session,
    plan: Plan,
    *,
    unit: str,
    amount: str,
    per: int = 1,
    currency: str = "KRW",
    account: people.Account | None = None,
    service: catalog.Asset | None = None,
    by: Actor,
) -> Price:
    """``set_price`` within a deed whose own rights were asked."""
    rules.check_unit(unit)
    money = rules.check_price(amount, per, currency)
    key = {"plan": plan.name, "account_id": account.id if account else "", "service_id": service.id if service else "", "unit": unit}
    price = session.scalar(select(Price).filter_by(**key))
    if price is None:
        price = Price(id=new_id(), **key)
        session.add(price)
    price.amount, price.per, price.currency, price.changed_at, price.changed_by = money, per, currency, now(), by.name
    next_revision(session, plans=True)
    told = {"account": account.name if account else "", "service": service.ref if service else ""}
    audit.record(session, "price.set", target=plan.ref, by=by, unit=unit, amount=f"{money:f}", per=per, currency=currency, **told)
    session.flush()
    return price
