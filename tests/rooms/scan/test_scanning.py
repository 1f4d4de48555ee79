# SPDX-License-Identifier: Apache-2.0
"""Whole scans of small trees by the real engine."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders import repository
from madang import scan
from madang.scan import looking, tree
from madang.scan.faults import last_line
from madang.scan.pool import Answer
from rooms.scan.conftest import HEADER, MIT

Grow = Callable[..., Path]

SETUP = """
from setuptools import setup
setup(name="thing", version="1.0", license="MIT", install_requires=["requests>=2"])
"""
SEE = "# This module is released under the terms given in the LICENSE file, see LICENSE for details.\n"


class Counting:
    """A cache that counts what is asked of it."""

    def __init__(self) -> None:
        self.kept = scan.MemoryCache()
        self.puts = 0

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return self.kept.get_many(keys)

    def put_many(self, entries: Mapping[str, bytes]) -> None:
        self.puts += len(entries)
        self.kept.put_many(entries)


def scanned(root: Path, pool: scan.Pool, **options: object) -> scan.Report:
    return scan.scan_tree(root, name=root.name, pool=pool, **options)  # type: ignore[arg-type]


def by_path(report: scan.Report) -> dict[str, scan.File]:
    return {file.path: file for file in report.files}


def state(root: Path) -> list[tuple[str, int, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in root.rglob("*"))


def test_a_package_is_put_together_and_references_are_followed(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"LICENSE": MIT, "setup.py": SETUP, "thing/__init__.py": SEE, "thing/bsd.py": HEADER, "notes.txt": "nothing here"})
    before = state(root)
    told: list[scan.Progress] = []
    report = scanned(root, pool, progress=told.append)
    files = by_path(report)
    assert files["LICENSE"].detected_license_expression_spdx == "MIT"
    assert files["thing/bsd.py"].detected_license_expression_spdx == "BSD-3-Clause"
    assert files["thing/__init__.py"].detected_license_expression_spdx == "MIT"
    followed = [match.from_file for detection in files["thing/__init__.py"].license_detections for match in detection.matches]
    assert "tree/LICENSE" in followed
    (package,) = report.packages
    assert (package.purl, package.declared_license_expression_spdx) == ("pkg:pypi/thing@1.0", "MIT")
    assert package.datafile_paths == ("setup.py",)
    assert package.package_uid in files["thing/bsd.py"].for_packages
    assert [each.purl for each in report.dependencies] == ["pkg:pypi/requests"]
    assert (report.declared_license_expression, report.declared_in) == ("MIT", ("setup.py",))
    assert report.license_expression == "BSD-3-Clause AND MIT"
    assert report.license_counts == {"MIT": 3, "BSD-3-Clause": 1}
    assert report.holder_counts == {"Example Research Institute": 2}
    assert (report.totals.files, report.totals.files_with_licence, report.totals.files_with_copyright) == (5, 4, 2)
    assert not report.unread + report.skipped
    assert report.errors == ()
    assert state(root) == before
    assert (told[-1].stage, told[-1].files_done, told[-1].files_total) == ("done", 5, 5)
    assert [each.stage for each in told if each.stage != "scanning"][-2:] == ["finishing", "done"]


def test_the_same_tree_gives_the_same_report_wherever_it_lies(pool: scan.Pool, grow: Grow, tmp_path: Path) -> None:
    files = {"LICENSE": MIT, "setup.py": SETUP, "a.py": SEE}
    first, second = grow(files), grow(files, name="conda-env.yaml")
    assert scanned(first, pool) == scan.scan_tree(second, name="tree", pool=pool)


def test_known_files_need_no_engine(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"LICENSE": MIT, "setup.py": SETUP, "a.py": HEADER, "copy/a.py": HEADER})
    cache = Counting()
    first = scanned(root, pool, cache=cache)
    kept = cache.puts
    told: list[scan.Progress] = []
    with scan.Pool(scan.Limits(workers=1)) as cold:
        assert scanned(root, cold, cache=cache, progress=told.append) == first
        assert cold.server_pid is None
    assert cache.puts == kept
    assert told[-1].files_cached == 4


def test_only_a_changed_file_is_looked_at_again(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"a.py": HEADER, "b.py": "nothing"})
    cache = Counting()
    scanned(root, pool, cache=cache)
    before = cache.puts
    (root / "b.py").write_text(MIT)
    report = scanned(root, pool, cache=cache)
    assert by_path(report)["b.py"].detected_license_expression_spdx == "MIT"
    assert cache.puts - before == 3, "the file, what the step over the whole tree looked into, and what it said"


def test_the_same_content_under_another_kind_of_name_is_looked_at_anew(pool: scan.Pool, grow: Grow) -> None:
    report = scanned(grow({"a.py": "x = 1\n", "a.c": "x = 1\n"}), pool)
    assert {file.path: file.programming_language for file in report.files} == {"a.c": "C", "a.py": "Python"}


@pytest.mark.needs("git")
def test_a_rescan_equals_a_scan_from_an_empty_cache(pool: scan.Pool, tmp_path: Path) -> None:
    """A licence changed, a file moved, one gone and one new: what was remembered of the tree as it was must not show."""
    files = {
        "LICENSE": MIT,
        "setup.py": SETUP,
        "thing/see.py": SEE,
        "thing/bsd.py": HEADER,
        "thing/gone.py": HEADER,
        "vendor/x.min.js": MIT,
    }
    root = repository(tmp_path / "checkout", files)
    cache, trusting = scan.MemoryCache(), scan.Options(trusts_git=True)
    scanned(root, pool, cache=cache, options=trusting)
    (root / "LICENSE").write_text("Licensed under the Apache License, Version 2.0\n")
    (root / "thing/bsd.py").rename(root / "moved.py")
    (root / "thing/gone.py").unlink()
    (root / "thing/new.py").write_text("# SPDX-License-Identifier: ISC\n")
    again = scanned(root, pool, cache=cache, options=trusting)
    assert again.to_json() == scanned(root, pool).to_json()
    assert by_path(again)["thing/see.py"].detected_license_expression_spdx == "Apache-2.0"


def test_below_a_folder_of_locales_the_same_content_is_looked_at_anew(pool: scan.Pool, grow: Grow) -> None:
    """ScanCode breaks long lines where ``locale`` stands in the path: what was found in the same file elsewhere says nothing of it."""
    kept: list[int] = []
    for folder in ("lib", "locale"):
        cache = Counting()
        scanned(grow({"src/a.txt": "x\n", f"{folder}/a.txt": "x\n"}, name=f"tree{len(kept)}"), pool, cache=cache)
        kept.append(cache.puts)
    assert kept[1] - kept[0] == 1


def test_thorough_is_remembered_apart(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"a.py": HEADER})
    cache = Counting()
    plain = scanned(root, pool, cache=cache)
    before = cache.puts
    assert scanned(root, pool, cache=cache, options=scan.Options(thorough=True)) == plain
    assert cache.puts == 2 * before


def test_what_scancode_alone_finds_is_what_is_found(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"LICENSE": MIT, "setup.py": SETUP, "thing/__init__.py": SEE, "thing/bsd.py": HEADER, "문서.md": "저작권 (c) 2020 연구원"})
    assert scanned(root, pool, options=scan.Options(thorough=True)).to_json() == scanned(root, pool).to_json()


@pytest.mark.needs("git")
def test_a_file_that_git_takes_for_unchanged_is_not_read_again(pool: scan.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "checkout", {"LICENSE": MIT, "a.py": HEADER, "b.py": "print(1)\n"})
    later = (root / "a.py").stat().st_mtime + 5
    os.utime(root / ".git" / "index", (later, later))
    read: list[str] = []

    def noted(path: Path) -> tree.Content:
        read.append(path.name)
        return tree.content(path)

    monkeypatch.setattr(looking, "content", noted)
    cache, options = scan.MemoryCache(), scan.Options(trusts_git=True)
    first = scanned(root, pool, cache=cache, options=options)
    assert sorted(read) == ["LICENSE", "a.py", "b.py"]
    read.clear()
    assert scanned(root, pool, cache=cache, options=options).to_json() == first.to_json()
    assert read == []
    (root / "b.py").write_text("# SPDX-License-Identifier: 0BSD\n")
    assert by_path(scanned(root, pool, cache=cache, options=options))["b.py"].detected_license_expression_spdx == "0BSD"
    assert read == ["b.py"]
    read.clear()
    scanned(root, pool, cache=cache)
    assert sorted(read) == ["LICENSE", "a.py", "b.py"]


def test_one_file_is_scanned_alone(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"LICENSE": MIT, "other": ""})
    report = scanned(root / "LICENSE", pool)
    assert report.root_is_file
    assert [(file.path, file.detected_license_expression_spdx) for file in report.files] == [("LICENSE", "MIT")]
    assert report.declared_license_expression == "MIT"


def test_an_empty_tree_has_an_empty_report(pool: scan.Pool, tmp_path: Path) -> None:
    root = tmp_path / "nothing"
    root.mkdir()
    report = scanned(root, pool)
    assert (report.files, report.license_expression, report.declared_license_expression, report.errors) == ((), None, None, ())


def test_hostile_files_are_read_or_told_and_never_written(pool: scan.Pool, grow: Grow) -> None:
    root = grow(
        {
            "empty": b"",
            "nul": b"\0" * 5000,
            "not-utf8.txt": b"Copyright (c) 2020 Jos\xe9 \xff\xfe\n" + MIT.encode(),
            "broken.zip": b"PK\x03\x04" + b"\xff" * 500,
            "broken.pdf": b"%PDF-1.7\n" + b"\xff(((" * 500,
            "broken.tar.gz": b"\x1f\x8b\x08" + b"\0" * 100,
            "deep.json": b"[" * 20_000,
            "package.json": b"[" * 20_000,
            "pom.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><project>&x;</project>',
            '<img src=x onerror="alert(1)">.py': HEADER,
            "with\nnewline and \\ backslash.py": HEADER,
            "-rf": HEADER,
            "한글 이름.py": HEADER,
        }
    )
    Path(os.fsdecode(os.fsencode(root) + b"/euc-kr \xb0\xa1.py")).write_text(HEADER)
    before = state(root)
    report = scanned(root, pool)
    files = by_path(report)
    assert len(files) == 14
    assert state(root) == before
    assert files["not-utf8.txt"].detected_license_expression_spdx == "MIT"
    for name in ('<img src=x onerror="alert(1)">.py', "with\nnewline and \\ backslash.py", "-rf", "한글 이름.py", "euc-kr \\xb0\\xa1.py"):
        assert files[name].detected_license_expression_spdx == "BSD-3-Clause", name
    assert report.errors == ()
    for form in scan.FORMATS:
        with (root.parent / form).open("w", encoding="utf-8") as stream:
            scan.write(report, form, stream)


def test_what_cannot_be_read_is_told_with_its_limit(pool: scan.Pool, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = b" ".join(b"license copyright warranty notice %d" % number for number in range(120_000))
    root = grow({"slow.txt": chance, "big.txt": b"x" * 9_000_000, "good.py": HEADER})
    (root / "link").symlink_to("good.py")
    # A scan takes the bounds of its tasks from the pool, so the one that all tests share can be told others.
    monkeypatch.setattr(pool, "limits", replace(pool.limits, file_seconds=1, max_file_bytes=8_000_000))
    cache = Counting()
    report = scanned(root, pool, cache=cache)
    reasons = {each.path: each for each in report.unread}
    assert set(reasons) == {"big.txt", "slow.txt"}
    assert reasons["big.txt"].reason == "too-large"
    assert reasons["slow.txt"].reason == "deadline"
    assert reasons["slow.txt"].message == "Not done after 1 seconds (file_seconds)."
    slow = by_path(report)["slow.txt"]
    assert "file_seconds" in slow.scan_errors[0]
    assert by_path(report)["good.py"].detected_license_expression_spdx == "BSD-3-Clause"
    assert [each.reason for each in report.skipped] == ["link"]
    assert (report.totals.unread, report.totals.skipped, report.totals.files_with_errors) == (2, 1, 1)


def test_a_file_that_vanishes_is_told(pool: scan.Pool, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    root = grow({"a.py": HEADER, "b.py": HEADER})
    monkeypatch.setattr("madang.scan.looking.content", _vanishing(root / "a.py"))
    report = scanned(root, pool)
    assert [(each.path, each.reason) for each in report.unread] == [("a.py", "unreadable")]
    assert list(by_path(report)) == ["b.py"]


def _vanishing(victim: Path) -> Callable[[Path], object]:
    from madang.scan.tree import content

    def reading(location: Path) -> object:
        if location.name == victim.name:
            victim.unlink()
        return content(location)

    return reading


def test_a_finishing_step_that_fails_leaves_the_findings(pool: scan.Pool, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    root = grow({"LICENSE": MIT, "setup.py": SETUP})
    monkeypatch.setattr(pool, "limits", replace(pool.limits, finish_seconds=0))
    report = scanned(root, pool)
    assert "finish_seconds" in report.errors[0]
    assert report.packages == ()
    assert by_path(report)["LICENSE"].detected_license_expression_spdx == "MIT"
    assert report.declared_license_expression == "MIT"


class FaultyLine:
    """A line to an engine that fails everywhere, and says where things lie."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def put(self, key: object, message: Mapping[str, Any], *, seconds: float, memory: int) -> None:
        trace = f'Traceback (most recent call last):\n  File "/srv/engine/x.py", line 1\nValueError: odd {message["path"] if key else ""}'
        if message["do"] == "patterns":
            self.answers.append(Answer(key, {"patterns": []}))
        elif message["do"] == "look":
            self.answers.append(Answer(key, {}, "engine", f"licenses: {trace} and /srv/engine/data/rule.txt"))
        else:
            errors = [f"Step: {trace}/setup.py", "a plain sentence about /srv/engine/x.py"]
            Path(message["target"]).write_text(json.dumps({"path": "/", "found": {"errors": errors}}) + "\n")
            self.answers.append(Answer(key, {"finished": {}}))

    def get(self, *, timeout: float) -> Answer | None:
        return self.answers.pop(0)


