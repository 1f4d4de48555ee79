# SPDX-License-Identifier: Apache-2.0
"""A kept report in another form: read from our own JSON and written again, in a process of its own, for a report of very many files needs
more memory than whoever hands it out should have.

The other form bears the time at which the JSON was written, so it is byte for byte what would have been written then.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from madang.kit import TooLarge, Unavailable, _
from madang.scan.process import environment
from madang.scan.report import Report
from madang.scan.writing import FORMATS, write

_PROGRAM = "madang.scan.rewriting"
_OUT_OF_MEMORY = 77


@dataclass(frozen=True, slots=True)
class RewritingLimits:
    """``memory_bytes`` and ``seconds`` (of processor time) of the process that writes."""

    memory_bytes: int = 6_000_000_000
    seconds: int = 600


class ReportTooLarge(TooLarge):
    """The report cannot be written in another form within the limits."""

    code = "scan-report-too-large"
    message = _("This report is too large to be written as “%(format)s” here (%(limit)s). Take it as “json”.")


class RewritingFailed(Unavailable):
    """The process that writes ended without a word that helps."""

    code = "scan-rewriting-failed"
    message = _("The report could not be written as “%(format)s” now. Try again, or take it as “json”.")


def rewrite(source: Path, target: Path, format: str, *, limits: RewritingLimits | None = None) -> None:  # noqa: A002
    """At ``target``, which is new, stands the report in our JSON at ``source`` in the form called ``format``; beside it a log may stay.

    ``ReportTooLarge``, ``RewritingFailed``.
    """
    assert format in FORMATS
    limits = limits or RewritingLimits()
    task = json.dumps([str(source.absolute()), str(target.absolute()), format, limits.memory_bytes, limits.seconds])
    with target.with_name(f"{target.name}.log").open("wb") as log:
        status = subprocess.run(
            [sys.executable, "-P", "-m", _PROGRAM, task],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=target.parent, env=environment(target.parent), check=False,
        ).returncode  # fmt: skip
    if status == _OUT_OF_MEMORY:
        raise ReportTooLarge(format=format, limit=f"{limits.memory_bytes} bytes of memory")
    if status < 0:
        raise ReportTooLarge(format=format, limit=f"{limits.seconds} seconds")
    if status or not target.exists():
        raise RewritingFailed(format=format)


def main(given: str) -> None:
    """Do what the task says."""
    source, target, form, memory, seconds = json.loads(given)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        value = json.loads(Path(source).read_bytes())
        at = datetime.fromisoformat(value["written_at"])
        report = Report.from_json(value)
        del value
        with Path(target).open("x", encoding="utf-8") as stream:
            write(report, form, stream, at=at)
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)


if __name__ == "__main__":
    from madang.scan import formats

    assert formats
    main(sys.argv[1])
