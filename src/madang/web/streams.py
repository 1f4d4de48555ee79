# SPDX-License-Identifier: Apache-2.0
"""Server-sent events: news of long work, read again and again without holding a session while waiting."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from madang import kit
from madang.web.gate import Gate, reading

MOST = 100
"""Streams of one process at once."""
INTERVAL = 0.5
COMMENT_AFTER = 15.0
LONGEST = 3600.0


class TooManyStreams(kit.TooMany):
    """The process tells as many tasks as it can."""

    code = "too-many-streams"
    message = kit.marked("Too many progress streams are open. Ask for the task itself instead, or try again later.")


def event_stream(request: Request, read: Callable[[Session, kit.Actor], dict[str, Any]], *, first: dict[str, Any]) -> Response:
    """``first`` and then each change of what ``read`` gives, as events named ``progress``; the last, with ``"final": true``, is ``end``.

    The stream ends by itself after an hour, and when the reader may not see the thing any more; a browser then connects again.
    """

    gate: Gate = request.app.state.gate
    if gate.streams >= MOST:
        raise TooManyStreams(retry_after=10)

    async def lines() -> AsyncIterator[str]:
        gate.streams += 1
        try:
            async for line in _told(request, read, first):
                yield line
        finally:
            gate.streams -= 1

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)


async def _told(request: Request, read: Callable[[Session, kit.Actor], dict[str, Any]], first: dict[str, Any]) -> AsyncIterator[str]:
    shown, silent, lived, state = None, 0.0, 0.0, first
    while lived < LONGEST:
        if state != shown:
            yield f"event: {'end' if state['final'] else 'progress'}\ndata: {json.dumps(state)}\n\n"
            shown, silent = state, 0.0
        if state["final"]:
            return
        if silent >= COMMENT_AFTER:
            yield ": still here\n\n"
            silent = 0.0
        await asyncio.sleep(INTERVAL)
        silent, lived = silent + INTERVAL, lived + INTERVAL
        try:
            state = await reading(request, read)
        except kit.Refusal:
            return
