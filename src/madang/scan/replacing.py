# SPDX-License-Identifier: Apache-2.0
"""Which parts of ScanCode this process runs: its own, or the quicker ones of ours that give the same answers."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Part(NamedTuple):
    """``name`` of ``module`` is a function or object of ScanCode's that ``ours`` takes the place of."""

    module: Any
    name: str
    ours: Any


class Parts:
    """Parts that are exchanged together, there and back."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._theirs = [getattr(part.module, part.name) for part in parts]
        self.are_ours = False

    def use(self, *, ours: bool) -> None:
        """ScanCode runs with our parts, or with all of its own."""
        if ours is self.are_ours:
            return
        if ours:  # what ScanCode made of its own since then (it loads its index when it first needs it) is there the next time
            self._theirs = [getattr(part.module, part.name) for part in self.parts]
        for part, theirs in zip(self.parts, self._theirs, strict=True):
            setattr(part.module, part.name, part.ours if ours else theirs)
        self.are_ours = ours
