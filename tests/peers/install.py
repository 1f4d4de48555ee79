# SPDX-License-Identifier: Apache-2.0
"""Bring each peer's npm packages as its lock names them, into its own folder. The packages' own scripts are not run."""

import importlib.util
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE = 300
COMMAND = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


def npm() -> list[str]:
    """The command of npm, as the build finds it."""
    specification = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert specification
    assert specification.loader
    hook = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(hook)
    found: list[str] = hook.npm()
    return found


def main() -> int:
    """0 when every peer's packages lie in its folder."""
    for lock in sorted(HERE.glob("*/package-lock.json")):
        try:
            done = subprocess.run([*npm(), *COMMAND], cwd=lock.parent, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, ModuleNotFoundError, subprocess.SubprocessError) as fault:
            print(f"madang: tests/peers/{lock.parent.name} could not be brought ({fault}); tests that need it are skipped", file=sys.stderr)
            return 1
        if done.returncode:
            told = (done.stderr or done.stdout).strip()[-300:]
            print(f"madang: tests/peers/{lock.parent.name} could not be brought ({told}); tests that need it are skipped", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
