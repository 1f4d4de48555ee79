# SPDX-License-Identifier: Apache-2.0
"""Changed files seen together with all that the step over the whole tree could ask for because of them, and with nothing else."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from madang.scan import reading
from madang.scan.amending import Kept
from madang.scan.basis import Basis
from madang.scan.finishes import ALL
from madang.scan.looking import Looking
from madang.scan.pool import Line
from madang.scan.report import File, Json
from madang.scan.together import seen_together
from madang.scan.tree import Content, Entry
from madang.scan.wire import plain

_ROUNDS = 4
"""So often at most more files are found to be needed."""


@dataclass(frozen=True, slots=True)
class Regrouped:
    """As ``rescanning.Again``, of the files whose findings are others."""

    files: Mapping[str, File]
    license_detections: tuple[Json, ...] | None
    basis: Basis


@dataclass
class Regrouping:
    """``moved`` are files in which something else is found than before, or that came; ``was`` and ``left`` what the report before says of
    these, and of those that are gone."""

    looking: Looking
    kept: Kept
    basis: Basis
    moved: list[Entry]
    was: Mapping[str, File]
    left: Mapping[str, File]
    _beside: dict[str, File] = field(default_factory=dict)

    @property
    def is_needed(self) -> bool:
        """Whether the step has anything to say that differs from what is found in each file, or changes what is said of all."""
        if self.moved and (self.basis.manifests or any(self.looking.of(entry).get("license_detections") for entry in self.moved)):
            return True
        return any(file.license_detections for file in self._before())

    def regroup(self, line: Line) -> Regrouped | None:
        """What the whole step would say; None where it would say something else of files that are not changed, or of packages."""
        self.looking.ground.stand(())
        wanted = {*self.basis.manifests, *self.basis.asked, *self._first_of(self._ids(self._before()))}
        for _round in range(_ROUNDS):
            if not self._bring(wanted):
                return None
            entries = [*self.moved, *map(_entry, self._beside.values())]
            finished, answer = seen_together(self.looking, entries, _folders(entries), line)
            if answer.found.get("missed"):  # as in a scan of the whole, where manifests stand at once
                self.looking.ground.stand({*self.basis.manifests, *(entry.raw for entry in self.moved)})
                finished, answer = seen_together(self.looking, entries, _folders(entries), line)
            if answer.reason is not None or finished["/"]["errors"] or answer.found["missed"] or ALL in answer.found["opened"]:
                return None
            files = {entry.raw: self._file(entry, finished) for entry in self.moved}
            wanted = {*answer.found["asked"], *self._first_of(self._ids([*self._before(), *files.values()]))} - wanted
            if not any(self._is_there(raw) for raw in wanted - self._beside.keys()):
                return self._result(files, finished, answer.found) if self._is_as_before(finished) else None
        return None

    def _before(self) -> list[File]:
        return [*(self.was[entry.raw] for entry in self.moved if entry.raw in self.was), *self.left.values()]

    def _changed(self) -> set[str]:
        return {*(entry.raw for entry in self.moved), *self.left}

    def _is_there(self, raw: str) -> bool:
        return raw not in self._changed() and self.kept.file(raw) is not None

    def _bring(self, wanted: Iterable[str]) -> bool:
        """The files among ``wanted`` that are there stand beside the moved ones; False where it is not known what was found in one."""
        come = {raw: file for raw in wanted if raw not in self._changed() and (file := self.kept.file(raw)) is not None}
        looking = self.looking
        for raw, file in come.items():
            entry = _entry(file)
            if raw not in looking.contents:
                looking.contents[raw] = Content(file.sha256, file.sha1, file.size)
                looking.keys[raw] = (looking.look_key(entry),)
            if raw in self.basis.manifests:
                looking.keys[raw] = (looking.keys[raw][0], self.basis.manifests[raw])
        looking.ask({key for raw in come for key in looking.keys[raw] if key not in looking.found})
        self._beside.update(come)
        return all(key in looking.found for raw in come for key in looking.keys[raw])

    def _file(self, entry: Entry, finished: Mapping[str, Any]) -> File:
        found = {**self.looking.of(entry), **finished.get(entry.raw, {})}
        return reading.file(entry, self.looking.contents[entry.raw], found)

    def _is_as_before(self, finished: Mapping[str, Any]) -> bool:
        """Whether of packages and unchanged files is said what is said already. Of steady ones their own content may say other things."""
        whole = finished["/"]
        packages = plain([reading.package(raw) for raw in whole["packages"]])
        dependencies = plain([reading.dependency(raw) for raw in whole["dependencies"]])
        if packages != self.kept.member("packages") or dependencies != self.kept.member("dependencies"):
            return False
        return all(self._is_told(raw, file, finished) for raw, file in self._beside.items())

    def _is_told(self, raw: str, file: File, finished: Mapping[str, Any]) -> bool:
        now, before = plain(self._file(_entry(file), finished)), plain(file)
        own = (*reading.OWN, "sha256", "sha1", "size") if self.looking.contents[raw].sha256 != file.sha256 else ()
        return all(now.get(name) == before.get(name) for name in {*now, *before}.difference(own))

    @staticmethod
    def _ids(files: Iterable[File]) -> Counter[str]:
        return Counter(each.identifier or "" for file in files for each in file.license_detections)

    def _first_of(self, ids: Iterable[str]) -> set[str]:
        """For each of the detections the first file among the unchanged ones that has it: that is where the whole step takes it from."""
        found = set()
        for each in ids:
            held = (file.path for file in self.kept.holding(each) if file.path not in self._changed())
            found |= {min(held, key=_as_walked, default="")}
        return found - {""}

    def _result(self, files: Mapping[str, File], finished: Mapping[str, Any], found: Mapping[str, Any]) -> Regrouped | None:
        ties, asked = self.basis.ties.union(found["opened"]), self.basis.asked.union(found["asked"])
        basis = Basis(ties, asked, self.basis.manifests)
        old, new = self._ids(self._before()), self._ids(files.values())
        if not old and not new:
            return Regrouped(files, None, basis)
        before = {each["identifier"]: each for each in self.kept.member("license_detections")}
        now = {each["identifier"]: each for each in finished["/"]["license_detections"]}
        for each in {*old, *new}:
            count = before.pop(each, {"detection_count": 0})["detection_count"] + new[each] - old[each]
            if count < 0 or (count and each not in now):
                return None
            if count:
                before[each] = {**now[each], "detection_count": count}
        order = sorted(before.values(), key=lambda each: (each["license_expression"], -each["detection_count"], each["identifier"]))
        return Regrouped(files, tuple(order), basis)


def _entry(file: File) -> Entry:
    return Entry(file.path, file.path, file.size)


def _folders(entries: Iterable[Entry]) -> list[Entry]:
    """All folders on the way to the files."""
    paths: set[str] = set()
    for entry in entries:
        above = entry.raw.rpartition("/")[0]
        while above and above not in paths:
            paths.add(above)
            above = above.rpartition("/")[0]
    return [Entry(path, path, 0) for path in sorted(paths)]


def _as_walked(path: str) -> list[tuple[bool, str, str]]:
    """Files before folders, each by name without case: the order in which the engine goes through a tree."""
    *folders, name = path.split("/")
    return [*((True, each.lower(), each) for each in folders), (False, name.lower(), name)]
