# SPDX-License-Identifier: Apache-2.0
"""Which files a process may open (landlock(7)): what is named, and nothing else. It needs no rights and no library."""

import contextlib
import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable

CREATE, ADD, RESTRICT = 444, 445, 446
EXECUTE, WRITE, READ, LIST, TRUNCATE, REFER, DEVICES = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 13, 1 << 15
MAKE = sum(1 << bit for bit in (4, 5, 7, 8, 12))  # remove folders and files; make folders, files and links; never devices or sockets
_FILE_ONLY = EXECUTE | WRITE | READ | TRUNCATE | DEVICES
_TCP, _SIGNALS_AND_NAMES = 3, 3
PR_SET_NO_NEW_PRIVS = 38


def level() -> int:
    """Which of its levels this kernel has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    found = ctypes.CDLL(None, use_errno=True).syscall(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(0, int(found))


def confine(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """This process reads below ``readable`` and also writes below ``writable`` from now on, and touches no other file; whether it is so.

    Paths that are not there are left out. Descriptors that are open already stay as they are.
    """
    now = level()
    if not now:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    handled = (1 << 13) - 1
    handled |= (REFER if now >= 2 else 0) | (TRUNCATE if now >= 3 else 0) | (DEVICES if now >= 5 else 0)
    fields = [handled]
    if now >= 4:
        fields.append(_TCP)
    if now >= 6:
        fields.append(_SIGNALS_AND_NAMES)
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    rules = int(library.syscall(CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)))
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(library, rules, path, READ | LIST | EXECUTE)
        for path in writable:
            _allow(library, rules, path, (READ | LIST | WRITE | MAKE | REFER | TRUNCATE) & handled)
        if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            return False
        return bool(library.syscall(RESTRICT, rules, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def _allow(library: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    with contextlib.suppress(OSError):  # what is not there cannot be opened either
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                rights &= _FILE_ONLY
            library.syscall(ADD, rules, 1, struct.pack("=Qi", rights, place), ctypes.c_uint32(0))
        finally:
            os.close(place)
