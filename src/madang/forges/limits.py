# SPDX-License-Identifier: Apache-2.0
"""How much a fetch may take."""

from collections.abc import Callable
from dataclasses import dataclass, field

from madang import archives

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """``max_fetch_bytes`` bounds what comes over the wire and lies on the disk meanwhile; ``fetch_seconds`` the whole fetch."""

    files: archives.Limits = field(default_factory=archives.Limits)
    max_fetch_bytes: int = 4 * 1024**3
    fetch_seconds: float = 1800
