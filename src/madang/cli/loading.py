# SPDX-License-Identifier: Apache-2.0
"""Loading the platform into a process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """What is imported inside stays as long as the process, so nobody looks for garbage in it, now or later: a fifth of a start's time."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
