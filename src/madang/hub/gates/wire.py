# SPDX-License-Identifier: Apache-2.0
"""Access on the Hugging Face Hub's wire: who asked, decisions, and access that is given unasked."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madang import catalog, kit, people
from madang.hub import rules
from madang.hub.errors import BadRequest
from madang.hub.gates import actions, queries
from madang.hub.gates.errors import HasAccess, NoRequest
from madang.hub.gates.models import AccessRequest
from madang.hub.queries import Place
from madang.hub.wire import shapes
from madang.hub.wire.doors import address, body_of, text_in
from madang.hub.wire.repositories import cursor_of, link, place_in

STATES = {"pending": ("pending",), "accepted": ("accepted",), "rejected": ("rejected", "withdrawn", "ended")}
"""The three words of this wire, and those of rows."""
WORDS = {state: word for word, states in STATES.items() for state in states}
LISTED = 1000


def list_requests(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Who asked, waits, has access or has none (any more), for whoever decides."""
    place, _rest = place_in(request, session, actor)
    catalog.check_changeable(session, place.asset, by=actor)
    states = STATES.get(request.path_params["status"])
    if states is None:
        raise BadRequest(member="status")
    offset = cursor_of(request)
    found = queries.requests(session, place, states=states, viewer=actor, limit=LISTED + 1, offset=offset)
    headers = link(request, offset + LISTED) if len(found) > LISTED else None
    return JSONResponse([_told(each) for each in found[:LISTED]], headers=headers)


def _told(row: AccessRequest) -> dict[str, Any]:
    fields = {name: value for name, value in {"purpose": row.purpose, **row.answers}.items() if value != ""}
    told: dict[str, Any] = {
        "requestId": row.id, "timestamp": shapes.moment(row.asked_at), "status": WORDS[row.state],
        "user": {"_id": row.account_id, "user": row.account, "fullname": row.account, "email": None, "type": "user"},
    }  # fmt: skip
    if fields:
        told["fields"] = fields
    if row.state == "accepted" and row.accepted_at is None:
        told["grantedBy"] = {"user": row.decided_by}
    return told


def _account(session: Session, body: dict[str, Any]) -> people.Account:
    """The account that the body names; ``NoAccount`` where there is none."""
    name = text_in(body, "user", default="", longest=96) or text_in(body, "userId", longest=96)
    found = people.find_account(session, name)
    if found is None:
        raise people.NoAccount(name=name)
    return found


def _request(session: Session, place: Place, body: dict[str, Any], actor: kit.Actor) -> AccessRequest:
    """The request that the body names, by its id or by whose it is; ``NoRequest`` where there is none."""
    if body.get("requestId") is not None:
        return queries.get_request(session, place, text_in(body, "requestId", longest=26), viewer=actor)
    row = queries.newest_of(session, place.repository.id, _account(session, body).id)
    if row is None:
        raise NoRequest
    return row


def create_decision(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The request of that account is accepted, rejected or undecided again."""
    place, _rest = place_in(request, session, actor)
    catalog.check_changeable(session, place.asset, by=actor)
    body = body_of(request)
    status = text_in(body, "status", longest=20)
    row = _request(session, place, body, actor)
    if status not in STATES or WORDS[row.state] == status:
        raise BadRequest(member="status")
    if status == "pending":
        actions.reopen(session, place, row, by=actor)
    elif status == "rejected":
        actions.reject(session, place, row, reason=text_in(body, "rejectionReason", default="") or "-", by=actor)
    elif row.state == "pending":
        actions.accept(session, place, row, by=actor)
    else:
        actions.reopen(session, place, row, by=actor)
        actions.accept(session, place, row, by=actor)
    return JSONResponse({})


def create_grant(request: Request, session: Session, actor: kit.Actor) -> Response:
    """That account has access, though it did not ask."""
    place, _rest = place_in(request, session, actor)
    catalog.check_changeable(session, place.asset, by=actor)
    if queries.standing(session, place.asset, viewer=actor).mode == "open":
        raise BadRequest(member="gated")
    try:
        actions.grant(session, place, _account(session, body_of(request)), by=actor)
    except HasAccess as refusal:
        raise BadRequest(member="user") from refusal
    return JSONResponse({})


def _of_kind(kinds: str) -> list[Route]:
    base = f"/api/{kinds}/{{namespace}}/{{name}}/user-access-request"
    return [
        address(f"{base}/handle", create_decision, method="POST", writes=True),
        address(f"{base}/grant", create_grant, method="POST", writes=True),
        address(f"{base}/{{status}}", list_requests, method="GET"),
    ]


routes = [route for kinds in rules.KINDS.values() for route in _of_kind(kinds)]
