# SPDX-License-Identifier: Apache-2.0
"""What the gate lets through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what comes over the wire; sizes in bytes.

    ``body``: any request but an upload. ``upload``: one file of an upload. ``idempotency_hours``: how long an answer is kept for a retry.
    """

    body: int = 1 << 20
    upload: int = 1 << 30
    idempotency_hours: int = 24
