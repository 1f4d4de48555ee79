# SPDX-License-Identifier: Apache-2.0
"""Waiting under a deadline, for many at once."""

import asyncio
from typing import Any, TypeVar

LOOK_SECONDS = 0.05
T = TypeVar("T")


class Waits:
    """Answers that are waited for, each until a moment of the loop's time. One timer looks at them all, every ``LOOK_SECONDS`` while there
    are any: a timer of its own costs a call more than the rest of its waiting."""

    def __init__(self) -> None:
        self.until: dict[asyncio.Future[Any], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, answer: "asyncio.Future[T]", deadline: float) -> T:
        """The answer; ``TimeoutError`` a moment after the deadline."""
        self.until[answer] = deadline
        if self._timer is None:
            self._timer = answer.get_loop().call_later(LOOK_SECONDS, self._look, answer.get_loop())
        try:
            return await answer
        finally:
            del self.until[answer]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        moment = loop.time()
        for answer, deadline in self.until.items():
            if deadline < moment and not answer.done():
                answer.set_exception(TimeoutError())
        self._timer = loop.call_later(LOOK_SECONDS, self._look, loop) if self.until else None
