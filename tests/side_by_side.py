# SPDX-License-Identifier: Apache-2.0
"""The tests in parts, a few at a time: ``side_by_side.py sqlite postgresql [options of pytest]``.

A part is a run of pytest of its own, with its own temporary folder, its own coverage file and its own databases, so parts share nothing but
the machine. What is long comes first. A part that ends says so in a line, one that fails says all; the last lines tell the seconds of each
room and what was skipped, of all parts together.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
SQLITE, POSTGRESQL = "sqlite", "postgresql"
ROOMS_WITHOUT_ROWS = (
    "access", "archives", "forges", "kit", "licensing", "logs", "privacy", "scan", "settings", "sheets", "storage", "supervisor",
    "weights",
)  # fmt: skip
"""They are tested on SQLite alone."""
ALONE = ("access", "scan", "compliance", "keeping", "provenance", "people")
"""Rooms whose tests take minutes: each is a part. The others come some at a time."""
UNCOUNTED = ("tests/rooms/access",)
AT_ONCE = 5
LANES = min(4, (os.cpu_count() or 1) + 1)
"""One more than there are processors: a part waits for disks, for other processes and for the clock."""
COUNTED = ("passed", "failed", "deselected", "no tests")
PASSED, NOTHING = 0, 5
"""Of pytest: all went well, and there was no test."""


@dataclass(frozen=True)
class Part:
    """Some of the tests, on one kind of database."""

    database: str
    paths: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.database}: {' '.join(self.paths)}"

    @property
    def is_counted(self) -> bool:
        """Whether lines are counted. The second database runs the same lines, and what only goes round the house runs them too often."""
        return self.database == SQLITE and self.paths[0] not in UNCOUNTED


@dataclass(frozen=True)
class Ended:
    """How a part ended, what it printed, the seconds of each room and what it skipped."""

    part: Part
    code: int
    seconds: float
    said: str
    rooms: Counter[str]
    skipped: Counter[str]

    @property
    def is_well(self) -> bool:
        """Whether nothing failed."""
        return self.code in (PASSED, NOTHING)

    @property
    def last(self) -> str:
        """The last line of pytest, which counts."""
        lines = [line for line in self.said.splitlines() if line.strip()]
        return next((line.strip("= ") for line in reversed(lines) if " in " in line and any(word in line for word in COUNTED)), "")


def parts(kinds: list[str]) -> Iterator[Part]:
    """All tests of this tree on these kinds of database, what takes long first. Rooms alone are told apart by the database."""
    every = sorted(path.name for path in (TESTS / "rooms").iterdir() if any(path.glob("test_*.py")))
    rooms = {kind: [name for name in every if kind == SQLITE or name not in ROOMS_WITHOUT_ROWS] for kind in kinds}
    if SQLITE in kinds:
        yield Part(SQLITE, ("tests/journeys",))
    for kind in kinds:
        yield from (Part(kind, (f"tests/rooms/{name}",)) for name in ALONE if name in rooms[kind])
    for kind in kinds:
        others = [f"tests/rooms/{name}" for name in rooms[kind] if name not in ALONE]
        yield from (Part(kind, tuple(others[start : start + AT_ONCE])) for start in range(0, len(others), AT_ONCE))
    if SQLITE in kinds:
        yield Part(SQLITE, ("tests/house",))


def run(part: Part, folder: Path, options: list[str]) -> Ended:
    """The part's tests have run. ``folder`` is its own; the user whom PostgreSQL runs as may pass through it."""
    folder.mkdir(mode=0o711)
    notes = folder / "notes.json"
    own = {"TMPDIR": str(folder), "COVERAGE_FILE": str(folder / ".coverage"), "TEST_NOTES": str(notes)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={folder / 't'}", f"--database={part.database}"]
    chosen = options if part.is_counted else [option for option in options if not option.startswith("--cov")]
    began = time.monotonic()
    done = subprocess.run(
        [*command, *chosen, *part.paths], cwd=TESTS.parent, env={**os.environ, **own}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    told = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    counts = (Counter[str](told.get(name, {})) for name in ("seconds", "skipped"))
    return Ended(part, done.returncode, time.monotonic() - began, done.stdout, *counts)


def run_all(waiting: list[Part], folder: Path, options: list[str]) -> list[Ended]:
    """All parts have run, a few at a time, and each has said how it ended."""
    ended: list[Ended] = []
    with ThreadPoolExecutor(LANES) as lanes:
        running = [lanes.submit(run, part, folder / str(number), options) for number, part in enumerate(waiting)]
        for each in as_completed(running):
            ended.append(each.result())
            tell(ended[-1], len(ended), len(waiting))
    return ended


def tell(ended: Ended, number: int, of: int) -> None:
    """What people read of a part that ended: its last line, or everything when something failed."""
    if not ended.is_well:
        print(ended.said, flush=True)
    print(f"[{number}/{of}] {ended.part}: {ended.last if ended.is_well else f'FAILED ({ended.code})'} {ended.seconds:.0f} s", flush=True)


def main() -> int:
    """All is well: 0."""
    reader = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    reader.add_argument("kinds", nargs="+", choices=(SQLITE, POSTGRESQL))
    reader.add_argument("--keep-coverage-in", type=Path, metavar="FOLDER", help="where the parts' coverage files are put")
    known, options = reader.parse_known_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="m"))
    try:
        folder.chmod(0o711)
        ended = run_all(list(parts(known.kinds)), folder, options)
        if known.keep_coverage_in:
            known.keep_coverage_in.mkdir(exist_ok=True)
            for number, found in enumerate(sorted(folder.glob("*/.coverage*"))):
                shutil.move(found, known.keep_coverage_in / f".coverage.part-{number}")
    finally:
        # Hostile archives leave folders a thousand deep, which shutil.rmtree does not get out of.
        subprocess.run(["rm", "-rf", "--", folder], check=False)
    for kind in known.kinds:
        rooms = sum((each.rooms for each in ended if each.part.database == kind), Counter[str]())
        print(f"seconds on {kind}: " + " · ".join(f"{room} {seconds:.1f}" for room, seconds in rooms.most_common()))
    skipped = sum((each.skipped for each in ended), Counter[str]())
    failed = [str(each.part) for each in ended if not each.is_well]
    passed, bad = (sum(int(found) for each in ended for found in re.findall(rf"(\d+) {word}", each.last)) for word in ("passed", "failed"))
    print(f"{passed} passed, {bad} failed")
    print(f"{len(ended)} parts in {time.monotonic() - began:.0f} s, {LANES} at a time; failed: {', '.join(failed) or 'none'}")
    if skipped:
        named = "; ".join(f"{reason} ({count} {'test' if count == 1 else 'tests'})" for reason, count in sorted(skipped.items()))
        print(f"Skipped: {named}. With TEST_ALL=1 a missing part is a failure.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
