# SPDX-License-Identifier: Apache-2.0
"""The one port that every engine has."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

Inputs = Mapping[str, object] | bytes


class Engine(Protocol):
    """Runs one version of one service. All of it on one event loop; nothing here blocks it."""

    async def call(self, inputs: Inputs, operation: str, deadline: float) -> object:
        """What the service gives for these inputs: JSON values or bytes. ``deadline`` is the loop's time at which waiting ends."""

    def stream(self, inputs: Inputs, operation: str, deadline: float) -> AsyncIterator[bytes]:
        """The pieces of an answer as they come."""

    def load(self) -> tuple[int, int]:
        """How many calls run, and how many wait."""

    async def close(self) -> None:
        """Nothing more is answered and nothing is held."""
