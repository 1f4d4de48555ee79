# SPDX-License-Identifier: Apache-2.0
"""JSON doors about oneself."""

from datetime import datetime

from pydantic import BaseModel, Field, StrictInt
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import DUTIES, Actor, NotSignedIn, Role
from madang.people import actions, browsers, queries, rules
from madang.people.administration import api as administration_api
from madang.people.administration import organisations_api
from madang.people.credentials import read_token, token_beginning
from madang.people.models import Token

router = web.api_router(tags=["people"])


class Me(BaseModel):
    """Who asks. ``role`` is what holds for this request: a token can have less than its account."""

    name: str
    display_name: str
    role: str
    account_role: str
    via: str
    namespaces: list[str] = Field(description="Namespaces of one's own and of one's organisations; an operator may write every other too.")
    reach: str = Field(description="How near one stands to the institute: outer, partner or inner.")
    duties: list[str] = Field(description="What one does in the office.")
    organisations: dict[str, str] = Field(description="The role in each of one's organisations, by its name.")


class TokenOut(BaseModel):
    """A token without its secret; ``beginning`` is how it starts."""

    id: str
    beginning: str
    note: str
    role: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None = None


class TokenList(BaseModel):
    """One's tokens, newest first."""

    items: list[TokenOut]
    next: str | None = None


class NewToken(BaseModel):
    """What to make: the most that the token may do, and what it is for."""

    role: str = Field(json_schema_extra={"enum": list(rules.roles_up_to(Role.OPERATOR))}, examples=["reader"])
    note: str = Field(examples=["laptop"])
    days: StrictInt | None = Field(default=None, ge=1, le=3650, description="How many days it is good for; without an end when left out.")


class MadeToken(BaseModel):
    """The new token. ``token`` is its text; it is not kept and never told again."""

    id: str
    token: str
    note: str
    role: str


class SessionOut(BaseModel):
    """A browser in which I am signed in. ``opened_by`` is ``password``, ``link`` or ``provider``; ``is_here`` marks the one that asks."""

    id: str
    browser: str
    opened_by: str
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_here: bool


class SessionList(BaseModel):
    """My sessions, last seen first."""

    items: list[SessionOut]
    next: str | None = None


@router.get("/me")
def show_me(request: Request, session: Session, actor: Actor) -> Me:
    """Who am I."""
    account = queries.get_self(session, viewer=_somebody(actor))
    own = [account.name] if rules.may_write_namespace(actor, account.name) else []
    joined = queries.joined(session, actor)
    theirs = [row.name for row in joined if rules.may(actor, "namespace", "open", organisation=row.id)]
    return Me(
        name=account.name,
        display_name=account.display_name,
        role=actor.role.word,
        account_role=account.role_word,
        via=actor.via,
        namespaces=[*own, *theirs],
        reach=actor.reach.word,
        duties=[duty for duty in DUTIES if duty in actor.duties],
        organisations={row.name: actor.organisations[row.id].word for row in joined},
    )


@router.get("/me/tokens")
def list_tokens(request: Request, session: Session, actor: Actor) -> TokenList:
    """My tokens."""
    account = queries.get_self(session, viewer=_somebody(actor))
    return TokenList(items=[_shown(token) for token in queries.tokens(session, account, viewer=actor)])


@router.post("/me/tokens", status_code=201, response_model=MadeToken)
def create_token(request: Request, session: Session, actor: Actor, body: NewToken) -> Response:
    """Make a token for myself."""
    account = queries.get_self(session, viewer=_somebody(actor))
    role = rules.role_named(body.role)
    text = actions.create_token(session, account=account, role=role, note=body.note, days=body.days, by=actor)
    made = MadeToken(id=read_token(text).id, token=text, note=body.note.strip(), role=role.word)
    return web.json_answer(made, status=201, headers={"Cache-Control": "no-store"})


@router.get("/me/sessions")
def list_sessions(request: Request, session: Session, actor: Actor) -> SessionList:
    """Where I am signed in."""
    account = queries.get_self(session, viewer=_somebody(actor))
    cookie = browsers.cookie(request)
    rows = queries.sessions(session, account, viewer=actor)
    return SessionList(
        items=[
            SessionOut(
                id=row.id,
                browser=row.agent,
                opened_by=row.opened_by,
                started_at=row.started_at,
                seen_at=row.seen_at,
                expires_at=row.expires_at,
                is_here=queries.is_cookie_of(row, cookie),
            )
            for row in rows
        ]
    )


@router.delete("/me/sessions/{session_id}", status_code=204)
def delete_session(request: Request, session: Session, actor: Actor, session_id: web.InId) -> Response:
    """Sign a browser of mine out."""
    actions.end_session(session, session_id, by=_somebody(actor))
    return web.no_content()


@router.delete("/me/tokens/{token_id}", status_code=204)
def delete_token(request: Request, session: Session, actor: Actor, token_id: web.InId) -> Response:
    """Revoke a token of mine."""
    token = queries.get_token(session, token_id, viewer=_somebody(actor))
    actions.revoke_token(session, token, by=actor)
    return web.no_content()


routers = (router, administration_api.router, organisations_api.router)
"""Every router of this room."""


def _somebody(actor: Actor) -> Actor:
    if not actor.is_signed_in:
        raise NotSignedIn
    return actor


def _shown(token: Token) -> TokenOut:
    return TokenOut(
        id=token.id,
        beginning=token_beginning(token.id),
        note=token.note,
        role=token.role_word,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
        expires_at=token.expires_at,
    )
