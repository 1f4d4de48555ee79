# SPDX-License-Identifier: Apache-2.0
"""A result written to a file, which is whole or not there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def replacing(target: Path) -> Iterator[TextIO]:
    """A file that stands at ``target`` only when it is whole. What is there and no file (a pipe, a device) is written to and stays."""
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            yield stream
        return
    target = target.resolve()
    beside = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}")
    try:
        with beside.open("x", encoding="utf-8", errors="backslashreplace") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    finally:
        # After the replacement there is nothing there any more.
        with suppress(OSError):
            beside.unlink()
