# SPDX-License-Identifier: Apache-2.0
import errno
import hashlib
import io
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import madang
from madang import storage

only_local = pytest.mark.parametrize("where", ["local"])
LARGE = os.urandom(3 * 1024 * 1024 + 17)


def left_in(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "store/tmp").iterdir())


@pytest.mark.parametrize("data", [b"", b"small", LARGE])
def test_an_object_is_kept_under_its_digest_as_a_plain_read_only_file(data: bytes, store: storage.Store, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    assert store.put_bytes(data) == storage.Stored(sha256, len(data), True)
    place = tmp_path / "store/objects" / sha256[:2] / sha256[2:]
    assert place.read_bytes() == data
    assert stat.S_IMODE(place.stat().st_mode) == 0o444
    assert (store.exists(sha256), store.size(sha256), store.read(sha256, verify=True)) == (True, len(data), data)
    assert left_in(tmp_path) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(some.lists(some.binary(max_size=2000), max_size=8))
def test_what_is_put_in_pieces_comes_out_whole(store: storage.Store, pieces: list[bytes]) -> None:
    stored = store.put_stream(iter(pieces))
    assert store.read(stored.sha256, verify=True) == b"".join(pieces)


def test_what_is_there_is_not_written_again(store: storage.Store, tmp_path: Path) -> None:
    first = store.put_stream(io.BytesIO(LARGE))
    place = tmp_path / "store/objects" / first.sha256[:2] / first.sha256[2:]
    before = place.stat().st_ino
    assert store.put_bytes(LARGE) == storage.Stored(first.sha256, first.size, False)
    assert place.stat().st_ino == before


@only_local
def test_an_object_cut_short_by_the_disk_is_written_anew(store: storage.Store, tmp_path: Path) -> None:
    stored = store.put_bytes(b"whole")
    place = tmp_path / "store/objects" / stored.sha256[:2] / stored.sha256[2:]
    place.chmod(0o644)
    place.write_bytes(b"wh")
    assert store.put_bytes(b"whole").is_new
    assert store.read(stored.sha256, verify=True) == b"whole"


def test_a_file_is_put_and_stays(store: storage.Store, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"line\n" * 3)
    assert store.read(store.put_file(tmp_path / "a").sha256) == b"line\n" * 3
    assert (tmp_path / "a").exists()


@pytest.mark.parametrize("limit", [10, 2 * 1024 * 1024])
def test_too_much_is_refused_and_nothing_is_left(limit: int, store: storage.Store, tmp_path: Path) -> None:
    with pytest.raises(storage.ObjectTooLarge, match=str(limit)):
        store.put_stream(io.BytesIO(LARGE), max_bytes=limit)
    assert (left_in(tmp_path), store.usage()) == ([], storage.Usage(0, 0))


def test_other_bytes_than_announced_are_refused(store: storage.Store, tmp_path: Path) -> None:
    with pytest.raises(storage.DigestMismatch):
        store.put_bytes(LARGE, expected="0" * 64)
    assert (left_in(tmp_path), store.usage().count) == ([], 0)
    assert store.put_bytes(b"a", expected=hashlib.sha256(b"a").hexdigest()).is_new


@pytest.mark.parametrize("sha256", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "\n"])
def test_an_object_that_is_not_there_is_missing(sha256: str, store: storage.Store) -> None:
    with pytest.raises(storage.ObjectMissing):
        store.open(sha256)
    with pytest.raises(storage.ObjectMissing):
        store.size(sha256)


@only_local
def test_damage_is_found_when_asked_for(store: storage.Store, tmp_path: Path) -> None:
    sha256 = store.put_bytes(b"whole").sha256
    place = tmp_path / "store/objects" / sha256[:2] / sha256[2:]
    place.chmod(0o644)
    place.write_bytes(b"while")
    assert store.read(sha256) == b"while"
    with pytest.raises(storage.ObjectDamaged):
        store.read(sha256, verify=True)


@only_local
@pytest.mark.parametrize("failing", ["fsync", "replace", "open"])
def test_a_full_disk_is_a_refusal_and_leaves_nothing(
    failing: str, store: storage.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        if failing == "replace":
            patch.setattr(Path, "replace", full)
        else:
            patch.setattr(os, failing, full)
        with pytest.raises(storage.StoreFull):
            store.put_bytes(b"data")
    assert (left_in(tmp_path), store.usage().count) == ([], 0)
    assert store.put_bytes(b"data").is_new


@only_local
def test_other_faults_of_the_disk_are_not_hidden(store: storage.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="broken"):
            store.put_bytes(b"data")
    assert left_in(tmp_path) == []


@pytest.mark.needs("root")
def test_a_really_full_disk_is_a_refusal_and_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        store = storage.Store(disk / "store")
        with pytest.raises(storage.StoreFull):
            store.put_bytes(LARGE)
        assert list((disk / "store/tmp").iterdir()) == []
        assert store.put_bytes(b"small").is_new
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_many_may_put_the_same_at_once(store: storage.Store, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: store.put_bytes(LARGE[: number % 3 + 1_100_000]), range(48)))
    assert len({stored.sha256 for stored in found}) == 3
    assert store.usage().count == 3
    assert all(store.read(stored.sha256, verify=True) for stored in found)
    assert left_in(tmp_path) == []


def test_a_put_killed_at_any_moment_leaves_no_half_object_and_can_be_done_again(tmp_path: Path) -> None:
    root = tmp_path / "store"
    program = """
import os, signal, sys
from pathlib import Path
from madang import storage
store = storage.Store(Path(sys.argv[1]))
steps = int(sys.argv[2])
def die(event, _arguments):
    global steps
    if event in {"open", "os.rename", "os.mkdir", "os.chmod", "os.remove"}:
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
store.put_tree(Path(sys.argv[3]))
print("done")
"""
    source = tmp_path / "source"
    source.mkdir()
    for name in "abcd":
        (source / name).write_bytes(name.encode() * 10)
    environment = {**os.environ, "PYTHONPATH": str(Path(madang.__file__).parents[1])}
    for steps in range(1, 60):
        command = [sys.executable, "-c", program, str(root), str(steps), str(source)]
        ran = subprocess.run(command, capture_output=True, check=False, env=environment)
        for place in (root / "objects").glob("*/*"):
            assert hashlib.sha256(place.read_bytes()).hexdigest() == place.parent.name + place.name
        if ran.stdout == b"done\n":
            break
    else:
        pytest.fail("it never got to the end")
    assert steps > 3


@only_local
def test_what_a_killed_process_left_is_swept_when_it_is_old(store: storage.Store, tmp_path: Path) -> None:
    old, new = tmp_path / "store/tmp/old", tmp_path / "store/tmp/new"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    storage.Store(tmp_path / "store")
    assert left_in(tmp_path) == [new]
    assert store.sweep(older_than=0) == 1


def test_the_room_left_is_told(store: storage.Store) -> None:
    assert store.free_bytes() > 0
