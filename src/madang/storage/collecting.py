# SPDX-License-Identifier: Apache-2.0
"""Letting go of objects that nobody needs any more.

A put of an object that is there already touches it, and a collection takes only what nobody has touched for a day. What somebody puts in
the very moment in which it is taken is not lost either. A file is set aside first and looked at again: one that was touched meanwhile goes
back, and a put that finds it set aside writes it anew. On a server, which knows no renaming, a mark stands beside the object while it is
taken, and whoever sends an old object anew looks for the mark and then for the object.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Protocol

from madang.storage.objects import Touched

ASK_EVERY = 500


class Keeper(Protocol):
    """What a collection needs of objects, wherever they lie."""

    def touched(self) -> Iterator[Touched]:
        """All objects, and when each was last put."""
        ...

    def let_go(self, found: Touched, *, before: float) -> bool:
        """The object is gone, unless somebody has put it since ``before``; whether it is."""
        ...


@dataclass(frozen=True, slots=True)
class Collected:
    """``kept`` objects stay; ``objects`` with so many ``bytes`` are gone, or would be."""

    kept: int = 0
    objects: int = 0
    bytes: int = 0


def collect(objects: Keeper, needed: Container[bytes], *, before: float, dry: bool, stop: Callable[[], None] | None = None) -> Collected:
    """Objects whose digest (32 bytes) is not ``needed`` and that nobody put since ``before`` are gone, or only counted."""
    kept = gone = size = 0
    for number, found in enumerate(objects.touched()):
        if stop is not None and number % ASK_EVERY == 0:
            stop()
        if bytes.fromhex(found.sha256) in needed or found.at >= before:
            kept += 1
        elif dry or objects.let_go(found, before=before):
            gone, size = gone + 1, size + found.size
        else:
            kept += 1
    return Collected(kept, gone, size)
