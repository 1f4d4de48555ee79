# SPDX-License-Identifier: Apache-2.0
"""How many calls are with an engine at once, and how many may wait."""

import asyncio
from collections import deque

from madang.serving.errors import Busy


class Turns:
    """``most`` at once, ``queue`` more wait in order; whoever comes beyond that is refused at once."""

    def __init__(self, most: int, queue: int) -> None:
        self.most, self.queue, self.running = most, queue, 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    def enter_now(self) -> bool:
        """Whether it is this call's turn without waiting."""
        if self.running >= self.most:
            return False
        self.running += 1
        return True

    async def enter(self, deadline: float) -> None:
        """It is this call's turn; ``Busy`` when too many wait, or when it was not reached in time."""
        if self.enter_now():
            return
        if len(self.waiting) >= self.queue:
            raise Busy(retry_after=1)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except TimeoutError as late:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise Busy(retry_after=1) from late
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def load(self) -> tuple[int, int]:
        """How many are with the engine, and how many wait."""
        return self.running, sum(not turn.done() for turn in self.waiting)

    def leave(self) -> None:
        """The next one's turn."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # the place is handed on, so the number that run stays
                return
        self.running -= 1
