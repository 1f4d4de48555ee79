# SPDX-License-Identifier: Apache-2.0
"""The hub's own clients, as they are published, each in an environment of its own that nothing else is in (``tests/clients``)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import patience

TESTS = Path(__file__).parent
PLACE = Path(os.environ.get("TEST_HUB_CLIENTS", TESTS.parent / ".venv" / "clients"))
VERSIONS = ("hf-0.36", "hf-1", "hf-2")


def are_there() -> bool:
    """Whether every client was brought."""
    return all((PLACE / version / ".made").exists() for version in VERSIONS)


def readers_are_there() -> bool:
    """Whether those that read what is said of datasets were brought."""
    return (PLACE / "readers" / ".made").exists()


def environment(home: Path, endpoint: str, token: str, **more: str) -> dict[str, str]:
    """What a client is started with: where the hub is and a token, and nothing of this machine's own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
    return {**kept, "HOME": str(home), "HF_HOME": str(home / "hf"), "HF_ENDPOINT": endpoint, "HF_TOKEN": token, **more}


def run(version: str, command: list[str], given: dict[str, str]) -> str:
    """What the command of that client prints; the test fails with all that it said when it does not end well."""
    program = [str(PLACE / version / "bin" / command[0]), *command[1:]]
    done = subprocess.run(program, env=given, capture_output=True, text=True, timeout=patience.SECONDS, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-1500:]} {done.stderr[-4000:]}"
    return done.stdout


def told(version: str, script: str, arguments: list[str], given: dict[str, str]) -> dict[str, Any]:
    """What a script of ``tests/clients`` finds out with that client."""
    said = run(version, ["python", str(TESTS / "clients" / script), *arguments], given)
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return found
