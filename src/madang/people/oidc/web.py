# SPDX-License-Identifier: Apache-2.0
"""Doors for people: to the institute's provider and back. No thread and no unit of work waits while the provider is asked."""

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import web
from madang.kit import Actor, NotAllowed, NotSignedIn, Refusal
from madang.people import actions, browsers, oidc, queries
from madang.people.actions import sessions
from madang.people.errors import SignInAgain
from madang.people.oidc.claims import Claims
from madang.people.oidc.rounds import Begun
from madang.people.own import views
from madang.people.sign_in_page import sign_in_again

YOUNG_SECONDS = 3600
_directories: dict[oidc.Provider, oidc.Directory] = {}


def directory() -> oidc.Directory:
    """What is known of the provider in this process."""
    provider = oidc.held()
    return _directories.setdefault(provider, oidc.Directory(provider))


async def create_round(request: Request) -> Response:
    """Send the browser to the provider."""
    try:
        return await _send(request, oidc.begin(back=web.local_path(request.query_params.get("back", "/"))))
    except Refusal as refusal:
        return await run_in_threadpool(sign_in_again, _at_sign_in(request), refusal)


async def create_linking_round(request: Request) -> Response:
    """Send the browser to the provider, to add that identity to the account that is signed in here.

    Only soon after signing in: the identity is a way in for good, and whoever finds a browser open must not give themselves one.
    """
    cookie = browsers.cookie(request)
    actor, is_young = await web.reading(request, lambda session, actor: (actor, sessions.is_young(session, cookie, seconds=YOUNG_SECONDS)))
    if actor.via != "session" or actor.account_id is None:
        raise NotSignedIn
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed
    if not is_young:
        raise SignInAgain
    return await _send(request, oidc.begin(back="/me/sign-in?done=linked", account_id=actor.account_id))


async def finish_round(request: Request) -> Response:
    """Back from the provider: signed in, or an identity more, or the reason why not."""
    answer = dict(request.query_params)
    is_linking = False
    try:
        begun = oidc.read(browsers.kept(request, oidc.COOKIE), answer.get("state", ""))
        is_linking = begun.account_id != ""
        await web.perform(request, _spending(begun), writes=True, is_confirmed=True)
        claims = await oidc.exchange(directory(), begun, answer)
        deed = _linking(begun, claims) if is_linking else _signing_in(begun, claims)
        done = await web.perform(request, deed, writes=True, is_confirmed=True)
    except Refusal as refusal:
        if is_linking:
            raise
        done = await run_in_threadpool(sign_in_again, _at_sign_in(request), refusal)
    return browsers.drop(request, done, oidc.COOKIE)


async def _send(request: Request, begun: Begun) -> Response:
    address = await oidc.authorization_address(directory(), begun)
    return browsers.keep(request, web.see_other(address), oidc.COOKIE, begun.sealed(), seconds=oidc.SECONDS)


def _at_sign_in(request: Request) -> Request:
    """The request as if it had asked for the sign-in page: no link on it leads back to an address with a used code."""
    return Request({**request.scope, "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b""})


def _spending(begun: Begun) -> web.Door:
    def door(request: Request, session: Session, actor: Actor) -> Response:
        actions.spend(session, begun)
        return web.no_content()

    return door


def _signing_in(begun: Begun, claims: Claims) -> web.Door:
    def door(request: Request, session: Session, actor: Actor) -> Response:
        account, cookie = actions.sign_in_by_identity(
            session, claims, agent=browsers.agent(request), previous_cookie=browsers.cookie(request)
        )
        return browsers.signed_in(request, session, web.see_other(begun.back), account, cookie)

    return door


def _linking(begun: Begun, claims: Claims) -> web.Door:
    def door(request: Request, session: Session, actor: Actor) -> Response:
        account = queries.get_self(session, viewer=views.self(actor))
        if account.id != begun.account_id:
            raise oidc.NoRound
        actions.link_identity(session, account, claims, by=actor)
        return web.see_other(begun.back)

    return door


routes = [
    Route("/sign-in/provider", create_round, name="people.oidc.create_round"),
    Route("/sign-in/provider/return", finish_round, name="people.oidc.finish_round"),
    Route("/me/identities/new", create_linking_round, name="people.oidc.create_linking_round"),
]
