# SPDX-License-Identifier: Apache-2.0
"""Requests for production."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from madang import access, people
from madang.kit import SYSTEM, Actor
from madang.usage.errors import NoProductionRequest
from madang.usage.models import Key, Price, ProductionRequest, Quota
from madang.usage.queries.days import ServiceDay, service_days
from madang.usage.queries.keys import KeyRow, keys
from madang.usage.queries.rows import Asked

WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a request is decided on: whose it is, the key and its use, what was agreed with its account, and what it asked before."""

    account: str
    organisation: str
    sector: str
    key: KeyRow | None
    used: tuple[ServiceDay, ...]
    quotas: tuple[Quota, ...]
    prices: tuple[Price, ...]
    others: tuple[ProductionRequest, ...]


def production_requests(
    session: Session, *, state: str = "", own: bool = False, viewer: Actor, after: Sequence[Any] = (), limit: int = 500
) -> Sequence[ProductionRequest]:
    """One's own requests, or everybody's for whoever decides (unless ``own``); what waits stands first, then the newest.

    ``after``: only those behind the place (``request_place``) of one of them.
    """
    decided = case((ProductionRequest.state == WAITING, 0), else_=1)
    wanted = select(ProductionRequest).order_by(decided, ProductionRequest.id.desc())
    if own or not access.allows(viewer, "production-request", "see"):
        wanted = wanted.where(ProductionRequest.account_id == (viewer.account_id or "-"))
    if state:
        wanted = wanted.where(ProductionRequest.state == state)
    if after:
        rank, id_ = after
        wanted = wanted.where(or_(decided > rank, (decided == rank) & (ProductionRequest.id < id_)))
    return session.scalars(wanted.limit(limit)).all()


def request_place(row: ProductionRequest) -> tuple[int, str]:
    """Where a request stands in the list."""
    return int(row.state != WAITING), row.id


def get_production_request(session: Session, request_id: str, *, viewer: Actor) -> ProductionRequest:
    """The request of that id; ``NoProductionRequest`` to others than its owner and whoever decides."""
    request = session.get(ProductionRequest, request_id) if "\0" not in request_id else None
    if request is None or not access.allows(viewer, "production-request", "see", own=viewer.account_id == request.account_id):
        raise NoProductionRequest
    return request


def facts_of(session: Session, request: ProductionRequest, *, begins: date, ends: date) -> RequestFacts:
    """What the request is decided on, with the use of its key in these days. For a viewer who was shown the request."""
    account = session.get_one(people.Account, request.account_id)
    key = session.get_one(Key, request.key_id)
    organisation = session.get(people.Organisation, key.organisation_id) if key.organisation_id else None
    agreed = {"account_id": request.account_id, "plan": request.plan}
    others = select(ProductionRequest).where(ProductionRequest.account_id == account.id, ProductionRequest.id != request.id)
    return RequestFacts(
        account=account.name,
        organisation=(organisation.display_name or organisation.name) if organisation else "",
        sector=organisation.sector if organisation else account.sector,
        key=next((row for row in keys(session, account=account, viewer=SYSTEM) if row.id == key.id), None),
        used=tuple(service_days(session, Asked(key=key.id, begins=begins, ends=ends), viewer=SYSTEM)),
        quotas=tuple(session.scalars(select(Quota).filter_by(**agreed).order_by(Quota.id))),
        prices=tuple(session.scalars(select(Price).filter_by(**agreed).order_by(Price.id))),
        others=tuple(session.scalars(others.order_by(ProductionRequest.id.desc()).limit(20))),
    )


def account_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The names of these accounts by id. For a viewer who was shown what is theirs."""
    wanted = select(people.Account.id, people.Account.name).where(people.Account.id.in_(set(ids)))
    return {row[0]: row[1] for row in session.execute(wanted)}
