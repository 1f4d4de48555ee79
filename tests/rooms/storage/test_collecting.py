# SPDX-License-Identifier: Apache-2.0
"""Collecting what nobody needs, wherever objects lie."""

import pytest

from madang import storage


def put(store: storage.Store) -> dict[bytes, storage.Stored]:
    """Some objects, by their digests."""
    stored = [store.put_bytes(b"object %d" % number) for number in range(12)]
    return {bytes.fromhex(each.sha256): each for each in stored}


def test_what_nobody_needs_is_counted_and_then_taken(store: storage.Store) -> None:
    some = put(store)
    needed = set(list(some)[:5])
    loose = [each for digest, each in some.items() if digest not in needed]
    expected = storage.Collected(kept=5, objects=7, bytes=sum(each.size for each in loose))
    assert store.collect(needed, older_than=-60, dry=True) == expected
    assert store.usage().count == 12
    assert store.collect(needed, older_than=-60) == expected
    assert {bytes.fromhex(each.sha256) for each in store.every()} == needed
    assert not any(store.exists(each.sha256) for each in loose)
    assert store.collect(needed, older_than=-60) == storage.Collected(kept=5)


def test_what_was_put_lately_stays(store: storage.Store) -> None:
    some = put(store)
    assert store.collect(set()) == storage.Collected(kept=len(some))
    assert all(store.exists(each.sha256) for each in some.values())


def test_what_was_taken_can_be_put_again(store: storage.Store) -> None:
    stored = store.put_bytes(b"gone and come back")
    assert store.collect(set(), older_than=-60).objects == 1
    assert store.put_bytes(b"gone and come back").is_new
    assert store.read(stored.sha256, verify=True) == b"gone and come back"


def test_whoever_collects_may_be_stopped(store: storage.Store) -> None:
    put(store)

    def stop() -> None:
        raise storage.Stopped

    with pytest.raises(storage.Stopped):
        store.collect(set(), older_than=-60, stop=stop)
    assert store.usage().count == 12