class FaultyPool:
    limits = scan.Limits()

    @contextmanager
    def open_line(self, priority: scan.Priority) -> Iterator[FaultyLine]:
        yield FaultyLine()


def test_a_fault_of_the_engine_is_told_in_a_line_and_in_full_in_the_log(grow: Grow, caplog: pytest.LogCaptureFixture) -> None:
    root = grow({"src/a.py": HEADER})
    caplog.set_level("INFO", logger="madang.scan")
    report = scan.scan_tree(root, name="tool", pool=FaultyPool())  # type: ignore[arg-type]
    assert by_path(report)["src/a.py"].scan_errors == ("the engine failed: ValueError: odd tool/src/a.py and rule.txt",)
    assert report.unread[0].message == "The engine failed: ValueError: odd tool/src/a.py and rule.txt."
    assert report.errors == ("Step: ValueError: odd tool/setup.py", "a plain sentence about x.py")
    written = json.dumps(report.to_json())
    assert not [word for word in ("/srv", "Traceback", "File ", str(root.parent), "named") if word in written]
    logged = [(record.getMessage(), getattr(record, "detail", "")) for record in caplog.records]
    assert [event for event, _detail in logged] == ["scan.step-failed", "scan.step-failed", "scan.file-unread"]
    assert "/srv/engine/x.py" in logged[-1][1]


