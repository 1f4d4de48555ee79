# SPDX-License-Identifier: Apache-2.0
"""What is so of objects in a bucket alone: addresses, damage, a server that is away, ranges, what is kept here for a while."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

import patience
import stores
from madang import storage
from madang.storage import remote

LARGE = os.urandom(remote.SMALL * 2 + 17)
pytestmark = pytest.mark.needs("s3-server")
ADDRESS = "s3://bucket/institute/objects?endpoint=http://127.0.0.1:9000&region=kr-1"


@pytest.fixture
def place() -> storage.Place:
    return stores.server().place()


@pytest.fixture
def store(place: storage.Place, tmp_path: Path) -> storage.Store:
    return storage.Store(tmp_path / "store", place)


def hurt(place: storage.Place, sha256: str, content: bytes) -> None:
    """The server's object has other bytes now."""
    bucket = S3Store(place.bucket, **place.arguments(), client_options={"allow_http": True})  # type: ignore[arg-type]
    obstore.put(bucket, f"{place.prefix}/objects/{sha256[:2]}/{sha256[2:]}", content)


def test_an_address_names_bucket_prefix_and_server() -> None:
    place = storage.place_of(ADDRESS, key="k", secret="s")
    assert place == storage.Place("bucket", "institute/objects", "http://127.0.0.1:9000", "kr-1", "k", "s")
    assert place.shown == "s3://bucket/institute/objects (http://127.0.0.1:9000)"
    assert storage.place_of("s3://bucket").arguments() == {}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bucket",
        "https://bucket",
        "s3://",
        "s3://key:secret@bucket",
        "s3://b?endpoint=ftp://x",
        "s3://b?endpoint=https://",
        "s3://b?secret=x",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        storage.place_of(address)


def test_what_one_machine_puts_another_reads(place: storage.Place, tmp_path: Path) -> None:
    here, there = storage.Store(tmp_path / "here", place), storage.Store(tmp_path / "there", place)
    stored = [here.put_bytes(b"small"), here.put_bytes(LARGE)]
    assert [there.read(each.sha256, verify=True) for each in stored] == [b"small", LARGE]
    assert not there.put_bytes(LARGE).is_new
    assert there.usage() == storage.Usage(2, 5 + len(LARGE))


def test_two_machines_may_put_the_same_at_once(place: storage.Place, tmp_path: Path) -> None:
    machines = [storage.Store(tmp_path / str(number), place) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda store: [store.put_bytes(b"%d" % number).sha256 for number in range(10)], machines))
    assert all(each == found[0] for each in found)
    assert machines[0].usage() == storage.Usage(10, 10)


@pytest.mark.parametrize("content", [b"wrong", LARGE])
def test_bytes_that_are_not_their_names_are_never_handed_out(
    content: bytes, place: storage.Place, store: storage.Store, tmp_path: Path
) -> None:
    sha256 = store.put_bytes(content).sha256
    hurt(place, sha256, b"other" + content)
    fresh = storage.Store(tmp_path / "fresh", place)
    with pytest.raises(storage.ObjectDamaged):
        fresh.read(sha256, verify=True)
    assert list((tmp_path / "fresh/tmp").iterdir()) == []
    assert fresh.put_bytes(content).is_new
    assert storage.Store(tmp_path / "again", place).read(sha256, verify=True) == content


def test_a_local_copy_that_is_hurt_is_brought_anew(store: storage.Store, tmp_path: Path) -> None:
    sha256 = store.put_bytes(b"whole").sha256
    copy = tmp_path / "store/objects" / sha256[:2] / sha256[2:]
    copy.chmod(0o644)
    copy.write_bytes(b"while")
    assert store.read(sha256, verify=True) == b"whole"


def test_a_part_of_a_large_object_is_read_without_the_rest(place: storage.Place, store: storage.Store, tmp_path: Path) -> None:
    sha256 = store.put_bytes(LARGE).sha256
    fresh = storage.Store(tmp_path / "fresh", place)
    with fresh.open(sha256) as file:
        file.seek(remote.SMALL)
        assert file.read(10) == LARGE[remote.SMALL : remote.SMALL + 10]
        file.seek(-3, os.SEEK_END)
        assert (file.read(), file.read(1)) == (LARGE[-3:], b"")
    assert not list((tmp_path / "fresh/objects").glob("*/*"))
    assert fresh.read(sha256) == LARGE


def test_a_server_that_is_away_is_a_refusal_and_leaves_nothing(place: storage.Place, tmp_path: Path) -> None:
    store = storage.Store(tmp_path / "store", replace(place, endpoint="http://127.0.0.1:9"))
    for call in (lambda: store.put_bytes(b"x"), lambda: store.read("0" * 64), lambda: store.usage(), lambda: store.exists("0" * 64)):
        with pytest.raises(storage.StoreAway, match="does not answer"):
            call()
    assert list((tmp_path / "store/tmp").iterdir()) == []


