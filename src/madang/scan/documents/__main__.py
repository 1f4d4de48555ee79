# SPDX-License-Identifier: Apache-2.0
"""The process that reads one document: it limits itself, reads, and leaves the report, or the refusal, as JSON."""

import json
import resource
import sys
from pathlib import Path

from madang.kit import Refusal
from madang.scan.documents.apart import OUT_OF_MEMORY
from madang.scan.documents.limits import Limits
from madang.scan.documents.opening import read_here


def main(given: str) -> None:
    """Do what the task says. Ends with ``OUT_OF_MEMORY`` where the limit of memory is met."""
    task = json.loads(given)
    limits = Limits(**task["limits"])
    seconds = max(1, int(limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        try:
            answer = read_here(Path(task["path"]), name=task["name"], family=task["family"], limits=limits).to_json()
        except Refusal as refusal:
            answer = {"refusal": refusal.code, "values": dict(refusal.values)}
        with Path(task["target"]).open("w", encoding="ascii") as stream:
            json.dump(answer, stream)
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main(sys.argv[1])
