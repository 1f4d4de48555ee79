# SPDX-License-Identifier: Apache-2.0
"""The signed heads outside the database: one JSON line each, only ever added to."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from madang.audit.rules import Head, canonical, instant

NAME = "ledger-heads.jsonl"


def append(path: Path, head: Head) -> None:
    """The file ends with this head and the disk has it. A line that a crash left half is closed first and stays as it is."""
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        line = canonical({"at": instant(head.at), "hash": head.hash, "sequence": head.sequence, "signature": head.signature}) + b"\n"
        os.write(handle, line if _ends_whole(handle) else b"\n" + line)
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        _sync_folder(path.parent)


def read(path: Path) -> Iterator[Head | None]:
    """Every line of the file in order; None for one that cannot be read. Nothing when there is no file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield _head(line)


def _head(line: bytes) -> Head | None:
    try:
        value = json.loads(line)
        return Head(int(value["sequence"]), str(value["hash"]), datetime.fromisoformat(value["at"]), str(value["signature"]))
    except (ValueError, TypeError, KeyError):
        return None


def _ends_whole(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
