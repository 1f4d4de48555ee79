# SPDX-License-Identifier: Apache-2.0
"""Calling services from tests, on the loop that the web process has."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from madang import forges, serving
from madang.db import Database


def called(database: Database, home: Path, act: Callable[[serving.Switchboard], Any]) -> Any:
    """What comes of working with a switchboard on these rows."""

    async def run() -> Any:
        guard = forges.Guard(allowed_hosts=("127.0.0.1",), allow_http=True)
        board = serving.switchboard_of(database, home, guard=lambda: guard, limits=serving.Limits)
        await board.start()
        try:
            return await act(board)
        finally:
            await board.stop()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())
