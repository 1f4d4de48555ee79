# SPDX-License-Identifier: Apache-2.0
"""How far verification goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """``max_waiting``: versions that one account may have waiting or under way. ``max_upload_bytes``: one uploaded archive.
    ``shown_bytes``: how much of a file its page shows."""

    max_waiting: int = 500
    max_upload_bytes: int = 1 << 30
    shown_bytes: int = 1 << 20
