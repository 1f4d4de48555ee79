# SPDX-License-Identifier: Apache-2.0
"""Connections that cost nothing when they do nothing: silent, dribbling and never-reading ones end, and a flood of them shuts nobody out.

uvicorn waits for ever for a connection's first byte, for the rest of a head and for a reader that does not read. One look at all
connections every few seconds ends those, and those that are kept and not used, so that a request pays no timer for it.

Calls of services are answered by a lighter cycle (``cycle.Call``), without a scope of which nothing is read and without a timer. Everything
else goes uvicorn's own way.
"""

import asyncio
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from madang import web
from madang.app.cycle import Call

RESERVE = 512
"""Descriptors that are not for connections: the database, files, engines."""
MOST = 1 << 16
ASGI = {"version": "3.0", "spec_version": "2.3"}


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

    def __init__(self, *args: Any, watch: Watch, is_call: Callable[[str], bool], **named: Any) -> None:
        super().__init__(*args, **named)
        self.watch = watch
        self.is_call = is_call
        self.heard_at = time.monotonic()
        self.began_at = self.stalled_at = 0.0
        self.is_plain = not (self.config.access_log or self.root_path or self.limit_concurrency)

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
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """A head is whole. A call is taken here; anything else is uvicorn's."""
        self.began_at = 0.0
        path, _mark, query = self.url.partition(b"?")
        if self.is_plain and path.isascii() and b"%" not in path and path[:1] == b"/" and not self.parser.should_upgrade():
            text = path.decode("ascii")
            if self.is_call(text):
                self._take(text, path, query.partition(b"#")[0])
                return
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()  # makes the scope that a call does not need
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()

    def _take(self, path: str, raw_path: bytes, query: bytes) -> None:
        version = self.parser.get_http_version()
        scope: dict[str, Any] = {
            "type": "http", "asgi": ASGI, "http_version": version, "server": self.server, "client": self.client, "scheme": self.scheme,
            "root_path": "", "headers": self.headers, "method": self.parser.get_method().decode("ascii"), "path": path,
            "raw_path": raw_path, "query_string": query,
        }  # fmt: skip
        before: RequestResponseCycle | None = self.cycle
        call = Call(self, scope, keep_alive=version != "1.0" and self.parser.should_keep_alive())
        scope["extensions"] = {web.WHOLE: call.answer}
        if self.expect_100_continue:
            call.waiting_for_100_continue = True
        self.cycle = call
        if before is None or before.response_complete:
            self._start_asgi_task(call, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((call, self.app))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if isinstance(cycle, Call):
            self.tasks.add(self.loop.create_task(cycle.run(app, self.tasks)))
        else:
            super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        """A piece of a request's body."""
        cycle: RequestResponseCycle = self.cycle
        if type(cycle) is not Call:
            super().on_body(body)
        elif not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.set()

    def on_message_complete(self) -> None:
        """A request is whole."""
        cycle: RequestResponseCycle = self.cycle
        if type(cycle) is not Call:
            super().on_message_complete()
        elif not cycle.response_complete:
            cycle.more_body = False
            cycle.set()

    def eof_received(self) -> bool | None:  # type: ignore[override]  # asyncio's kind: True keeps our half open
        """The other side says no more. Who has asked a whole call gets its answer, unless somebody listens for the other side to go."""
        cycle: RequestResponseCycle | None = self.cycle
        if type(cycle) is not Call or cycle.more_body or cycle.response_complete or cycle.listens or self.pipeline:
            return None
        cycle.is_half_closed, cycle.keep_alive = True, False
        return True

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


def watched(watch: Watch, is_call: Callable[[str], bool] = lambda _path: False) -> Any:
    """What uvicorn makes connections with, as its setting ``http`` takes it. ``is_call`` says which paths are calls of services."""
    return partial(Connection, watch=watch, is_call=is_call)


def raise_descriptors(wanted: int = MOST) -> int:
    """As many descriptors as the system allows this process may be open, up to ``wanted``; gives how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    return max(64, (wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)) - RESERVE)
