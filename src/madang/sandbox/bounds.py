# SPDX-License-Identifier: Apache-2.0
"""How much a process may take."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of one process. ``user`` is the number of the user that it runs as where we may change users; 0 stays as we are."""

    memory_bytes: int = 1 << 30
    disk_bytes: int = 64 * MIB
    most_files: int = 1000
    descriptors: int = 256
    threads: int = 64
    user: int = 0
