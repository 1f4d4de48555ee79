# SPDX-License-Identifier: Apache-2.0
"""One scan, from a folder to a report."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from madang.scan import classes, reading, summary
from madang.scan.basis import Basis
from madang.scan.cache import Cache, MemoryCache
from madang.scan.expressions import joined
from madang.scan.faults import step_line
from madang.scan.finishes import ALL, Finishes
from madang.scan.given import Ground, Tree, grounded
from madang.scan.installed import engine
from madang.scan.keys import digest_of
from madang.scan.looking import Looking, Options
from madang.scan.manifests import Manifests
from madang.scan.pool import Line, Pool
from madang.scan.progress import Meter, Priority, Progress
from madang.scan.report import File, Report, Unread
from madang.scan.together import seen_together
from madang.scan.tree import Entry, Listing, matcher, path_bytes

_log = logging.getLogger("madang.scan")


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
    basis: Callable[[Basis], None] | None = None,
) -> Report:
    """Everything that the engine finds under ``root`` (a folder, one file, or a ``Tree`` whose contents are known), as ScanCode's own
    command with ``-clp`` says it.

    ``name`` is shown as the root folder's name. ``progress`` is called about twice a second, ``stop`` is asked between files. Findings go
    into ``cache`` as they come, so a scan that was killed goes on where it was. Nothing is written under ``root``. ``basis`` is told what
    ``look_again`` has to know.

    Raises ``SourceUnreadable``, ``EngineMissing``, ``PoolFailed``, ``PoolClosed``, and ``Cancelled`` when ``stop`` says so.
    """
    scan = _Scan(pool, cache or MemoryCache(), Meter(progress), stop or (lambda: False), options or Options())
    with grounded(root, name) as ground, pool.open_line(priority) as line:
        report = scan.run(ground, line)
    if basis is not None:
        basis(scan.basis)
    return report


class _Scan(Looking):
    """The state of one scan."""

    basis = Basis()

    def run(self, ground: Ground, line: Line) -> Report:
        """List, hash, ask the cache, look at the rest, finish, report."""
        self.meter.enter("listing")
        tree, location = self.enter(ground), ground.location
        entries = self.hash(tree)
        digest = self._treedigest_of(location.name, entries)
        paths = digest_of(location.name, *(entry.raw for entry in tree.files))
        self.manifests = Manifests(self.salt, paths=paths, tree=digest, contents=self.contents)
        is_manifest = matcher(self.patterns(line))
        for entry in entries:
            path = f"/{location.name}/{entry.raw}"
            look = self.look_key(entry)
            self.keys[entry.raw] = (look, self.manifests.first(entry.raw)) if is_manifest(path) else (look,)
        self._recall(entries)
        self.look(entries, line, single=tree.is_file)
        self.meter.enter("finishing")
        finished, errors = self._finish(entries, tree, line, digest)
        report = self._report(location.name, tree, entries, finished, errors)
        self.meter.enter("done")
        return report

    def _treedigest_of(self, name: str, entries: list[Entry]) -> str:
        lines = [self.salt, name, *(f"{self.contents[entry.raw].sha256} {entry.raw}" for entry in entries)]
        return digest_of(*lines)

    def _recall(self, entries: list[Entry]) -> None:
        self.ask({key for entry in entries for key in self.keys[entry.raw]})
        moved = [entry.raw for entry in entries if len(self.keys[entry.raw]) > 1]
        while moved := [raw for raw in moved if self._moves(raw)]:
            self.ask({self.keys[raw][1] for raw in moved})

    def _moves(self, raw: str) -> bool:
        """The answer about a manifest is to be looked for elsewhere; whether it is."""
        look, key = self.keys[raw]
        after = self.manifests.after(key, self.found.get(key))
        self.keys[raw] = (look, after or key)
        return after is not None

    def _finish(self, entries: list[Entry], tree: Listing, line: Line, digest: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What changes and what is new when all files are seen together, by raw path, and under ``"tree"`` what belongs to no file."""
        whole = not self.faults
        known = Finishes(self.cache, self._said_of(entries, tree), tree=digest, contents=self.contents)
        if whole and (finished := known.recall()) is not None:
            self._tie(known)
            return finished, ()
        self.ground.stand({entry.raw for entry in entries if len(self.keys[entry.raw]) > 1})
        finished, answer = seen_together(self, entries, tree.directories, line, single=tree.is_file)
        if not self.ground.is_whole and answer.found.get("missed", True):
            self.ground.stand(None)
            finished, answer = seen_together(self, entries, tree.directories, line, single=tree.is_file)
        if answer.reason is not None:
            _log.info("scan.not-finished", extra={"reason": answer.reason, "detail": answer.detail})
            return {}, (f"The files could not be seen together: {self.why(answer, whole_tree=True)}",)
        for error in finished["/"]["errors"]:
            _log.info("scan.step-failed", extra={"detail": error})
        errors = tuple(step_line(error, self.ground.places) for error in finished["/"]["errors"])
        if whole and not errors:
            known.keep(finished, answer.found.get("opened", (ALL,)), answer.found.get("asked", (ALL,)))
            self._tie(known)
        return finished, errors

    def _tie(self, finishes: Finishes) -> None:
        """Manifests, and what their parsers and the step over the whole tree looked into, are what others rest on."""
        keys = {raw: keys[1] for raw, keys in self.keys.items() if len(keys) > 1}
        ties = finishes.opened.union(keys, *(self.manifests.looked_into(key) for key in keys.values()))
        self.basis = Basis(ties, finishes.asked, keys)

    def _said_of(self, entries: list[Entry], tree: Listing) -> str:
        """One key of all that the step over the whole tree is told."""
        said = hashlib.sha256(f"{self.salt} finish {self.ground.location.name} {tree.is_file}".encode("utf-8", "surrogateescape"))
        for folder in tree.directories:
            said.update(b"\0" + folder.raw.encode("utf-8", "surrogateescape"))
        for entry in entries:
            marks = b"".join(self.marks[key] for key in self.keys[entry.raw])
            said.update(b"\0\0" + entry.raw.encode("utf-8", "surrogateescape") + b"\0" + marks)
        return said.hexdigest()

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
            why = self.why(fault)
            self.unread.append(Unread(entry.path, fault.reason or "died", f"{why[:1].upper()}{why[1:]}.", path_bytes(entry.raw)))
            _log.info("scan.file-unread", extra={"path": entry.path, "reason": fault.reason, "detail": fault.detail})
        errors = [self.why(fault) for fault in faults]
        return reading.file(entry, self.contents[entry.raw], {**self.of(entry), **finished}, errors=errors)
