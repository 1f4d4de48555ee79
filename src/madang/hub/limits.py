# SPDX-License-Identifier: Apache-2.0
"""How much a repository takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. ``commit``: the body of one commit, with its small files in it. ``file``: one large file. ``small``: up to this
    size a client is told to send a file within the commit. ``files``: the most that a revision holds. ``address_seconds``: how long an
    address for an upload holds; an upload that began goes on. ``refuse_unsafe``:
    files of models that would run something when they are loaded are not taken. ``repository``, ``namespace``: the bytes that may be sent
    to one in all; 0 for any number."""

    commit: int = 256 << 20
    file: int = 1 << 40
    small: int = 1 << 20
    files: int = 1_000_000
    address_seconds: int = 6 * 3600
    refuse_unsafe: bool = False
    repository: int = 0
    namespace: int = 0
