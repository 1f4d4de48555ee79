# SPDX-License-Identifier: Apache-2.0
"""A jobs process to be killed: ``program.py DATABASE DIARY``. Its job has a step that is done once and one that waits for a file."""

import sys
import time
from pathlib import Path

from madang import jobs
from madang.db import Database


def main(database: str, diary: Path) -> None:
    def write(line: str) -> str:
        with diary.open("a", encoding="ascii") as file:
            file.write(f"{line}\n")
        return line

    def second() -> str:
        write("second begins")
        while not diary.with_name("go").exists():
            time.sleep(0.01)
        return write("second ends")

    def run(version: str) -> None:
        jobs.step("first", write, f"first {version}")
        jobs.step("second", second)

    def on_failed(version: str, failure: jobs.Failure) -> None:
        write(f"{version} failed: {failure.sentence()}")

    job = jobs.Job("scan", run, on_failed=on_failed, attempts=2)
    jobs.Runner(Database(database), jobs=[job], limits=jobs.Limits(poll_seconds=0.02)).start()
    time.sleep(600)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
