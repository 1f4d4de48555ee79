# SPDX-License-Identifier: Apache-2.0
"""How much a service may take. The composition fills this from the settings."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a service's process and of the calls that wait for it."""

    memory_bytes: int = 1 << 30
    disk_bytes: int = 64 * MIB
    seconds: int = 30
    idle_seconds: int = 600
    queue: int = 64
    answer_bytes: int = 32 * MIB
