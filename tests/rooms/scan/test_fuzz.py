# SPDX-License-Identifier: Apache-2.0
"""Whatever a file or an archive holds: it is looked at or told why not, in bounded time and memory, and our parts say what ScanCode says.

The short form takes seconds; the long one goes on for ``FUZZ_SECONDS`` (an hour).
"""

import gzip
import io
import os
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from madang import archives, kit, scan
from madang.scan.pool import Answer
from rooms.scan import thinking

PARTS = ("info", "packages", "copyrights", "licenses")
SECONDS = 30
"""Processor time for one file of the fuzz; the largest are some tens of kilobytes."""
GROWN = 150_000_000
"""Bytes that a worker may hold more at the end than half way: what it remembers of words and texts is bounded."""
Files = list[tuple[str, bytes]]
FILES = st.lists(st.tuples(thinking.names(), thinking.contents(400)), min_size=1, max_size=4, unique_by=lambda file: file[0])
quiet = settings(deadline=None, suppress_health_check=list(HealthCheck))


class Looker:
    """Looks at single files with the real workers, as a scan does."""

    def __init__(self, pool: scan.Pool, folder: Path) -> None:
        self.folder = folder
        self.line = pool.open_line(scan.Priority.FOREGROUND)
        self.numbers = count()

    def answers(self, files: Files, *, thorough: bool) -> dict[str, Answer]:
        """What came back for each file."""
        place = self.folder / f"{next(self.numbers):06}" / "tree"
        for name, content in files:
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            task = {"do": "look", "path": str(path), "parts": PARTS, "thorough": thorough}
            self.line.put(name, task, seconds=SECONDS, memory=1_500_000_000)
        found: dict[str, Answer] = {}
        while len(found) < len(files):
            answer = self.line.get(timeout=12 * SECONDS)
            assert answer is not None, "a file hangs"
            found[str(answer.key)] = answer
        return found


@pytest.fixture
def looker(pool: scan.Pool, tmp_path: Path) -> Iterator[Looker]:
    looker = Looker(pool, tmp_path)
    yield looker
    looker.line.close()


def looked_at(looker: Looker, files: Files) -> None:
    """Each file is looked at, and none kills, hangs or bloats its worker."""
    for name, answer in looker.answers(files, thorough=False).items():
        assert answer.reason in (None, "engine"), (name, answer.reason, answer.detail, dict(files)[name])
        assert set(PARTS) - set(answer.found) <= {line.partition(":")[0] for line in answer.detail.splitlines()}


def same(looker: Looker, files: Files) -> None:
    """ScanCode alone says the same, also where it fails."""
    ours, theirs = (looker.answers(files, thorough=thorough) for thorough in (False, True))
    for name, content in files:
        assert without_writing(ours[name]) == without_writing(theirs[name]), (name, content)


def without_writing(answer: Answer) -> tuple[Any, Any, str]:
    """What an answer says; of a fault its last line, because the lines above name the part that it passed through."""
    return answer.found, answer.reason, answer.detail.strip().rpartition("\n")[2]


@settings(quiet, max_examples=12)
@given(FILES)
def test_any_content_is_looked_at(looker: Looker, files: Files) -> None:
    looked_at(looker, files)


@settings(quiet, max_examples=6)
@given(st.lists(st.tuples(thinking.names(), thinking.contents(40)), min_size=1, max_size=3, unique_by=lambda file: file[0]))
def test_on_any_content_our_parts_say_what_scancode_says(looker: Looker, files: Files) -> None:
    same(looker, files)


PATHOLOGICAL = {
    "one-word.txt": b"license " * 8_000,
    "two-words.c": b"copyright license\n" * 2_000,
    "giant-line.js": b"var a='GNU General Public License';" * 500,
    "comments.c": b"/* " * 20_000,
    "marks.html": b"<s>" * 10_000 + b"Copyright (c) 2020 A" + b"</s>" * 10_000,
    "holders.txt": b"Copyright (c) 2020 A, B, C and D, " * 500,
    "years.txt": b"(c) 2019, " * 2_000,
    "addresses.txt": b"http://www.gnu.org/licenses/gpl-2.0.html " * 200,
    "spdx.txt": b"SPDX-License-Identifier: " + b"(MIT OR " * 1_000,
    "brackets.json": b'{"a":' * 20_000,
    "package.json": b'{"dependencies":' * 20_000,
    "nul.txt": b"MIT License\0" * 800,
    "wide.txt": ("Licensed under the MIT license. " * 500).encode("utf-16"),
    "half.txt": b"\xff\xfe" + b"\x00\xd8" * 10_000,
    "capitals.txt": b"AbCdE" * 20_000,
    "quotes.py": b'"""' * 20_000,
}


