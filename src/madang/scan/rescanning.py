# SPDX-License-Identifier: Apache-2.0
"""The few files of a tree that have another content than when the tree was scanned before, looked at by themselves.

Of nearly every change nothing follows for other files: a scan of the whole would find the same in all that is not changed. Here that is
decided, and where it is not so the answer is that the whole has to be scanned. What was found in the looks is in the cache then.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from madang.scan import reading
from madang.scan.cache import Cache
from madang.scan.finishes import ALL
from madang.scan.given import Tree, grounded
from madang.scan.looking import Looking, Options
from madang.scan.pool import Line, Pool
from madang.scan.progress import Meter, Priority, Progress
from madang.scan.report import File
from madang.scan.tree import Entry


def look_again(
    changed: Tree,
    before: Mapping[str, File],
    *,
    ties: frozenset[str],
    name: str,
    pool: Pool,
    cache: Cache,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    priority: Priority = Priority.FOREGROUND,
) -> dict[str, File] | None:
    """What a whole scan would say of the files in ``changed``, by path, where it would say of everything else what was said before; else
    None.

    ``changed`` has those files of the tree that have another content now; no file came or went. ``before`` is what the report before says
    of them, ``ties`` what ``scan_tree`` told when it made that report; ``cache`` is the same.
    """
    if ALL in ties:
        return None
    looking = Looking(pool, cache, Meter(progress), stop or (lambda: False), Options())
    with grounded(changed, name) as ground, pool.open_line(priority) as line:
        tree = looking.enter(ground)
        entries = looking.hash(tree)
        if {entry.raw for entry in entries} != set(before) or tree.unread or tree.skipped or not ties.isdisjoint(before):
            return None
        return _looked(looking, entries, line, before)


def _looked(looking: Looking, entries: list[Entry], line: Line, before: Mapping[str, File]) -> dict[str, File] | None:
    was = {entry.raw: looking.look_key(entry, before[entry.raw].sha256) for entry in entries}
    looking.keys = {entry.raw: (looking.look_key(entry),) for entry in entries}
    looking.ask({*was.values(), *(key for (key,) in looking.keys.values())})
    if any(key not in looking.marks for key in was.values()):
        return None
    looking.look(entries, line, single=False)
    if looking.faults or any(looking.marks[looking.keys[raw][0]] != looking.marks[key] for raw, key in was.items()):
        return None
    files = {entry.raw: _again(before[entry.raw], reading.file(entry, looking.contents[entry.raw], looking.of(entry))) for entry in entries}
    return None if any(file.classes.keys() != before[raw].classes.keys() for raw, file in files.items()) else files


def _again(before: File, now: File) -> File:
    """The file as it was, with what its content alone says of it: all other findings are the same."""
    own = {name: getattr(now, name) for name in (*reading.OWN, "sha256", "sha1", "size")}
    return replace(before, **own)
