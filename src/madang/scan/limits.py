# SPDX-License-Identifier: Apache-2.0
"""How far a scan may go. Every refusal and every unread file names the limit that it met."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one pool and of the scans in it. Sizes are bytes, durations are seconds."""

    workers: int = max(1, os.cpu_count() or 1)
    """Processes that look at files."""
    file_seconds: float = 120
    """A file that takes more processor time, or ten times as long on the clock, loses its worker and is told as unread."""
    worker_memory_bytes: int = 1_500_000_000
    """Memory that a worker may take beyond the loaded index, which all share."""
    finish_seconds: float = 1800
    """The last step over the whole tree: references followed, packages put together."""
    finish_memory_bytes: int = 4_000_000_000
    max_file_bytes: int = 200_000_000
    """A larger file is hashed and listed, and not looked into."""
    start_seconds: float = 300
    """Loading the licence index, and the first time building it, which takes 6 to 30 seconds on a small machine."""
    idle_seconds: float = 600
    """A pool without work ends itself after this; the next scan starts it again."""
