# SPDX-License-Identifier: Apache-2.0
"""One request's journey through the gate: who asks, the unit of work, the door, the answer after the commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jinja2 import Environment
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import kit
from madang.db import Database
from madang.web import bodies, csrf, idempotency, maintenance
from madang.web.assets import Assets
from madang.web.limits import Limits
from madang.web.masthead import Masthead

Door = Callable[[Request, Session, kit.Actor], Response]
R = TypeVar("R")
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Debt:
    """Where people are led who owe something, and what programs of theirs are told. Below ``address`` they act as themselves."""

    address: str
    refusal: type[kit.Refusal]


@dataclass
class Gate:
    """What the composition hands to every request (as ``request.app.state.gate``)."""

    database: Database
    authenticate: Callable[[Session, Request], kit.Actor]
    templates: Environment
    assets: Assets
    csrf_key: bytes
    limits: Limits
    version: str
    masthead: Callable[[], Masthead]
    imprint: Callable[[], Any]
    waiting: Callable[[Session, kit.Actor], int]
    zone: str = "Asia/Seoul"
    is_secure: bool = False
    host: str = ""
    """Host and port of the printed address, which a proxy may hide."""
    debts: Mapping[str, Debt] = field(default_factory=dict)
    """What people may owe before they are more than visitors, by the word in ``Actor.owes``."""
    streams: int = 0


def printed_address(request: Request) -> str:
    """The address of the pages as it is printed, whatever the request says that it is."""
    gate: Gate = request.app.state.gate
    return f"{'https' if gate.is_secure else 'http'}://{gate.host or request.url.netloc}"


def page(path: str, door: Door, *, methods: Sequence[str] = ("GET",)) -> Route:
    """A route for people: ``door`` gets the request, a session and who asks, and gives the answer.

    A reading method gets a reading session. A writing one has its form parsed (``web.form``) and checked to be ours, and its session is
    committed before the answer leaves; a refusal undoes everything.
    """
    writes = not READS.issuperset(methods)

    async def endpoint(request: Request) -> Response:
        if writes:
            await bodies.read_form(request)
        return await perform(request, door, writes=writes)

    return Route(path, endpoint, methods=list(methods), name=f"{door.__module__}.{door.__name__}")


async def perform(request: Request, door: Door, *, writes: bool, fingerprint: str = "", is_confirmed: bool = False) -> Response:
    """The door's answer, from a thread, within one unit of work. ``is_confirmed``: something else than a form's token has shown that this
    browser wants the deed (a sign-in that comes back with its state)."""
    return await run_in_threadpool(within_unit_of_work, request, door, writes=writes, fingerprint=fingerprint, is_confirmed=is_confirmed)


async def reading(request: Request, query: Callable[[Session, kit.Actor], R]) -> R:
    """What ``query`` finds for whoever asks; the session is given back before this returns, so a stream may wait without holding it."""

    def find() -> R:
        gate: Gate = request.app.state.gate
        with gate.database.reading() as session:
            return query(session, gate.authenticate(session, request))

    return await run_in_threadpool(find)


async def confirm(request: Request) -> None:
    """Refuse a deed that did not come from a page of ours, for a door that keeps what came before its unit of work begins."""

    def check() -> None:
        gate: Gate = request.app.state.gate
        with gate.database.reading() as session:
            actor = gate.authenticate(session, request)
        maintenance.check_writes(request, actor, gate.masthead())
        _check_origin(request, gate, actor)

    await run_in_threadpool(check)


def within_unit_of_work(request: Request, door: Door, *, writes: bool, fingerprint: str = "", is_confirmed: bool = False) -> Response:
    """Call ``door`` in a session of its kind, after checking where a writing request came from."""
    gate: Gate = request.app.state.gate
    with gate.database.reading() as session:
        actor = request.state.actor = gate.authenticate(session, request)
        request.state.waiting = gate.waiting(session, actor) if actor.via == "session" else 0
    if writes:
        maintenance.check_writes(request, actor, gate.masthead())
    if writes and not is_confirmed:
        _check_origin(request, gate, actor)
    with gate.database.writing() if writes else gate.database.reading() as session:
        return idempotency.once(request, session, actor, fingerprint, lambda: door(request, session, actor))


def _check_origin(request: Request, gate: Gate, actor: kit.Actor) -> None:
    """A browser's deed must come from a page of ours; a token in a header is no browser's, and a visitor has nothing to steal from JSON."""
    if actor.via == "session" or (actor.via == "nobody" and not request.url.path.startswith("/api/")):
        given = bodies.form(request).get("csrf", "") or request.headers.get("x-csrf-token", "")
        csrf.check(request, gate.csrf_key, given)
