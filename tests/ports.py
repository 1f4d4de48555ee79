# SPDX-License-Identifier: Apache-2.0
"""Ports that nobody else takes between the moment in which a test chooses one and the moment in which its program listens there.

They lie below those that the system hands out to whoever connects, and each is held by this process for as long as it lives, so that runs
side by side choose different ones.
"""

import random
import socket
import sys
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 15_000
_held: list[socket.socket] = []


def free() -> int:
    """A port of this machine that nothing listens on, and that no other run chooses."""
    chance = random.SystemRandom()
    highest = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32_768
    for _time in range(1000):
        port = chance.randrange(LOWEST, max(highest, LOWEST + 1000))
        if _hold(port) and _is_free(port):
            return port
    raise AssertionError("this machine has no free port")


def _hold(port: int) -> bool:
    """Whether no other run has chosen it. The name needs no file and goes with this process."""
    if sys.platform != "linux":
        return True
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0madang-test-port-{port}")
    except OSError:
        mark.close()
        return False
    _held.append(mark)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
