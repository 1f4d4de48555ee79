# SPDX-License-Identifier: Apache-2.0
"""A report in our own JSON, in which single files are looked up and replaced without reading the others: byte for byte what would be
written anew."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from madang.scan.report import File
from madang.scan.wire import built, plain
from madang.scan.writing import compact, stamp

_Place = tuple[int, int]


class Kept:
    """The document. Members and files stand in a line each, as ``formats.json`` writes them."""

    def __init__(self, document: bytes) -> None:
        self._document = document

    def file(self, path: str) -> File | None:
        """What it says of the file at ``path``."""
        place = self._file_at(path)
        return self._read(place) if place is not None else None

    def amended(self, files: Mapping[str, File], at: datetime) -> bytes:
        """The document with these files in the place of what it says of them, made at the time ``at``. They are there, and weigh otherwise
        than before in their bytes alone."""
        lines: dict[_Place, str] = {}
        totals = self._member("totals")
        told = json.loads(self._line(totals).partition(b":")[2].rstrip(b","))
        for path, file in files.items():
            place = self._file_at(path)
            assert place is not None, "only files that are there can be said anew"
            told["bytes"] += file.size - self._read(place).size
            lines[place] = compact(plain(file))
        lines[totals] = f'"totals":{compact(told)}'
        lines[self._member("written_at")] = f'"written_at":{compact(stamp(at.astimezone(UTC)))}'
        return b"".join(self._pieces(lines))

    def _pieces(self, lines: Mapping[_Place, str]) -> Iterator[bytes]:
        """The document, with others in the place of some of its lines; a comma stays where one is."""
        done = 0
        for start, end in sorted(lines):
            yield self._document[done:start]
            yield lines[start, end].encode()
            done = end - self._document.endswith(b",", start, end)
        yield self._document[done:]

    def _read(self, place: _Place) -> File:
        file: File = built(File, json.loads(self._line(place).rstrip(b",")))
        return file

    def _line(self, place: _Place) -> bytes:
        return self._document[slice(*place)]

    def _file_at(self, path: str) -> _Place | None:
        return self._starting(f"{compact({'path': path})[:-1]},".encode("utf-8", "surrogateescape"))

    def _member(self, name: str) -> _Place:
        place = self._starting(f'"{name}":'.encode())
        assert place is not None, f"a report has {name}"
        return place

    def _starting(self, start: bytes) -> _Place | None:
        """Where the line lies that begins so. No value holds the end of a line."""
        at = self._document.find(b"\n" + start)
        return None if at < 0 else (at + 1, self._document.index(b"\n", at + 1))
