# SPDX-License-Identifier: Apache-2.0
"""The server as a process: how it is started, what it may see, and how it is ended for certain."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from madang.scan.folders import Folder, sweep
from madang.scan.frames import Inbox

_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "COVERAGE_PROCESS_START",
    "COVERAGE_PROCESS_CONFIG",
    "TYPECODE_LIBMAGIC_PATH",
    "TYPECODE_LIBMAGIC_DB_PATH",
)
"""All that the server sees of our environment: secrets in it are not for code that reads what strangers wrote."""
_PROGRAM = "madang.scan.server"
_END_SECONDS = 10
_FAULT = re.compile(r"[\w.]+(?:Error|Exception): ")


class ServerProcess:
    """A running server, the wire to it, and the folder that it may write to."""

    def __init__(self, *, workers: int, indexes: Path | None = None) -> None:
        sweep()
        self._own = Folder()
        self.folder = self._own.path
        self.log = self.folder / "log"
        self.wire, theirs = socket.socketpair()
        self.inbox = Inbox()
        self.ready = False
        self.started_at = time.monotonic()
        try:
            with theirs, self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    # -P: a module in the current folder, which may be the very tree that is scanned, is never imported.
                    [sys.executable, "-P", "-m", _PROGRAM, str(theirs.fileno()), str(workers), str(self.folder), str(indexes or "")],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[theirs.fileno()],
                    env=environment(self.folder),
                    cwd=self.folder,
                    start_new_session=True,
                )
        except OSError:
            self.wire.close()
            self._own.remove()
            raise

    @property
    def pid(self) -> int:
        """The process id of the server; its workers are in its process group."""
        return self._process.pid

    def stop(self) -> str:
        """The server and its workers are gone, and so is the folder. What it last complained of is handed back."""
        self.wire.close()
        try:
            self._process.wait(_END_SECONDS if self.ready else 0)
        except subprocess.TimeoutExpired:
            # Not yet waited for, so its number cannot be another's.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        words = self._last_words()
        self._own.remove()
        return words

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        faults = [line for line in lines if _FAULT.match(line)]
        return (faults or lines or [""])[-1][:500]


def environment(folder: Path) -> dict[str, str]:
    """All that a process that reads what strangers wrote sees of ours; its own things lie in ``folder``."""
    path = [
        str(Path(__file__).parents[2]),
        *(str(Path(part).absolute()) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part),
    ]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path),
        # File names pass as UTF-8 with surrogates for what is none, whatever the language of this machine.
        "PYTHONUTF8": "1",
        # Sets are walked in one order, so that the same tree gives the same report.
        "PYTHONHASHSEED": "0",
        # The server forks, so it must not have threads; numpy's algebra, which nobody asks, would start some.
        "OPENBLAS_NUM_THREADS": "1",
        "SCANCODE_CACHE": str(folder / "cache"),
        "SCANCODE_TEMP": str(folder / "temp"),
        "TMPDIR": str(folder),
    }
