# SPDX-License-Identifier: Apache-2.0
import os
import posixpath
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import madang
from madang import archives
from madang.archives.links import leads_out
from madang.archives.tars import Forward

LIMITS = archives.Limits()


def test_the_folder_appears_when_all_is_there_and_not_before(tmp_path: Path) -> None:
    into = tmp_path / "out"
    told: list[tuple[int, int]] = []
    with archives.Landing(into, limits=LIMITS, progress=lambda files, size: told.append((files, size))) as landing:
        landing.file(b"a/b", [b"12", b"3"])
        landing.link(b"l", b"a/b")
        assert not into.exists()
        done = landing.finish()
    assert (done.files, done.bytes, done.root_name) == (2, 6, None)
    assert told == [(1, 3), (2, 6)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_empty_folder_is_taken_and_anything_else_is_not(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing:
        landing.file(b"a", [b"1"])
        landing.finish()
    with pytest.raises(archives.AlreadyThere), archives.Landing(tmp_path / "out", limits=LIMITS):
        pass
    with pytest.raises(archives.AlreadyThere), archives.Landing(tmp_path / "out/a", limits=LIMITS):
        pass


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing:
        landing.file(b"a", [b"1"])
        (tmp_path / "out").mkdir()
        (tmp_path / "out/mine").touch()
        with pytest.raises(archives.AlreadyThere):
            landing.finish()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    asked = iter([False, False, False, True])

    def chunks() -> Iterator[bytes]:
        while True:
            yield b"x"

    with pytest.raises(archives.Stopped), archives.Landing(tmp_path / "out", limits=LIMITS, stop=lambda: next(asked)) as landing:
        landing.file(b"a", chunks())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_refusal_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing:
        # The device that is always full stands in for the disk.
        landing._at(b"full").symlink_to("/dev/full")
        monkeypatch.setattr("madang.archives.landing._NEW_FILE", os.O_WRONLY)
        with pytest.raises(archives.NoSpace):
            landing.file(b"full", [b"x" * 4096])
    assert list(tmp_path.iterdir()) == []


def test_other_faults_of_the_disk_are_not_hidden(tmp_path: Path) -> None:
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing:
        landing._place.rmdir()
        with pytest.raises(FileNotFoundError):
            landing.file(b"a", [b"x"])


def test_a_name_that_the_disk_cannot_hold_is_a_refusal(tmp_path: Path) -> None:
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing, pytest.raises(archives.Damaged):
        landing.file(b"a" * 300, [b"x"])


def test_links_out_can_be_left_aside_and_told(tmp_path: Path) -> None:
    with archives.Landing(tmp_path / "out", limits=LIMITS, keeps_going=True) as landing:
        landing.link(b"out", b"../x")
        landing.link(b"empty", b"")
        landing.link(b"long", b"a/" * 5000)
        landing.link(b"in", b"out")
        landing.file(b"a", [b"x"])
        landing.skip(b"sub", "submodule")
        done = landing.finish()
    assert {(skipped.path, skipped.reason) for skipped in done.skipped} == {
        ("out", "link-out"),
        ("empty", "link-out"),
        ("long", "link-out"),
        ("in", "link-out"),
        ("sub", "submodule"),
    }
    assert set(archives.REASONS) >= {skipped.reason for skipped in done.skipped}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


def test_a_file_can_be_shared_and_counts(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"kept")
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing:
        assert landing.share(b"d/a", tmp_path / "kept")
        assert not landing.share(b"d/b", tmp_path / "gone")
        assert landing.finish().bytes == 4
    assert (tmp_path / "out/d/a").samefile(tmp_path / "kept")


def test_folders_may_be_as_deep_as_the_disk_allows(tmp_path: Path) -> None:
    with archives.Landing(tmp_path / "out", limits=LIMITS) as landing:
        landing.file(b"d/" * 1200 + b"f", [b"x"])
        assert landing.finish().files == 1


def test_a_process_killed_at_any_moment_leaves_the_whole_folder_or_none(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from madang import archives
steps = int(sys.argv[1])
def die(event, _arguments):
    global steps
    if event in {"open", "os.rename", "os.mkdir", "os.symlink", "shutil.rmtree"}:
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
archives.unpack(Path(sys.argv[2]), Path(sys.argv[3]))
print("done")
"""
    with tarfile.open(tmp_path / "a.tar", "w") as made:
        for name in ("a/b", "a/c", "d"):
            made.addfile(tarfile.TarInfo(name))
    environment = {**os.environ, "PYTHONPATH": str(Path(madang.__file__).parents[1])}
    for steps in range(1, 60):
        room = tmp_path / str(steps)
        room.mkdir()
        command = [sys.executable, "-c", program, str(steps), str(tmp_path / "a.tar"), str(room / "out")]
        ran = subprocess.run(command, capture_output=True, check=False, env=environment)
        if (room / "out").exists():
            assert {str(path.relative_to(room / "out")) for path in (room / "out").rglob("*")} == {"a", "a/b", "a/c", "d"}
        if ran.stdout == b"done\n":
            break
    assert 8 < steps < 59
    assert sum(archives.sweep(tmp_path / str(step), older_than=0) for step in range(1, steps)) > 4
    assert list(tmp_path.glob("*/.*.part")) == []


def test_what_a_killed_process_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    left = tmp_path / ".out.123.part"
    (left / "deep").mkdir(parents=True)
    (tmp_path / ".file.part").touch()
    (tmp_path / "mine").mkdir()
    assert archives.sweep(tmp_path) == 0
    assert archives.sweep(tmp_path, older_than=0) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".file.part", "mine"]


NAMES = some.sampled_from(["a", "b", "c", ".."])
PATHS = some.lists(some.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)
TARGETS = some.lists(NAMES, min_size=1, max_size=5).map("/".join)


@settings(deadline=None)
@given(some.dictionaries(PATHS, TARGETS, max_size=6))
def test_a_link_that_is_said_to_stay_inside_does_so_on_a_real_disk(drawn: dict[str, str]) -> None:
    links = {path: to for path, to in drawn.items() if not any(other.startswith(f"{path}/") for other in drawn)}
    raw = {path.encode(): to.encode() for path, to in links.items()}
    with tempfile.TemporaryDirectory() as place:
        top = Path(place).resolve() / "x/y/top"
        for path, to in links.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).symlink_to(to)
        for path in links:
            if not leads_out(path.encode(), raw):
                real = os.path.realpath(top / path)
                assert posixpath.commonpath([real, top]) == str(top)


def test_a_forward_reader_goes_back_only_as_far_as_it_remembers() -> None:
    class Ones:
        left = 9000

        def read(self, size: int, /) -> bytes:
            size = min(size, self.left, 1000)
            self.left -= size
            return b"1" * size

    reader = Forward(Ones(), name="n")
    assert reader.read(5000) == b"1" * 5000
    assert reader.seek(4990) == 4990
    assert (reader.read(2020), reader.tell()) == (b"1" * 2020, 7010)
    with pytest.raises(archives.Damaged):
        reader.seek(10)
    with pytest.raises(archives.Damaged):
        reader.read(-1)
    assert reader.seek(20_000) == 9000


@pytest.mark.parametrize(("raw", "seen"), [(b"\xff\n", "\\xff\\n"), ("한글".encode(), "한글"), (b"a" * 300, "a" * 199 + "…")])
def test_any_name_can_be_shown(raw: bytes, seen: str) -> None:
    assert archives.shown(raw) == seen
    assert archives.shown(raw.decode("utf-8", "surrogateescape")) == seen
