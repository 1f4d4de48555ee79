# SPDX-License-Identifier: Apache-2.0
"""Writes that may be sent again: the answer to an ``Idempotency-Key`` is kept in the deed's own transaction and given again.

The key belongs to who sends it. An answer that must not be stored (it shows a secret once) is not kept.
The same key with another request is refused (the draft standard "The Idempotency-Key HTTP Header Field").
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import String, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column
from starlette.requests import Request
from starlette.responses import Response

from madang import kit
from madang.db import Base, UtcTime
from madang.web.bodies import form

LONGEST = 255


class KeyReused(kit.Invalid):
    """The same key came with another request."""

    code = "idempotency-key-reused"
    message = kit.marked("This Idempotency-Key was used for another request. Take a new key for a new deed.")


class IdempotentAnswer(Base):
    """An answer kept for a retry."""

    __tablename__ = "web_idempotent_answer"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


def once(request: Request, session: Session, actor: kit.Actor, fingerprint: str, deed: Callable[[], Response]) -> Response:
    """The answer of ``deed``, or the one that this key was answered with before. Two at once wait for each other at the write lock."""
    key = request.headers.get("idempotency-key", "")
    if not key or request.method not in ("POST", "PUT", "PATCH", "DELETE") or not actor.is_signed_in:
        return deed()
    if len(key) > LONGEST:
        raise kit.Invalid(kit.marked("An Idempotency-Key has at most 255 characters."), field="Idempotency-Key")
    owner = actor.account_id or actor.name
    print_ = _fingerprint(request, fingerprint)
    kept = session.get(IdempotentAnswer, (owner, key))
    if kept is not None:
        if kept.request != print_:
            raise KeyReused()
        return Response(kept.body, kept.status, {**json.loads(kept.headers), "Idempotent-Replay": "true"})
    response = deed()
    if "no-store" in response.headers.get("cache-control", ""):
        return response
    hours = request.app.state.gate.limits.idempotency_hours
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.answered_at < kit.now() - timedelta(hours=hours)))
    headers = {name: response.headers[name] for name in ("content-type", "location") if name in response.headers}
    body = bytes(response.body).decode()
    session.add(
        IdempotentAnswer(
            owner=owner, key=key, request=print_, status=response.status_code, headers=json.dumps(headers), body=body, answered_at=kit.now()
        )
    )
    return response


def _fingerprint(request: Request, fingerprint: str) -> str:
    """What makes a request this one: method, address, body; of a form its fields but the token, which is another each time."""
    body: bytes = getattr(request, "_body", b"")
    fields = json.dumps(sorted((name, value) for name, value in form(request).items() if name != "csrf")).encode()
    return sha256(f"{request.method} {request.url.path}?{request.url.query}\0{fingerprint}\0".encode() + fields + b"\0" + body).hexdigest()
