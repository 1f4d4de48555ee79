# SPDX-License-Identifier: Apache-2.0
"""What a process does first that was forked from another."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """This process gets SIGKILL when the one that forked it ends, however it ends (Linux; elsewhere the closing wire tells it)."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (AttributeError, OSError):
        return


def quiet() -> None:
    """Standard output and error go nowhere: libraries print for each odd file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