def test_text_that_is_made_to_be_slow_ends(looker: Looker) -> None:
    looked_at(looker, [(name, content[: len(content) // 2]) for name, content in PATHOLOGICAL.items()])


@pytest.mark.soak
@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_much_text_that_is_made_to_be_slow_ends_with_its_deadline(looker: Looker, name: str) -> None:
    """Where each match is compared with each, as ScanCode does, ten thousand of them end by the deadline and cost this file only."""
    (answer,) = looker.answers([(name, PATHOLOGICAL[name] * 40)], thorough=False).values()
    assert answer.reason in (None, "engine", "deadline")
    looked_at(looker, [("after.txt", b"MIT License")])


def zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:  # of no time: what is drawn may depend on nothing else
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def tarred(files: Files) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return gzip.compress(stream.getvalue(), mtime=0)


@st.composite
def packed(draw: st.DrawFn) -> bytes:
    """An archive of archives and other things, whole, cut off or with bytes changed; or one letter a million times."""
    pack = draw(st.sampled_from((zipped, tarred)))
    files = draw(st.lists(st.tuples(thinking.names(), st.binary(max_size=300)), max_size=3, unique_by=lambda file: file[0]))
    for _depth in range(draw(st.integers(0, 3))):
        files = [("inner.zip", draw(st.sampled_from((zipped, tarred)))(files)), ("a.py", b"# MIT License\n")]
    if draw(st.booleans()):
        files.append(("bomb", b"\0" * draw(st.integers(1, 3_000_000))))
    body = bytearray(pack(files))
    for _fault in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body) - 1))
        body[at] = draw(st.integers(0, 255))
    return bytes(body[: draw(st.one_of(st.just(len(body)), st.integers(0, len(body))))])


LIMITS = archives.Limits(max_archive_bytes=1 << 20, max_files=100, max_total_bytes=2 << 20, max_file_bytes=1 << 20)


def unpacked(body: bytes, folder: Path, number: int) -> Path | None:
    """The folder that the archive became, or None where it was refused; nothing lies there then."""
    (folder / f"{number}").write_bytes(body)
    into = folder / f"{number}-out"
    try:
        archives.unpack(folder / f"{number}", into, limits=LIMITS)
    except kit.Refusal:
        assert not into.exists()
        return None
    assert sum(path.stat().st_size for path in into.rglob("*") if path.is_file()) <= LIMITS.max_total_bytes
    return into


@settings(quiet, max_examples=25)
@given(packed())
def test_any_archive_is_opened_or_refused_and_as_a_file_looked_at(looker: Looker, body: bytes) -> None:
    opened(looker, body, look=len(body) % 8 == 0)


def opened(looker: Looker, body: bytes, *, look: bool) -> None:
    into = unpacked(body, looker.folder, next(looker.numbers))
    if look:
        looked_at(looker, [("inner.zip", body)])
        if into is not None:
            files = [(f"{number}-{path.name}", path.read_bytes()) for number, path in enumerate(sorted(into.rglob("*"))) if path.is_file()]
            looked_at(looker, files[:4])


def opened_and_looked_at(looker: Looker, body: bytes) -> None:
    opened(looker, body, look=True)


def held(pool: scan.Pool) -> int:
    """Bytes that the largest worker of the pool holds."""
    largest = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        if int(lines["PPid"]) == pool.server_pid:
            largest = max(largest, int(lines.get("VmRSS", "0 kB").split()[0]) * 1024)
    return largest


@pytest.mark.soak
def test_an_hour_of_anything(pool: scan.Pool, tmp_path: Path) -> None:
    """Contents, comparisons and archives in turn, each round with a seed of its own that a failure names."""
    looker = Looker(pool, tmp_path)
    seconds = float(os.environ.get("FUZZ_SECONDS", "3600"))
    began, halfway = time.monotonic(), 0
    kinds: list[tuple[Callable[..., None], Any, int]] = [
        (looked_at, FILES, 60),
        (same, st.lists(st.tuples(thinking.names(), thinking.contents(100)), min_size=1, max_size=3, unique_by=lambda file: file[0]), 20),
        (opened_and_looked_at, packed(), 40),
    ]
    for number in count():
        check, strategy, examples = kinds[number % len(kinds)]

        _round(looker, check, strategy, examples, number)
        for old in tmp_path.iterdir():
            _forget(old)
        gone = time.monotonic() - began
        if not halfway and gone > seconds / 2:
            halfway = held(pool)
        if gone > seconds:
            break
    looker.line.close()
    assert held(pool) - halfway < GROWN


def _round(looker: Looker, check: Callable[..., None], strategy: Any, examples: int, number: int) -> None:
    @seed(number)
    @settings(quiet, max_examples=examples, database=None, print_blob=True)
    @given(strategy)
    def checked(thing: Any) -> None:
        check(looker, thing)

    checked()


def _forget(path: Path) -> None:
    for each in sorted(path.rglob("*"), reverse=True) if path.is_dir() else []:
        each.rmdir() if each.is_dir() and not each.is_symlink() else each.unlink()
    path.rmdir() if path.is_dir() else path.unlink()
