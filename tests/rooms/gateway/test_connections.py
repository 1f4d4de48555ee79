# SPDX-License-Identifier: Apache-2.0
"""Connections that do nothing: they end, and however many there are, somebody who asks is answered."""

import asyncio
import contextlib
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from madang import web
from madang.app.connections import Patience, Watch, raise_descriptors, watched

HURRIED = Patience(first=0.3, kept=0.3, pause=0.3, head=0.6, unread=0.3, look=0.05)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads what comes; ``/large`` answers more than any buffer takes."""
    if scope["type"] == "lifespan":
        return
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/whole":
        given = scope["query_string"].replace(b"%0A", b"\n")
        if scope["extensions"][web.WHOLE](200, b"content-type: text/plain\r\n", [(b"x-given", given)], b"whole"):
            return
    if scope["path"] == "/stream":  # ends when it is told that nobody listens
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            continue
        GONE.set()
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(0.2)
    said = f"{scope['method']} {scope['path']} {scope['query_string']} {size} {scope['client'][0]} {scope['scheme']}"
    body = bytes(64 << 20) if scope["path"] == "/large" else said.encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    for start in range(0, len(body), 1 << 20):
        await send({"type": "http.response.body", "body": body[start : start + (1 << 20)], "more_body": True})
    await send({"type": "http.response.body"})


GONE = threading.Event()


class Served:
    """A server of this process with such connections."""

    def __init__(self, watch: Watch, is_call: Callable[[str], bool] = lambda path: path == "/whole", **options: Any) -> None:
        self.watch = watch
        listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.address = listening.getsockname()
        config = uvicorn.Config(
            application,
            http=watched(watch, is_call),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            backlog=4096,
            **options,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]})

    def __enter__(self) -> "Served":
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_fault: object) -> None:
        self.server.should_exit = True
        self.thread.join(60)

    def connect(self, said: bytes = b"") -> socket.socket:
        made = socket.create_connection(self.address, timeout=60)
        made.sendall(said)
        return made

    def ask(self) -> bytes:
        with self.connect(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as connection:
            return b"".join(iter(partial(connection.recv, 4096), b""))


@pytest.fixture(params=[False, True], ids=["pages", "calls"])
def hurried(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Everything is a page but ``/whole``, or everything is a call."""
    with Served(Watch(HURRIED), lambda path: request.param or path == "/whole") as served:
        yield served


