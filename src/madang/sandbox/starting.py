# SPDX-License-Identifier: Apache-2.0
"""Starting a process that is shut in."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from madang.sandbox.bounds import Bounds
from madang.sandbox.targets import Target

DESCRIBE_SECONDS = 120
MOST_SAID = 1 << 20


@dataclass(slots=True)
class Started:
    """A process that answers on a listening socket; ``said`` is what it prints."""

    process: "subprocess.Popen[bytes]"
    instance: str
    scratch: Path

    def kill(self) -> None:
        """It is gone, at once."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)

    def memory_bytes(self) -> int:
        """The memory that it holds now; 0 where nobody can say."""
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def environment(scratch: Path) -> dict[str, str]:
    """All that such a process is told: no variable of ours."""
    return {
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1",
        "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2",
    }  # fmt: skip


def start(target: Target, bounds: Bounds, *, listener: socket.socket, scratch: Path, instance: str) -> Started:
    """A process answers calls on ``listener``, which stays ours; what it prints comes out of its pipe."""
    prepare(scratch, bounds)
    told = {"task": "answer", "target": asdict(target), "bounds": asdict(bounds), "scratch": str(scratch), "instance": instance}
    spare = os.dup(listener.fileno())
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _FIRST, str(spare), json.dumps(told)],
            env=environment(scratch),
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[spare],
            process_group=0,
        )
    finally:
        os.close(spare)
    return Started(process, instance, scratch)


# The socket becomes descriptor 3, whatever number it came with, before the module runs that expects it there.
_FIRST = (
    "import os, sys; given = int(sys.argv.pop(1)); given == 3 or (os.dup2(given, 3), os.close(given)); "
    "import runpy; runpy.run_module('madang.sandbox', run_name='__main__', alter_sys=True)"
)


def describe(target: Target, bounds: Bounds) -> Mapping[str, object]:
    """What the target's operations take and give. ``ValueError`` says in the code's own words why nothing can be said."""
    with tempfile.TemporaryDirectory(prefix="madang-describe-") as folder:
        scratch = Path(folder)
        prepare(scratch, bounds)
        told = {"task": "describe", "target": asdict(target), "bounds": asdict(bounds), "scratch": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "madang.sandbox", json.dumps(told)],
                env=environment(scratch),
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=DESCRIBE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise ValueError("it did not come to an end") from late
    if done.returncode:
        lines = done.stderr[-MOST_SAID:].decode("utf-8", "replace").strip().splitlines()
        raise ValueError(lines[-1][:300] if lines else f"it ended with {done.returncode}")
    try:
        found: Mapping[str, object] = json.loads(done.stdout[-MOST_SAID:].decode("utf-8", "replace").strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise ValueError("it said nothing that can be read") from error
    return found


def prepare(scratch: Path, bounds: Bounds) -> None:
    """The folder is there, and the process's user may write to it."""
    scratch.mkdir(parents=True, exist_ok=True)
    if bounds.user and os.geteuid() == 0:
        os.chown(scratch, bounds.user, bounds.user)
