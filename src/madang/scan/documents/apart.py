# SPDX-License-Identifier: Apache-2.0
"""Reading in a process of its own, with limits on its memory and time: what strangers wrote can take neither from the caller."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from madang.scan.documents.errors import REFUSALS, DocumentTooLarge, ReadingFailed
from madang.scan.documents.limits import Limits
from madang.scan.documents.recognising import AUTO
from madang.scan.process import environment
from madang.scan.progress import Cancelled
from madang.scan.report import Report

_PROGRAM = "madang.scan.documents"
_LOOK_SECONDS = 0.05
OUT_OF_MEMORY = 77
"""What the process ends with when it met the limit of its memory."""
_OUT_OF_TIME = (-signal.SIGKILL, -signal.SIGXCPU)


def read(
    path: Path,
    *,
    name: str | None = None,
    family: str = AUTO,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    stop: Callable[[], bool] | None = None,
) -> Report:
    """The report that the document at ``path`` holds, called ``name`` in sentences; ``family`` is one of ``FAMILIES`` or ``auto``.

    Every refusal of ``errors``; ``OSError`` when it cannot be opened; ``Cancelled`` when ``stop`` says so.
    """
    name = name or path.name
    with path.open("rb"), tempfile.TemporaryDirectory(prefix="madang-document-") as folder:
        target = Path(folder) / "report"
        task: dict[str, object] = {
            "path": str(path.absolute()),
            "target": str(target),
            "name": name,
            "family": family,
            "limits": asdict(limits),
        }
        status, complaint = _run(task, Path(folder), stop)
        if status in _OUT_OF_TIME:
            raise DocumentTooLarge(name=name, what="it needs more time", limit=limits.seconds, setting="seconds")
        if status == OUT_OF_MEMORY:
            raise DocumentTooLarge(name=name, what="it needs more memory", limit=limits.memory_bytes, setting="memory_bytes")
        if status or not target.exists():
            raise ReadingFailed(name=name, reason=complaint or str(status))
        answer = json.loads(target.read_bytes())
    if "refusal" in answer:
        raise REFUSALS[answer["refusal"]](**answer["values"])
    return Report.from_json(answer)


def _run(task: dict[str, object], folder: Path, stop: Callable[[], bool] | None) -> tuple[int, str]:
    """The exit status of the process that reads, and the last line that it complained."""
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", _PROGRAM, json.dumps(task)],
            stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd=folder, env=environment(folder), start_new_session=True,
        )  # fmt: skip
    try:
        while process.poll() is None:
            if stop is not None and stop():
                raise Cancelled
            time.sleep(_LOOK_SECONDS)
    finally:
        process.kill()
        process.wait()
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return process.returncode, lines[-1][:200] if lines else ""
