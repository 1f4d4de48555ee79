# SPDX-License-Identifier: Apache-2.0
"""Doors for people: signing in and out, and one's own page."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import Actor, NotSignedIn, Refusal, TooMany
from madang.people import actions, browsers, keys, pages, queries, rules
from madang.people.administration import web as administration_web
from madang.people.credentials import token_beginning
from madang.people.errors import DeadLink, PasswordsDiffer, SignInBusy, WrongPassword
from madang.people.joining import web as joining_web
from madang.people.models import Account
from madang.people.oidc import web as oidc_web
from madang.people.own import web as own_web
from madang.people.own.web import half_signed_in
from madang.people.refusals import CodeNeeded, PasswordsShut
from madang.people.sign_in_page import sign_in_again, sign_in_page

DONE = frozenset({"password", "revoked", "session", "elsewhere"})


def show_sign_in(request: Request, session: Session, actor: Actor) -> Response:
    """The form for name and password; who is signed in goes on."""
    back = web.local_path(request.query_params.get("back", "/"))
    if actor.is_signed_in:
        return web.see_other(back)
    return sign_in_page(request, back=back)


def create_session(request: Request, session: Session, actor: Actor) -> Response:
    """Sign in by name and password."""
    form = web.form(request)
    back = web.local_path(form["back"] or form["next"] or "/")
    try:
        account, cookie = actions.sign_in(
            session,
            form["name"],
            form["password"],
            network=browsers.network(request),
            agent=browsers.agent(request),
            previous_cookie=browsers.cookie(request),
        )
    except CodeNeeded as needed:
        return half_signed_in(request, needed.half, back)
    except (WrongPassword, PasswordsShut, TooMany, SignInBusy) as refusal:
        return sign_in_again(request, refusal, name=form["name"], back=back)
    return browsers.signed_in(request, session, web.see_other(back), account, cookie)


def show_link(request: Request, session: Session, actor: Actor) -> Response:
    """A one-time link, waiting for a press of its button."""
    secret = request.path_params["secret"]
    if not actions.is_link_alive(session, secret):
        return sign_in_again(request, DeadLink(), status=410)
    answer = web.render(request, "people/link.html", pages.LinkPage(secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def redeem_link(request: Request, session: Session, actor: Actor) -> Response:
    """Sign in by the link, which is used up."""
    secret = request.path_params["secret"]
    is_for_password = actions.is_for_password(session, secret)
    try:
        account, cookie = actions.redeem_link(
            session, secret, network=browsers.network(request), agent=browsers.agent(request), previous_cookie=browsers.cookie(request)
        )
    except CodeNeeded as needed:
        return half_signed_in(request, needed.half, "/welcome" if is_for_password else "/")
    except DeadLink as refusal:
        return sign_in_again(request, refusal, status=410)
    way = "/" if account.has_password and not is_for_password else "/welcome"
    return browsers.signed_in(request, session, web.see_other(way), account, cookie)


def show_welcome(request: Request, session: Session, actor: Actor) -> Response:
    """After a link: a password may be set."""
    return _welcome(request, _self(session, actor))


def create_first_password(request: Request, session: Session, actor: Actor) -> Response:
    """Set the password after a link, and go on."""
    _check_signed_in(actor)
    try:
        _set_password(request, session, actor)
    except Refusal as refusal:
        return _welcome(request, _self(session, actor), refusal)
    return web.see_other("/")


def delete_session(request: Request, session: Session, actor: Actor) -> Response:
    """Sign out here."""
    actions.sign_out(session, browsers.cookie(request), by=actor)
    return browsers.signed_out(request, web.see_other("/"))


def delete_sessions(request: Request, session: Session, actor: Actor) -> Response:
    """Sign out everywhere."""
    ends_tokens = web.form(request)["tokens"] == "yes"
    actions.sign_out_everywhere(session, _self(session, actor), ends_tokens=ends_tokens, by=actor)
    return browsers.signed_out(request, web.see_other("/"))


def show_me(request: Request, session: Session, actor: Actor) -> Response:
    """One's own page."""
    done = request.query_params.get("done", "")
    return _me(request, session, actor, done=done if done in DONE else "")


