# SPDX-License-Identifier: Apache-2.0
"""Bodies that are kept as they come, in threads of their own, so that slow senders keep nobody from pages and memory stays flat."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request

R = TypeVar("R")
PIECE = 1 << 20
AT_ONCE = 24
"""Bodies that one process takes in at once; the others wait."""
_limiters: dict[str, anyio.CapacityLimiter] = {}


async def taking(request: Request, take: Callable[[Iterator[bytes]], R]) -> R:
    """What ``take`` makes of the body, in a thread; it gets pieces of about a mebibyte. ``ClientDisconnect`` when the sender has gone."""
    limiter = _limiters.setdefault("bodies", anyio.CapacityLimiter(AT_ONCE))
    return await anyio.to_thread.run_sync(lambda: take(_pieces(request)), limiter=limiter)


def _pieces(request: Request) -> Iterator[bytes]:
    more = True
    while more:
        piece, more = anyio.from_thread.run(_next, request)
        yield piece


async def _next(request: Request) -> tuple[bytes, bool]:
    """What came next, and whether more comes."""
    parts: list[bytes] = []
    size = 0
    while size < PIECE:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            return b"".join(parts), False
    return b"".join(parts), True
