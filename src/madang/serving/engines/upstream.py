# SPDX-License-Identifier: Apache-2.0
"""A service that runs elsewhere and is called over HTTP: plain JSON, OpenAI's interface, the Open Inference Protocol, or Ray Serve.

Its address passes the guard, and the connection goes to what the guard looked at. A call is sent once: only a connection that could not be
made is tried at the next address. A server that fails again and again is left alone for a while.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from madang import forges
from madang.serving.cards import EngineCard
from madang.serving.engines import events
from madang.serving.engines.events import Counted, Events
from madang.serving.engines.pool import Connection, Pool, Reply
from madang.serving.engines.port import Inputs
from madang.serving.engines.turns import Turns
from madang.serving.engines.waits import Waits
from madang.serving.errors import BadInputs, BadService, Busy, EngineDown, EngineFailed, TookTooLong

decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
FAILURES = 5
REST_SECONDS = 10.0
END_SECONDS = 1.0
MOST_REFUSAL = 4096
LOOK_AGAIN_SECONDS = 60.0
PATHS = {
    ("openai", "chat"): "/chat/completions",
    ("openai", "embeddings"): "/embeddings",
    ("openai", "completions"): "/completions",
}


class UpstreamEngine:
    """Calls one server."""

    def __init__(self, card: EngineCard, *, guard: Callable[[], forges.Guard], queue: int, longest: int) -> None:
        self.card, self.guard, self.longest = card, guard, longest
        self.turns = Turns(max(card.most, 64), queue)
        self.pool: Pool | None = None
        self.target: forges.Target | None = None
        self.looked_at = float("-inf")
        self.waits = Waits()
        self.heads: dict[str, bytes] = {}
        self.sends_options = True
        self.failures, self.rests_until = 0, 0.0

    async def call(self, inputs: Inputs, operation: str, deadline: float) -> object:
        """What the server gives."""
        if self.failures >= FAILURES or not self.turns.enter_now():
            await self._enter(deadline)
        try:
            connection, reply = await self._ask(inputs, operation, deadline, streamed=False)
            assert self.pool is not None
            self.pool.give_back(connection)
        except TimeoutError as late:
            self._count_failure()
            raise TookTooLong from late
        except OSError as error:
            self._count_failure()
            raise EngineFailed from error
        finally:
            self.turns.leave()
        return self._read(reply)

    async def stream(self, inputs: Inputs, operation: str, deadline: float) -> AsyncIterator[bytes]:
        """The pieces of the server's answer, as they come."""
        await self._enter(deadline)
        connection: Connection | None = None
        try:
            connection, reply = await self._ask(inputs, operation, deadline, streamed=True)
            if await self._refuses_options(connection, reply, deadline):
                connection.close()
                connection, reply = await self._ask(inputs, operation, deadline, streamed=True)
                await self._refuses_options(connection, reply, deadline)
            pieces = self._events(connection, reply, deadline) if self.card.wire == "openai" else _pieces(connection, deadline)
            async for piece in pieces:
                yield piece
            self.failures = 0
        except TimeoutError as late:
            self._count_failure()
            raise TookTooLong from late
        except OSError as error:
            self._count_failure()
            raise EngineFailed from error
        finally:
            self.turns.leave()
            if connection is not None and self.pool is not None:
                if connection.is_done:
                    self.pool.give_back(connection)
                else:
                    connection.close()

    async def _refuses_options(self, connection: Connection, reply: Reply, deadline: float) -> bool:
        """Whether the server, which has done nothing yet, does not know ``stream_options``: then it is not sent them any more. Any other
        refusal is raised."""
        if reply.status == 200:
            return False
        while len(reply.body) < MOST_REFUSAL:
            async with asyncio.timeout_at(deadline):
                piece = await connection.more()
            if not piece:
                break
            reply.body += piece
        if self.sends_options and reply.status in (400, 422) and b"stream_options" in reply.body:
            self.sends_options = False
            return True
        self._read(reply)
        raise EngineFailed

    def load(self) -> tuple[int, int]:
        """How many calls run, and how many wait."""
        return self.turns.load()

    async def _events(self, connection: Connection, reply: Reply, deadline: float) -> AsyncIterator[bytes]:
        """Whole events, each with its tokens. A server that does not stream gives its answer as one piece."""
        if b"event-stream" not in reply.headers.get(b"content-type", b""):
            reply.body = b""
            async for piece in _pieces(connection, deadline):
                reply.body += piece
                if len(reply.body) > self.longest:
                    raise EngineFailed
            told = events.object_of(reply.body)
            yield Counted.of(events.text_of(told), events.total_of(told) or 1, is_told=events.total_of(told) is not None)
            return
        found, is_empty = Events(self.longest), True
        async for piece in _pieces(connection, deadline):
            for event in found.feed(piece):
                is_empty = False
                yield event
            if found.is_done:
                break
        if is_empty:
            raise EngineFailed
        with contextlib.suppress(TimeoutError):  # the end of the body, so that the connection can be kept
            async for _rest in _pieces(connection, asyncio.get_running_loop().time() + END_SECONDS):
                continue

    async def close(self) -> None:
        """No connection is kept."""
        if self.pool is not None:
            self.pool.close()

    async def _enter(self, deadline: float) -> None:
        now = asyncio.get_running_loop().time()
        if self.failures >= FAILURES and now < self.rests_until:
            raise EngineDown(retry_after=max(1, round(self.rests_until - now)))
        if self.failures >= FAILURES:
            self.rests_until = now + REST_SECONDS  # this one call looks whether the server answers again
        await self.turns.enter(deadline)

    async def _ask(self, inputs: Inputs, operation: str, deadline: float, *, streamed: bool) -> tuple[Connection, Reply]:
        loop = asyncio.get_running_loop()
        pool = self.pool
        if pool is None or self.looked_at < loop.time() - LOOK_AGAIN_SECONDS or (connection := pool.kept()) is None:
            pool, connection = await self._connect(deadline)
        answer: asyncio.Future[Reply] = loop.create_future()
        try:
            connection.ask(self._request(inputs, operation, streamed=streamed), answer, streamed=streamed)
            return connection, await self.waits.wait(answer, deadline)
        except (OSError, asyncio.CancelledError):
            connection.close()
            raise

    async def _connect(self, deadline: float) -> tuple[Pool, Connection]:
        """A connection to where the server is now."""
        async with asyncio.timeout_at(deadline):
            pool = await self._ready()
            try:
                return pool, pool.kept() or await pool.connect()
            except OSError as error:
                self._count_failure()
                raise EngineDown(retry_after=5) from error

    async def _ready(self) -> Pool:
        """The pool, whose addresses the guard has looked at within the last minute."""
        now = asyncio.get_running_loop().time()
        if self.pool is None or self.target is None or now - self.looked_at > LOOK_AGAIN_SECONDS:
            target = await asyncio.to_thread(looked_at, self.guard(), self.card.url)
            if self.pool is None or self.target is None or target.addresses != self.target.addresses:
                if self.pool is not None:
                    self.pool.close()
                addresses = target.addresses or (target.host,)
                is_secure = target.scheme == "https"
                self.pool = Pool(addresses, target.port, name=target.host, is_secure=is_secure, longest=self.longest)
            self.target, self.looked_at = target, now
            self.heads.clear()
        return self.pool

    def _request(self, inputs: Inputs, operation: str, *, streamed: bool) -> bytes:
        path, body = "", inputs
        if self.card.wire == "openai" and isinstance(inputs, Mapping):
            path = PATHS.get(("openai", operation or ("embeddings" if "input" in inputs else "chat")), "/chat/completions")
            more: dict[str, object] = {"stream": True} if streamed else {}
            if streamed and self.sends_options:
                more["stream_options"] = {"include_usage": True}
            body = {**inputs, "model": self.card.model or inputs.get("model", ""), **more}
        elif self.card.wire == "oip":
            path = f"/v2/models/{self.card.model}/infer"
        head = self.heads.get(path)
        if head is None:
            head = self.heads[path] = self._head(path)
        if isinstance(body, bytes):
            return b"%bapplication/octet-stream\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
        data = encode(body)
        return b"%bapplication/json\r\nContent-Length: %d\r\n\r\n%b" % (head, len(data), data)

    def _head(self, path: str) -> bytes:
        """A request's head up to what its body is."""
        target = self.target
        assert target is not None
        host = f"[{target.host}]" if ":" in target.host else target.host
        address = urlsplit(self.card.url).path.rstrip("/") + path or "/"
        head = f"POST {address} HTTP/1.1\r\nHost: {host}:{target.port}\r\nAccept: */*\r\nContent-Type: "
        return head.encode("ascii", "replace")

    def _read(self, reply: Reply) -> object:
        """The answer as a value; refusals as the server meant them."""
        if reply.status in (429, 503):
            told = reply.headers.get(b"retry-after", b"")
            raise Busy(retry_after=int(told) if told.isdigit() and len(told) < 5 else 2)
        if reply.status in (400, 413, 422):
            raise BadInputs(reason=_reason(reply.body))
        if reply.status != 200:
            self._count_failure()
            raise EngineFailed
        self.failures = 0
        if b"json" not in reply.headers.get(b"content-type", b"application/json"):
            return reply.body
        try:
            return decode(reply.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            self._count_failure()
            raise EngineFailed from error

    def _count_failure(self) -> None:
        self.failures += 1
        if self.failures >= FAILURES:
            self.rests_until = asyncio.get_running_loop().time() + REST_SECONDS


async def _pieces(connection: Connection, deadline: float) -> AsyncIterator[bytes]:
    """The body as it comes."""
    while True:
        async with asyncio.timeout_at(deadline):
            piece = await connection.more()
        if not piece:
            return
        yield piece


def looked_at(guard: forges.Guard, url: str, *, look_up: bool = True) -> forges.Target:
    """Where the address leads, if the guard lets it. The guard's own form wants a path, which a server's address need not have."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not url.isascii() or not url.isprintable() or " " in url:
        raise BadService(reason=url[:100])
    address = f"{parts.scheme}://{parts.netloc}/service"
    return guard.check(address) if look_up else guard.parse(address)


def _reason(body: bytes) -> str:
    """What a server says is wrong, as far as it can be read."""
    try:
        told = json.loads(body[:4096])
    except (ValueError, RecursionError):
        return body[:200].decode("utf-8", "replace")
    found = told.get("error", told.get("detail", told)) if isinstance(told, dict) else told
    return str(found.get("message", found) if isinstance(found, dict) else found)[:300]
