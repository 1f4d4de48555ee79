# SPDX-License-Identifier: Apache-2.0
"""Git's ids of the contents that a version has, so that the next one need not fetch nor read them again.

Only versions of the same asset and the same address are asked: a server that names ids which it does not have gets nobody else's files.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from itertools import islice

from madang import forges, storage
from madang.scan import Cache

MOST_BEFORE = 3
"""So many versions back are looked through for one of which the ids are known."""
POINTER = "lfs-pointer"


class Blobs:
    """What is known of one address, in ``cache``."""

    def __init__(self, cache: Cache, source: str) -> None:
        self._cache, self._source = cache, source

    def held(self, contents: Iterable[str]) -> Mapping[str, forges.Held]:
        """Git's id → what is kept, of the first of these trees of which that is known."""
        for content in islice(contents, MOST_BEFORE):
            key = self._key(content)
            if (body := self._cache.get_many([key]).get(key)) is not None:
                return {id_: forges.Held(*rest) for id_, *rest in json.loads(zlib.decompress(body))}
        return {}

    def keep(self, tree: storage.Tree, fetched: forges.Fetched) -> None:
        """Known from now on: the ids of what was fetched, with the digests that the tree has for them."""
        pointers = {each.path for each in fetched.skipped if each.reason == POINTER}
        files = (entry for entry in tree.entries if entry.mode is not storage.Mode.LINK)
        known = {fetched.blobs[each.path]: (each.sha256, each.size, each.path in pointers) for each in files if each.path in fetched.blobs}
        body = json.dumps([[id_, *rest] for id_, rest in known.items()], separators=(",", ":")).encode("ascii")
        self._cache.put_many({self._key(tree.id): zlib.compress(body, 1)})

    def _key(self, content: str) -> str:
        return hashlib.sha256("\0".join(("git blobs", self._source, content)).encode("utf-8", "surrogateescape")).hexdigest()
