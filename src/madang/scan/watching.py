# SPDX-License-Identifier: Apache-2.0
"""What the engine looks at on the disk beside the file that it was given, as Python's own audit events tell it.

An answer that rests on one file alone holds wherever that file is; one that rests on others holds for this very tree only. Only workers
import this: a hook of this kind stays until its process ends.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LISTING = ("os.listdir", "os.scandir")
_seen: set[tuple[str, str]] | None = None
_hooked = False


@contextmanager
def watched() -> Iterator[set[tuple[str, str]]]:
    """The set fills with what is opened and listed within the block: (event, path)."""
    global _seen, _hooked
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked = True
    _seen = set()
    try:
        yield _seen
    finally:
        _seen = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is not None and (event == "open" or event in _LISTING or event == "subprocess.Popen"):
        place = arguments[0]
        if isinstance(place, str | bytes | os.PathLike):
            _seen.add((event, os.fsdecode(place)))


def beside(seen: Iterable[tuple[str, str]], root: str, own: str, *, lists: bool = False) -> list[str]:
    """The paths under ``root`` that were opened, but for the file ``own``; ``/`` where another program was asked, and with ``lists``
    also where a folder was listed."""
    ours = (own, os.path.realpath(own))
    places = (f"{root}/", f"{os.path.realpath(root)}/")
    opened = [path for event, path in seen if event == "open" and path not in ours]
    found = {path.removeprefix(place) for path in opened for place in places if path.startswith(place)}
    listed = lists and any(event in _LISTING and _is_under(path, root) for event, path in seen)
    return sorted(found | ({"/"} if listed or any(event == "subprocess.Popen" for event, _path in seen) else set()))


def missed(seen: Iterable[tuple[str, str]], root: str) -> bool:
    """Whether something of the tree at ``root`` was asked for that does not stand there, or may not, or another program was asked."""
    for event, path in seen:
        if event == "subprocess.Popen" or (_is_under(path, root) and (event in _LISTING or not Path(path).exists())):
            return True
    return False


def _is_under(path: str, root: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in (root, os.path.realpath(root)))
