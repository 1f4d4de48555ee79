# SPDX-License-Identifier: Apache-2.0
"""Connections that cost nothing when they do nothing: silent, dribbling and never-reading ones end, and a flood of them shuts nobody out.

uvicorn waits for ever for a connection's first byte, for the rest of a head and for a reader that does not read. One look at all
connections every few seconds ends those, and those that are kept and not used, so that a request pays no timer for it.

Answers in one piece leave in one write where the application says so (``web.WHOLE``).
"""

import asyncio
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from madang import web

RESERVE = 512
"""Descriptors that are not for connections: the database, files, engines."""
MOST = 1 << 16


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may do nothing, in seconds: before its first byte, between two requests, between the bytes of a request, for a
    whole head, and while what it was answered waits to be read. ``look``: how often somebody looks."""

    first: float = 30.0
    kept: float = 30.0
    pause: float = 30.0
    head: float = 30.0
    unread: float = 60.0
    look: float = 2.0


@dataclass
class Watch:
    """What all connections of a process share: how many there may be, and which have said nothing so far, the oldest first."""

    patience: Patience = field(default_factory=Patience)
    most: int = 4096
    open: set["Connection"] = field(default_factory=set)
    silent: dict["Connection", None] = field(default_factory=dict)
    ended: int = 0
    _timer: asyncio.TimerHandle | None = None

    def came(self, connection: "Connection") -> None:
        """One more is open. Where there are too many, the one that has been silent longest makes room, in the end the new one itself."""
        self.open.add(connection)
        self.silent[connection] = None
        if len(self.open) > self.most:
            self.end(next(iter(self.silent)))
        if self._timer is None:
            self._timer = connection.loop.call_later(self.patience.look, self._look, connection.loop)

    def went(self, connection: "Connection") -> None:
        """It is closed."""
        self.open.discard(connection)
        self.silent.pop(connection, None)

    def end(self, connection: "Connection") -> None:
        """Drop it, with whatever it was still to be given."""
        self.ended += 1
        self.went(connection)
        connection.transport.abort()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        moment = time.monotonic()
        for connection in [each for each in self.open if each.is_overdue(moment, self.patience)]:
            self.end(connection)
        self._timer = loop.call_later(self.patience.look, self._look, loop) if self.open else None


class Connection(HttpToolsProtocol):
    """A connection that knows since when it has been waiting for the other side."""

    def __init__(self, *args: Any, watch: Watch, **named: Any) -> None:
        super().__init__(*args, **named)
        self.watch = watch
        self.heard_at = time.monotonic()
        self.began_at = self.stalled_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """It is counted."""
        super().connection_made(transport)
        self.watch.came(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is counted no more."""
        self.watch.went(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """It has said something."""
        self.heard_at = time.monotonic()
        self.watch.silent.pop(self, None)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request's head begins."""
        self.began_at = time.monotonic()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole. Whoever answers it may do so in one piece."""
        self.began_at = 0.0
        super().on_headers_complete()
        if self.cycle is not None:
            self.scope["extensions"] = {web.WHOLE: partial(answer_whole, self.cycle)}  # type: ignore[dict-item]  # ASGI has no callables

    def on_response_complete(self) -> None:
        """An answer has left, and the next request may go on. uvicorn would set a timer here for a connection that is kept and not used."""
        self.server_state.total_requests += 1
        self.heard_at = time.monotonic()
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def pause_writing(self) -> None:
        """The other side does not read as fast as it is answered."""
        self.stalled_at = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self.stalled_at = 0.0
        super().resume_writing()

    def is_overdue(self, moment: float, patience: Patience) -> bool:
        """Whether the other side has been waited for too long."""
        if self.stalled_at and moment - self.stalled_at > patience.unread:
            return True
        if self.began_at:
            return moment - self.began_at > patience.head or moment - self.heard_at > patience.pause
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None:
            return moment - self.heard_at > patience.first
        if cycle.response_complete and not self.pipeline:
            return moment - self.heard_at > patience.kept
        is_sending = cycle.more_body and not cycle.response_complete and not self.flow.read_paused
        return is_sending and moment - self.heard_at > patience.pause


def answer_whole(cycle: RequestResponseCycle, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
    """The answer has left in one write; False where it has to go the long way, message by message, which also says what is wrong with it.

    ``headers`` name the body's length, and have no ``connection`` and no ``transfer-encoding``.
    """
    if cycle.response_started or cycle.disconnected or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
        return False
    parts = [STATUS_LINE[status]]
    count = 1
    for name, value in (*cycle.default_headers, *headers):
        parts += (name, b": ", value, b"\r\n")
        count += 1
    if not cycle.keep_alive:
        parts.append(b"connection: close\r\n")
        count += 1
    parts.append(b"\r\n")
    head = b"".join(parts)
    if head.count(b"\n") != count + 1 or head.count(b"\r") != count + 1 or b"\0" in head:
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(head + body)
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


def watched(watch: Watch) -> Any:
    """What uvicorn makes connections with, as its setting ``http`` takes it."""
    return partial(Connection, watch=watch)


def raise_descriptors(wanted: int = MOST) -> int:
    """As many descriptors as the system allows this process may be open, up to ``wanted``; gives how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    return max(64, (wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)) - RESERVE)
