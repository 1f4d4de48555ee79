# SPDX-License-Identifier: Apache-2.0
"""The process that reads a table: shut in first, then told what to do on its standard input, once."""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from madang import sandbox
from madang.kit import Refusal
from madang.tables import asking, describing, reading
from madang.tables.forms import Question

ANSWER = "answer.json"
LOOKED_AT = ("/proc/self/cgroup", "/proc/self/mountinfo", "/sys/fs/cgroup")
"""Where the engine looks how much memory there is."""


def main() -> None:
    """What was asked is answered in a file of this folder: a mapping, or a refusal's code and values."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"] + 1))
    sandbox.shut_in(sandbox.Bounds(**asked["bounds"]), [*LOOKED_AT, asked["path"]], str(Path.cwd()))
    try:
        told = answered(asked) if asked["task"] == "ask" else taken(asked)
    except Refusal as refusal:
        told = {"refused": refusal.code, "values": dict(refusal.values)}
    except MemoryError:
        told = {"refused": "reader-ended", "values": {}}
    Path(ANSWER).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8", errors="replace")


def taken(asked: dict[str, Any]) -> dict[str, Any]:
    """The file's rows stand in Parquet's form, and what they hold is told; with ``most`` that of its beginning."""
    source, most = Path(asked["path"]), asked.get("most", 0)
    connection = reading.opened(asked["memory"], source)
    told = reading.take(connection, source, asked["form"], columns=asked["columns"], most=most)
    rows = Path(told.pop("rows_at"))
    look = describing.glance if most else describing.describe

    def described() -> dict[str, Any]:
        columns = asking.see(connection, rows, columns=asked["columns"])
        reading.lock(connection)
        return look(connection, columns)

    return {**told, "is_own": rows != source, **reading.guarded(described, asked["form"], source)}


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """The rows that answer the question."""
    rows = Path(asked["path"])
    connection = reading.opened(asked["memory"], rows)
    columns = asking.see(connection, rows, columns=asked["columns"])
    reading.lock(connection)
    return asking.answer(connection, rows, columns, Question(**asked["question"]), most=asked["rows"])


if __name__ == "__main__":
    main()
