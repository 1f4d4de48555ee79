# SPDX-License-Identifier: Apache-2.0
"""Our own JSON: all that a report holds, to be read back with ``Report.from_json``."""

from datetime import datetime
from typing import TextIO

from madang.scan.report import Report
from madang.scan.wire import plain
from madang.scan.writing import register, stamp, write_object


@register("json", title="JSON (all findings)", extension="json", media_type="application/json")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The report, with the time of writing as ``written_at``."""
    members = plain(report, without="files")
    head = {name: members.pop(name) for name in ("name", "engine")}
    files = (plain(each) for each in report.files)
    write_object(stream, {"format": "madang-scan/1", "written_at": stamp(at), **head, "files": files, **members})
