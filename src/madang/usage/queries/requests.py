# SPDX-License-Identifier: Apache-2.0
"""Requests for production."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import access
from madang.kit import Actor
from madang.usage.errors import NoProductionRequest
from madang.usage.models import ProductionRequest


def production_requests(session: Session, *, state: str = "", viewer: Actor) -> Sequence[ProductionRequest]:
    """One's own requests, or everybody's for whoever decides; newest first."""
    wanted = select(ProductionRequest).order_by(ProductionRequest.id.desc())
    if not access.allows(viewer, "production-request", "see"):
        wanted = wanted.where(ProductionRequest.account_id == (viewer.account_id or "-"))
    if state:
        wanted = wanted.where(ProductionRequest.state == state)
    return session.scalars(wanted.limit(500)).all()


def get_production_request(session: Session, request_id: str, *, viewer: Actor) -> ProductionRequest:
    """The request of that id; ``NoProductionRequest`` to others than its owner and whoever decides."""
    request = session.get(ProductionRequest, request_id) if "\0" not in request_id else None
    if request is None or not access.allows(viewer, "production-request", "see", own=viewer.account_id == request.account_id):
        raise NoProductionRequest
    return request
