# SPDX-License-Identifier: Apache-2.0
"""A verified version as a document: our own JSON was written when it was verified; every other form is made of that when it is first
asked for, and kept as long as objects are that can be made again."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from madang import __version__, kit, scan, storage
from madang.compliance.cache import FindingCache
from madang.db import Database
from madang.kit import _

OWN = "json"
AT_ONCE = 2
"""So many are made at one time in a process: each may take memory that a whole report needs."""
WAIT_SECONDS = 20.0
_places = BoundedSemaphore(AT_ONCE)


class DocumentsBusy(kit.Unavailable):
    """Others are being made, and take long."""

    code = "documents-busy"
    message = _("Other documents are being written at this moment. Try again in a minute.")


def opened(database: Database, store: storage.Store, scratch: Path, documents: Mapping[str, str], form: str) -> BinaryIO:
    """The document in that form, open for reading. ``documents``: form → digest of those that stand already.

    ``DocumentsBusy``, and the refusals of ``scan.rewrite``.
    """
    if form in documents:
        return store.open(documents[form])
    cache = FindingCache(database)
    key = hashlib.sha256("\0".join(("document as", form, __version__, documents[OWN])).encode()).hexdigest()
    stands = _standing(cache, store, key)
    if stands is None:
        if not _places.acquire(timeout=WAIT_SECONDS):
            raise DocumentsBusy
        try:
            # Whoever waited may find that the one before made the same.
            stands = _standing(cache, store, key) or _made(store, scratch, documents[OWN], form)
            cache.put_many({key: stands.encode()})
        finally:
            _places.release()
    return store.open(stands)


def _standing(cache: FindingCache, store: storage.Store, key: str) -> str | None:
    known = cache.get_many([key]).get(key)
    sha256 = known.decode() if known is not None else ""
    return sha256 if sha256 and store.exists(sha256) else None


def _made(store: storage.Store, scratch: Path, own: str, form: str) -> str:
    with tempfile.TemporaryDirectory(dir=scratch, prefix="door-") as folder:
        source, target = Path(folder) / "report", Path(folder) / "document"
        with store.open(own) as stream, source.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
        scan.rewrite(source, target, form)
        return store.put_file(target).sha256
