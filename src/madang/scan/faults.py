# SPDX-License-Identifier: Apache-2.0
"""Faults of the engine as a report may tell them: everybody reads reports, and only the operator the log."""

import re
from collections.abc import Iterable

_FOLDERS = re.compile(r"(?<![\w:/.~-])/(?:[^\s/'\"<>:]+/)+")
"""The folders of an absolute path; addresses of the web and relative paths are none."""


def last_line(trace: str, places: Iterable[str] = ()) -> str:
    """The last line of a fault's trace, which says what it was, without where things lie on this machine.

    ``places`` are folders, ending in ``/``, below which things keep their paths; of other absolute paths the file's name stays.
    """
    line = trace.strip().rpartition("\n")[2].strip()
    for place in places:
        line = line.replace(place, "")
    return _FOLDERS.sub("", line)


def step_line(error: str, places: Iterable[str] = ()) -> str:
    """The same for ``Step: trace``, with the step's name in front."""
    step, _colon, trace = error.partition(": ")
    return f"{step}: {last_line(trace, places)}" if step.isidentifier() and "\n" in trace else last_line(error, places)
