# SPDX-License-Identifier: Apache-2.0
"""Where sockets lie, also below folders whose names are longer than a socket's address may be (about a hundred bytes)."""

import os
import sys
from functools import cache
from pathlib import Path

LONGEST = 100
KEEPER = "keeper.sock"
STATE = "state.json"


@cache
def _opened(folder: str) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def address(folder: Path, name: str) -> str:
    """The socket's address: its path, or where that is too long the same folder by its open descriptor."""
    path = str(folder / name)
    if len(os.fsencode(path)) <= LONGEST or sys.platform != "linux":
        return path
    return f"/proc/self/fd/{_opened(str(folder))}/{name}"


def socket_name(version_id: str) -> str:
    """The name of the socket of one version."""
    return f"{version_id}.sock"


def read_log(folder: Path, version_id: str, most: int) -> str:
    """The last ``most`` bytes of what a version's process printed, as text that JSON and pages can hold; "" where there is nothing."""
    try:
        with log_file(folder, version_id).open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - most))
            return file.read(most).decode("utf-8", "replace").replace("\0", "\ufffd")
    except FileNotFoundError:
        return ""


def log_file(folder: Path, version_id: str) -> Path:
    """Where what a version's process prints is kept."""
    return folder / "logs" / f"{version_id}.log"
