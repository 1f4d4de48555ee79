# SPDX-License-Identifier: Apache-2.0
"""How long a test waits for what must come: long enough for a machine that has much else to do. ``tests/house`` refuses shorter limits."""

import time
from collections.abc import Callable

SECONDS = 240.0
"""What did not come by then will not come. A test that passes never waits for it."""


def wait_until(holds: Callable[[], object], what: Callable[[], object] = str, *, pause: float = 0.02) -> None:
    """It holds now; else the test fails and says ``what`` is there instead."""
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until, f"this did not come to hold within {SECONDS:.0f} seconds: {what()}"
        time.sleep(pause)
