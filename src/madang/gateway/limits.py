# SPDX-License-Identifier: Apache-2.0
"""What the path of calls lets through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on calls; sizes in bytes, durations in seconds.

    ``body``: the largest call, whatever the service takes; a service may take less. ``call_seconds`` and ``stream_seconds``: how long an
    answer or a stream may take, where the service does not say less. ``kept_answer``: an answer larger than this is not kept for a retry.
    ``at_once``: calls under way in this process; more are asked to come again.
    """

    body: int = 32 << 20
    call_seconds: int = 60
    stream_seconds: int = 600
    kept_answer: int = 256 << 10
    at_once: int = 1024
    idempotency_hours: int = 24
