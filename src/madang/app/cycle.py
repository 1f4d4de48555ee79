# SPDX-License-Identifier: Apache-2.0
"""A call's request and answer on a connection: uvicorn's cycle, in which what most calls never need is made when it is needed, and an
answer in one piece leaves in one write where the application says so (``web.WHOLE``)."""

import asyncio
from collections.abc import MutableSet, Sequence
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from madang import web


class Call(RequestResponseCycle):
    """A request on the path of calls, and its answer. What most calls never need is made when it is needed."""

    waiting_for_100_continue = disconnected = response_started = response_complete = access_log = is_told = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    heard: asyncio.Event | None = None
    listens = is_half_closed = False
    """Whether the application waits to be told that the other side has gone; whether that side has said that it says no more."""
    told_by_default: ClassVar[tuple[Any, bytes]] = (None, b"")
    """What uvicorn says with every answer (it makes that list anew each second), and its lines."""

    def __init__(self, connection: HttpToolsProtocol, scope: Any, *, keep_alive: bool) -> None:  # in the place of uvicorn's
        self.scope, self.keep_alive = scope, keep_alive
        self.transport, self.flow, self.logger = connection.transport, connection.flow, connection.logger
        self.default_headers = connection.server_state.default_headers
        self.on_response = connection.on_response_complete
        self.body = bytearray()

    @property
    def message_event(self) -> "Call":  # type: ignore[override]  # an event a request costs more than asking for it
        """What uvicorn calls ``set`` of when more has come, or the other side has gone."""
        return self

    def set(self) -> None:
        """Who waits goes on."""
        if self.heard is not None:
            self.heard.set()

    async def run(self, app: Any, tasks: MutableSet[Any]) -> None:
        """It is answered; uvicorn waits for what stands among ``tasks`` before it ends."""
        try:
            await self.run_asgi(app)
        finally:
            del self.scope["extensions"]  # which holds this call
            tasks.discard(asyncio.current_task())

    async def receive(self) -> Any:
        """What has come of the body, at once where something has."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        while not (self.is_gone or self.response_complete) and (self.is_told or (self.more_body and not self.body)):
            self.flow.resume_reading()
            self.heard, self.listens = self.heard or asyncio.Event(), self.is_told
            await self.heard.wait()
            self.heard.clear()
        self.listens = False
        if self.is_gone or self.response_complete:
            return {"type": "http.disconnect"}
        body, self.body, self.is_told = bytes(self.body), bytearray(), not self.more_body
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    @property
    def is_gone(self) -> bool:
        """Whether nobody reads the answer, as far as can be known. Who closed and who closed one half look alike, so to whoever listens for
        that, both have gone."""
        return self.disconnected or (self.is_half_closed and self.is_told)

    def answer(self, status: int, fixed: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """The answer has left in one write; False where it has to go the long way, message by message, which says what is wrong with it.

        ``fixed`` are whole lines, looked at before and the same for many answers (``web.lines_of``). Neither they nor ``headers`` name the
        body's length, ``connection`` or ``transfer-encoding``.
        """
        if self.response_started or self.disconnected or self.flow.write_paused or self.scope["method"] == "HEAD":
            return False
        lines, end = web.lines_of(headers), b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        if lines is None:
            return False
        made, told = Call.told_by_default
        if made is not self.default_headers:
            told = web.lines_of(self.default_headers) or b""
            Call.told_by_default = self.default_headers, told
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(b"%b%b%b%bcontent-length: %d\r\n%b%b" % (STATUS_LINE[status], told, fixed, lines, len(body), end, body))
        self.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True
