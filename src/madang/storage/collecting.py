# SPDX-License-Identifier: Apache-2.0
"""Letting go of objects that nobody needs any more.

A put of an object that is there already touches it, and a collection takes only what nobody has touched for a day. An object is set aside
first and looked at again: one that was touched meanwhile goes back, and a put that finds it set aside writes it anew. So an object that
somebody puts while it is collected is never lost.
"""

import os
import time
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from madang.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class Collected:
    """``kept`` objects stay; ``objects`` with so many ``bytes`` are gone, or would be."""

    kept: int = 0
    objects: int = 0
    bytes: int = 0


def collect(
    objects: Objects, needed: Container[bytes], *, older_than: float, dry: bool, stop: Callable[[], None] | None = None
) -> Collected:
    """Objects whose digest (32 bytes) is not ``needed`` and that nobody touched for ``older_than`` seconds are gone, or only counted."""
    kept = gone = size = 0
    for shard in sorted(objects.root.iterdir()):
        if stop is not None:
            stop()
        with os.scandir(shard) as found:
            for entry in found:
                stat = entry.stat(follow_symlinks=False)
                if bytes.fromhex(shard.name + entry.name) in needed or time.time() - stat.st_mtime < older_than:
                    kept += 1
                elif dry or _let_go(objects, Path(entry.path), stat.st_mtime_ns):
                    gone, size = gone + 1, size + stat.st_size
                else:
                    kept += 1
    return Collected(kept, gone, size)


def _let_go(objects: Objects, place: Path, touched_ns: int) -> bool:
    aside = objects.new_temporary()
    with suppress(FileNotFoundError):
        place.rename(aside)
        if aside.stat().st_mtime_ns != touched_ns:
            aside.rename(place)
            return False
        aside.unlink()
        return True
    return False