def test_a_bucket_that_is_not_there_is_a_refusal(place: storage.Place, tmp_path: Path) -> None:
    store = storage.Store(tmp_path / "store", replace(place, bucket="nowhere-at-all"))
    with pytest.raises((storage.StoreAway, storage.ObjectMissing)):
        store.put_bytes(b"x")


def test_all_objects_are_listed_in_order(store: storage.Store) -> None:
    put = sorted(store.put_bytes(b"%d" % number).sha256 for number in range(20))
    assert [each.sha256 for each in remote_of(store).every()] == put


def test_an_object_goes_only_when_nobody_has_sent_it_since(store: storage.Store) -> None:
    stored = store.put_bytes(b"old")
    objects = remote_of(store)
    found = next(objects.touched())
    assert (found.sha256, found.size) == (stored.sha256, 3)
    assert not objects.let_go(found, before=time.time() - 86_400)
    assert store.exists(stored.sha256)
    assert objects.let_go(found, before=time.time() + 86_400)
    assert not store.exists(stored.sha256)
    assert not objects.let_go(found, before=time.time() + 86_400)
    assert marks(objects) == []


def marks(objects: remote.RemoteObjects) -> list[str]:
    """What stands beside objects that are being taken."""
    return [path for path, _size, _at in objects._listed("leaving")]


def test_what_is_sent_anew_while_it_is_taken_away_stays(
    place: storage.Place, store: storage.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment between the collector's last look and the taking: the object is old, and another machine sends it anew."""
    monkeypatch.setattr(remote, "TOUCH_AFTER", timedelta(seconds=-1))
    monkeypatch.setattr(remote, "MARK_POLL", 0.01)
    sha256 = store.put_bytes(b"wanted again").sha256
    collector, other = remote_of(store), storage.Store(tmp_path / "other", place)
    found = next(collector.touched())
    look, sending = collector._told, []
    waited = threading.Event()
    asks = remote_of(other)._mark

    def ask_and_say_so(sha256: str) -> str:
        waited.set()
        return asks(sha256)

    monkeypatch.setattr(remote_of(other), "_mark", ask_and_say_so)

    def look_and_be_slow(sha256: str) -> object:
        told = look(sha256)
        sending.append(pool.submit(other.put_bytes, b"wanted again"))
        assert waited.wait(patience.SECONDS), "the other machine did not look for the mark"
        return told

    monkeypatch.setattr(collector, "_told", look_and_be_slow)
    with ThreadPoolExecutor(1) as pool:
        assert collector.let_go(found, before=time.time() + 86_400)
        assert not sending[0].result(30).is_new
    monkeypatch.undo()
    assert store.exists(sha256)
    assert storage.Store(tmp_path / "third", place).read(sha256, verify=True) == b"wanted again"
    assert marks(collector) == []


def test_the_mark_of_a_killed_collector_holds_nobody_up_for_long(store: storage.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "TOUCH_AFTER", timedelta(seconds=-1))
    monkeypatch.setattr(remote, "MARK_SECONDS", 0.3)
    sha256 = store.put_bytes(b"still wanted").sha256
    objects = remote_of(store)
    obstore.put(objects._bucket, objects._mark(sha256), b"")
    assert not store.put_bytes(b"still wanted").is_new
    assert store.exists(sha256)


def test_the_local_disk_is_measured(store: storage.Store) -> None:
    assert 0 < store.free_bytes() <= store.disk_bytes()


def test_what_was_not_used_for_a_day_is_kept_at_the_server_alone(store: storage.Store, tmp_path: Path) -> None:
    used, unused = store.put_bytes(b"used").sha256, store.put_bytes(b"unused").sha256
    old = tmp_path / "store/objects" / unused[:2] / unused[2:]
    os.utime(old, (time.time() - 2 * remote.KEPT_SECONDS,) * 2)
    assert store.sweep() == 1
    assert not old.exists()
    assert [store.read(used), store.read(unused)] == [b"used", b"unused"]


def test_a_batch_with_an_error_says_so_and_leaves_no_temporary_file(place: storage.Place, tmp_path: Path) -> None:
    store = storage.Store(tmp_path / "store", replace(place, endpoint="http://127.0.0.1:9"))
    source = tmp_path / "source"
    source.mkdir()
    for number in range(5):
        (source / str(number)).write_text(str(number))
    with pytest.raises(storage.StoreAway):
        store.put_tree(source)
    assert list((tmp_path / "store/tmp").iterdir()) == []


def remote_of(store: storage.Store) -> remote.RemoteObjects:
    """What is behind the store's methods."""
    objects: object = store._objects
    assert isinstance(objects, remote.RemoteObjects)
    return objects
