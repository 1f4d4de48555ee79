# SPDX-License-Identifier: Apache-2.0
"""Doors for people: signing in and out, and one's own page."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import Actor, NotSignedIn, Refusal, TooMany
from madang.people import actions, keys, pages, queries, rules
from madang.people.credentials import cookie_name, token_beginning
from madang.people.errors import DeadLink, PasswordsDiffer, SignInBusy, WrongPassword
from madang.people.models import Account

DONE = frozenset({"password", "revoked"})


def show_sign_in(request: Request, session: Session, actor: Actor) -> Response:
    """The form for name and password; who is signed in goes on."""
    back = web.local_path(request.query_params.get("back", "/"))
    if actor.is_signed_in:
        return web.see_other(back)
    return web.render(request, "people/sign_in.html", pages.SignInPage(back=back))


def create_session(request: Request, session: Session, actor: Actor) -> Response:
    """Sign in by name and password."""
    form = web.form(request)
    back = web.local_path(form["back"] or form["next"] or "/")
    try:
        _account, cookie = actions.sign_in(
            session, form["name"], form["password"], network=_network(request), agent=_agent(request), previous_cookie=_cookie(request)
        )
    except (WrongPassword, TooMany, SignInBusy) as refusal:
        return _sign_in_again(request, refusal, name=form["name"], back=back)
    return _with_cookie(request, web.see_other(back), cookie)


def show_link(request: Request, session: Session, actor: Actor) -> Response:
    """A one-time link, waiting for a press of its button."""
    secret = request.path_params["secret"]
    if not actions.is_link_alive(session, secret):
        return _sign_in_again(request, DeadLink(), status=410)
    answer = web.render(request, "people/link.html", pages.LinkPage(secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def redeem_link(request: Request, session: Session, actor: Actor) -> Response:
    """Sign in by the link, which is used up."""
    secret = request.path_params["secret"]
    try:
        account, cookie = actions.redeem_link(
            session, secret, network=_network(request), agent=_agent(request), previous_cookie=_cookie(request)
        )
    except DeadLink as refusal:
        return _sign_in_again(request, refusal, status=410)
    return _with_cookie(request, web.see_other("/" if account.has_password else "/welcome"), cookie)


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
    actions.sign_out(session, _cookie(request), by=actor)
    return _without_cookie(request, web.see_other("/"))


def delete_sessions(request: Request, session: Session, actor: Actor) -> Response:
    """Sign out everywhere."""
    actions.sign_out_everywhere(session, _self(session, actor), by=actor)
    return _without_cookie(request, web.see_other("/"))


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
        text = actions.create_token(session, account=_self(session, actor), role=role, note=form["note"], by=actor)
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
    actions.set_own_password(session, password=form["password"], current=form["old_password"], keep=_cookie(request), by=actor)


def _sign_in_again(request: Request, refusal: Refusal, *, name: str = "", back: str = "/", status: int = 422) -> Response:
    page = pages.SignInPage(name=name[:96], fault=refusal.sentence(web.translate), back=back)
    if isinstance(refusal, TooMany):
        status = 429
    answer = web.render(request, "people/sign_in.html", page, status=status)
    if isinstance(refusal, TooMany) and refusal.retry_after:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _welcome(request: Request, account: Account, refusal: Refusal | None = None) -> Response:
    fault = refusal.sentence(web.translate) if refusal else None
    page = pages.WelcomePage(account.name, account.role.word, keys.limits().password_min, fault)
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
    cookie = _cookie(request)
    page = pages.MePage(
        name=account.name,
        role=actor.role.word,
        has_password=account.has_password,
        shortest_password=keys.limits().password_min,
        tokens=tuple(
            pages.TokenRow(
                token.id, token_beginning(token.id), token.note, token.role_word, token.created_at, token.last_used_at, token.revoked_at
            )
            for token in queries.tokens(session, account, viewer=actor)
        ),
        sessions=tuple(
            pages.SessionRow(row.id, row.agent, row.started_at, row.seen_at, queries.is_cookie_of(row, cookie))
            for row in queries.sessions(session, account, viewer=actor)
        ),
        roles=rules.roles_up_to(min(actor.role, account.role)),
        secret=secret,
        done=done,
        faults={refusal.field or field: refusal.sentence(web.translate)} if refusal else {},
    )
    return web.render(request, "people/me.html", page, status=422 if refusal else 200)


def _is_secure(request: Request) -> bool:
    return bool(request.app.state.gate.is_secure)


def _cookie(request: Request) -> str | None:
    return request.cookies.get(cookie_name(_is_secure(request)))


def _network(request: Request) -> str:
    return request.client.host if request.client else ""


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _with_cookie(request: Request, answer: Response, cookie: str) -> Response:
    is_secure = _is_secure(request)
    age = int(keys.limits().session.total_seconds())
    answer.set_cookie(cookie_name(is_secure), cookie, max_age=age, path="/", secure=is_secure, httponly=True, samesite="lax")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _without_cookie(request: Request, answer: Response) -> Response:
    is_secure = _is_secure(request)
    answer.delete_cookie(cookie_name(is_secure), path="/", secure=is_secure, httponly=True, samesite="lax")
    return answer


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
]
