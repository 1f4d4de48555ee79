# SPDX-License-Identifier: Apache-2.0
"""How much reading a table may take."""

from dataclasses import dataclass

MIB = 1 << 20
READER = 62_950
"""A user who owns nothing; services have others."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. ``file_bytes``: a larger file is not read. ``seconds`` of reading a file, ``query_seconds`` of one question.
    ``columns``: of more, the first so many are shown. ``user``: the number of the user that it runs as where we may change users."""

    file_bytes: int = 1 << 30
    memory_bytes: int = 512 * MIB
    disk_bytes: int = 2 << 30
    seconds: int = 300
    query_seconds: int = 10
    columns: int = 500
    rows: int = 1000
    at_once: int = 2
    user: int = READER
