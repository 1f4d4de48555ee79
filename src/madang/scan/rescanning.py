# SPDX-License-Identifier: Apache-2.0
"""The few files of a tree that came, went or have another content since the tree was scanned, looked at by themselves.

Of nearly every change nothing follows for other files: a scan of the whole would find the same in all that is not changed. Here that is
decided. The step over the whole tree is run by the engine's own code over the changed files and all those that it could ask for, and what
it says of the others and of packages has to be what stands already. Where that is not so the answer is that the whole has to be scanned;
what was found in the looks is in the cache then.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from madang.scan import reading
from madang.scan.amending import Kept
from madang.scan.basis import Basis
from madang.scan.cache import Cache
from madang.scan.given import Tree, grounded
from madang.scan.looking import Looking, Options
from madang.scan.pool import Line, Pool
from madang.scan.progress import Meter, Priority, Progress
from madang.scan.regrouping import Regrouping
from madang.scan.report import File, Json
from madang.scan.touching import touches_others
from madang.scan.tree import Entry, matcher


@dataclass(frozen=True, slots=True)
class Again:
    """What a whole scan would say: of each file that came or has another content, of all licences found together (None: as before), and
    what it would rest on."""

    files: Mapping[str, File]
    license_detections: tuple[Json, ...] | None
    basis: Basis


def look_again(
    changed: Tree,
    kept: Kept,
    *,
    gone: Collection[str],
    basis: Basis,
    name: str,
    pool: Pool,
    cache: Cache,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    priority: Priority = Priority.FOREGROUND,
) -> Again | None:
    """What a whole scan would say of the files in ``changed``, where it would say of all others what was said before; else None.

    ``changed`` has those files of the tree that came or have another content, and can bring any file of it; ``gone`` are the paths of
    those that are no longer there. ``kept`` is the report before, ``basis`` what ``scan_tree`` told when it made that, or this function
    since; ``cache`` is the same. Links, and what is the version control's own, are left out.
    """
    if basis.is_open or not kept.has_files:
        return None
    looking = Looking(pool, cache, Meter(progress), stop or (lambda: False), Options())
    with grounded(changed, name) as ground, pool.open_line(priority) as line:
        tree = looking.enter(ground)
        entries = looking.hash(tree)
        if tree.unread or looking.unread:
            return None
        was = {entry.raw: file for entry in entries if (file := kept.file(entry.raw)) is not None}
        left = {raw: file for raw in gone if (file := kept.file(raw)) is not None}
        is_manifest = matcher(looking.patterns(line))
        if any(is_manifest(f"/{ground.location.name}/{raw}") for raw in (*looking.contents, *left)):
            return None
        steady = _looked(looking, entries, line, was)
        if steady is None or touches_others(looking, entries, was, left, steady, basis):
            return None
        files = {raw: _again(was[raw], _read(looking, entry)) for raw, entry in steady.items()}
        moved = [entry for entry in entries if entry.raw not in steady]
        return _seen(Regrouping(looking, kept, basis, moved, was, left), line, files)


def _seen(group: Regrouping, line: Line, files: dict[str, File]) -> Again | None:
    if not group.is_needed:
        files.update({entry.raw: _read(group.looking, entry) for entry in group.moved})
        return Again(files, None, group.basis)
    found = group.regroup(line)
    return None if found is None else Again({**files, **found.files}, found.license_detections, found.basis)


def _looked(looking: Looking, entries: list[Entry], line: Line, was: Mapping[str, File]) -> dict[str, Entry] | None:
    """Every entry is looked at; those in which the same is found as before. None where one could not be looked at."""
    before = {entry.raw: looking.look_key(entry, was[entry.raw].sha256) for entry in entries if entry.raw in was}
    looking.keys = {entry.raw: (looking.look_key(entry),) for entry in entries}
    looking.ask({*before.values(), *(key for (key,) in looking.keys.values())})
    looking.look(entries, line, single=False)
    if looking.faults:
        return None
    marks = looking.marks
    return {
        entry.raw: entry for entry in entries if (old := before.get(entry.raw)) in marks and marks[looking.keys[entry.raw][0]] == marks[old]
    }


def _read(looking: Looking, entry: Entry) -> File:
    return reading.file(entry, looking.contents[entry.raw], looking.of(entry))


def _again(before: File, now: File) -> File:
    """The file as it was, with what its content alone says of it: all other findings are the same."""
    own = {name: getattr(now, name) for name in (*reading.OWN, "sha256", "sha1", "size")}
    return replace(before, **own)
