# SPDX-License-Identifier: Apache-2.0
"""Pages for newcomers: signing up, invitations, the conditions of use."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import Actor, NotSignedIn, Refusal
from madang.people import actions, browsers, keys, queries, rules
from madang.people.errors import DeadInvitation, NotChecked, PasswordsDiffer
from madang.people.joining import pages
from madang.people.joining.given import conditions, letters, sign_up_policy
from madang.people.models import Invitation


def show_sign_up(request: Request, session: Session, actor: Actor) -> Response:
    """The form for a new account; who is signed in goes on."""
    if actor.is_signed_in:
        return web.see_other("/")
    return _sign_up_page(request, is_sent="sent" in request.query_params)


def create_sign_up(request: Request, session: Session, actor: Actor) -> Response:
    """Ask for a letter that proves the address; or make the account, where no proof is asked."""
    form, given = web.form(request), sign_up_policy(request)
    try:
        if given.proves_email:
            actions.ask_to_sign_up(session, given, email=form["email"], network=browsers.network(request), letters=letters(request))
            return web.see_other("/sign-up?sent")
        account, cookie = actions.sign_up(
            session,
            given,
            _newcomer(request),
            email=form["email"],
            network=browsers.network(request),
            agent=browsers.agent(request),
            previous_cookie=browsers.cookie(request),
        )
    except Refusal as refusal:
        return _sign_up_page(request, refusal)
    return browsers.signed_in(request, session, web.see_other("/"), account, cookie)


def show_invitation(request: Request, session: Session, actor: Actor) -> Response:
    """An invitation that waits; looking at it does not use it up."""
    invitation = queries.find_invitation(session, request.path_params["secret"])
    if invitation is None:
        return _dead(request)
    return _invitation_page(request, session, actor, invitation)


def accept_invitation(request: Request, session: Session, actor: Actor) -> Response:
    """A new account from an invitation, or, for who is signed in, what the invitation gives."""
    secret = request.path_params["secret"]
    try:
        if actor.is_signed_in:
            account = actions.join_by_invitation(session, secret, by=actor)
            return web.see_other(f"/people/{account.name}")
        account, cookie = actions.accept_invitation(
            session,
            secret,
            _newcomer(request),
            agent=browsers.agent(request),
            previous_cookie=browsers.cookie(request),
        )
    except DeadInvitation:
        return _dead(request)
    except Refusal as refusal:
        invitation = queries.find_invitation(session, secret)
        if invitation is None:
            return _dead(request)
        return _invitation_page(request, session, actor, invitation, refusal)
    return browsers.signed_in(request, session, web.see_other("/"), account, cookie)


def show_conditions(request: Request, session: Session, actor: Actor) -> Response:
    """The conditions of use."""
    return _conditions_page(request, session, actor)


def accept_conditions(request: Request, session: Session, actor: Actor) -> Response:
    """Accept the conditions of use, and go on."""
    if not actor.account_id:
        raise NotSignedIn
    form = web.form(request)
    try:
        if not form["accepted"]:
            raise NotChecked(field="accepted")
        actions.accept_conditions(session, conditions(request), version=rules.number(form["version"]) or -1, by=actor)
    except Refusal as refusal:
        return _conditions_page(request, session, actor, refusal)
    return web.see_other(web.local_path(form["back"] or "/"))


def _newcomer(request: Request) -> actions.Newcomer:
    form = web.form(request)
    if form["password"] != form["again"]:
        raise PasswordsDiffer(field="password")
    return actions.Newcomer(form["name"].strip(), form["display_name"], form["password"])


def _sign_up_page(request: Request, refusal: Refusal | None = None, *, is_sent: bool = False) -> Response:
    given, form = sign_up_policy(request), web.form(request)
    shut = None
    try:
        actions.check_open(given)
    except Refusal as why:
        shut = why.sentence(web.translate)
    page = pages.SignUpPage(
        shut=shut,
        proves_email=given.proves_email,
        domains=given.domains,
        is_sent=is_sent,
        shortest_password=keys.limits().password_min,
        given={name: form[name][:254] for name in ("email", "name", "display_name")},
        faults=_faults(refusal, "email"),
    )
    return web.render(request, "people/sign_up.html", page, status=_status(refusal))


def _dead(request: Request) -> Response:
    page = pages.SignUpPage(shut=DeadInvitation().sentence(web.translate))
    return web.render(request, "people/sign_up.html", page, status=410)


def _invitation_page(request: Request, session: Session, actor: Actor, row: Invitation, refusal: Refusal | None = None) -> Response:
    form = web.form(request)
    names = queries.organisation_names(session, {row.organisation_id} if row.organisation_id else set())
    page = pages.InvitationPage(
        secret=request.path_params["secret"],
        role=row.role_word,
        reach=row.reach_word,
        email=row.email,
        organisation=names.get(row.organisation_id or ""),
        organisation_role=row.organisation_role,
        until=row.expires_at,
        shortest_password=keys.limits().password_min,
        account=actor.name if actor.is_signed_in else None,
        given={name: form[name][:200] for name in ("name", "display_name")},
        faults=_faults(refusal, "name"),
    )
    answer = web.render(request, "people/invitation.html", page, status=_status(refusal))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _conditions_page(request: Request, session: Session, actor: Actor, refusal: Refusal | None = None) -> Response:
    now = conditions(request)
    account = queries.get_self(session, viewer=actor) if actor.account_id else None
    page = pages.ConditionsPage(
        version=now.version,
        text=now.said_in(web.current_language()),
        back=web.local_path(request.query_params.get("back", "") or web.form(request)["back"] or "/"),
        asks=account is not None and account.conditions < now.version,
        is_accepted=account is not None and 0 < now.version <= account.conditions,
        fault=refusal.sentence(web.translate) if refusal else None,
    )
    return web.render(request, "people/conditions.html", page, status=_status(refusal))


def _faults(refusal: Refusal | None, field: str) -> dict[str, str]:
    return {refusal.field or field: refusal.sentence(web.translate)} if refusal else {}


def _status(refusal: Refusal | None) -> int:
    return web.status_of(refusal) if refusal else 200


routes = [
    web.page("/sign-up", show_sign_up),
    web.page("/sign-up", create_sign_up, methods=["POST"]),
    web.page("/invitations/{secret}", show_invitation),
    web.page("/invitations/{secret}", accept_invitation, methods=["POST"]),
    web.page("/conditions", show_conditions),
    web.page("/conditions", accept_conditions, methods=["POST"]),
]
