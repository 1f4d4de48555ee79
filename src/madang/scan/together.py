# SPDX-License-Identifier: Apache-2.0
"""Files seen together: the question to a worker that runs the step over many files, and its answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from madang.scan import reading
from madang.scan.finishes import read_found, write_lines
from madang.scan.looking import Looking
from madang.scan.pool import Answer, Line
from madang.scan.tree import Entry

_TREE = "tree"


def seen_together(
    looking: Looking, entries: Iterable[Entry], folders: Iterable[Entry], line: Line, *, single: bool = False
) -> tuple[dict[str, Any], Answer]:
    """What changes and what is new when these are seen together, by raw path, and under ``/`` what belongs to no file; and the answer
    itself, which has a reason where there is none. What was found in each of the files is known to ``looking``."""
    location = looking.ground.location
    place = (location.parent if single else location).parent.parent
    source, target = place / "in", place / "out"
    write_lines(source, _lines(looking, entries, folders, single=single))
    task = {"do": "finish", "path": str(location), "source": str(source), "target": str(target)}
    line.put(_TREE, task, seconds=looking.limits.finish_seconds, memory=looking.limits.finish_memory_bytes)
    answer = looking.next(line)
    return dict(read_found(target)) if answer.reason is None else {}, answer


def _lines(looking: Looking, entries: Iterable[Entry], folders: Iterable[Entry], *, single: bool) -> Iterator[dict[str, Any]]:
    for folder in folders:
        yield {"path": folder.raw, "type": "directory", "found": {}}
    for entry in entries:
        found = {name: value for name, value in looking.of(entry).items() if name not in reading.OWN}
        yield {"path": "" if single else entry.raw, "type": "file", "found": found}
