# SPDX-License-Identifier: Apache-2.0
"""The measures of this room; the settings fill them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How usage is written down, leased and kept.

    ``zone`` says where a day begins. ``lease_share``: a lease is at most this part of what is left, so that many processes end a quota
    together. ``lease_idle_seconds``: a lease unused so long is given back.
    """

    zone: str = "Asia/Seoul"
    keys: int = 20
    rotation_hours: int = 24
    event_days: int = 90
    refresh_seconds: float = 0.4
    lease_share: int = 8
    lease_idle_seconds: float = 10.0
    log_bytes: int = 16 << 20
    slab_bytes: int = 1 << 20
    start_seconds: float = 2.0
    guests: int = 20_000


_held = Limits()


def use(limits: Limits) -> None:
    """What is done without limits of its own keeps to these from now on: said once, where the process starts."""
    global _held
    _held = limits


def held() -> Limits:
    """The limits of this process."""
    return _held
