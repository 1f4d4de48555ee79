# SPDX-License-Identifier: Apache-2.0
"""What a scan remembers between runs, and one place to keep it for the command line.

A key says all that the answer depends on, so an entry never becomes wrong; it is only no longer asked for.
"""

import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_SLICE = 500
_KEPT_SECONDS = 180 * 24 * 3600


class Cache(Protocol):
    """Remembers bytes by key. Both methods are called from the scan's own thread; losing entries is harmless."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those ``keys`` that are known."""
        ...

    def put_many(self, entries: Mapping[str, bytes]) -> None:
        """All ``entries`` are remembered, the same key with the same value as before."""
        ...


class MemoryCache:
    """A ``Cache`` that forgets at the end of the process."""

    def __init__(self) -> None:
        self._entries: dict[str, bytes] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those ``keys`` that are known."""
        return {key: self._entries[key] for key in keys if key in self._entries}

    def put_many(self, entries: Mapping[str, bytes]) -> None:
        """All ``entries`` are remembered."""
        self._entries.update(entries)


def local_cache_folder() -> Path:
    """Where this user's programs keep what they can make again: ``$XDG_CACHE_HOME/madang``, ``~/.cache/madang`` when that is not set."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "madang"


def local_cache_path() -> Path:
    """Where the command line keeps its findings."""
    return local_cache_folder() / "findings.sqlite"


class LocalCache:
    """A ``Cache`` in one SQLite file that several processes may use at once.

    A cache that cannot be read or written (a full disk, a broken file, another's folder) is one that knows nothing: the scan goes on.
    Entries that were not asked for in half a year are dropped.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or local_cache_path()

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those ``keys`` that are known."""
        found: dict[str, bytes] = {}
        try:
            with self._open() as rows:
                for start in range(0, len(keys), _SLICE):
                    part = list(keys[start : start + _SLICE])
                    marks = ",".join("?" * len(part))
                    for key, value in rows.execute(f"SELECT key, value FROM finding WHERE key IN ({marks})", part):  # noqa: S608
                        found[key] = zlib.decompress(value)
        except (sqlite3.Error, OSError, zlib.error):
            return {}
        return found

    def put_many(self, entries: Mapping[str, bytes]) -> None:
        """All ``entries`` are remembered, if this machine lets us."""
        today = int(time.time())
        try:
            with self._open() as rows:
                rows.execute("BEGIN IMMEDIATE")
                rows.executemany(
                    "INSERT OR REPLACE INTO finding (key, value, at) VALUES (?, ?, ?)",
                    [(key, zlib.compress(value, 1), today) for key, value in entries.items()],
                )
                rows.execute("DELETE FROM finding WHERE at < ?", [today - _KEPT_SECONDS])
                rows.execute("COMMIT")
        except (sqlite3.Error, OSError):
            return

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            rows.execute("PRAGMA journal_mode=WAL")
            rows.execute("PRAGMA synchronous=NORMAL")
            rows.execute(
                "CREATE TABLE IF NOT EXISTS finding (key TEXT PRIMARY KEY, value BLOB NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID"
            )
            rows.execute("CREATE INDEX IF NOT EXISTS finding_at ON finding (at)")
            yield rows
        finally:
            rows.close()
