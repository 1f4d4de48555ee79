# SPDX-License-Identifier: Apache-2.0
"""What is remembered of manifests. A manifest's parser looks at its path and at which files there are, and sometimes into one of these.

An answer is kept under the manifest's content and path and the paths of all files. Where the parser was seen to open others, these stand
there in its place, and the answer under their contents too; what it opens then is followed in the same way.
"""

from collections.abc import Mapping
from typing import Any

from madang.scan.keys import digest_of
from madang.scan.tree import Content

_MARK = "looked into"
_ALL = "/"
"""No file's path: another program was asked, which may look at anything."""


class Manifests:
    """The keys of one tree's manifests. ``tree`` is the digest of all contents, ``paths`` of all paths."""

    def __init__(self, salt: str, *, paths: str, tree: str, contents: Mapping[str, Content]) -> None:
        self._salt, self._paths, self._tree, self._contents = salt, paths, tree, contents
        self._named: dict[str, frozenset[str]] = {}

    def first(self, raw: str) -> str:
        """Where to look for an answer about the manifest at ``raw``."""
        key = digest_of(self._salt, "manifest", self._paths, self._contents[raw].sha256, raw)
        self._named[key] = frozenset()
        return key

    def after(self, key: str, found: Mapping[str, Any] | None) -> str | None:
        """Where to look next; None when what was found under ``key`` is an answer, or nothing."""
        opened = None if found is None else found.get(_MARK)
        return None if opened is None else self._next(key, opened)

    def settle(self, key: str, opened: list[str]) -> tuple[str, dict[str, Any] | None]:
        """Where an answer belongs whose parser ``opened`` these files, and what is to be remembered under ``key`` in its place."""
        beside = sorted(each for each in opened if each == _ALL or each in self._contents)
        if self._named[key].issuperset(beside):
            return key, None
        return self._next(key, beside), {_MARK: beside}

    def looked_into(self, key: str) -> frozenset[str]:
        """The files on whose contents the answer under ``key`` rests beside the manifest's own."""
        return self._named[key]

    def _next(self, key: str, opened: list[str]) -> str:
        held = (self._tree if each == _ALL else self._sha256(each) for each in opened)
        after = digest_of(key, *(f"{sha256} {each}" for sha256, each in zip(held, opened, strict=True)))
        self._named[after] = self._named[key] | frozenset(opened)
        return after

    def _sha256(self, raw: str) -> str:
        content = self._contents.get(raw)
        return content.sha256 if content else ""
