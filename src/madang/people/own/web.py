# SPDX-License-Identifier: Apache-2.0
"""Doors for people: the second half of a sign-in, the second factor, sessions one by one, and a forgotten password."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import mail, web
from madang.kit import Actor, NotSignedIn, Refusal, TooMany
from madang.people import actions, browsers, queries
from madang.people.errors import EmailTaken
from madang.people.joining import given
from madang.people.own import pages, views
from madang.people.refusals import NoHalf
from madang.people.second_factor import HALF_SECONDS

HALF = "madang_half"
DONE = frozenset({"off", "linked", "unlinked", "letter", "email"})


def half_signed_in(request: Request, half: str, back: str) -> Response:
    """On to the code; the browser keeps the first half until it comes."""
    answer = web.see_other("/sign-in/code")
    browsers.keep(request, answer, f"{HALF}_back", back, seconds=HALF_SECONDS)
    return browsers.keep(request, answer, HALF, half, seconds=HALF_SECONDS)


def show_code(request: Request, session: Session, actor: Actor) -> Response:
    """The form for the code."""
    return web.see_other("/sign-in") if browsers.kept(request, HALF) is None else _code(request)


def create_code(request: Request, session: Session, actor: Actor) -> Response:
    """Give the code, and be signed in."""
    half, back = browsers.kept(request, HALF), web.local_path(browsers.kept(request, f"{HALF}_back") or "/")
    try:
        account, cookie = actions.finish_sign_in(
            session,
            half,
            web.form(request)["code"],
            network=browsers.network(request),
            agent=browsers.agent(request),
            previous_cookie=browsers.cookie(request),
        )
    except (NotSignedIn, TooMany) as refusal:
        answer = _code(request, refusal)
        return browsers.drop(request, answer, HALF) if isinstance(refusal, NoHalf) else answer
    answer = browsers.signed_in(request, session, web.see_other(back), account, cookie)
    return browsers.drop(request, browsers.drop(request, answer, HALF), f"{HALF}_back")


def show_ways(request: Request, session: Session, actor: Actor) -> Response:
    """How I sign in."""
    done = request.query_params.get("done", "")
    return views.ways(request, session, actor, done=done if done in DONE else "")


def create_second_factor(request: Request, session: Session, actor: Actor) -> Response:
    """A new key, to be confirmed."""
    try:
        actions.begin_second_factor(session, current=web.form(request)["password"], keep=browsers.cookie(request), by=views.self(actor))
    except Refusal as refusal:
        return views.ways(request, session, actor, form="begin", refusal=refusal)
    return web.see_other("/me/sign-in")


def confirm_second_factor(request: Request, session: Session, actor: Actor) -> Response:
    """The key is in the authenticator; recovery codes are shown this once."""
    try:
        codes = actions.confirm_second_factor(session, web.form(request)["code"], by=views.self(actor))
    except Refusal as refusal:
        return views.ways(request, session, actor, form="confirm", refusal=refusal)
    return views.ways(request, session, actor, codes=codes, done="on")


def create_recovery_codes(request: Request, session: Session, actor: Actor) -> Response:
    """Ten new recovery codes, shown this once."""
    try:
        codes = actions.renew_recovery_codes(session, web.form(request)["code"], by=views.self(actor))
    except Refusal as refusal:
        return views.ways(request, session, actor, form="renew", refusal=refusal)
    return views.ways(request, session, actor, codes=codes, done="renewed")


def delete_second_factor(request: Request, session: Session, actor: Actor) -> Response:
    """Turn the second factor off."""
    try:
        actions.end_second_factor(session, web.form(request)["code"], by=views.self(actor))
    except Refusal as refusal:
        return views.ways(request, session, actor, form="remove", refusal=refusal)
    return web.see_other("/me/sign-in?done=off")


def reset_second_factor(request: Request, session: Session, actor: Actor) -> Response:
    """An operator turns somebody's second factor off who has lost it."""
    account = queries.get_account(session, request.path_params["name"], viewer=views.self(actor))
    actions.reset_second_factor(session, account, by=actor)
    return web.see_other(f"/admin/people/{account.name}?done=second-factor")


def delete_identity(request: Request, session: Session, actor: Actor) -> Response:
    """Take an identity away."""
    account = queries.get_self(session, viewer=views.self(actor))
    try:
        actions.unlink_identity(session, account, request.path_params["identity_id"], by=actor)
    except Refusal as refusal:
        return views.ways(request, session, actor, form="identity", refusal=refusal)
    return web.see_other("/me/sign-in?done=unlinked")


