# SPDX-License-Identifier: Apache-2.0
"""JSON doors: how files of a dataset or model are given, who asked, and decisions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import catalog, kit, people, web
from madang.hub import contents
from madang.hub import queries as repositories
from madang.hub.desk import desk_of
from madang.hub.gates import actions, queries, rules, showing
from madang.hub.gates.models import AccessRequest
from madang.hub.queries import Place
from madang.hub.rules import KINDS, MAIN

router = web.api_router(tags=["access"])
State = Literal["", "pending", "accepted", "rejected", "withdrawn", "ended"]
Limit = Annotated[int, Query(ge=1, le=200)]


class FieldOut(BaseModel):
    """Something that is asked: a text, or a box that must be ticked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=rules.LONGEST_NAME)]
    kind: Literal["text", "checkbox"] = "text"


class AccessOut(BaseModel):
    """How files are given, and how whoever asks stands: ``open`` says whether they have the files, ``asks`` what they can do to have them.
    ``text`` are the conditions of number ``text_number``; who accepted one below ``accept_anew_from`` has to accept anew."""

    mode: Literal["open", "auto", "manual"]
    text: str
    text_number: int
    accept_anew_from: int
    fields: list[FieldOut]
    embargo_until: datetime | None
    open: bool
    state: str
    asks: Literal["", "accept", "request"]


class AccessIn(BaseModel):
    """How files are to be given; what is left out stays. An empty ``text`` and no ``fields``: as the card says."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["open", "auto", "manual"] | None = None
    text: Annotated[str, Field(max_length=rules.LONGEST_TEXT)] | None = None
    fields: Annotated[list[FieldOut], Field(max_length=rules.MOST_FIELDS)] | None = None
    embargo_until: datetime | None = None
    accept_anew: bool = False


class RequestIn(BaseModel):
    """Access is asked for: the conditions of that number are accepted. With ``account`` the owner gives access to somebody who did not
    ask."""

    model_config = ConfigDict(extra="forbid")

    accepted: bool = False
    text_number: int | None = None
    purpose: Annotated[str, Field(max_length=rules.LONGEST_ANSWER)] = ""
    answers: dict[str, str | bool] = {}
    account: Annotated[str, Field(max_length=96)] = ""
    ends_at: datetime | None = None


class DecisionIn(BaseModel):
    """What becomes of a request: whoever decides accepts or rejects it (``reason``), whoever asked withdraws it. Rejecting what was
    accepted withdraws the access; accepting it again moves its end."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["accepted", "rejected", "withdrawn"]
    reason: Annotated[str, Field(max_length=rules.LONGEST_ANSWER)] = ""
    ends_at: datetime | None = None


