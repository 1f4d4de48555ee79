# SPDX-License-Identifier: Apache-2.0
"""Looking at the single files of a tree: hash, cache, and what is not known there from the workers."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madang.scan import gitindex, reading
from madang.scan.cache import Cache
from madang.scan.faults import last_line
from madang.scan.finishes import Bodies, written
from madang.scan.given import Ground
from madang.scan.installed import fingerprint
from madang.scan.keys import digest_of
from madang.scan.manifests import Manifests
from madang.scan.pool import Answer, Line, Pool
from madang.scan.progress import Cancelled, Meter
from madang.scan.report import Unread
from madang.scan.tree import Content, Entry, Listing, content, path_bytes

_SLICE = 1000
_SAVE_EVERY = 64
_SAVE_SECONDS = 1.0
"""Findings are put into the cache by so many, or after so long: this much a kill costs."""
WAIT = 0.2
LOOKS = ("info", "copyrights", "licenses")


@dataclass(frozen=True, slots=True)
class Options:
    """What to look for, and how hard.

    ``thorough`` has every file looked at by ScanCode's own code alone, which costs ten times as much. What is remembered is kept apart, so
    that both can be compared. ``trusts_git``: a tracked file of a checkout that Git takes for unchanged is not read when its blob is known;
    for a person's own checkout, never for what somebody else sent.
    """

    thorough: bool = False
    trusts_git: bool = False


def look_task(path: Path, parts: Sequence[str] = LOOKS, *, thorough: bool, root: Path | None = None) -> dict[str, Any]:
    """What a worker is told when it is to look at the file at ``path``, and to tell what it opens under ``root`` where that counts."""
    task = {"do": "look", "path": str(path), "parts": parts, "thorough": thorough}
    return task if root is None else {**task, "root": str(root)}


class Looking:
    """The state of one scan's looks. ``found`` is what single files hold, by the key that says what the answer depends on."""

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

    def enter(self, ground: Ground) -> Listing:
        """What lies on the ground; from now on its files are looked at."""
        self.ground = ground
        tree = ground.listing(most_bytes=self.limits.max_file_bytes, pause=self.pause)
        for entry in tree.files:
            self.meter.expect(entry.size)
        return tree

    def pause(self) -> None:
        """``Cancelled`` when somebody says so; who waits is told how far it is."""
        if self.stop():
            raise Cancelled
        self.meter.beat()

    def hash(self, tree: Listing) -> list[Entry]:
        """The files whose content is known: from the tree or Git's blob ids where it was looked at before, else by reading them."""
        location, digests = self.ground.location, self.ground.digests()
        blobs = gitindex.unchanged(location) if self.options.trusts_git and not tree.is_file else {}
        known = self._known_contents({_blob_key(blob) for blob in blobs.values()} | {digest_of("sha1", each) for each in digests.values()})
        self._remember(tree.files, digests, known)
        if unread := {entry.raw for entry in tree.files if entry.raw not in self.contents}:
            self.ground.stand(unread)
        readable = []
        for entry in tree.files:
            self.pause()
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
        self.save()
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
            self.pause()
            found.update({key: Content(*json.loads(value)) for key, value in self.cache.get_many(wanted[start : start + _SLICE]).items()})
        return found

    def look_key(self, entry: Entry, sha256: str | None = None) -> str:
        """What an answer depends on: the content and the last part of the name, by which types are told, and one word of the path, under
        which the engine breaks long lines."""
        place = f"/{self.ground.location.name}/{entry.raw}"
        return digest_of(
            self.salt, "look in locale" if "locale" in place else "look", sha256 or self.contents[entry.raw].sha256, entry.name
        )

    def patterns(self, line: Line) -> tuple[str, ...]:
        """The engine's path patterns of manifests: remembered, so that a scan of known files needs no engine at all."""
        key = digest_of(self.salt, "patterns")
        known = self.cache.get_many([key])
        if key in known:
            return tuple(json.loads(known[key]))
        line.put(None, {"do": "patterns"}, seconds=self.limits.start_seconds, memory=0)
        patterns = tuple(self.next(line).found["patterns"])
        self.cache.put_many({key: written(patterns)})
        return patterns

    def next(self, line: Line) -> Answer:
        """The next answer of the workers."""
        while (answer := line.get(timeout=WAIT)) is None:
            self.pause()
        self.pause()
        return answer

    def ask(self, keys: set[str]) -> None:
        """What the cache knows of ``keys`` is among what was found."""
        wanted = sorted(keys)
        for start in range(0, len(wanted), _SLICE):
            self.pause()
            for key, body in self.cache.get_many(wanted[start : start + _SLICE]).items():
                self.found[key], self.marks[key] = self.bodies.read(body)

    def look(self, entries: list[Entry], line: Line, *, single: bool) -> None:
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
                answer = self.next(line)
                waited = waiting.pop(str(answer.key))
                self._take(answer, waited)
                for entry in waited:
                    owed[entry.raw] -= 1
                    if not owed[entry.raw]:
                        self.meter.done(entry.size)
        finally:
            self.save()

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
            self.save()

    def save(self) -> None:
        """What is new is in the cache."""
        if self.fresh:
            self.cache.put_many(self.fresh)
            self.fresh = {}
        self.saved_at = time.monotonic()

    def of(self, entry: Entry) -> dict[str, Any]:
        """All that was found in the file by itself."""
        return {name: value for key in self.keys[entry.raw] for name, value in self.found[key].items()}

    def why(self, answer: Answer, *, whole_tree: bool = False) -> str:
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


def _blob_key(blob: gitindex.Blob) -> str:
    """What a blob's content is, depends on nothing else; its size is that in the work tree, where line ends may be others."""
    return digest_of("blob", blob.id, str(blob.size))