def is_ended(connection: socket.socket) -> bool:
    """Whether the other side ends it within a minute."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(1 << 16):
            continue
    return True


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"],
    ids=["nothing", "half-a-line", "half-a-head", "half-a-body"],
)
def test_who_stops_talking_is_left(hurried: Served, said: bytes) -> None:
    with hurried.connect(said) as connection:
        assert is_ended(connection)
    assert b"200 OK" in hurried.ask()


def test_a_head_that_drips_is_left(hurried: Served) -> None:
    with hurried.connect(b"GET / HTTP/1.1\r\n") as connection:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 60:
                connection.sendall(b"X-A: b\r\n")
                time.sleep(0.05)
        assert time.monotonic() - began < 60


def test_who_does_not_read_is_left(hurried: Served) -> None:
    with hurried.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"):
        until = time.monotonic() + 60
        while not hurried.watch.ended and time.monotonic() < until:
            time.sleep(0.02)
    assert hurried.watch.ended == 1


def test_who_talks_and_reads_is_not_left() -> None:
    with Served(Watch(Patience(look=0.01))) as served, served.connect() as connection:
        for _ in range(4):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
            time.sleep(0.05)
            connection.sendall(b"b")
            assert b"200 OK" in connection.recv(4096)


def test_a_flood_of_silent_connections_shuts_nobody_out() -> None:
    with Served(Watch(Patience(), most=50)) as served, contextlib.ExitStack() as flood:
        opened = [flood.enter_context(served.connect()) for _ in range(200)]
        assert b"200 OK" in served.ask()
        assert served.watch.ended >= 150
        assert len(served.watch.open) <= 50
        assert is_ended(opened[0])


@pytest.mark.soak
def test_ten_thousand_silent_connections_are_held_and_others_are_answered() -> None:
    room = raise_descriptors()
    wanted = min(10_000, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1000) // 2)
    with Served(Watch(Patience(), most=min(room, wanted // 2))) as served, contextlib.ExitStack() as flood:
        for _ in range(wanted):
            flood.enter_context(served.connect())
        assert b"200 OK" in served.ask()
        assert len(served.watch.open) <= wanted // 2 + 1


def test_descriptors_leave_room_for_what_is_no_connection() -> None:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert 64 <= raise_descriptors(soft) < soft


def test_an_answer_in_one_piece_leaves_the_connection_ready_for_the_next(hurried: Served) -> None:
    asked = b"GET /whole?a HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /whole?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with hurried.connect(asked + asked) as connection:  # the second is there before the first is answered
        got = b""
        while got.count(b"\r\n\r\nwhole") < 2:
            piece = connection.recv(4096)
            assert piece
            got += piece
        connection.sendall(last)
        end = b"".join(iter(partial(connection.recv, 4096), b""))
    assert got.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert got.count(b"x-given: a\r\n") == 2
    assert b"date: " in got
    assert b"x-given: b\r\ncontent-length: 5\r\nconnection: close\r\n\r\nwhole" in end


def test_who_asks_a_call_and_closes_one_half_gets_the_answer() -> None:
    watch = Watch(Patience(look=0.01))
    with Served(watch, lambda _path: True) as served:
        for path in (b"/slow", b"/whole?a"):
            with served.connect(b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" % path) as connection:
                connection.shutdown(socket.SHUT_WR)
                got = b"".join(iter(partial(connection.recv, 4096), b""))
            assert got.startswith(b"HTTP/1.1 200 OK\r\n")
            assert path == b"/whole?a" or b"connection: close\r\n" in got.lower()
        with served.connect(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na") as connection:
            connection.shutdown(socket.SHUT_WR)  # and never says the rest
            assert is_ended(connection)
        assert b"200 OK" in served.ask()
        until = time.monotonic() + 60
        while watch.open and time.monotonic() < until:
            time.sleep(0.01)
        assert not watch.open


def test_a_stream_is_told_of_a_closed_half_before_and_after_it_began() -> None:
    with Served(Watch(Patience(look=0.01)), lambda _path: True) as served:
        for waits in (False, True):
            GONE.clear()
            with served.connect(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
                if waits:
                    assert b"200 OK" in connection.recv(4096)
                connection.shutdown(socket.SHUT_WR)
                assert GONE.wait(60)


@pytest.mark.parametrize(("trusted", "client"), [("127.0.0.1", b"192.0.2.7 https"), ("198.51.100.1", b"127.0.0.1 http")])
def test_a_call_comes_from_where_a_trusted_proxy_says_and_from_nowhere_else(trusted: str, client: bytes) -> None:
    said = b"X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
    options: dict[str, Any] = {"proxy_headers": True, "forwarded_allow_ips": [trusted]}
    with (
        Served(Watch(), lambda path: path == "/call", **options) as served,
        served.connect(b"GET /call HTTP/1.1\r\nHost: x\r\n%b\r\n" % said) as call,
        served.connect(b"GET /page HTTP/1.1\r\nHost: x\r\n%b\r\n" % said) as page,
    ):
        for connection in (call, page):
            assert client in b"".join(iter(partial(connection.recv, 4096), b""))


@pytest.mark.parametrize("asked", [b"HEAD /whole?a", b"GET /whole?a%0Ax-more:%20b"])
def test_what_cannot_leave_in_one_piece_goes_the_long_way(hurried: Served, asked: bytes) -> None:
    with hurried.connect(asked + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as connection:
        answer = b"".join(iter(partial(connection.recv, 4096), b""))
    assert b"200 OK" in answer
    assert b"content-length: " in answer
    assert b"x-more" not in answer.partition(b"\r\n\r\n")[0]


def test_a_kept_connection_that_asks_nothing_more_is_ended(hurried: Served) -> None:
    with hurried.connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert is_ended(connection)
    assert b"200 OK" in hurried.ask()


LAST = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
SAID = {
    "get": b"GET /a?b=c#d" + LAST + b"\r\n",
    "head": b"HEAD /a" + LAST + b"\r\n",
    "continue": b"POST /a" + LAST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "chunked": b"POST /a" + LAST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
    "long": b"POST /a" + LAST + b"Content-Length: 1000000\r\n\r\n" + bytes(1_000_000),
    "old": b"POST /a HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
    "escaped": b"GET /%61%ED%95%9C?%61" + LAST + b"\r\n",
    "absolute": b"GET http://x/a?b" + LAST + b"\r\n",
    "at-once": b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" * 3 + b"GET /b" + LAST + b"\r\n",
    "upgrade": b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close, upgrade\r\nUpgrade: websocket\r\n\r\n",
    "two-lengths": b"POST /a" + LAST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length-and-chunks": b"POST /a" + LAST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "no-header": b"GET /a" + LAST + b"rubbish\r\n\r\n",
    "no-request": b"\x16\x03\x01\x02\x00\x01\x00",
}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Served, Served]]:
    """Two servers: one to which everything is a call, and one to which nothing is."""
    with Served(Watch(), lambda _path: True) as calls, Served(Watch(), lambda _path: False) as pages:
        yield calls, pages


def said_to(served: Served, said: bytes) -> bytes:
    """What comes back, but for the clock."""
    with served.connect() as connection:
        with contextlib.suppress(ConnectionError):  # what is refused midway is not read to its end
            connection.sendall(said)
        answer = b"".join(iter(partial(connection.recv, 1 << 16), b""))
    return b"\n".join(line for line in answer.split(b"\n") if not line.startswith(b"date:"))


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_a_call_is_read_and_answered_as_a_page_is(both: tuple[Served, Served], said: bytes) -> None:
    as_call, as_page = (said_to(served, said) for served in both)
    assert as_call == as_page
    assert as_call.startswith(b"HTTP/1.1 ")
