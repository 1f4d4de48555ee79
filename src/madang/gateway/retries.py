# SPDX-License-Identifier: Apache-2.0
"""Calls that may be sent again: what an ``Idempotency-Key`` was answered is answered again, and neither done nor counted a second time.

The row is written before the service is called and completed before the answer leaves. Where nothing is known of what became of the first
call (it is under way, or its process was killed), the answer is a conflict that says so. The key belongs to the API key that it came with.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import kit
from madang.db import Database
from madang.gateway.asked import Asked
from madang.gateway.errors import AnswerNotKept, KeyReused, StillUnderWay, WrongValue
from madang.gateway.models import LONGEST, Retry
from madang.gateway.replies import Reply

R = TypeVar("R")
STREAMED = kit.marked("it was streamed")
LARGE = kit.marked("it was too large to keep")
LOST = kit.marked("a fault came between")


class Replayed(Exception):  # no refusal: it carries the answer
    """The call was done before; this was its answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


@dataclass
class Retries:
    """Keeps answers for ``hours``, those of up to ``most`` bytes."""

    database: Database
    hours: int = 24
    most: int = 256 << 10

    async def begin(self, asked: Asked, owner: str) -> None:
        """The call is known to be under way. ``Replayed`` where it was done before; a conflict where nothing can be said; ``KeyReused``."""
        key = asked.header(b"idempotency-key")
        if not 0 < len(key) <= LONGEST or not key.isprintable():
            raise WrongValue("Idempotency-Key", kit.marked("it has 1 to 255 characters that can be printed"))
        head = f"{asked.method} {asked.path}?".encode("utf-8", "surrogateescape") + asked.scope["query_string"] + b"\0"
        print_ = sha256(head + asked.given).hexdigest()
        known = await self._written(lambda session: self._begin(session, owner, key, print_))
        if known is not None:
            _answer_again(known, print_)
        asked.retry = (owner, key)

    async def keep(self, asked: Asked, reply: Reply | None) -> None:
        """The answer will be given again. ``reply`` None: it was streamed, and only that it was done is known."""
        assert asked.retry is not None
        fits = reply is not None and len(reply.body) <= self.most
        if reply is None or not fits:
            await self._complete(asked.retry, 200, b"", None, STREAMED if reply is None else LARGE)
        else:
            await self._complete(asked.retry, reply.status, reply.media_type, reply.body, "")

    async def forget(self, asked: Asked) -> None:
        """The call was not done, so it may come again as if it were new; one that was counted before something broke may not."""
        assert asked.retry is not None
        owner, key = asked.retry
        if asked.is_counted:
            await self._complete(asked.retry, 500, b"", None, LOST)
        else:
            await self._written(lambda session: session.execute(delete(Retry).where(Retry.owner == owner, Retry.key == key)))

    async def _complete(self, retry: tuple[str, str], status: int, media_type: bytes, body: bytes | None, reason: str) -> None:
        def complete(session: Session) -> None:
            row = session.get(Retry, retry)
            if row is not None:
                row.status, row.media_type, row.body, row.reason = status, media_type.decode("latin-1"), body, reason

        await self._written(complete)

    def _begin(self, session: Session, owner: str, key: str, print_: str) -> Retry | None:
        session.execute(delete(Retry).where(Retry.begun_at < kit.now() - timedelta(hours=self.hours)))
        known = session.get(Retry, (owner, key))
        if known is not None:
            session.expunge(known)
            return known
        session.add(Retry(owner=owner, key=key, request=print_, begun_at=kit.now()))
        return None

    async def _written(self, work: Callable[[Session], R]) -> R:
        def write() -> R:
            with self.database.writing() as session:
                return work(session)

        try:
            return await asyncio.to_thread(write)
        except IntegrityError:  # another process began it in the same moment
            raise StillUnderWay from None


def _answer_again(known: Retry, print_: str) -> None:
    if known.request != print_:
        raise KeyReused
    if known.status is None:
        raise StillUnderWay
    if known.body is None:
        raise AnswerNotKept(reason=known.reason)
    raise Replayed(Reply(known.status, known.body, known.media_type.encode("latin-1")))
