# SPDX-License-Identifier: Apache-2.0
"""What is remembered of the step over the whole tree, and the files through which it is asked for.

The step sees what was found in single files, where they lie, and what stands in the few that it opens. So an answer is kept under the
findings, and where it was seen to open files, under their contents too: a tree of other contents with the same findings has it already.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from madang.scan import reading
from madang.scan.cache import Cache
from madang.scan.keys import digest_of
from madang.scan.tree import Content

_MARK = "looked into"
ALL = "/"
"""No file's path: a folder was listed or another program asked, which may look at anything."""


class Finishes:
    """Answers about one tree, by ``key``, which stands for all that was found in its files; ``tree`` is the digest of all contents."""

    def __init__(self, cache: Cache, key: str, *, tree: str, contents: Mapping[str, Content]) -> None:
        self._cache, self._key, self._tree, self._contents = cache, key, tree, contents
        self.opened = frozenset({ALL})
        """The files on whose contents the answer rests."""
        self.asked = frozenset({ALL})
        """The paths that were asked for by name, there or not."""

    def recall(self) -> Mapping[str, Any] | None:
        """The answer, if it is known."""
        mark = self._known(self._key)
        if mark is None:
            return None
        self.opened, self.asked = frozenset(mark[_MARK]), frozenset(mark.get("asked", (ALL,)))
        found: Mapping[str, Any] | None = self._known(self._after(mark[_MARK]))
        return found

    def keep(self, finished: Mapping[str, Any], opened: Iterable[str], asked: Iterable[str]) -> None:
        """The answer is known from now on; it rests on the contents of what was ``opened``, and on what stands where it was ``asked``."""
        beside = sorted(each for each in opened if each == ALL or each in self._contents)
        self.opened, self.asked = frozenset(beside), frozenset(asked)
        self._cache.put_many({self._key: written({_MARK: beside, "asked": sorted(self.asked)}), self._after(beside): written(finished)})

    def _known(self, key: str) -> Any:
        value = self._cache.get_many([key]).get(key)
        return None if value is None else json.loads(value)

    def _after(self, opened: list[str]) -> str:
        held = (self._tree if each == ALL else self._sha256(each) for each in opened)
        return digest_of(self._key, *(f"{sha256} {each}" for sha256, each in zip(held, opened, strict=True)))

    def _sha256(self, raw: str) -> str:
        content = self._contents.get(raw)
        return content.sha256 if content else ""


def written(value: object) -> bytes:
    """A value as it is remembered."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


class Bodies:
    """Findings as they were remembered, each read once however many files have the same."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Mapping[str, Any], bytes]] = {}

    def read(self, body: bytes) -> tuple[Mapping[str, Any], bytes]:
        """What ``body`` says, and a mark that stands for as much of it as the step over the whole tree is told."""
        if body not in self._known:
            found = json.loads(body)
            told = written({name: value for name, value in found.items() if name not in reading.OWN})
            self._known[body] = found, hashlib.sha256(told).digest()
        return self._known[body]


def write_lines(target: Path, values: Iterator[Mapping[str, Any]]) -> None:
    """The question: a line for each value."""
    with target.open("wb") as stream:
        stream.writelines(written(value) + b"\n" for value in values)


def read_found(source: Path) -> Iterator[tuple[str, Any]]:
    """Path and findings of each line; a line that holds what is no text is cleaned but for its path, by which the file is known."""
    with source.open("rb") as stream:
        for line in stream:
            value = json.loads(line)
            yield value["path"], reading.clean(value["found"]) if reading.needs_cleaning(line) else value["found"]
