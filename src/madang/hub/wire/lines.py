# SPDX-License-Identifier: Apache-2.0
"""The lines of a commit (``application/x-ndjson``): a header, then files with their bytes, files sent before, and what goes."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from madang import storage
from madang.hub import rules
from madang.hub.actions import Bytes
from madang.hub.errors import BadCommit, BytesTooMany
from madang.hub.limits import Limits
from madang.hub.rules import Change

LONGEST_TITLE, LONGEST_MESSAGE = 500, 20_000
OVERHEAD = 64 << 10
"""What a line has besides a file's bytes: a path, and names of members."""


@dataclass
class Told:
    """What the lines say: title and message, the head that is expected ("" for any), the changes in their order, the bytes that came."""

    title: str = ""
    message: str = ""
    parent: str = ""
    changes: list[Change] = field(default_factory=list)
    sent: dict[str, Bytes] = field(default_factory=dict)
    large: dict[str, str] = field(default_factory=dict)
    """Paths of files whose bytes were sent before, each with its digest; they have a place in ``changes`` too."""


def read(pieces: Iterator[bytes], store: storage.Store, limits: Limits) -> Told:
    """All lines are read, and the bytes in them kept for good. ``BadCommit`` names the line that cannot be read."""
    told = Told()
    longest = max(limits.small, 16 << 20) * 4 // 3 + OVERHEAD
    with store.batch() as batch:
        for number, line in enumerate(_lines(pieces, longest), 1):
            if not line.strip():
                continue
            if len(told.changes) > limits.files:
                raise BytesTooMany(limit=limits.commit)
            _read_line(line, number, told, batch)
    return told


def _lines(pieces: Iterator[bytes], longest: int) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield b"".join([*waiting, line])
            waiting, size = [], 0
        waiting.append(rest)
        size += len(rest)
        if size > longest:
            raise BytesTooMany(limit=longest)
    yield b"".join(waiting)


def _read_line(line: bytes, number: int, told: Told, batch: Any) -> None:
    try:
        given = json.loads(line)
        key, value = given["key"], given["value"]
        if key == "header":
            told.title = _text(value.get("summary"), LONGEST_TITLE)
            told.message = _text(value.get("description"), LONGEST_MESSAGE)
            told.parent = _text(value.get("parentCommit"), 40)
        elif key == "file":
            _read_file(value, told, batch)
        elif key == "lfsFile":
            _read_large(value, told)
        elif key in ("deletedFile", "deletedFolder", "deletedEntry"):
            path = value["path"].strip("/")
            told.changes.append(Change(rules.check_path(path), is_folder=key == "deletedFolder"))
            told.large.pop(path, None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise BadCommit(line=number) from fault


def _read_file(value: dict[str, Any], told: Told, batch: Any) -> None:
    path = rules.check_path(value["path"])
    if value.get("encoding", "base64") == "base64":
        try:
            data = base64.b64decode(value["content"], validate=True)
        except binascii.Error as fault:
            raise ValueError from fault
    else:
        data = value["content"].encode()
    kept = batch.add([data])
    told.sent[kept.sha256] = Bytes(kept.sha256, kept.size, rules.blob_id(data), is_large=False)
    told.changes.append(Change(path, storage.Entry(path, storage.Mode.FILE, kept.size, sha256=kept.sha256)))
    told.large.pop(path, None)


def _read_large(value: dict[str, Any], told: Told) -> None:
    path, sha256 = rules.check_path(value["path"]), value["oid"]
    if value.get("algo", "sha256") != "sha256" or not isinstance(sha256, str) or not rules.SHA256.fullmatch(sha256):
        raise ValueError(value)
    told.large[path] = sha256
    told.changes.append(Change(path, storage.Entry(path, storage.Mode.FILE, 0, sha256=sha256)))


def _text(value: object, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(value)
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:longest]
