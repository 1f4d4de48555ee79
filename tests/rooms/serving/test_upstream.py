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


def chunk(text: str = "", **more: Any) -> bytes:
    """One event of a completion."""
    told = {"choices": [{"index": 0, "delta": {"content": text}}], **more}
    return b"data: " + json.dumps(told).encode() + b"\n\n"


USAGE = chunk(choices=[], usage={"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10})
END = b"data: [DONE]\n\n"


def streaming(body: bytes, size: int, *, ends: bool = True) -> Answer:
    """A server that sends ``body`` in pieces of ``size`` bytes."""

    async def stream(_body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for place in range(0, len(body), size):
            piece = body[place : place + size]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0)
        if ends:
            writer.write(b"0\r\n\r\n")

    return stream


async def streamed(engine: UpstreamEngine) -> list[Any]:
    return [piece async for piece in engine.stream({"messages": []}, "chat", soon())]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_events_are_whole_however_they_were_cut_and_tokens_are_those_that_were_told(size: int, ending: bytes) -> None:
    body = (b": a comment\n\n" + chunk(role="assistant") + chunk("한 ") + chunk("칸") + USAGE + END).replace(b"\n", ending)

    async def act(engine: UpstreamEngine, server: Server) -> None:
        for _ in range(2):
            pieces = await streamed(engine)
            assert b"".join(pieces) == chunk(role="assistant") + chunk("한 ") + chunk("칸") + USAGE
            assert [(each.tokens, each.is_told) for each in pieces] == [(0, False), (1, False), (1, False), (8, True)]
        assert json.loads(server.asked[0][1])["stream_options"] == {"include_usage": True}
        assert server.connections == 1

    with_server(streaming(body, size), act, wire="openai")


def test_a_server_that_does_not_know_stream_options_is_asked_once_more_without() -> None:
    streams = streaming(chunk("a") + END, 100)

    async def answer(body: bytes, writer: asyncio.StreamWriter) -> None:
        if b"stream_options" in body:
            writer.write(reply(b'{"error": {"message": "unknown field: stream_options"}}', "400 Bad Request"))
        else:
            await streams(body, writer)

    async def act(engine: UpstreamEngine, server: Server) -> None:
        for _ in range(2):
            assert b"".join(await streamed(engine)) == chunk("a")
        assert ["stream_options" in json.loads(body) for _path, body in server.asked] == [True, False, False]

    with_server(answer, act, wire="openai")


def test_a_server_that_refuses_what_it_is_asked_is_asked_once() -> None:
    async def act(engine: UpstreamEngine, server: Server) -> None:
        with pytest.raises(serving.BadInputs, match="too long"):
            await streamed(engine)
        assert len(server.asked) == 1

    with_server(saying(reply(b'{"error": {"message": "too long"}}', "400 Bad Request")), act, wire="openai")


def test_a_server_that_goes_on_behind_its_last_event_is_not_waited_for() -> None:
    async def act(engine: UpstreamEngine, _server: Server) -> None:
        assert b"".join(await streamed(engine)) == chunk("a")

    with_server(streaming(chunk("a") + END, 100, ends=False), act, wire="openai")


def test_a_server_that_does_not_stream_is_read_whole() -> None:
    told = {"choices": [{"message": {"role": "assistant", "content": "대답"}}], "usage": {"total_tokens": 12}}

    async def act(engine: UpstreamEngine, _server: Server) -> None:
        (piece,) = await streamed(engine)
        assert (piece, piece.tokens, piece.is_told) == ("대답".encode(), 12, True)

    with_server(saying(reply(json.dumps(told).encode())), act, wire="openai")


@pytest.mark.parametrize(
    "body",
    [
        b"data: rubbish\n\n",
        b"data: 1\n\n",
        b"nothing of it\n\n",
        b"",
        b'data: {"error": {"message": "no"}}\n\n',
        b"data: " + b"x" * 200_000,
    ],
    ids=["rubbish", "number", "no-event", "empty", "error", "endless-event"],
)
def test_a_stream_of_rubbish_is_one_refusal(body: bytes) -> None:
    async def act(engine: UpstreamEngine, _server: Server) -> None:
        with pytest.raises(serving.EngineFailed):
            await streamed(engine)

    with_server(streaming(body, 50_000), act, wire="openai")


@pytest.mark.parametrize(("bound", "units"), [(4096, 10), (3, 4)])
def test_what_is_told_counts_up_to_what_the_call_was_said_to_cost(bound: int, units: int) -> None:
    offer = serving.Offer("i" * 26, "lab", "chat", "1", task="chat", unit="token", streams=True, operations=("chat",))

    async def act(engine: UpstreamEngine, _server: Server) -> None:
        board = serving.Switchboard(
            lambda: [serving.Standing(offer, (serving.Route("r", "1", "upstream"),))], lambda _offer, _route: engine
        )
        await board.refresh()
        inputs = {"messages": [], "max_tokens": bound}
        assert board.estimate(offer, inputs) == bound + 1
        parts = [part.units async for part in board.stream(offer, inputs, operation="chat", deadline=soon())]
        assert sum(parts) == units

    with_server(streaming(chunk("a") + chunk("b") + USAGE + END, 1000), act, wire="openai")


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
