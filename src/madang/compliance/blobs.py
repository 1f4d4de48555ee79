# SPDX-License-Identifier: Apache-2.0
"""What Git listed of the contents that a version has, so that the next one need not fetch nor read them again.

Only versions of the same asset and the same address are asked: a server that names ids which it does not have gets nobody else's files.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice

from madang import archives, forges, storage
from madang.scan import Cache

MOST_BEFORE = 3
"""So many versions back are looked through for one of which the listing is known."""
POINTER = "lfs-pointer"


class Blobs:
    """What is known of one address, in ``cache``."""

    def __init__(self, cache: Cache, store: storage.Store, source: str) -> None:
        self._cache, self._store, self._source = cache, store, source

    def before(self, contents: Iterable[str]) -> tuple[str | None, forges.Before | None]:
        """The first of these trees of which the listing is known, and that."""
        for content in islice(contents, MOST_BEFORE):
            key = self._key(content)
            if (body := self._cache.get_many([key]).get(key)) is not None:
                told = json.loads(zlib.decompress(body))
                skipped = tuple(archives.Skipped(*each) for each in told["skipped"])
                listing = told["listing"]
                return content, forges.Before(listing, told["files"], skipped, partial(self._held, content, listing, skipped))
        return None, None

    def _held(self, content: str, listing: str, skipped: Iterable[archives.Skipped]) -> Mapping[str, forges.Held]:
        """Git's id → what is kept of the tree's files."""
        pointers = {each.path for each in skipped if each.reason == POINTER}
        files = {each.path: each for each in self._store.read_tree(content).entries if each.mode is not storage.Mode.LINK}
        blobs = forges.blobs_of(listing)
        return {id_: forges.Held(files[path].sha256, files[path].size, path in pointers) for path, id_ in blobs.items() if path in files}

    def keep(self, content: str, fetched: forges.Fetched) -> None:
        """Known from now on: what was listed of the commit whose files are this tree."""
        skipped = [[each.path, each.reason] for each in fetched.skipped]
        body = json.dumps({"files": fetched.files, "skipped": skipped, "listing": fetched.listing}, separators=(",", ":")).encode("ascii")
        self._cache.put_many({self._key(content): zlib.compress(body, 1)})

    def _key(self, content: str) -> str:
        return hashlib.sha256("\0".join(("git listing", self._source, content)).encode("utf-8", "surrogateescape")).hexdigest()
