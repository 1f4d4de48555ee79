# SPDX-License-Identifier: Apache-2.0
"""A report in our own JSON, in which single files are looked up, replaced, put in and taken out without reading the others: byte for byte
what would be written anew."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from madang.scan.report import File
from madang.scan.wire import built, plain
from madang.scan.writing import compact, stamp

_FILES = b'\n"files":[\n'
_BEHIND = b'\n],\n"directories":'
_END = b"\n}\n"


class Kept:
    """The document. Members and files stand in a line each, as ``formats.json`` writes them; no value holds the end of a line."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        self._start = document.find(_FILES) + len(_FILES)
        self._stop = document.rfind(_BEHIND)
        self.has_files = self._start >= len(_FILES) and self._stop >= self._start
        """Whether there is a file in it: only such a document can be amended."""

    def file(self, path: str) -> File | None:
        """What it says of the file at ``path``."""
        place = self.places.get(path) if self.has_files else None
        return None if place is None else _read(self._lines[place])

    def member(self, name: str) -> Any:
        """What stands behind the files under ``name``; None where nothing does."""
        line = self._members.get(name)
        return None if line is None else json.loads(line)

    @property
    def has_odd_names(self) -> bool:
        """Whether a file's name is no UTF-8, so that what is shown does not say in which order they stand."""
        return b'"path_bytes":' in self.document

    @cached_property
    def places(self) -> dict[str, int]:
        """Each file's path, in their order, and its place in it."""
        return {_path_of(line): place for place, line in enumerate(self._lines)}

    def holding(self, value: str) -> Iterator[File]:
        """The files of which it says ``value``, whatever it says so, in their order."""
        piece = compact(value).encode()
        at = self.document.find(piece, self._start, self._stop)
        while at >= 0:
            begin = self.document.rindex(b"\n", 0, at) + 1
            yield _read(self.document[begin : self.document.index(b"\n", begin)].rstrip(b","))
            at = self.document.find(piece, self.document.index(b"\n", at), self._stop)

    def amended(self, files: Mapping[str, File], gone: Collection[str], members: Mapping[str, Any], at: datetime) -> bytes:
        """The document with these files in the place of what it says of them or where they belong, without those that are ``gone``, with
        these ``members`` behind the files (None: left out) and made at the time ``at``."""
        lines = {path: line for path, line in zip(self.places, self._lines, strict=True) if path not in gone}
        comes = files.keys() - lines.keys()
        lines.update({path: compact(plain(file)).encode() for path, file in files.items()})
        paths = sorted(lines, key=str.encode) if comes else list(lines)
        told = {**self._members, **{name: compact(plain(value)).encode() for name, value in members.items() if value is not None}}
        behind = [b'"%s":%s' % (name.encode(), line) for name, line in told.items() if members.get(name, line) is not None]
        return b"".join((
            self._head(at), b",\n".join(lines[path] for path in paths), b"\n],\n", b",\n".join(behind), _END,
        ))  # fmt: skip

    def _head(self, at: datetime) -> bytes:
        begin, end = self.document.index(b'"written_at":'), self.document.index(b",\n", self.document.index(b'"written_at":'))
        return self.document[:begin] + f'"written_at":{compact(stamp(at.astimezone(UTC)))}'.encode() + self.document[end : self._start]

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.document[self._start : self._stop].split(b",\n")

    @cached_property
    def _members(self) -> dict[str, bytes]:
        lines = self.document[self._stop + len(b"\n],\n") : -len(_END)].split(b",\n")
        parts = (line.partition(b":") for line in lines)
        return {json.loads(name): value for name, _colon, value in parts}


def _read(line: bytes) -> File:
    file: File = built(File, json.loads(line))
    return file


def _path_of(line: bytes) -> str:
    told = line[len(b'{"path":') : line.index(b',"sha256":')]
    path: str = json.loads(told) if b"\\" in told else told[1:-1].decode()
    return path
