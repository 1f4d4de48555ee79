# SPDX-License-Identifier: Apache-2.0
"""The path of calls: raw ASGI in front of the pages, so that a call costs no framework."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madang import kit, web
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked
from madang.gateway.counting import Counts
from madang.gateway.errors import Fault, Gone, WrongMethod
from madang.gateway.replies import Reply, problem_of, send_reply
from madang.gateway.retries import Replayed
from madang.gateway.wires import Wire

log = logging.getLogger("madang.gateway")
DRAINED_BYTES = 256 << 20
DRAIN_SECONDS = 30.0
MOST_KNOWN = 1000
PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, idempotency-key, x-request-id"),
    (b"access-control-max-age", b"86400"),
)


class CallPath:
    """ASGI: answers what a wire claims and passes everything else on to ``app``."""

    def __init__(self, app: ASGIApp, admission: Admission, wires: Iterable[Wire], *, language: str = "ko") -> None:
        self.app, self.admission, self.language = app, admission, language
        self.wires = tuple(wires)
        self.counts = Counts()
        self.by_segment: dict[str, tuple[Wire, ...]] = {}
        self.known: dict[str, Wire] = {}
        for wire in self.wires:
            for segment in {address.path.split("/")[1] for address in wire.addresses}:
                self.by_segment[segment] = (*self.by_segment.get(segment, ()), wire)

    def wire_of(self, path: str) -> Wire | None:
        """Whose address this is; None for one that is passed on."""
        known = self.known.get(path)
        if known is not None:
            return known
        end = path.find("/", 1)
        for wire in self.by_segment.get(path[1:end] if end > 0 else path[1:], ()):
            if wire.claims(path):
                if len(self.known) >= MOST_KNOWN:
                    self.known.clear()
                self.known[path] = wire
                return wire
        return None

    def takes(self, path: str) -> bool:
        """Whether this answers what comes for the path."""
        return self.wire_of(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        wire = self.wire_of(scope["path"]) if scope["type"] == "http" else None
        if wire is None:
            await (self._live if scope["type"] == "lifespan" else self.app)(scope, receive, send)
            return
        asked, began = Asked(scope, receive), time.monotonic()
        asked.told = [(b"x-request-id", asked.request_id)]
        status, closes = 200, False
        try:
            if asked.method == "OPTIONS":
                await send_reply(scope, send, Reply(204, b"", b"text/plain", PREFLIGHT), asked.told)
                return
            reply = await self._reply(wire, asked, send)
            if reply is not None:
                status = reply.status
                if status >= 400 and not asked.is_read and asked.method == "POST":
                    closes = await _drain(asked)
                await send_reply(scope, send, reply, asked.told, closes=closes)
        except Gone:
            status = 499
        finally:
            self.counts.add(wire.name, status, time.monotonic() - began)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What calls stand on is there before the first and has ended before the server is told so: it waits for nothing behind that."""
        await self.admission.meter.start()
        await self.admission.switchboard.start()
        stands = True

        async def end() -> None:
            nonlocal stands
            if stands:
                stands = False
                await self.admission.switchboard.stop()
                await self.admission.meter.stop()

        async def tell(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await end()
            await send(message)

        try:
            await self.app(scope, receive, tell)
        finally:
            await end()

    async def _reply(self, wire: Wire, asked: Asked, send: Send) -> Reply | None:
        """The wire's reply, refusals and faults of ours included."""
        try:
            reply = await wire.answer(asked, self.admission, send)
            if asked.retry is not None:
                await self.admission.retries.keep(asked, reply)
            return reply
        except Replayed as replayed:
            asked.told.append((b"idempotent-replay", b"true"))
            return replayed.reply
        except kit.Refusal as refusal:
            await self._forget(asked)
            return self._refused(wire, asked, refusal)
        except Gone:
            await self._forget(asked)
            raise
        except Exception as fault:  # the edge: everything that rooms can say has been translated above
            log.error("fault", exc_info=fault, extra={"request_id": asked.request_id.decode(), "path": asked.path})
            await self._forget(asked)
            return self._refused(wire, asked, Fault())

    async def _forget(self, asked: Asked) -> None:
        if asked.retry is not None:
            await self.admission.retries.forget(asked)

    def _refused(self, wire: Wire, asked: Asked, refusal: kit.Refusal) -> Reply:
        given = asked.header(b"accept-language")
        language = web.preferred(given, self.language) if given else self.language
        with web.use_language(language):
            problem = problem_of(refusal, path=asked.path, request_id=asked.request_id.decode())
            reply = wire.refusal(asked, problem)
        self.counts.refuse(wire.name, refusal.code)
        asked.told.append((b"content-language", language.encode()))
        asked.told += problem.headers()
        if isinstance(refusal, WrongMethod):
            asked.told.append((b"allow", refusal.allowed.encode()))
        asked.told += getattr(refusal, "headers", ())
        return reply


async def _drain(asked: Asked) -> bool:
    """Read and throw away what still comes of a refused call, so that its sender gets to read the refusal. True when more would come."""
    if asked.headers.get(b"expect"):
        return True
    left = DRAINED_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message: Message = await asked.receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return False
    return True
