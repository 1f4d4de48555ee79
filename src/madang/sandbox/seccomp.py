# SPDX-License-Identifier: Apache-2.0
"""Which calls to the system a process may make (seccomp(2)): a filter in classic BPF, without any library.

Sockets, other programs, other processes, other people's memory and ways round the rest are refused with EPERM. Threads stay allowed.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
CLONE_THREAD = 0x10000
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCH, _FIRST = 0, 4, 16
_X32 = 0x40000000

# Numbers of system calls, from the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {
    "x86_64": (
        29, 41, 42, 49, 50, 57, 58, 59, 62, 101, 129, 165, 166, 175, 200, 246, 248, 249, 250, 272, 297, 298, 304, 308, 310, 311, 313, 319,
        321, 322, 323, 424, 425, 428, 429, 430, 431, 432, 434, 438,
    ),
    "aarch64": (
        194, 198, 200, 201, 203, 221, 129, 117, 138, 40, 39, 105, 130, 104, 217, 218, 219, 97, 240, 241, 265, 268, 270, 271, 273, 279,
        280, 281, 282, 424, 425, 428, 429, 430, 431, 432, 434, 438,
    ),
}  # fmt: skip
_CLONE = {"x86_64": 56, "aarch64": 220}
_TGKILL = {"x86_64": 234, "aarch64": 131}
_PRLIMIT = {"x86_64": 302, "aarch64": 261}
_CLONE3 = 435


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def is_known() -> bool:
    """Whether there is a filter for this machine."""
    return sys.platform == "linux" and platform.machine() in _ARCHES


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def program(machine: str, pid: int) -> bytes:
    """The filter for this kind of machine, for the process ``pid``."""
    refuse = _op(_RETURN, _ERROR | errno.EPERM)
    allow = _op(_RETURN, _ALLOW)
    lines = [_op(_LOAD, _ARCH), _op(_EQUAL, _ARCHES[machine], 1, 0), refuse, _op(_LOAD, _NUMBER)]
    if machine == "x86_64":
        lines += [_op(_AT_LEAST, _X32, 0, 1), refuse]
    # glibc asks for clone3 first and falls back to clone, whose flags can be looked at; clone3's lie behind a pointer.
    lines += [_op(_EQUAL, _CLONE3, 0, 1), _op(_RETURN, _ERROR | errno.ENOSYS)]
    lines += [_op(_EQUAL, _CLONE[machine], 0, 4), _op(_LOAD, _FIRST), _op(_BITS, CLONE_THREAD, 0, 1), allow, refuse]
    for number, wanted in ((_TGKILL[machine], pid), (_PRLIMIT[machine], 0)):
        lines += [_op(_EQUAL, number, 0, 4), _op(_LOAD, _FIRST), _op(_EQUAL, wanted, 0, 1), allow, refuse]
    for number in _REFUSED[machine]:
        lines += [_op(_EQUAL, number, 0, 1), refuse]
    return b"".join([*lines, allow])


def confine() -> bool:
    """This process makes no other calls from now on, nor do its threads; whether the kernel took the filter."""
    if not is_known():
        return False
    library = ctypes.CDLL(None, use_errno=True)
    code = program(platform.machine(), os.getpid())
    kept = ctypes.create_string_buffer(code, len(code))
    given = _Program(len(code) // 8, ctypes.cast(kept, ctypes.c_void_p))
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(library.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(given), 0, 0) == 0)
