# SPDX-License-Identifier: Apache-2.0
"""A worker: one process, forked from the server with the index loaded, that looks at one file after the other."""

import gc
import json
import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from madang.scan import watching
from madang.scan.detection import looks
from madang.scan.finishing import finish
from madang.scan.forked import die_with_parent, quiet
from madang.scan.frames import END, PART, frames_of, pack

_OBJECTS_BETWEEN_CLEANINGS = 50_000
"""A look makes many objects and few circles of them: Python's own 700 cost a twentieth of the time."""


def work(wire: socket.socket) -> None:
    """Answer tasks from ``wire`` until it closes. Never returns to the server's code; the process ends."""
    status = 1
    try:
        die_with_parent()
        quiet()
        gc.set_threshold(_OBJECTS_BETWEEN_CLEANINGS, 20, 50)
        base = _address_space()
        for _kind, body in frames_of(wire):
            task = json.loads(body)
            _bound_memory(base + task["memory"])
            if not _answer(wire, task):
                break
        status = 0
    finally:
        os._exit(status)


def _answer(wire: socket.socket, task: dict[str, Any]) -> bool:
    """Do one task. False when this process should not be trusted with another."""
    number = task["id"]
    began = time.process_time()
    faults = []
    try:
        Path(task["path"]).stat()
        for name, value, fault in _DOING[task["do"]](task):
            if fault:
                faults.append(f"{name}: {fault}")
            else:
                wire.sendall(pack(PART, {"id": number, "part": name, "value": value}))
        end = {"id": number, "cpu": time.process_time() - began}
        wire.sendall(pack(END, {**end, "reason": "engine", "detail": "\n".join(faults)} if faults else end))
    except MemoryError:
        _bound_memory(resource.RLIM_INFINITY)
        wire.sendall(pack(END, {"id": number, "reason": "memory"}))
        return False
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            return False
        wire.sendall(pack(END, {"id": number, "reason": "unreadable", "detail": f"{error.strerror or error}"}))
    return True


def _look(task: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    with watching.watched() as seen:
        yield from looks(task["path"], task["parts"], thorough=task.get("thorough", False))
    if "root" in task:
        yield "opened", {"opened": watching.beside(seen, task["root"], task["path"])}, ""


def _finish(task: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    missed, opened, asked = finish(task["path"], source=Path(task["source"]), target=Path(task["target"]))
    yield "missed", missed, ""
    yield "opened", opened, ""
    yield "asked", asked, ""


_DOING: dict[str, Callable[[dict[str, Any]], Iterator[tuple[str, Any, str]]]] = {"look": _look, "finish": _finish}


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 8 << 30
    return pages * resource.getpagesize()


def _bound_memory(most: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
