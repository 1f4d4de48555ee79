# SPDX-License-Identifier: Apache-2.0
"""A service in a process of its own, as whoever calls it sees it: a socket that may answer, fall silent, break off, or send rubbish.

The process is started by the keeper when somebody connects, and is killed by it when a call takes too long.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import cast

from madang import sandbox
from madang.serving.engines import places
from madang.serving.engines.port import Inputs
from madang.serving.engines.turns import Turns
from madang.serving.errors import BadInputs, EngineDown, EngineFailed, TookTooLong

CONNECT_SECONDS = 5.0
START_SECONDS = 60.0
PAUSE_SECONDS = 0.05


class Again(Exception):
    """The process ended before this call was begun, for no fault of the call."""


class Line(asyncio.Protocol):
    """One connection with many calls on it."""

    def __init__(self, longest: int) -> None:
        self.longest, self.kept = longest, bytearray()
        self.waiting: dict[int, asyncio.Future[sandbox.Frame]] = {}
        self.transport: asyncio.Transport | None = None
        self.instance, self.next, self.is_open, self.was_told = "", 0, True, False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass of asyncio's

    def data_received(self, data: bytes) -> None:
        """Whole frames go to whoever waits for them."""
        kept = self.kept
        kept += data
        while len(kept) >= sandbox.HEADER.size:
            length, kind, call = sandbox.HEADER.unpack_from(kept)
            if length > self.longest:
                return self.break_off(EngineFailed())
            if len(kept) < sandbox.HEADER.size + length:
                return None
            body = bytes(kept[sandbox.HEADER.size : sandbox.HEADER.size + length])
            del kept[: sandbox.HEADER.size + length]
            try:
                frame = sandbox.unpack(kind, call, body)
            except sandbox.Rubbish:
                return self.break_off(EngineFailed())
            self._take(frame)
        return None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        """Whoever waits is told: to ask again where the process ended in order, else that it failed."""
        self.break_off(Again() if self.was_told else EngineFailed())

    def ask(self, operation: str, inputs: Inputs) -> tuple[int, asyncio.Future[sandbox.Frame]]:
        """The call is on its way."""
        assert self.transport is not None
        self.next = (self.next + 1) & 0xFFFFFFFF
        future: asyncio.Future[sandbox.Frame] = asyncio.get_running_loop().create_future()
        self.waiting[self.next] = future
        self.transport.write(sandbox.pack(sandbox.CALL, self.next, [operation, inputs]))
        return self.next, future

    def break_off(self, why: Exception) -> None:
        """Nothing more comes on this line."""
        self.is_open = False
        if self.transport is not None:
            self.transport.abort()
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(why)
        self.waiting.clear()
        if not self.ready.done():
            self.ready.set_exception(why)
            self.ready.exception()  # whoever waited for it is told; where nobody did, nothing is amiss

    def _take(self, frame: sandbox.Frame) -> None:
        if frame.kind == sandbox.HELLO:
            self.instance = str(frame.body)[:64]
            if not self.ready.done():
                self.ready.set_result(None)
        elif frame.kind == sandbox.BYE:
            self.was_told, self.is_open = True, False
        elif frame.kind == sandbox.DOWN:
            self.break_off(down(frame))
        else:
            future = self.waiting.pop(frame.call, None)
            if future is not None and not future.done():
                future.set_result(frame)


def down(frame: sandbox.Frame) -> EngineDown:
    """What the keeper says while it does not start the process again."""
    told = frame.body.get("retry_after") if isinstance(frame.body, Mapping) else None
    return EngineDown(retry_after=told if isinstance(told, int) and 0 < told < 3600 else 2)


class ProcessEngine:
    """Calls one version's process. ``most`` calls are with it at once, ``queue`` more may wait here."""

    def __init__(self, folder: Path, version_id: str, *, most: int = 1, queue: int = 64, longest: int = sandbox.LONGEST) -> None:
        self.folder, self.version_id, self.longest = folder, version_id, longest
        self.turns = Turns(most, queue)
        self.line: Line | None = None
        self.connecting: asyncio.Lock | None = None

    async def call(self, inputs: Inputs, operation: str, deadline: float) -> object:
        """What the process gives. ``TookTooLong`` after the deadline; the process is then ended, and other calls go on with the next."""
        await self.turns.enter(deadline)
        try:
            try:
                return await self._call(inputs, operation, deadline)
            except Again:
                return await self._call(inputs, operation, deadline)
        except Again as twice:
            raise EngineDown(retry_after=1) from twice
        finally:
            self.turns.leave()

    async def stream(self, inputs: Inputs, operation: str, deadline: float) -> AsyncIterator[bytes]:
        """The pieces that the process gives, on a connection of their own, as fast as they are taken."""
        await self.turns.enter(deadline)
        writer: asyncio.StreamWriter | None = None
        instance = ""
        try:
            async with asyncio.timeout_at(deadline):
                reader, writer = await self._open(deadline)
                writer.write(sandbox.pack(sandbox.CALL, 1, [operation, inputs]))
            while True:
                async with asyncio.timeout_at(deadline):
                    frame = await self._frame(reader)
                if frame.kind == sandbox.HELLO:
                    instance = str(frame.body)
                elif frame.kind in (sandbox.PART, sandbox.ANSWER):
                    yield as_bytes(frame.body)
                    if frame.kind == sandbox.ANSWER:
                        return
                elif frame.kind == sandbox.END:
                    return
                else:
                    raise refusal_of(frame)
        except TimeoutError as late:
            await self._end(instance)
            raise TookTooLong from late
        finally:
            if writer is not None:
                writer.close()
            self.turns.leave()

    def load(self) -> tuple[int, int]:
        """How many calls run, and how many wait."""
        return self.turns.load()

    async def close(self) -> None:
        """Nothing more is asked."""
        if self.line is not None:
            self.line.break_off(EngineDown(retry_after=1))
            self.line = None

    async def _call(self, inputs: Inputs, operation: str, deadline: float) -> object:
        allowed = deadline - asyncio.get_running_loop().time()
        line = await self._connected(deadline)
        await self._ready(line, deadline)
        deadline = max(deadline, asyncio.get_running_loop().time() + allowed)  # starting is not the call's time
        call, future = line.ask(operation, inputs)
        try:
            async with asyncio.timeout_at(deadline):
                frame = await future
        except TimeoutError as late:
            line.was_told = True  # the others on this line are asked again: it is we who end the process
            await self._end(line.instance)
            raise TookTooLong from late
        finally:
            line.waiting.pop(call, None)
        if frame.kind != sandbox.ANSWER:
            raise refusal_of(frame)
        return frame.body

    async def _ready(self, line: Line, deadline: float) -> None:
        """The process has read its code and its models; ``EngineDown`` where that takes more than a minute."""
        if line.ready.done():
            return await line.ready
        until = max(deadline, asyncio.get_running_loop().time() + START_SECONDS)
        try:
            async with asyncio.timeout_at(until):
                await asyncio.shield(line.ready)
        except TimeoutError as late:
            raise EngineDown(retry_after=10) from late
        return None

    async def _connected(self, deadline: float) -> Line:
        if self.line is not None and self.line.is_open:
            return self.line
        if self.connecting is None:
            self.connecting = asyncio.Lock()
        async with self.connecting:
            if self.line is None or not self.line.is_open:
                self.line = await self._connect(deadline)
            return self.line

    async def _connect(self, deadline: float) -> Line:
        """A line to the process. The socket may be a moment away, while the keeper starts; a lasting absence is ``EngineDown``."""
        loop = asyncio.get_running_loop()
        until = min(deadline, loop.time() + CONNECT_SECONDS)
        while True:
            try:
                path = places.address(self.folder, places.socket_name(self.version_id))
                _transport, line = await loop.create_unix_connection(lambda: Line(self.longest), path)
            except OSError as error:
                if loop.time() >= until:
                    raise EngineDown(retry_after=2) from error
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return line

    async def _open(self, deadline: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        until = min(deadline, loop.time() + CONNECT_SECONDS)
        while True:
            try:
                path = places.address(self.folder, places.socket_name(self.version_id))
                return await asyncio.open_unix_connection(path)
            except OSError as error:
                if loop.time() >= until:
                    raise EngineDown(retry_after=2) from error
                await asyncio.sleep(PAUSE_SECONDS)

    async def _frame(self, reader: asyncio.StreamReader) -> sandbox.Frame:
        try:
            length, kind, call = sandbox.HEADER.unpack(await reader.readexactly(sandbox.HEADER.size))
            if length > self.longest:
                raise EngineFailed
            return sandbox.unpack(kind, call, await reader.readexactly(length))
        except (asyncio.IncompleteReadError, OSError, sandbox.Rubbish) as error:
            raise EngineFailed from error

    async def _end(self, instance: str) -> None:
        """The keeper ends the process, if it is still this one."""
        with contextlib.suppress(OSError):
            _reader, writer = await asyncio.open_unix_connection(places.address(self.folder, places.KEEPER))
            writer.write(json.dumps({"end": self.version_id, "instance": instance}).encode() + b"\n")
            writer.close()


def refusal_of(frame: sandbox.Frame) -> Exception:
    """What the process says of a call that it did not answer."""
    if frame.kind == sandbox.INVALID:
        return BadInputs(reason=str(frame.body)[:500])
    return down(frame) if frame.kind == sandbox.DOWN else EngineFailed()


def as_bytes(part: object) -> bytes:
    """A piece of a stream as it goes on: bytes and text as they are, anything else as one line of JSON."""
    if isinstance(part, bytes):
        return part
    return part.encode() if isinstance(part, str) else json.dumps(part, ensure_ascii=False).encode() + b"\n"
