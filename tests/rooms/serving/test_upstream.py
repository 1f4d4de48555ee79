# SPDX-License-Identifier: Apache-2.0
"""Servers elsewhere, real sockets: ones that answer, and ones that hang, reset, lie, or never end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from madang import forges, serving
from madang.serving.cards import EngineCard
from madang.serving.engines import UpstreamEngine

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def reply(body: bytes, status: str = "200 OK", headers: str = "", kind: str = "application/json") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


class Server:
    """An HTTP server of the test's own; ``connections`` counts who came, ``asked`` keeps what was sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.connections = answer, 0
        self.asked: list[tuple[str, bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(next(line for line in head.split("\r\n") if line.lower().startswith("content-length"))[15:])
                body = await reader.readexactly(length)
                self.asked.append((head.split(" ")[1], body))
                await self.answer(body, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def with_server(
    answer: Answer, act: Callable[[UpstreamEngine, Server], Awaitable[Any]], *, guard: forges.Guard | None = None, **card: Any
) -> Any:
    async def run() -> Any:
        server = Server(answer)
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        opened = guard or forges.Guard(allowed_hosts=("127.0.0.1",), allow_http=True)
        made = EngineCard("upstream", url=f"http://127.0.0.1:{port}/v1", **card)
        engine = UpstreamEngine(made, guard=lambda: opened, queue=4, longest=100_000)
        try:
            return await act(engine, server)
        finally:
            await engine.close()
            listening.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the loop that the web process has
        return runner.run(run())


async def say(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(reply(json.dumps({"heard": json.loads(body)}).encode()))


def soon(seconds: float = 60.0) -> float:
    return asyncio.get_running_loop().time() + seconds


def test_calls_share_one_connection() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        for number in range(5):
            assert await engine.call({"n": number}, "", soon()) == {"heard": {"n": number}}
        assert (server.connections, server.asked[0][0]) == (1, "/v1")

    with_server(say, act)


def test_the_openai_wire_asks_where_and_for_what_it_should() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        await engine.call({"messages": [], "model": "lab/chat"}, "chat", soon())
        await engine.call({"input": "a"}, "embeddings", soon())
        assert [path for path, _body in server.asked] == ["/v1/chat/completions", "/v1/embeddings"]
        assert json.loads(server.asked[0][1])["model"] == "llama"

    with_server(say, act, wire="openai", model="llama")


def test_the_inference_protocol_is_asked_under_its_model() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        await engine.call({"inputs": []}, "infer", soon())
        assert server.asked[0][0] == "/v1/v2/models/m/infer"

    with_server(say, act, wire="oip", model="m")


def test_a_stream_comes_piece_by_piece() -> None:
    async def stream(_body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"data: 1\n\n", b"data: 2\n\n", b"data: [DONE]\n\n"):
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    async def act(engine: UpstreamEngine, server: Server) -> None:
        for _ in range(2):
            assert b"".join([piece async for piece in engine.stream({}, "chat", soon())]).endswith(b"data: [DONE]\n\n")
        assert server.connections == 1

    with_server(stream, act, wire="openai")


async def reset(_body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def hang(_body: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def for_ever(_body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"3e8\r\n" + b"1" * 1000 + b"\r\n")
        await writer.drain()


def saying(data: bytes) -> Answer:
    async def answer(_body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


@pytest.mark.parametrize(
    ("answer", "seconds", "refusal"),
    [
        (reset, 60, serving.EngineFailed),
        (hang, 0.2, serving.TookTooLong),
        (for_ever, 60, serving.EngineFailed),
        (saying(b"\x00\xff rubbish\r\n\r\n"), 60, serving.EngineFailed),
        (saying(reply(b"not json")), 60, serving.EngineFailed),
        (saying(reply(b"[" * 50_000)), 60, serving.EngineFailed),
        (saying(reply(b"x" * 200_000)), 60, serving.EngineFailed),
        (saying(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n"), 60, serving.EngineFailed),
        (saying(reply(b"{}", "302 Found", "Location: http://169.254.169.254/\r\n")), 60, serving.EngineFailed),
        (saying(reply(b"{}", "500 Oops")), 60, serving.EngineFailed),
        (saying(reply(b'{"error": {"message": "too long"}}', "400 Bad Request")), 60, serving.BadInputs),
        (saying(reply(b"{}", "429 Too Many Requests", "Retry-After: 7\r\n")), 60, serving.Busy),
    ],
)
def test_what_a_server_does_wrong_is_one_refusal(answer: Answer, seconds: float, refusal: type[Exception]) -> None:
    async def act(engine: UpstreamEngine, _server: Server) -> None:
        with pytest.raises(refusal):
            await engine.call({}, "", soon(seconds))

    with_server(answer, act)


def test_a_call_is_sent_once_and_a_server_that_fails_is_left_alone_for_a_while() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        for _ in range(5):
            with pytest.raises(serving.EngineFailed):
                await engine.call({}, "", soon())
        assert len(server.asked) == 5
        with pytest.raises(serving.EngineDown) as refused:
            await engine.call({}, "", soon())
        assert refused.value.retry_after >= 1
        assert len(server.asked) == 5
        engine.rests_until = 0.0
        server.answer = say
        assert await engine.call({}, "", soon()) == {"heard": {}}
        assert engine.failures == 0

    with_server(reset, act)


def test_nobody_there_is_told_as_down() -> None:
    async def act(engine: UpstreamEngine, _server: Server) -> None:
        engine.card = EngineCard("upstream", url="http://127.0.0.1:1/")
        with pytest.raises(serving.EngineDown):
            await engine.call({}, "", soon())

    with_server(say, act)


def test_an_inner_address_that_nobody_opened_is_not_called() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        with pytest.raises(forges.InnerAddress):
            await engine.call({}, "", soon())
        assert server.connections == 0

    with_server(say, act, guard=forges.Guard(allow_http=True))


def test_whoever_goes_away_in_the_middle_of_a_stream_closes_the_connection() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        pieces = engine.stream({}, "", soon())
        await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]
        assert engine.turns.running == 0
        server.answer = say
        assert await engine.call({}, "", soon()) == {"heard": {}}

    with_server(for_ever, act)