def create_email(request: Request, session: Session, actor: Actor) -> Response:
    """A letter goes to a new address of mine."""
    form, letters = web.form(request), given.letters(request)
    try:
        actions.ask_for_email(
            session, form["email"], current=form["password"], keep=browsers.cookie(request), letters=letters, by=views.self(actor)
        )
    except Refusal as refusal:
        return views.ways(request, session, actor, form="email", refusal=refusal)
    return web.see_other("/me/sign-in?done=letter")


def show_email(request: Request, session: Session, actor: Actor) -> Response:
    """The address that a letter's link proves, waiting for a press of its button."""
    proof = request.path_params["proof"]
    page = pages.EmailPage(proof, actions.address_of(session, proof, by=views.self(actor)), actor.name)
    answer = web.render(request, "people/email.html", page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def confirm_email(request: Request, session: Session, actor: Actor) -> Response:
    """The address is mine, and counts."""
    try:
        actions.prove_email(session, request.path_params["proof"], letters=given.letters(request), by=views.self(actor))
    except EmailTaken as refusal:
        return views.ways(request, session, actor, form="email", refusal=refusal)
    return web.see_other("/me/sign-in?done=email")


def delete_one_session(request: Request, session: Session, actor: Actor) -> Response:
    """Sign another browser out, or this one."""
    actions.end_session(session, request.path_params["session_id"], by=views.self(actor))
    return web.see_other("/me?done=session")


def delete_other_sessions(request: Request, session: Session, actor: Actor) -> Response:
    """Sign out everywhere else."""
    account = queries.get_self(session, viewer=views.self(actor))
    actions.sign_out_elsewhere(session, account, keep=browsers.cookie(request), by=actor)
    return web.see_other("/me?done=elsewhere")


def show_forgotten(request: Request, session: Session, actor: Actor) -> Response:
    """The form for a forgotten password."""
    return web.render(request, "people/forgotten.html", pages.ForgottenPage(mail.is_possible()))


def create_forgotten(request: Request, session: Session, actor: Actor) -> Response:
    """A letter may be on its way; the answer is the same for every name."""
    gate = request.app.state.gate
    site = f"{'https' if gate.is_secure else 'http'}://{gate.host}"
    try:
        actions.send_password_link(session, web.form(request)["who"], site=site, network=browsers.network(request))
    except TooMany as refusal:
        page = pages.ForgottenPage(mail.is_possible(), fault=refusal.sentence(web.translate))
        return web.render(request, "people/forgotten.html", page, status=429)
    return web.render(request, "people/forgotten.html", pages.ForgottenPage(mail.is_possible(), is_sent=True))


def _code(request: Request, refusal: Refusal | None = None) -> Response:
    page = pages.CodePage(refusal.sentence(web.translate) if refusal else None)
    status = 200 if refusal is None else 429 if isinstance(refusal, TooMany) else 422
    answer = web.render(request, "people/sign_in_code.html", page, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


routes = [
    web.page("/sign-in/code", show_code),
    web.page("/sign-in/code", create_code, methods=["POST"]),
    web.page("/forgotten", show_forgotten),
    web.page("/forgotten", create_forgotten, methods=["POST"]),
    web.page("/me/sign-in", show_ways),
    web.page("/me/email", create_email, methods=["POST"]),
    web.page("/me/email/{proof}", show_email),
    web.page("/me/email/{proof}", confirm_email, methods=["POST"]),
    web.page("/me/second-factor", create_second_factor, methods=["POST"]),
    web.page("/me/second-factor/confirmation", confirm_second_factor, methods=["POST"]),
    web.page("/me/second-factor/recovery-codes", create_recovery_codes, methods=["POST"]),
    web.page("/me/second-factor/removal", delete_second_factor, methods=["POST"]),
    web.page("/me/identities/{identity_id}/removal", delete_identity, methods=["POST"]),
    web.page("/me/sessions/elsewhere/revocation", delete_other_sessions, methods=["POST"]),
    web.page("/me/sessions/{session_id}/revocation", delete_one_session, methods=["POST"]),
    web.page("/admin/people/{name}/second-factor/removal", reset_second_factor, methods=["POST"]),
]
