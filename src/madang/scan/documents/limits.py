# SPDX-License-Identifier: Apache-2.0
"""How far the reading of one document may go."""

from dataclasses import dataclass

MOST_BYTES = (1 << 31) - 1
"""The largest size that is kept of a file; what a document says beyond it counts as this."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes, durations are seconds."""

    max_bytes: int = 256_000_000
    max_entries: int = 2_000_000
    """Files, packages, relationships and everything else that is listed in it, together."""
    max_depth: int = 64
    """Objects in objects in one entry."""
    memory_bytes: int = 6_000_000_000
    """Of the process that reads."""
    seconds: float = 600
    """Processor time of the process that reads."""