def test_what_a_failing_step_left_is_not_remembered(grow: Grow) -> None:
    root, cache = grow({}), scan.MemoryCache()
    for _ in range(2):
        report = scan.scan_tree(root, name="tool", pool=FaultyPool(), cache=cache)  # type: ignore[arg-type]
        assert len(report.errors) == 2


@pytest.mark.parametrize(
    ("trace", "line"),
    [
        ("", ""),
        ("Traceback:\n  File x\nKeyError: 'a'\n", "KeyError: 'a'"),
        ("[Errno 2] No such file: '/var/lib/x/y.txt'", "[Errno 2] No such file: 'y.txt'"),
        ("see https://spdx.example/licenses/MIT and src/a/b.c", "see https://spdx.example/licenses/MIT and src/a/b.c"),
        ("at /home/me/my files/tool/a.c:3", "at tool/a.c:3"),
    ],
)
def test_a_line_says_nothing_of_where_things_lie(trace: str, line: str) -> None:
    assert last_line(trace, ("/home/me/my files/",)) == line


def test_a_scan_that_is_stopped_remembers_what_it_found(pool: scan.Pool, grow: Grow) -> None:
    root = grow({f"{number}.py": f"{HEADER}# {number}\n" for number in range(30)})
    cache = Counting()
    told: list[scan.Progress] = []
    with pytest.raises(scan.Cancelled):
        scanned(root, pool, cache=cache, progress=told.append, stop=lambda: bool(cache.puts or len(told) > 2))
    found: list[scan.Progress] = []
    report = scanned(root, pool, cache=cache, progress=found.append)
    assert report.totals.files_with_licence == 30


