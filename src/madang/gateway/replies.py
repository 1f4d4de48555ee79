# SPDX-License-Identifier: Apache-2.0
"""What goes back: a reply in one piece, and the problem that a refusal is, which each wire dresses for its clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.types import Scope, Send

from madang import kit, serving, web
from madang.gateway.errors import Fault, WrongMedia, WrongMethod

encode = msgspec.json.Encoder().encode
JSON = b"application/json"
PROBLEM = b"application/problem+json"
EMPTY: Mapping[str, Any] = {}
Headers = Sequence[tuple[bytes, bytes]]
FIXED: Headers = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
)
"""What every answer carries. Nothing there rests on a cookie, so any page may call with its reader's key."""
MOST_KNOWN = 100
STATUS: Mapping[type[kit.Refusal], int] = {
    serving.EngineFailed: 502, serving.TookTooLong: 504, WrongMethod: 405, WrongMedia: 415, Fault: 500,
}  # fmt: skip
"""Refusals that have another status on the path of calls than the kind that they are of: what failed stands behind us."""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """An answer in one piece."""

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What a refused call is answered (RFC 9457), before a wire dresses it. ``field`` is the member of the input that is meant."""

    status: int
    code: str
    detail: str
    path: str
    request_id: str
    field: str = ""
    retry_after: int | None = None

    def members(self) -> dict[str, Any]:
        """The members of a problem document."""
        title = HTTPStatus(self.status).phrase
        told: dict[str, Any] = {"type": f"urn:madang:problem:{self.code}", "title": title, "status": self.status, "code": self.code}
        told |= {"detail": self.detail, "instance": self.path, "request_id": self.request_id}
        if self.field:
            told["errors"] = [{"field": self.field, "message": self.detail}]
        return told

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What its status asks of an answer's head."""
        told = []
        if self.retry_after is not None:
            told.append((b"retry-after", str(self.retry_after).encode()))
        if self.status == 401:
            told.append((b"www-authenticate", b'Bearer realm="madang"'))
        return told


def problem_of(refusal: kit.Refusal, *, path: str, request_id: str) -> Problem:
    """The problem that says this refusal, in the language that is set. One that may pass says when to come again."""
    status = next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 0) or web.status_of(refusal)
    after = getattr(refusal, "retry_after", None)
    if after is None and status in (429, 503):
        after = 5
    shown = refusal.sentence(web.translate).encode("utf-8", "backslashreplace").decode()
    field = (refusal.field or "").encode("utf-8", "backslashreplace").decode()
    return Problem(status, refusal.code, shown, path.encode("utf-8", "backslashreplace").decode(), request_id, field, after)


async def send_reply(scope: Scope, send: Send, reply: Reply, told: Headers, *, closes: bool = False) -> None:
    """The reply has left, with the headers that every answer carries and those that were ``told`` on the way. In one write, where the
    server can."""
    whole = scope.get("extensions", EMPTY).get(web.WHOLE)
    if whole is not None and not closes:
        fixed = _fixed.get(reply.media_type) or _fixed_of(reply.media_type)
        if fixed is not None and whole(reply.status, fixed, [*told, *reply.headers] if reply.headers else told, reply.body):
            return
    head = [(b"content-type", reply.media_type), (b"content-length", b"%d" % len(reply.body)), *FIXED, *told, *reply.headers]
    if closes:
        head.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": head})
    await send({"type": "http.response.body", "body": reply.body})


_fixed: dict[bytes, bytes] = {}


def _fixed_of(media_type: bytes) -> bytes | None:
    """The lines that every answer of this type carries, joined and looked at once; None for a type that cannot stand in a head."""
    lines = web.lines_of([(b"content-type", media_type), *FIXED])
    if lines is not None and len(_fixed) < MOST_KNOWN:
        _fixed[media_type] = lines
    return lines
