# SPDX-License-Identifier: Apache-2.0
"""A client of an application in this process that changes threads once a request.

Starlette's own goes between its thread and the loop's seven times a request, which costs more than most answers. This one gives the whole
request to the loop and takes the whole answer, so it suits everything but answers that never end.
"""

import asyncio
from typing import Any
from urllib.parse import unquote

import httpx2
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message


class Client(TestClient):
    """As ``TestClient``. A fault in the application is raised here, and cookies are kept between requests."""

    def __init__(self, app: ASGIApp, *, client: tuple[str, int] = ("testclient", 50000), **options: Any) -> None:
        super().__init__(app, client=client, **options)
        self._transport = _Whole(self, client)


class _Whole(httpx2.BaseTransport):
    def __init__(self, client: Client, peer: tuple[str, int]) -> None:
        self.client, self.peer = client, peer

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer, of the client's loop where it has one."""
        asked = _Asked(request, request.read())
        scope = {
            "type": "http", "http_version": "1.1", "method": request.method, "path": unquote(request.url.path),
            "raw_path": request.url.raw_path.partition(b"?")[0], "root_path": "", "scheme": request.url.scheme,
            "query_string": request.url.query, "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": self.peer, "server": (request.url.host, request.url.port or {"http": 80, "https": 443}[request.url.scheme]),
            "extensions": {}, "state": self.client.app_state.copy(),
        }  # fmt: skip
        if self.client.portal is None:
            asyncio.run(asked.ask(self.client.app, scope))
        else:
            self.client.portal.call(asked.ask, self.client.app, scope)
        assert asked.start is not None, "the application has not answered"
        return httpx2.Response(asked.start["status"], headers=asked.start["headers"], content=b"".join(asked.parts), request=request)


class _Asked:
    """One request on its way, and what has come of it."""

    def __init__(self, request: httpx2.Request, body: bytes) -> None:
        self.is_head, self.body = request.method == "HEAD", body
        self.start: Message | None = None
        self.parts: list[bytes] = []

    async def ask(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        self.is_given, self.ended = False, asyncio.Event()
        await app(scope, self.receive, self.send)

    async def receive(self) -> Message:
        if not self.is_given:
            self.is_given = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert self.start is None, "the application has begun two answers"
            self.start = message
        elif message["type"] == "http.response.body":
            assert self.start is not None, "the application sends a body before it has begun to answer"
            assert not self.ended.is_set(), "the application goes on after the end of its answer"
            if not self.is_head:
                self.parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.ended.set()
