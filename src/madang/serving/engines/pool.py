# SPDX-License-Identifier: Apache-2.0
"""A small pool of kept connections to one HTTP server, on asyncio and httptools: what a call elsewhere costs is mostly this.

Only what services need: POST with a body, an answer with a length or in chunks. Nothing is followed and nothing is asked twice.
"""

import asyncio
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from typing import cast

import httptools

IDLE = 64
IDLE_SECONDS = 20.0
MOST_PIECES = 64
MOST_HEADER_BYTES = 64 << 10


class Broken(OSError):
    """The server broke off, or sent what is no HTTP."""


class TooLong(OSError):
    """The server's answer is over the limit."""


@dataclass(slots=True)
class Reply:
    """What a server answered."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


class Connection(asyncio.Protocol):
    """One connection; one request at a time. Its callbacks are httptools'."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.transport: asyncio.Transport | None = None
        self.parser = httptools.HttpResponseParser(self)
        self.reply, self.size, self.headed = Reply(), 0, 0
        self.answer: asyncio.Future[Reply] | None = None
        self.pieces: deque[bytes] = deque()
        self.news = asyncio.Event()
        self.is_done, self.is_open, self.is_streamed, self.kept_at = True, True, False, 0.0
        self.fault: OSError | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass of asyncio's

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told. An answer without a length ends so."""
        self.is_open = False
        if not self.is_done:
            self._fail(Broken(str(exc or "it broke off")))

    def data_received(self, data: bytes) -> None:
        """A piece of the answer."""
        if self.is_done:  # nobody asked for this
            self.close()
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(Broken(str(error)))
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self.headed += len(name) + len(value)
        if self.headed > MOST_HEADER_BYTES:
            self._fail(TooLong("headers"))
            self.close()
        self.reply.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """Whoever asked for a stream knows the status."""
        self.reply.status = self.parser.get_status_code()
        if self.is_streamed:
            self._give()

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self.size += len(data)
        if self.size > self.longest and not self.is_streamed:
            self._fail(TooLong("body"))
            self.close()
            return
        self.pieces.append(data)
        if self.is_streamed:
            if len(self.pieces) > MOST_PIECES and self.transport is not None:
                self.transport.pause_reading()
            self.news.set()

    def on_message_complete(self) -> None:
        """The answer is whole."""
        self.is_done = True
        if not self.parser.should_keep_alive():
            self.is_open = False
        if self.is_streamed:
            self.news.set()
        else:
            self.reply.body = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
            self._give()

    def ask(self, data: bytes, answer: "asyncio.Future[Reply]", *, streamed: bool) -> None:
        """The request is on its way; ``answer`` is done when all of it is there, or its head where it is streamed."""
        assert self.transport is not None
        self.reply, self.size, self.headed, self.is_done, self.is_streamed, self.fault = Reply(), 0, 0, False, streamed, None
        self.pieces.clear()
        if streamed:
            self.news.clear()
        self.answer = answer
        self.transport.write(data)

    async def more(self) -> bytes:
        """The next piece of the body; b"" at its end."""
        while not self.pieces:
            if self.fault is not None:
                raise self.fault
            if self.is_done:
                return b""
            self.news.clear()
            await self.news.wait()
        data = self.pieces.popleft()
        if self.transport is not None and self.is_streamed and len(self.pieces) == MOST_PIECES // 2:
            self.transport.resume_reading()
        return data

    def close(self) -> None:
        """It is gone."""
        self.is_open = False
        if self.transport is not None:
            self.transport.abort()

    def _fail(self, fault: OSError) -> None:
        self.is_done, self.fault = True, fault
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(fault)
        self.news.set()

    def _give(self) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(self.reply)


class Pool:
    """Connections to one server, under the addresses that were looked at. ``name`` is what its certificate must say."""

    def __init__(self, addresses: tuple[str, ...], port: int, *, name: str, is_secure: bool, longest: int) -> None:
        self.addresses, self.port, self.name, self.longest = addresses, port, name, longest
        self.tls = ssl.create_default_context() if is_secure else None
        self.idle: deque[Connection] = deque()

    def kept(self) -> Connection | None:
        """A connection that stands, where one is kept."""
        while self.idle:
            found = self.idle.pop()
            if found.is_open and time.monotonic() - found.kept_at < IDLE_SECONDS:
                return found
            found.close()
        return None

    async def connect(self) -> Connection:
        """A new connection. ``OSError`` when no address can be reached."""
        loop = asyncio.get_running_loop()
        last: OSError = OSError("no address")
        for address in self.addresses:
            try:
                _transport, made = await loop.create_connection(
                    lambda: Connection(self.longest), address, self.port, ssl=self.tls, server_hostname=self.name if self.tls else None
                )
            except OSError as error:
                last = error
            else:
                return made
        raise last

    def give_back(self, connection: Connection) -> None:
        """The connection is kept for the next call, if it is whole."""
        if connection.is_open and connection.is_done and len(self.idle) < IDLE:
            connection.kept_at = time.monotonic()
            self.idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Nothing is kept."""
        while self.idle:
            self.idle.pop().close()
