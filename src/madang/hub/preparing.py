# SPDX-License-Identifier: Apache-2.0
"""The one way from changes to a commit that is ready, whichever door they come by: its tree in the store, and what this platform does not
take refused."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from madang.hub import contents, rules
from madang.hub.actions import Bytes, Prepared
from madang.hub.desk import Desk
from madang.hub.headers import looking
from madang.hub.models import Commit
from madang.hub.rules import Change


def prepare(desk: Desk, head: Commit, changes: Sequence[Change], *, title: str, message: str = "", sent: Mapping[str, Bytes]) -> Prepared:
    """The commit on this head. ``UnsafeModel`` where the platform takes no such file; else as ``contents.prepare``."""
    limits = desk.limits()
    made = contents.prepare(desk.store, head, changes, title=title, message=message, sent=sent, limits=limits)
    if limits.refuse_unsafe:
        looking.check_harmless(desk.store, [(each.path, each.sha256, each.size) for each in made.tree.entries if each.sha256 in made.fresh])
    return made


def kept(desk: Desk, path: str, file: BinaryIO) -> Bytes:
    """The file's bytes are in the store; what the repository's row will say of them once it is at ``path``."""
    limits = desk.limits()
    stored = desk.store.put_stream(file, max_bytes=limits.file)
    is_large = rules.is_sent_by_itself(path, stored.size, small=limits.small)
    data = rules.pointer(stored.sha256, stored.size) if is_large else desk.store.read(stored.sha256)
    return Bytes(stored.sha256, stored.size, rules.blob_id(data), is_large)
