# SPDX-License-Identifier: Apache-2.0
"""Each file looked at twice, by the quick parts of ours and by ScanCode's own code alone: do both say the same, and what does each cost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madang.scan import reading
from madang.scan.given import grounded
from madang.scan.looking import WAIT, look_task
from madang.scan.pool import Answer, Line, Pool
from madang.scan.progress import Cancelled, Priority
from madang.scan.tree import Entry, content, listing

COMPARED = ("expression", "holders", "authors", "emails")
"""What is compared, in the order in which it is told."""
AT_ONCE = 16
"""Files in hand at once: as many as keep the workers busy, so that a comparison that is stopped leaves little undone."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one way says of a file: its licence expression (SPDX), and who is named in it, each once and in alphabetical order.

    ``fault`` is the reason why the way did not come to its end, empty where it did; ``cpu`` are seconds of processor time.
    """

    expression: str | None = None
    holders: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    fault: str = ""
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """One file and what both ways say of it. ``raw`` is the path as the system has it, ``path`` can be shown; ``size`` in bytes."""

    path: str
    raw: str
    size: int
    sha256: str
    fast: Said
    thorough: Said

    @property
    def is_whole(self) -> bool:
        """Whether both ways came to their end, so that they can be compared."""
        return not self.fast.fault and not self.thorough.fault

    @property
    def differs(self) -> tuple[str, ...]:
        """What both say differently, of ``COMPARED``. Nothing where one of them did not come to its end."""
        if not self.is_whole:
            return ()
        return tuple(name for name in COMPARED if getattr(self.fast, name) != getattr(self.thorough, name))

    @property
    def is_equal(self) -> bool:
        """Whether both ways came to their end and say the same."""
        return self.is_whole and not self.differs


def compare(
    root: Path,
    *,
    name: str,
    pool: Pool,
    stop: Callable[[], bool] = lambda: False,
    priority: Priority = Priority.FOREGROUND,
) -> Iterator[Pair]:
    """Every file under ``root`` (a folder, or one file) looked at both ways, nothing remembered and nothing written.

    Pairs come as they are done, in the order of the paths. What cannot be opened, is left out of scans or is larger than files that are
    looked into is not among them. Raises what ``scan_tree`` raises.
    """

    def pause() -> None:
        if stop():
            raise Cancelled

    tree = listing(root, most_bytes=pool.limits.max_file_bytes, pause=pause)
    with grounded(root, name) as ground, pool.open_line(priority) as line:
        location = ground.location
        for start in range(0, len(tree.files), AT_ONCE):
            pause()
            entries = tree.files[start : start + AT_ONCE]
            places = {entry.raw: location if tree.is_file else location / entry.raw for entry in entries}
            answers = _look(line, pool, places, pause)
            for entry in entries:
                try:
                    sha256 = content(places[entry.raw]).sha256
                except OSError:
                    continue
                yield _pair(entry, sha256, answers)


def _look(line: Line, pool: Pool, places: Mapping[str, Path], pause: Callable[[], None]) -> dict[object, Answer]:
    limits = pool.limits
    for raw, path in places.items():
        for thorough in (False, True):
            task = look_task(path, thorough=thorough)
            line.put((raw, thorough), task, seconds=limits.file_seconds, memory=limits.worker_memory_bytes)
    answers: dict[object, Answer] = {}
    while len(answers) < 2 * len(places):
        pause()
        answer = line.get(timeout=WAIT)
        if answer is not None:
            answers[answer.key] = answer
    return answers


def _pair(entry: Entry, sha256: str, answers: Mapping[object, Answer]) -> Pair:
    fast, thorough = (_said(answers[entry.raw, way]) for way in (False, True))
    return Pair(entry.path, entry.raw, entry.size, sha256, fast, thorough)


def _said(answer: Answer) -> Said:
    found = reading.clean({name: value for part in answer.found.values() for name, value in part.items()})
    people = {many: _named_in(found, many, one) for many, one in (("holders", "holder"), ("authors", "author"), ("emails", "email"))}
    return Said(found.get("detected_license_expression_spdx"), **people, fault=answer.reason or "", cpu=answer.cpu)


def _named_in(found: Mapping[str, Any], many: str, one: str) -> tuple[str, ...]:
    return tuple(sorted({str(each[one]) for each in found.get(many) or ()}))