class RequestOut(BaseModel):
    """Somebody's access. ``text_number`` is the text that was accepted, ``revision`` the main branch's commit then."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    account: str
    state: str
    purpose: str
    answers: dict[str, Any]
    text_number: int
    accepted_at: datetime | None
    revision: str
    asked_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str
    ends_at: datetime | None


class RequestList(BaseModel):
    """Some requests and the address of the next ones."""

    items: list[RequestOut]
    next: str | None


def _place(request: Request, session: Session, actor: kit.Actor, namespace: str, name: str) -> Place:
    kind = next(kind for kind, word in KINDS.items() if request.url.path.startswith(f"/api/v1/{word}/"))
    return repositories.get(session, kind, namespace, name, viewer=actor)


def _access(session: Session, place: Place, actor: kit.Actor) -> AccessOut:
    stands = queries.standing(session, place.asset, viewer=actor)
    gate = stands.gate
    told = {
        "mode": stands.mode, "text": stands.text, "text_number": gate.text_number if gate else 0,
        "accept_anew_from": gate.least_number if gate else 0, "fields": gate.fields if gate else [], "embargo_until": stands.embargo_until,
        "open": stands.is_open, "state": showing.state_of(stands), "asks": showing.asks_of(stands),
    }  # fmt: skip
    return AccessOut.model_validate(told)


def show_access(request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName) -> Any:
    """How the files are given, and how you stand."""
    return _access(session, _place(request, session, actor, namespace, name), actor)


def update_access(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName, body: AccessIn
) -> Any:
    """Say how the files are given: to whoever sees the repository, to whoever accepts the conditions, or to whom you grant it; and from
    when on. The card stays readable."""
    place = _place(request, session, actor, namespace, name)
    catalog.check_changeable(session, place.asset, by=actor)
    given = body.model_fields_set
    setting = actions.Setting(
        body.mode if body.mode is not None else actions.STAYS,
        body.text if body.text is not None else actions.STAYS,
        [each.model_dump() for each in body.fields] if body.fields is not None else actions.STAYS,
        web.in_utc(body.embargo_until) if "embargo_until" in given else actions.STAYS,
        accept_anew=body.accept_anew,
    )
    card = contents.card_of(desk_of(request).store, repositories.get_commit(session, place, MAIN).tree)
    actions.set_gate(session, place, setting, card, by=actor)
    return _access(session, place, actor)


def list_requests(
    request: Request,
    session: Session,
    actor: kit.Actor,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    state: State = "",
    cursor: str = "",
    limit: Limit = 50,
) -> Any:
    """Who asked for access, newest first: everybody for whoever decides, your own for you."""
    place = _place(request, session, actor, namespace, name)
    before = web.position(cursor, str)[0] if cursor else ""
    found = queries.requests(session, place, states=[state] if state else (), viewer=actor, before=before, limit=limit + 1)
    shown = web.page_of(found, limit, lambda row: [row.id])
    return {"items": [RequestOut.model_validate(row) for row in shown.items], "next": web.next_address(request, shown.cursor)}


def create_request(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName, body: RequestIn
) -> Any:
    """Accept the conditions, and have access at once or ask for it. For whoever decides: give access to an ``account``."""
    place = _place(request, session, actor, namespace, name)
    if body.account:
        catalog.check_changeable(session, place.asset, by=actor)
        account = people.find_account(session, body.account)
        if account is None:
            raise people.NoAccount(name=body.account)
        return RequestOut.model_validate(actions.grant(session, place, account, ends_at=web.in_utc(body.ends_at), by=actor))
    asked = actions.Asked(body.accepted, body.text_number, body.purpose, body.answers)
    return RequestOut.model_validate(actions.ask(session, place, asked, by=actor))


def _request(session: Session, place: Place, request_id: str, actor: kit.Actor) -> AccessRequest:
    if not actor.is_signed_in:
        raise kit.NotSignedIn
    return queries.get_request(session, place, request_id, viewer=actor)


def show_request(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName, request_id: web.InId
) -> Any:
    """One request."""
    place = _place(request, session, actor, namespace, name)
    return RequestOut.model_validate(_request(session, place, request_id, actor))


def update_request(
    request: Request,
    session: Session,
    actor: kit.Actor,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    request_id: web.InId,
    body: DecisionIn,
) -> Any:
    """Decide: grant access (until a time, if you say one), refuse or end it with a reason; or withdraw your own request."""
    place = _place(request, session, actor, namespace, name)
    row = _request(session, place, request_id, actor)
    if body.state == "withdrawn":
        actions.withdraw(session, place, row, by=actor)
    elif body.state == "rejected":
        actions.reject(session, place, row, reason=body.reason, by=actor)
    else:
        actions.accept(session, place, row, ends_at=web.in_utc(body.ends_at), by=actor)
    return RequestOut.model_validate(row)


for _word in KINDS.values():
    _base = f"/{_word}/{{namespace}}/{{name}}"
    router.add_api_route(_base + "/access", show_access, methods=["GET"], response_model=AccessOut)
    router.add_api_route(_base + "/access", update_access, methods=["PATCH"], response_model=AccessOut)
    router.add_api_route(_base + "/access-requests", list_requests, methods=["GET"], response_model=RequestList)
    router.add_api_route(_base + "/access-requests", create_request, methods=["POST"], response_model=RequestOut, status_code=201)
    router.add_api_route(_base + "/access-requests/{request_id}", show_request, methods=["GET"], response_model=RequestOut)
    router.add_api_route(_base + "/access-requests/{request_id}", update_request, methods=["PATCH"], response_model=RequestOut)
