# SPDX-License-Identifier: Apache-2.0
"""The files of the house, as git sees them, and what they are exempt from."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    names = sorted({name for name in listed.stdout.decode().split("\0") if name})
    return tuple(Path(name) for name in names if (ROOT / name).is_file())


def under(folder: str, suffix: str) -> list[Path]:
    """The files below a folder whose names end so."""
    return [path for path in files() if path.is_relative_to(folder) and path.name.endswith(suffix)]


@cache
def text(path: Path) -> str:
    """What the file says."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    """The file as Python reads it."""
    return ast.parse(text(path), filename=str(path))


@cache
def exempt(kind: str) -> dict[str, str]:
    """What is exempt from a rule, and why: rows of exemptions.toml of that kind."""
    rows = tomllib.loads((Path(__file__).parent / "exemptions.toml").read_text())[kind]
    return {row["what"]: row["why"] for row in rows}


def is_commented(line: str) -> bool:
    """Whether the line says why: a bare ``noqa`` does not, one with its reason in brackets does."""
    return "#" in re.sub(r"# noqa: [A-Z0-9, ]+(?!.*\()", "", line)


def lines(path: Path) -> int:
    """How many lines the file has."""
    return text(path).count("\n")


def percentile(values: list[int], share: int) -> int:
    """The least value that at least ``share`` per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def rooms() -> list[str]:
    """The rooms' names."""
    here = ROOT / "src/madang"
    return sorted(path.name for path in here.iterdir() if (path / "__init__.py").is_file())