def test_a_missing_root_is_refused(pool: scan.Pool, tmp_path: Path) -> None:
    with pytest.raises(scan.SourceUnreadable):
        scanned(tmp_path / "missing", pool)


@pytest.mark.parametrize(("name", "shown"), [("a/b", "a-b"), ("..", "root"), ("", "root"), ("\udcff", "-xff")])
def test_any_name_can_be_shown(pool: scan.Pool, grow: Grow, name: str, shown: str) -> None:
    report = scan.scan_tree(grow({}), name=name, pool=pool)
    assert report.name == shown


def test_scans_share_the_pool_from_several_threads(pool: scan.Pool, grow: Grow) -> None:
    roots = [grow({f"{number}.py": f"{HEADER}# {number} of {tree}\n" for number in range(6)}, name=f"tree{tree}") for tree in range(3)]
    reports: dict[str, scan.Report] = {}

    def run(root: Path, priority: scan.Priority) -> None:
        reports[root.name] = scanned(root, pool, priority=priority)

    threads = [threading.Thread(target=run, args=(root, scan.Priority(number % 2))) for number, root in enumerate(roots)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: report.totals.files_with_licence for name, report in reports.items()} == {"tree0": 6, "tree1": 6, "tree2": 6}


PROGRAM = """
import sys, time
from pathlib import Path
from madang import scan

class Stopping(scan.LocalCache):
    kept = 0

    def put_many(self, entries):
        super().put_many(entries)
        self.kept += len(entries)
        if self.kept > 20:
            print("kept", flush=True)
            time.sleep(600)

with scan.Pool(scan.Limits(workers=2)) as pool:
    scan.scan_tree(Path(sys.argv[1]), name="tree", pool=pool, cache=Stopping(Path(sys.argv[2])))
"""


def test_a_scan_that_is_killed_goes_on_where_it_was(pool: scan.Pool, grow: Grow, tmp_path: Path) -> None:
    """It is killed when some of the findings are kept, and not all: they are kept by 64, or after a second."""
    root = grow({f"{number}.py": f"{HEADER}# {number}\n" for number in range(120)})
    cache = tmp_path / "findings.sqlite"
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(root), str(cache)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "kept\n"
        os.kill(program.pid, signal.SIGKILL)
    told: list[scan.Progress] = []
    report = scanned(root, pool, cache=scan.LocalCache(cache), progress=told.append)
    assert 0 < told[-1].files_cached < 120
    assert report.totals.files_with_licence == 120
