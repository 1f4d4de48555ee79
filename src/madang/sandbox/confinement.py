# SPDX-License-Identifier: Apache-2.0
"""Shutting this process in, and what of that a machine can give."""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from madang.sandbox import landlock, seccomp
from madang.sandbox.bounds import Bounds

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS = 1, 8
CLONE_NEWNET, CLONE_NEWIPC = 0x40000000, 0x08000000
CAP_DAC_READ_SEARCH = 1 << 2
SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random",
    "/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
)  # fmt: skip
"""What Python and its libraries look at."""
_CAPABILITIES_3 = 0x20080522


@dataclass(frozen=True, slots=True)
class Confinement:
    """What this machine can hold a process to: only named files; no network, programs or signals; a user of its own."""

    files: bool
    calls: bool
    user: bool

    @property
    def is_whole(self) -> bool:
        """Whether a stranger's code can neither read our files nor reach the network."""
        return self.files and self.calls


def confinement() -> Confinement:
    """What this machine can give; nothing is changed."""
    return Confinement(landlock.level() > 0, seccomp.is_known(), os.geteuid() == 0 and sys.platform == "linux")


def confine(bounds: Bounds, readable: Iterable[str], writable: str) -> Confinement:
    """This process is shut in for good, as far as the machine allows; what came of it. To be called before any foreign code is read."""
    _limit(bounds)
    has_user = _own_network_and_user(bounds)
    files = landlock.confine(readable, [writable])
    if has_user:
        _keep_reading(files)
    if sys.platform == "linux":  # set last: changing users takes it away
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return Confinement(files, seccomp.confine(), has_user)


def shut_in(bounds: Bounds, readable: Iterable[str], writable: str) -> Confinement:
    """``confine``, with what Python itself has to read beside ``readable``."""
    own = str(Path(__file__).resolve().parents[2])
    paths = [each for each in sys.path if each and Path(each).exists()]
    return confine(bounds, [*SYSTEM, sys.prefix, sys.base_prefix, own, *paths, *readable], writable)


def _limit(bounds: Bounds) -> None:
    wanted = {
        "RLIMIT_DATA": bounds.memory_bytes,
        "RLIMIT_AS": 4 * bounds.memory_bytes + (4 << 30),
        "RLIMIT_FSIZE": bounds.disk_bytes,
        "RLIMIT_NOFILE": bounds.descriptors,
        "RLIMIT_CORE": 0,
        "RLIMIT_STACK": 8 << 20,
    }
    for name, most in wanted.items():
        number = getattr(resource, name, None)
        if number is not None:
            hard = resource.getrlimit(number)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(number, (least, least))


def _own_network_and_user(bounds: Bounds) -> bool:
    """Where we may: a network without any interface, and a user who owns nothing here. It may still look into folders until ``landlock``
    says which."""
    if os.geteuid() != 0 or sys.platform != "linux" or not bounds.user:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    library.unshare(CLONE_NEWNET | CLONE_NEWIPC)  # refused in some containers, where seccomp still shuts every socket
    resource.setrlimit(resource.RLIMIT_NPROC, (bounds.threads, bounds.threads))
    library.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(bounds.user, bounds.user, bounds.user)
    os.setresuid(bounds.user, bounds.user, bounds.user)
    _hold(library, CAP_DAC_READ_SEARCH)
    return True


def _keep_reading(files: bool) -> None:
    """The right to look into any folder is kept only where ``landlock`` names the few that there are to look into."""
    if not files:
        _hold(ctypes.CDLL(None, use_errno=True), 0)


def _hold(library: ctypes.CDLL, capabilities: int) -> None:
    """This process holds these rights of root's and no others (capset(2), version 3)."""
    header = struct.pack("Ii", _CAPABILITIES_3, 0)
    library.capset(header, struct.pack("6I", capabilities, capabilities, 0, 0, 0, 0))
