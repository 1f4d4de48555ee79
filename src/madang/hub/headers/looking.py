# SPDX-License-Identifier: Apache-2.0
"""Files of models in the store, looked into once for as long as a process remembers."""

import io
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import BinaryIO

from madang import kit, storage, weights
from madang.hub.errors import UnsafeModel

REMEMBERED = 500
Looked = weights.Facts | kit.Refusal
_lock = Lock()
_known: OrderedDict[tuple[str, str], Looked] = OrderedDict()


def is_model(path: str) -> bool:
    """Whether a file of that name is looked into."""
    return path.lower().endswith(weights.ENDINGS)


def look(store: storage.Store, sha256: str, path: str, size: int) -> weights.Facts:
    """What the file is. ``BadHeader``, ``HeaderTooLarge``, ``NoModelFile`` where that cannot be said."""
    ending = path.rpartition(".")[2].lower()
    with _lock:
        found = _known.get((sha256, ending))
    if found is None:
        found = _read(store, sha256, path, size)
        with _lock:
            _known[sha256, ending] = found
            if len(_known) > REMEMBERED:
                _known.popitem(last=False)
    if isinstance(found, kit.Refusal):
        raise found
    return found


def _read(store: storage.Store, sha256: str, path: str, size: int) -> Looked:
    with store.open(sha256) as file:
        source: BinaryIO = file if file.seekable() else io.BytesIO(file.read(weights.MOST_HEADER))
        try:
            return weights.look(source, name=path, size=size)
        except (weights.BadHeader, weights.HeaderTooLarge, weights.NoModelFile) as refusal:
            return refusal


def check_harmless(store: storage.Store, files: Iterable[tuple[str, str, int]]) -> None:
    """Refuse (``UnsafeModel``) files (path, digest, size) of which one would run something when it is loaded."""
    for path, sha256, size in files:
        if not is_model(path):
            continue
        try:
            told = look(store, sha256, path, size)
        except (weights.BadHeader, weights.HeaderTooLarge, weights.NoModelFile):
            continue  # no reader runs what it cannot read; the page says what is wrong
        worst = next((each for each in told.findings if each.state is weights.State.UNSAFE), None)
        if worst is not None:
            raise UnsafeModel(field="path", path=path[:120], what=worst.what[:120])
