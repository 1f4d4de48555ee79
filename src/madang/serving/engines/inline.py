# SPDX-License-Identifier: Apache-2.0
"""Small pure functions of ours, run in the process that was asked, many calls at once.

What waits when the engine is free is one batch: under little load that is one call at once, under much load as many as came while the last
batch ran. So nothing waits for others to come, and batches grow only where they help.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madang.kit import Refusal
from madang.serving.engines.port import Inputs
from madang.serving.engines.waits import Waits
from madang.serving.errors import Busy, EngineFailed, TookTooLong

Call = Callable[[Sequence[tuple[Inputs, str]]], Sequence[object]]
"""Takes inputs with operations and gives for each what it came to: a value, or a refusal that is meant for that call alone."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of ours. ``is_quick``: under a millisecond, so it runs on the loop; others run in a thread, a batch at a time."""

    call: Call
    is_quick: bool = True
    most: int = 64
    operations: Mapping[str, Any] = field(default_factory=dict, hash=False)


FUNCTIONS: dict[str, Function] = {}
"""What may run inline, by name. Only what this release brings stands here; nothing that a person deploys does."""


class InlineEngine:
    """Runs one function, a batch at a time."""

    def __init__(self, function: Function, *, queue: int = 1024) -> None:
        self.function, self.most_waiting = function, queue
        self.waiting: deque[tuple[Inputs, str, asyncio.Future[object]]] = deque()
        self.running: asyncio.Task[None] | None = None
        self.is_due = False
        self.waits = Waits()

    async def call(self, inputs: Inputs, operation: str, deadline: float) -> object:
        """What the function gives for these inputs."""
        loop = asyncio.get_running_loop()
        if len(self.waiting) >= self.most_waiting:
            raise Busy(retry_after=1)
        future: asyncio.Future[object] = loop.create_future()
        self.waiting.append((inputs, operation, future))
        if self.function.is_quick:
            if not self.is_due:
                self.is_due = True
                loop.call_soon(self._flush)
            return await future
        if self.running is None or self.running.done():
            self.running = loop.create_task(self._drain())
        try:
            return await self.waits.wait(future, deadline)
        except TimeoutError as late:
            raise TookTooLong from late

    async def stream(self, inputs: Inputs, operation: str, deadline: float) -> AsyncIterator[bytes]:
        """The one piece that the function gives."""
        made = await self.call(inputs, operation, deadline)
        yield made if isinstance(made, bytes) else str(made).encode()

    def load(self) -> tuple[int, int]:
        """A batch runs or none does; what waits is in the next."""
        return int(self.running is not None and not self.running.done()), len(self.waiting)

    async def close(self) -> None:
        """What waits is refused."""
        while self.waiting:
            future = self.waiting.popleft()[2]
            if not future.done():
                future.set_exception(Busy(retry_after=1))

    def _flush(self) -> None:
        self.is_due = False
        while self.waiting:
            self._settle(self._batch())

    async def _drain(self) -> None:
        while self.waiting:
            batch = self._batch()
            made = await asyncio.to_thread(_run, self.function, batch)
            _hand_out(batch, made)

    def _batch(self) -> list[tuple[Inputs, str, asyncio.Future[object]]]:
        waiting = self.waiting
        return [waiting.popleft() for _ in range(min(len(waiting), self.function.most))]

    def _settle(self, batch: list[tuple[Inputs, str, asyncio.Future[object]]]) -> None:
        _hand_out(batch, _run(self.function, batch))


def _run(function: Function, batch: list[tuple[Inputs, str, asyncio.Future[object]]]) -> Sequence[Any]:
    """What each call came to. One that cannot be read fails alone: the others of its batch are run without it."""
    asked = [(inputs, operation) for inputs, operation, _future in batch]
    try:
        return function.call(asked)
    except Refusal as refusal:
        if len(asked) == 1:
            return [refusal]
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        if len(asked) == 1:
            return [EngineFailed()]
    return [_run(function, [each])[0] for each in batch]


def _hand_out(batch: list[tuple[Inputs, str, asyncio.Future[object]]], made: Sequence[Any]) -> None:
    for (_inputs, _operation, future), each in zip(batch, made, strict=True):
        if future.done():  # whoever asked has gone
            continue
        if isinstance(each, Refusal):
            future.set_exception(each)
        else:
            future.set_result(each)


def _echo(asked: Sequence[tuple[Inputs, str]]) -> Sequence[object]:
    return [dict(inputs) if isinstance(inputs, Mapping) else inputs for inputs, _operation in asked]


FUNCTIONS["echo"] = Function(_echo)
