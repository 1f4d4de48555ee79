# SPDX-License-Identifier: Apache-2.0
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from madang import scan
from madang.scan.cache import local_cache_path


@pytest.fixture(params=["memory", "local"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> scan.Cache:
    return scan.MemoryCache() if request.param == "memory" else scan.LocalCache(tmp_path / "deep" / "findings.sqlite")


def test_what_was_put_is_got_and_nothing_else(cache: scan.Cache) -> None:
    entries = {f"key{number}": f"value{number}".encode() * 50 for number in range(1200)}
    cache.put_many(entries)
    assert cache.get_many([*entries, "unknown"]) == entries
    assert cache.get_many([]) == {}


def test_the_same_key_may_be_put_twice(cache: scan.Cache) -> None:
    cache.put_many({"a": b"1"})
    cache.put_many({"a": b"1", "b": b"2"})
    assert cache.get_many(["a", "b"]) == {"a": b"1", "b": b"2"}


def test_the_file_is_used_by_many_at_once(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"

    def put(number: int) -> None:
        for turn in range(10):
            scan.LocalCache(path).put_many({f"{number}-{turn}-{key}": b"x" for key in range(20)})

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [f"{number}-{turn}-{key}" for number in range(4) for turn in range(10) for key in range(20)]
    assert len(scan.LocalCache(path).get_many(keys)) == 800


def test_a_broken_file_is_a_cache_that_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    cache = scan.LocalCache(path)
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {}


def test_a_place_that_cannot_be_written_is_a_cache_that_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = scan.LocalCache(tmp_path / "file" / "findings.sqlite")
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {}


def test_old_entries_are_dropped(tmp_path: Path) -> None:
    cache = scan.LocalCache(tmp_path / "findings.sqlite")
    cache.put_many({"old": b"1"})
    rows = sqlite3.connect(cache.path)
    with rows:
        rows.execute("UPDATE finding SET at = ?", [int(time.time()) - 200 * 24 * 3600])
    rows.close()
    cache.put_many({"new": b"2"})
    assert cache.get_many(["old", "new"]) == {"new": b"2"}


def test_the_command_line_keeps_findings_where_caches_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert local_cache_path() == tmp_path / "madang" / "findings.sqlite"
    for empty in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", empty)
        assert local_cache_path() == Path.home() / ".cache" / "madang" / "findings.sqlite"
