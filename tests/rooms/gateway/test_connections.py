# SPDX-License-Identifier: Apache-2.0
"""Connections that do nothing: they end, and however many there are, somebody who asks is answered."""

import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial

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
    while (await receive()).get("more_body", False):
        continue
    if scope["path"] == "/whole":
        given = scope["query_string"].replace(b"%0A", b"\n")
        if scope["extensions"][web.WHOLE](200, [(b"content-length", b"5"), (b"x-given", given)], b"whole"):
            return
    body = bytes(64 << 20) if scope["path"] == "/large" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    for start in range(0, len(body), 1 << 20):
        await send({"type": "http.response.body", "body": body[start : start + (1 << 20)], "more_body": True})
    await send({"type": "http.response.body"})


class Served:
    """A server of this process with such connections."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.address = listening.getsockname()
        config = uvicorn.Config(
            application, http=watched(watch), log_config=None, lifespan="off", timeout_graceful_shutdown=1, backlog=4096
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


@pytest.fixture
def hurried() -> Iterator[Served]:
    with Served(Watch(HURRIED)) as served:
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
            got += connection.recv(4096)
        connection.sendall(last)
        end = b"".join(iter(partial(connection.recv, 4096), b""))
    assert got.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert got.count(b"x-given: a\r\n") == 2
    assert b"date: " in got
    assert b"x-given: b\r\nconnection: close\r\n\r\nwhole" in end


@pytest.mark.parametrize("asked", [b"HEAD /whole?a", b"GET /whole?a%0Ax-more:%20b"])
def test_what_cannot_leave_in_one_piece_goes_the_long_way(hurried: Served, asked: bytes) -> None:
    with hurried.connect(asked + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as connection:
        answer = b"".join(iter(partial(connection.recv, 4096), b""))
    assert b"200 OK" in answer
    assert b"content-length: 2\r\n" in answer
    assert b"x-more" not in answer


def test_a_kept_connection_that_asks_nothing_more_is_ended(hurried: Served) -> None:
    with hurried.connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert is_ended(connection)
    assert b"200 OK" in hurried.ask()
