# SPDX-License-Identifier: Apache-2.0
"""What Madang stands on, from which lock, for what, and under which licence."""

import json
import re
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs/reference/dependencies.toml"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ]+)")
_DECLARED = re.compile(r'^\s*"([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?[^"]*",?\s*(?:#\s*(.*))?$')
_WORDS = {"MIT License": "MIT", "BSD License": "BSD-3-Clause", "Apache Software License": "Apache-2.0", "Apache 2.0": "Apache-2.0"}

INTRODUCTION = """# What Madang stands on

Written by `make docs` from the locks, the installed packages and `dependencies.toml`; a test keeps it true. A package that comes without a
purpose is there because another needs it. None is under the GPL or AGPL: where one offers such a licence beside another, the table says
which we take. Test tools stand in `requirements-dev.lock` and are not part of what anybody receives.
"""


@dataclass(frozen=True)
class Dependency:
    """One locked package: the versions that the lock names, what the package offers and what we take it under."""

    name: str
    versions: tuple[str, ...]
    purpose: str
    offered: str
    taken: str


def canonical(name: str) -> str:
    """The name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str = "requirements.lock") -> dict[str, tuple[str, ...]]:
    """Every package of a lock with its versions; two when the Python decides."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (ROOT / lock).read_text().splitlines():
        if match := _PINNED.match(line):
            name = canonical(match[1])
            found[name] = (*found.get(name, ()), match[2])
    return found


def declared(*groups: str) -> dict[str, str]:
    """What pyproject.toml names as needed at run time and by these groups, with the comment on its line."""
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    project = tomllib.loads("\n".join(lines))
    specs = project["project"]["dependencies"] + [spec for group in groups for spec in project["dependency-groups"][group]]
    names = {canonical(re.split(r"[^A-Za-z0-9._-]", spec)[0]) for spec in specs}
    comments = {canonical(match[1]): match[2] or "" for line in lines if (match := _DECLARED.match(line))}
    return {name: comments.get(name, "") for name in sorted(names)}


def facts() -> dict[str, Any]:
    """What dependencies.toml says."""
    return tomllib.loads(FACTS.read_text())


def offered(name: str) -> str:
    """The licence expression that the package's metadata give, or that we read in its licence file."""
    stated: dict[str, str] = facts()["stated"]
    if name in stated:
        return stated[name]
    about = metadata.metadata(name)
    classifiers = [line.rsplit(" :: ", 1)[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    named = about.get_all("License-Expression") or about.get_all("License") or classifiers
    said = str(named[0]) if named else ""
    said = _WORDS.get(said, said).replace(" and ", " AND ").replace(" or ", " OR ")
    return said.replace("Public-Domain", "LicenseRef-Public-Domain")


def dependencies() -> list[Dependency]:
    """Every Python package of requirements.lock, by name."""
    purposes, chosen = declared("build"), facts()["chosen"]
    rows = []
    for name, versions in sorted(locked().items()):
        licence = offered(name)
        rows.append(Dependency(name, versions, purposes.get(name, ""), licence, chosen.get(name, licence)))
    return rows


def browser_packages() -> list[Dependency]:
    """Every npm package whose files the pages use, by name."""
    lock = ROOT / "web/package-lock.json"
    if not lock.is_file():
        return []
    rows = []
    for path, about in sorted(json.loads(lock.read_text())["packages"].items()):
        if path and not about.get("dev"):
            name = path.removeprefix("node_modules/")
            rows.append(Dependency(name, (about["version"],), "", about.get("license", ""), about.get("license", "")))
    return rows


def page() -> str:
    """The whole page."""
    excused = facts()["excused"]
    lines = [INTRODUCTION, "## Python packages\n", "| package | for | licence | version |", "| --- | --- | --- | --- |"]
    for row in dependencies():
        licence = row.taken if row.taken == row.offered else f"{row.taken} (offered: {row.offered})"
        lines.append(f"| {row.name} | {row.purpose} | {licence} | {', '.join(row.versions)} |")
    lines += ["\n## Files in the pages, from npm packages\n", "| package | licence | version |", "| --- | --- | --- |"]
    lines += [f"| {row.name} | {row.taken} | {row.versions[0]} |" for row in browser_packages()]
    lines += ["\n## Parts under other terms\n", "| package | terms | why it may be here |", "| --- | --- | --- |"]
    lines += [f"| {name} | {terms} | {why} |" for name, (terms, why) in sorted(excused.items())]
    return "\n".join(lines) + "\n"
