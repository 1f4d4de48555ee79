# SPDX-License-Identifier: Apache-2.0
"""How an address of this wire becomes a door: who asks is read from the header alone, names from the address as it was sent, and a refusal
is said as clients read it."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madang import kit, people, web
from madang.hub.errors import BadRequest, NoSuchEntry, NoSuchRepository, NoSuchRevision
from madang.hub.gates.errors import Closed

Door = Callable[[Request, Session, kit.Actor], Response]
LONGEST_BODY = 16 << 20
CODES: dict[type[kit.Refusal], str] = {
    NoSuchRepository: "RepoNotFound",
    NoSuchRevision: "RevisionNotFound",
    NoSuchEntry: "EntryNotFound",
    Closed: "GatedRepo",
}
"""What clients make their own exceptions of."""
STATUS = {422: 400, 415: 400}
"""What this wire's clients know by another number."""
BAD_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105  # a sentence that clients look for


def address(path: str, door: Door, *, method: str, writes: bool = False, browsers: bool = False) -> Route:
    """A route of this wire. ``browsers``: whoever is signed in in a browser is known here too; only where nothing is written."""

    async def endpoint(request: Request) -> Response:
        plain = request if browsers and not writes else without_cookies(request)
        try:
            if method in ("POST", "PUT", "DELETE"):
                web.allow_body(plain, LONGEST_BODY, setting="MADANG_MAX_COMMIT_BYTES")
                plain.state.body = await plain.body()
            return await web.perform(plain, door, writes=writes, is_confirmed=True)
        except kit.Refusal as refusal:
            return refused(plain, refusal)

    return Route(path, endpoint, methods=[method], name=f"{door.__module__}.{door.__name__}")


def without_cookies(request: Request) -> Request:
    """The same request from somebody whom no browser vouches for."""
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"cookie"]
    return Request({**request.scope, "headers": headers}, request.receive)


def refused(request: Request, refusal: kit.Refusal) -> Response:
    """The refusal as clients read it: a code that names their own exception, and a sentence."""
    status = STATUS.get(web.status_of(refusal), web.status_of(refusal))
    code = next((CODES[kind] for kind in type(refusal).__mro__ if kind in CODES), "")
    actor = getattr(request.state, "actor", None)
    if isinstance(refusal, NoSuchRepository) and (actor is None or not actor.is_signed_in):
        status = 401  # as the Hub says it to whoever is nobody: there may be one for somebody
    sentence = BAD_TOKEN if isinstance(refusal, people.BadCredentials) else refusal.sentence()
    headers = {"X-Error-Message": sentence.encode("ascii", "replace").decode().replace("\n", " ")[:1000]}
    if code:
        headers["X-Error-Code"] = code
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="madang"'
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    said = refusal.sentence(web.translate) if status != 401 else sentence
    return JSONResponse({"error": said.encode("utf-8", "replace").decode(), "code": refusal.code}, status_code=status, headers=headers)


def named(request: Request, after: int) -> list[str]:
    """The parts of the address behind the first ``after``, each as its sender wrote it: a slash within a part stays in it."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    parts = raw.partition(b"?")[0].decode("latin-1").split("/")[1:]
    return [unquote(part, errors="replace") for part in parts[after:]]


def at_page(request: Request) -> tuple[str, list[str]]:
    """The kind that an address names as people see it, and its parts from the namespace on."""
    parts = named(request, 0)
    return ("dataset", parts[1:]) if parts[0] == "datasets" else ("model", parts)


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that came; half of a surrogate pair, which JSON can say, is in no text of it."""
    try:
        text = (request.state.body or b"{}").decode()
        value = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise BadRequest(member="JSON") from fault
    if not isinstance(value, dict):
        raise BadRequest(member="JSON")
    return value


def text_in(body: dict[str, Any], member: str, *, default: str | None = None, longest: int = 2000) -> str:
    """A text of the body; ``BadRequest`` where it is missing without a default, is none, or holds what no text has."""
    value = body.get(member, default)
    value = default if value is None else value
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise BadRequest(member=member)
    return value.encode("utf-8", "replace").decode()


def list_in(body: dict[str, Any], member: str, *, most: int = 100_000) -> Sequence[Any]:
    """A list of the body."""
    value = body.get(member)
    if not isinstance(value, list) or len(value) > most:
        raise BadRequest(member=member)
    return value
