# SPDX-License-Identifier: Apache-2.0
"""Answers that leave in pieces: server-sent events, ended when whoever asked hangs up."""

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.types import Send

from madang import kit
from madang.gateway.asked import Asked
from madang.gateway.errors import Gone
from madang.gateway.replies import FIXED

HEAD = (*FIXED, (b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no"))


def event(data: bytes) -> bytes:
    """One event of one line of data."""
    return b"data: " + data + b"\n\n"


async def send_events(
    asked: Asked, send: Send, pieces: AsyncIterator[bytes], *, last: bytes, refused: Callable[[kit.Refusal], bytes]
) -> None:
    """Every piece has left as it came, and ``last`` after ``pieces`` had ended. A refusal before the first piece is raised, so that it has
    its status; a later one is told as the last event. Who hangs up ends ``pieces`` at once, and ``Gone`` is raised."""
    ended = False

    async def pump() -> None:
        nonlocal ended
        began = False
        try:
            async for piece in pieces:
                if not began:
                    await send({"type": "http.response.start", "status": 200, "headers": [*HEAD, *asked.told]})
                    began = True
                if piece:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except kit.Refusal as refusal:
            if not began:
                raise
            ended = True
            await send({"type": "http.response.body", "body": refused(refusal)})
            return
        ended = True
        if not began:
            await send({"type": "http.response.start", "status": 200, "headers": [*HEAD, *asked.told]})
        await send({"type": "http.response.body", "body": last})

    pumping = asyncio.ensure_future(pump())
    listening = asyncio.ensure_future(_hang_up(asked))
    try:
        await asyncio.wait((pumping, listening), return_when=asyncio.FIRST_COMPLETED)
    finally:
        listening.cancel()
        if not pumping.done() and not ended:
            pumping.cancel()
        done, _pending = await asyncio.wait((pumping,))
    task = done.pop()
    if task.cancelled():
        raise Gone
    task.result()


async def _hang_up(asked: Asked) -> None:
    while (await asked.receive())["type"] != "http.disconnect":
        continue
