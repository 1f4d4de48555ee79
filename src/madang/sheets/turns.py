# SPDX-License-Identifier: Apache-2.0
"""How many lists are held in one process at a time: a workbook of a few megabytes may be hundreds when it is open."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from madang.sheets.errors import SheetsBusy

AT_ONCE = 2
WAIT_SECONDS = 2.0
RETRY_SECONDS = 10
_places = threading.BoundedSemaphore(AT_ONCE)
_here = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """This thread may hold a list; ``SheetsBusy`` when others do and go on. Reading takes a turn by itself, and within one no second."""
    if getattr(_here, "is_held", False):
        yield
        return
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise SheetsBusy(retry_after=RETRY_SECONDS)
    _here.is_held = True
    try:
        yield
    finally:
        _here.is_held = False
        _places.release()
