# SPDX-License-Identifier: Apache-2.0
"""One scan, from a folder to a report."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madang.scan import classes, gitindex, reading, summary
from madang.scan.cache import Cache, MemoryCache
from madang.scan.expressions import joined
from madang.scan.faults import last_line, step_line
from madang.scan.finishes import Bodies, Finishes, read_found, write_lines, written
from madang.scan.given import Ground, Tree, grounded
from madang.scan.installed import engine, fingerprint
from madang.scan.keys import digest_of
from madang.scan.manifests import Manifests
from madang.scan.pool import Answer, Line, Pool
from madang.scan.progress import Cancelled, Meter, Priority, Progress
from madang.scan.report import File, Report, Unread
from madang.scan.tree import Content, Entry, Listing, content, matcher, path_bytes

_SLICE = 1000
_SAVE_EVERY = 64
_SAVE_SECONDS = 1.0
"""Findings are put into the cache by so many, or after so long: this much a kill costs."""
WAIT = 0.2
LOOKS = ("info", "copyrights", "licenses")
_TREE = "tree"
_log = logging.getLogger("madang.scan")


@dataclass(frozen=True, slots=True)
class Options:
    """What to look for, and how hard.

    ``thorough`` has every file looked at by ScanCode's own code alone, which costs ten times as much. What is remembered is kept apart, so
    that both can be compared. ``trusts_git``: a tracked file of a checkout that Git takes for unchanged is not read when its blob is known;
    for a person's own checkout, never for what somebody else sent.
    """

    thorough: bool = False
    trusts_git: bool = False


def scan_tree(
    root: Path | Tree,
    *,
    name: str,
    pool: Pool,
    cache: Cache | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    priority: Priority = Priority.FOREGROUND,
    options: Options | None = None,
) -> Report:
    """Everything that the engine finds under ``root`` (a folder, one file, or a ``Tree`` whose contents are known), as ScanCode's own
    command with ``-clp`` says it.

    ``name`` is shown as the root folder's name. ``progress`` is called about twice a second, ``stop`` is asked between files. Findings go
    into ``cache`` as they come, so a scan that was killed goes on where it was. Nothing is written under ``root``.

    Raises ``SourceUnreadable``, ``EngineMissing``, ``PoolFailed``, ``PoolClosed``, and ``Cancelled`` when ``stop`` says so.
    """
    scan = _Scan(pool, cache or MemoryCache(), Meter(progress), stop or (lambda: False), options or Options())
    with grounded(root, name) as ground, pool.open_line(priority) as line:
        return scan.run(ground, line)


def look_task(path: Path, parts: Sequence[str] = LOOKS, *, thorough: bool, root: Path | None = None) -> dict[str, Any]:
    """What a worker is told when it is to look at the file at ``path``, and to tell what it opens under ``root`` where that counts."""
    task = {"do": "look", "path": str(path), "parts": parts, "thorough": thorough}
    return task if root is None else {**task, "root": str(root)}


class _Scan:
    """The state of one scan. ``found`` is what single files hold, by the key that says what the answer depends on."""

    def __init__(self, pool: Pool, cache: Cache, meter: Meter, stop: Callable[[], bool], options: Options) -> None:
        self.pool, self.cache, self.meter, self.stop = pool, cache, meter, stop
        self.limits = pool.limits
        self.options = options
        self.salt = f"{fingerprint()}:{int(options.thorough)}"
        self.contents: dict[str, Content] = {}
        self.keys: dict[str, tuple[str, ...]] = {}
        self.found: dict[str, Mapping[str, Any]] = {}
        self.marks: dict[str, bytes] = {}
        self.bodies = Bodies()
        self.faults: dict[str, Answer] = {}
        self.unread: list[Unread] = []
        self.fresh: dict[str, bytes] = {}
        self.saved_at = time.monotonic()
        self.ground: Ground
        self.manifests: Manifests

    def run(self, ground: Ground, line: Line) -> Report:
        """List, hash, ask the cache, look at the rest, finish, report."""
        self.meter.enter("listing")
        self.ground, location = ground, ground.location
        tree = ground.listing(most_bytes=self.limits.max_file_bytes, pause=self._pause)
        for entry in tree.files:
            self.meter.expect(entry.size)
        entries = self._hash(tree)
        digest = self._treedigest_of(location.name, entries)
        paths = digest_of(location.name, *(entry.raw for entry in tree.files))
        self.manifests = Manifests(self.salt, paths=paths, tree=digest, contents=self.contents)
        is_manifest = matcher(self._patterns(line))
        for entry in entries:
            path = f"/{location.name}/{entry.raw}"
            look = self._look_key(entry, path)
            self.keys[entry.raw] = (look, self.manifests.first(entry.raw)) if is_manifest(path) else (look,)
        self._recall(entries)
        self._look(entries, line, single=tree.is_file)
        self.meter.enter("finishing")
        finished, errors = self._finish(entries, tree, line, digest)
        report = self._report(location.name, tree, entries, finished, errors)
        self.meter.enter("done")
        return report

    def _pause(self) -> None:
        if self.stop():
            raise Cancelled
        self.meter.beat()

    def _hash(self, tree: Listing) -> list[Entry]:
        """The files whose content is known: from the tree or Git's blob ids where it was looked at before, else by reading them."""
        location, digests = self.ground.location, self.ground.digests()
        blobs = gitindex.unchanged(location) if self.options.trusts_git and not tree.is_file else {}
        known = self._known_contents({_blob_key(blob) for blob in blobs.values()} | {digest_of("sha1", each) for each in digests.values()})
        self._remember(tree.files, digests, known)
        if unread := {entry.raw for entry in tree.files if entry.raw not in self.contents}:
            self.ground.stand(unread)
        readable = []
        for entry in tree.files:
            self._pause()
            try:
                if entry.raw not in self.contents:
                    place = location if tree.is_file else location / entry.raw
                    self.contents[entry.raw] = found = self._content(place, blobs.get(entry.raw), known)
                    if entry.raw in digests:
                        self.fresh[digest_of("sha1", found.sha256)] = written([found.sha256, found.sha1, found.size])
                readable.append(entry)
            except OSError as error:
                message = f"It cannot be opened: {error.strerror or error}."
                self.unread.append(Unread(entry.path, "unreadable", message, path_bytes(entry.raw)))
                self.meter.done(entry.size)
        self._save()
        return readable

    def _remember(self, files: list[Entry], digests: Mapping[str, str], known: Mapping[str, Content]) -> None:
        """The contents that a tree knows by digest, and of which all digests are known from before."""
        for entry in files:
            if entry.raw in digests and (found := known.get(digest_of("sha1", digests[entry.raw]))) is not None:
                self.contents[entry.raw] = found

    def _content(self, location: Path, blob: gitindex.Blob | None, known: Mapping[str, Content]) -> Content:
        if blob is None or not gitindex.is_same(blob, location):
            return content(location)
        key = _blob_key(blob)
        if key in known:
            return known[key]
        found = content(location)
        if gitindex.holds(blob, location) and gitindex.is_same(blob, location):
            self.fresh[key] = written([found.sha256, found.sha1, found.size])
        return found

    def _known_contents(self, keys: set[str]) -> dict[str, Content]:
        wanted = sorted(keys)
        found: dict[str, Content] = {}
        for start in range(0, len(wanted), _SLICE):
            self._pause()
            found.update({key: Content(*json.loads(value)) for key, value in self.cache.get_many(wanted[start : start + _SLICE]).items()})
        return found

    def _treedigest_of(self, name: str, entries: list[Entry]) -> str:
        lines = [self.salt, name, *(f"{self.contents[entry.raw].sha256} {entry.raw}" for entry in entries)]
        return digest_of(*lines)

    def _look_key(self, entry: Entry, path: str) -> str:
        """What an answer depends on: the content and the last part of the name, by which types are told, and one word of the path, under
        which the engine breaks long lines."""
        return digest_of(self.salt, "look in locale" if "locale" in path else "look", self.contents[entry.raw].sha256, entry.name)

    def _patterns(self, line: Line) -> tuple[str, ...]:
        """The engine's path patterns of manifests: remembered, so that a scan of known files needs no engine at all."""
        key = digest_of(self.salt, "patterns")
        known = self.cache.get_many([key])
        if key in known:
            return tuple(json.loads(known[key]))
        line.put(None, {"do": "patterns"}, seconds=self.limits.start_seconds, memory=0)
        patterns = tuple(self._next(line).found["patterns"])
        self.cache.put_many({key: written(patterns)})
        return patterns

    def _next(self, line: Line) -> Answer:
        while (answer := line.get(timeout=WAIT)) is None:
            self._pause()
        self._pause()
        return answer

    def _recall(self, entries: list[Entry]) -> None:
        self._ask({key for entry in entries for key in self.keys[entry.raw]})
        moved = [entry.raw for entry in entries if len(self.keys[entry.raw]) > 1]
        while moved := [raw for raw in moved if self._moves(raw)]:
            self._ask({self.keys[raw][1] for raw in moved})

    def _moves(self, raw: str) -> bool:
        """The answer about a manifest is to be looked for elsewhere; whether it is."""
        look, key = self.keys[raw]
        after = self.manifests.after(key, self.found.get(key))
        self.keys[raw] = (look, after or key)
        return after is not None

    def _ask(self, keys: set[str]) -> None:
        wanted = sorted(keys)
        for start in range(0, len(wanted), _SLICE):
            self._pause()
            for key, body in self.cache.get_many(wanted[start : start + _SLICE]).items():
                self.found[key], self.marks[key] = self.bodies.read(body)

    def _look(self, entries: list[Entry], line: Line, *, single: bool) -> None:
        """Every key of every file has its findings, or the reason why not."""
        waiting: dict[str, list[Entry]] = {}
        owed: dict[str, int] = {}
        location = self.ground.location
        self.meter.enter("scanning")
        unknown = {entry.raw: [key for key in self.keys[entry.raw] if key not in self.found] for entry in entries}
        # Whoever parses a manifest may look at any other file.
        has_manifest = any(self.keys[raw][1:] and self.keys[raw][1] in missing for raw, missing in unknown.items())
        if any(unknown.values()):
            self.ground.stand(None if has_manifest else {raw for raw, missing in unknown.items() if missing})
        for entry in entries:
            missing = unknown[entry.raw]
            owed[entry.raw] = len(missing)
            for key in missing:
                if key not in waiting:
                    parts = LOOKS if key == self.keys[entry.raw][0] else ("packages",)
                    place = location if single else location / entry.raw
                    task = look_task(place, parts, thorough=self.options.thorough, root=None if parts == LOOKS else location)
                    line.put(key, task, seconds=self.limits.file_seconds, memory=self.limits.worker_memory_bytes)
                waiting.setdefault(key, []).append(entry)
            if not missing:
                self.meter.done(entry.size, cached=True)
        try:
            while waiting:
                answer = self._next(line)
                waited = waiting.pop(str(answer.key))
                self._take(answer, waited)
                for entry in waited:
                    owed[entry.raw] -= 1
                    if not owed[entry.raw]:
                        self.meter.done(entry.size)
        finally:
            self._save()

    def _take(self, answer: Answer, entries: list[Entry]) -> None:
        key = str(answer.key)
        found = {name: value for part in answer.found.values() for name, value in part.items()}
        if (opened := found.pop("opened", None)) is not None:
            settled, mark = self.manifests.settle(key, opened)
            if mark is not None:
                self.fresh[key], key = written(mark), settled
                self.keys.update({entry.raw: (self.keys[entry.raw][0], key) for entry in entries})
        body = written(found)
        if reading.needs_cleaning(body):
            body = written(reading.clean(found))
        self.found[key], self.marks[key] = self.bodies.read(body)
        if answer.reason is not None:
            self.faults[key] = answer
            return
        self.fresh[key] = body
        if len(self.fresh) >= _SAVE_EVERY or time.monotonic() - self.saved_at > _SAVE_SECONDS:
            self._save()

    def _save(self) -> None:
        if self.fresh:
            self.cache.put_many(self.fresh)
            self.fresh = {}
        self.saved_at = time.monotonic()

    def _of(self, entry: Entry) -> dict[str, Any]:
        return {name: value for key in self.keys[entry.raw] for name, value in self.found[key].items()}

    def _finish(self, entries: list[Entry], tree: Listing, line: Line, digest: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What changes and what is new when all files are seen together, by raw path, and under ``"tree"`` what belongs to no file."""
        whole = not self.faults
        known = Finishes(self.cache, self._said_of(entries, tree), tree=digest, contents=self.contents)
        if whole and (finished := known.recall()) is not None:
            return finished, ()
        self.ground.stand({entry.raw for entry in entries if len(self.keys[entry.raw]) > 1})
        finished, answer = self._finished(entries, tree, line)
        if not self.ground.is_whole and answer.found.get("missed", True):
            self.ground.stand(None)
            finished, answer = self._finished(entries, tree, line)
        if answer.reason is not None:
            _log.info("scan.not-finished", extra={"reason": answer.reason, "detail": answer.detail})
            return {}, (f"The files could not be seen together: {self._why(answer, whole_tree=True)}",)
        for error in finished["/"]["errors"]:
            _log.info("scan.step-failed", extra={"detail": error})
        errors = tuple(step_line(error, self.ground.places) for error in finished["/"]["errors"])
        if whole and not errors:
            known.keep(finished, answer.found.get("opened", ("/",)))
        return finished, errors

    def _said_of(self, entries: list[Entry], tree: Listing) -> str:
        """One key of all that the step over the whole tree is told."""
        said = hashlib.sha256(f"{self.salt} finish {self.ground.location.name} {tree.is_file}".encode("utf-8", "surrogateescape"))
        for folder in tree.directories:
            said.update(b"\0" + folder.raw.encode("utf-8", "surrogateescape"))
        for entry in entries:
            marks = b"".join(self.marks[key] for key in self.keys[entry.raw])
            said.update(b"\0\0" + entry.raw.encode("utf-8", "surrogateescape") + b"\0" + marks)
        return said.hexdigest()

    def _finished(self, entries: list[Entry], tree: Listing, line: Line) -> tuple[dict[str, Any], Answer]:
        location = self.ground.location
        folder = (location.parent if tree.is_file else location).parent.parent
        source, target = folder / "in", folder / "out"
        write_lines(source, self._finish_lines(entries, tree))
        task = {"do": "finish", "path": str(location), "source": str(source), "target": str(target)}
        line.put(_TREE, task, seconds=self.limits.finish_seconds, memory=self.limits.finish_memory_bytes)
        answer = self._next(line)
        return dict(read_found(target)) if answer.reason is None else {}, answer

    def _finish_lines(self, entries: list[Entry], tree: Listing) -> Iterator[dict[str, Any]]:
        for folder in tree.directories:
            yield {"path": folder.raw, "type": "directory", "found": {}}
        for entry in entries:
            found = {name: value for name, value in self._of(entry).items() if name not in reading.KIND}
            yield {"path": "" if tree.is_file else entry.raw, "type": "file", "found": found}

    def _why(self, answer: Answer, *, whole_tree: bool = False) -> str:
        """One English sentence for what befell a file, naming the limit."""
        limits = self.limits
        seconds, memory, word = (
            (limits.finish_seconds, limits.finish_memory_bytes, "finish")
            if whole_tree
            else (limits.file_seconds, limits.worker_memory_bytes, "")
        )
        sentences = {
            "deadline": f"not done after {seconds:g} seconds ({word or 'file'}_seconds)",
            "memory": f"it needs more than {memory} bytes of memory ({word or 'worker'}_memory_bytes)",
            "died": f"the worker died ({answer.detail})",
            "unreadable": f"it cannot be read: {last_line(answer.detail, self.ground.places)}",
            "engine": f"the engine failed: {last_line(answer.detail, self.ground.places) or 'it did not say why'}",
        }
        return sentences[answer.reason or "died"]

    def _report(self, name: str, tree: Listing, entries: list[Entry], finished: Mapping[str, Any], errors: tuple[str, ...]) -> Report:
        whole = finished.get("/", {})
        files = tuple(self._file(entry, finished.get("" if tree.is_file else entry.raw, {})) for entry in entries)
        packages = tuple(reading.package(raw) for raw in whole.get("packages", ()))
        directories = tuple(folder.path for folder in tree.directories)
        unread = tuple(sorted([*self.unread, *tree.unread], key=lambda each: each.path))
        declared, declared_in = summary.declared(files, packages)
        return Report(
            name=name,
            engine=engine(),
            files=files,
            directories=directories,
            packages=packages,
            dependencies=tuple(reading.dependency(raw) for raw in whole.get("dependencies", ())),
            license_detections=tuple(whole.get("license_detections", ())),
            unread=unread,
            skipped=tuple(tree.skipped),
            totals=summary.totals(files, directories, unread, tree.skipped),
            declared_license_expression=declared,
            declared_in=declared_in,
            license_expression=joined(each.detected_license_expression_spdx for each in files),
            license_counts=summary.licence_counts(files),
            holder_counts=summary.holder_counts(files),
            class_counts=classes.counted([*(each.classes for each in files), *(each.classes for each in unread)]),
            root_is_file=tree.is_file,
            errors=errors,
        )

    def _file(self, entry: Entry, finished: Mapping[str, Any]) -> File:
        faults = [self.faults[key] for key in self.keys[entry.raw] if key in self.faults]
        for fault in faults:
            why = self._why(fault)
            self.unread.append(Unread(entry.path, fault.reason or "died", f"{why[:1].upper()}{why[1:]}.", path_bytes(entry.raw)))
            _log.info("scan.file-unread", extra={"path": entry.path, "reason": fault.reason, "detail": fault.detail})
        errors = [self._why(fault) for fault in faults]
        return reading.file(entry, self.contents[entry.raw], {**self._of(entry), **finished}, errors=errors)


def _blob_key(blob: gitindex.Blob) -> str:
    """What a blob's content is, depends on nothing else; its size is that in the work tree, where line ends may be others."""
    return digest_of("blob", blob.id, str(blob.size))