def update_password(request: Request, session: Session, actor: Actor) -> Response:
    """Change one's password; other browsers are signed out."""
    _check_signed_in(actor)
    try:
        _set_password(request, session, actor)
    except NotSignedIn as refusal:
        return _me(request, session, actor, refusal=refusal, field="old_password")
    except Refusal as refusal:
        return _me(request, session, actor, refusal=refusal, field="password")
    return web.see_other("/me?done=password")


def create_token(request: Request, session: Session, actor: Actor) -> Response:
    """A new token, shown this once."""
    form = web.form(request)
    try:
        role = rules.role_named(form["role"])
        days = int(form["days"]) if form["days"].isascii() and form["days"].isdigit() and len(form["days"]) < 6 else None
        text = actions.create_token(session, account=_self(session, actor), role=role, note=form["note"], days=days, by=actor)
    except Refusal as refusal:
        return _me(request, session, actor, refusal=refusal, field="note")
    answer = _me(request, session, actor, secret=text, done="token")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def revoke_token(request: Request, session: Session, actor: Actor) -> Response:
    """End a token of one's own."""
    token = queries.get_token(session, request.path_params["token_id"], viewer=actor)
    actions.revoke_token(session, token, by=actor)
    return web.see_other("/me?done=revoked")


def _check_signed_in(actor: Actor) -> None:
    if not actor.is_signed_in:
        raise NotSignedIn


def _self(session: Session, actor: Actor) -> Account:
    _check_signed_in(actor)
    return queries.get_self(session, viewer=actor)


def _set_password(request: Request, session: Session, actor: Actor) -> None:
    form = web.form(request)
    if form["password"] != form["again"]:
        raise PasswordsDiffer(field="password")
    keep, ends_tokens = browsers.cookie(request), form["tokens"] == "yes"
    actions.set_own_password(session, password=form["password"], current=form["old_password"], keep=keep, ends_tokens=ends_tokens, by=actor)


def _welcome(request: Request, account: Account, refusal: Refusal | None = None) -> Response:
    fault = refusal.sentence(web.translate) if refusal else None
    page = pages.WelcomePage(account.name, account.role.word, keys.limits().password_min, fault, account.has_password)
    return web.render(request, "people/welcome.html", page, status=422 if refusal else 200)


def _me(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    secret: str | None = None,
    done: str = "",
    refusal: Refusal | None = None,
    field: str = "",
) -> Response:
    account = _self(session, actor)
    cookie = browsers.cookie(request)
    page = pages.MePage(
        name=account.name,
        role=actor.role.word,
        has_password=account.has_password,
        shortest_password=keys.limits().password_min,
        tokens=tuple(
            pages.TokenRow(
                token.id,
                token_beginning(token.id),
                token.note,
                token.role_word,
                token.created_at,
                token.last_used_at,
                token.revoked_at,
                token.expires_at,
            )
            for token in queries.tokens(session, account, viewer=actor)
        ),
        sessions=tuple(
            pages.SessionRow(row.id, row.agent, row.started_at, row.seen_at, queries.is_cookie_of(row, cookie))
            for row in queries.sessions(session, account, viewer=actor)
        ),
        roles=rules.roles_up_to(rules.highest_role(actor)),
        secret=secret,
        done=done,
        faults={refusal.field or field: refusal.sentence(web.translate)} if refusal else {},
    )
    return web.render(request, "people/me.html", page, status=422 if refusal else 200)


routes = [
    web.page("/sign-in", show_sign_in),
    web.page("/sign-in", create_session, methods=["POST"]),
    web.page("/link/{secret}", show_link),
    web.page("/link/{secret}", redeem_link, methods=["POST"]),
    web.page("/welcome", show_welcome),
    web.page("/welcome", create_first_password, methods=["POST"]),
    web.page("/sign-out", delete_session, methods=["POST"]),
    web.page("/me", show_me),
    web.page("/me/password", update_password, methods=["POST"]),
    web.page("/me/tokens", create_token, methods=["POST"]),
    web.page("/me/tokens/{token_id}/revocation", revoke_token, methods=["POST"]),
    web.page("/me/sessions/revocation", delete_sessions, methods=["POST"]),
    *own_web.routes,
    *oidc_web.routes,
    *joining_web.routes,
    *administration_web.routes,
]
