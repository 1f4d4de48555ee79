# SPDX-License-Identifier: Apache-2.0
"""The report on a version of few changes is derived from the one before, and is what looking at the whole gives."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from builders import Yard, archive, repository, yard_in
from madang import kit, scan
from madang.compliance import deriving, sharing
from madang.compliance.models import Report
from rooms.compliance.test_sharing import FILES, counted, told

CARD = "---\nbase_model: some/model\ndatasets: [some/data]\n---\n# Tool\n"
TREE = FILES | {"README.md": "# Tool\n", "REUSE.toml": "version = 1\n", "vendor/left.js": "x\n", "b.py": "x = 1\n"}


@pytest.fixture
def wholes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of whole scans that were made; times stand still, so that documents can be compared."""
    at, made, real = kit.now(), list[str](), scan.scan_tree
    monkeypatch.setattr("madang.scan.writing.now", lambda: at)
    monkeypatch.setattr("madang.compliance.deriving.kit.now", lambda: at)

    def scanned(*given: Any, **named: Any) -> scan.Report:
        made.append(named["name"])
        return real(*given, **named)

    monkeypatch.setattr(scan, "scan_tree", scanned)
    return made


def pushed(yard: Yard, address: str, *trees: dict[str, str]) -> None:
    for files in trees:
        yard.work(yard.submit(address, archive(files))["task"])


def alike(yard: Yard, number: int, tmp_path: Path, pool: scan.Pool, files: dict[str, str]) -> None:
    """The version says what it says on an empty platform."""
    said = told(yard, "/api/v1/assets/software/operator/tool", number)
    empty = yard_in(tmp_path / "empty", pool)
    with empty.client:
        address = empty.register("tool")
        pushed(empty, address, files)
        assert told(empty, address, 1) == said
    empty.house.close()


@pytest.mark.parametrize("copied", [2, 20_000])
def test_a_derived_report_is_the_same_in_every_row_and_document_as_one_of_the_whole(
    yard: Yard, pool: scan.Pool, tmp_path: Path, wholes: list[str], monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    monkeypatch.setattr(deriving, "COPIED", copied)
    changes = {"src/a.py": TREE["src/a.py"] + "print(2)\n", "b.py": "x = 2\n" * 9, "README.md": CARD, "src/plain.py": "x = 5\n"}
    address = yard.register("tool")
    pushed(yard, address, TREE, TREE | changes, TREE | changes | {"b.py": "y = 3\n"})
    assert wholes == ["tool"]
    assert counted(yard, Report) == 3
    alike(yard, 3, tmp_path, pool, TREE | changes | {"b.py": "y = 3\n"})


EDITS: list[dict[str, str | None]] = [
    {"new.py": "x = 1\n", "deep/er/in.js": "# Copyright (c) 2024 한국연구원\n", "A.txt": "x\n"},
    {"b.py": "# SPDX-License-Identifier: GPL-2.0-only\n# Copyright 2020 Another\n", "c.py": "# SPDX-License-Identifier: GPL-2.0-only\n"},
    {".gitignore": "*.pyc\n", "README.md": None, "src/plain.py": None, "src/moved.py": FILES["src/plain.py"]},
    {
        ".gitignore": "*.pyo\n*.o\n",
        "b.py": "x = 1\n",
        "README.md": CARD,
        "deep/er/in.js": None,
        "lib/in.js": "# Copyright (c) 2024 한국연구원\n",
    },
]


OVER = 'version = 1\n[[annotations]]\npath = "c.*"\nprecedence = "override"\nSPDX-License-Identifier = "MIT"\n'


@pytest.mark.parametrize(("stated", "edits"), [("version = 1\n", EDITS), (OVER, EDITS[:2])])
def test_files_that_come_and_go_and_say_other_things_are_written_down_as_by_a_look_at_the_whole(
    yard: Yard,
    pool: scan.Pool,
    tmp_path: Path,
    wholes: list[str],
    monkeypatch: pytest.MonkeyPatch,
    stated: str,
    edits: list[dict[str, str | None]],
) -> None:
    monkeypatch.setattr(deriving, "COPIED", 3)
    files, address = TREE | {"REUSE.toml": stated}, yard.register("tool")
    pushed(yard, address, files)
    for edit in edits:
        files = {path: text for path, text in {**files, **edit}.items() if text is not None}
        pushed(yard, address, files)
        assert wholes == ["tool"], edit
    alike(yard, 1 + len(edits), tmp_path, pool, files)


@pytest.mark.parametrize(
    "change",
    [
        {"REUSE.toml": 'version = 1\n[[annotations]]\npath = "b.py"\nprecedence = "override"\nSPDX-License-Identifier = "MIT"\n'},
        {"pyproject.toml": TREE["pyproject.toml"] + '\n[project.urls]\nHome = "https://example.org"\n'},
        {"LICENSE": "SPDX-License-Identifier: MIT\n"},
    ],
)
def test_what_changes_more_is_looked_at_as_a_whole(
    yard: Yard, pool: scan.Pool, tmp_path: Path, wholes: list[str], change: dict[str, str]
) -> None:
    pushed(yard, yard.register("tool"), TREE, TREE | change)
    assert wholes == ["tool", "tool"]


@pytest.mark.parametrize("fault", ["forgotten", "half", "older", "many"])
def test_where_the_report_before_cannot_be_used_the_whole_is_looked_at(
    yard: Yard, wholes: list[str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    address = yard.register("tool")
    pushed(yard, address, TREE)
    with yard.house.database.writing() as session:
        if fault == "older":
            session.execute(update(Report).values(facts={}))
    if fault == "many":
        monkeypatch.setattr(deriving, "MOST", 0)
    real = sharing.begin

    def forgotten(*given: Any) -> str:
        """Whoever forgets it takes its key away first."""
        monkeypatch.setattr(sharing, "begin", real)
        given[0].execute(update(Report).values(key=None))
        return real(*given)

    if fault in ("forgotten", "half"):
        monkeypatch.setattr(deriving, "COPIED", 2)
        monkeypatch.setattr(sharing, "begin", forgotten)
    pushed(yard, address, TREE | {"b.py": "x = 2\n"})
    assert wholes == ["tool", "tool"]
    assert yard.get(f"{address}/versions/2")["state"] == "verified"


@pytest.mark.needs("git")
def test_of_a_push_of_few_changes_neither_files_nor_findings_are_read_again(
    yard: Yard, pool: scan.Pool, tmp_path: Path, wholes: list[str]
) -> None:
    source = repository(tmp_path / "repo", TREE)
    (source / "link").symlink_to("b.py")
    who = ["-c", "user.name=researcher", "-c", "user.email=researcher@example.org"]
    address = yard.register("tool")

    def push() -> dict[str, Any]:
        for command in (["add", "-A", "."], [*who, "commit", "-qm", "More"]):
            subprocess.run(["git", *command], cwd=source, check=True, capture_output=True, timeout=60)
        body = {"source": {"git": source.as_uri(), "ref": "main"}}
        made = yard.client.post(f"{address}/versions", json=body, headers=yard.signed).json()
        yard.work(made["task"])
        found: dict[str, Any] = yard.get(f"{address}/versions/{made['version']}")
        return found

    assert push()["state"] == "verified"
    (source / "b.py").write_text("x = 3\n")
    (source / "src" / "a.py").write_text(TREE["src/a.py"] + "y = 1\n")
    assert push()["state"] == "verified"
    assert wholes == ["tool"]
    said = told(yard, address, 2)
    empty = yard_in(tmp_path / "empty", pool, MADANG_ALLOW_FILE="yes")
    with empty.client:
        assert empty.register("tool") == address
        body = {"source": {"git": source.as_uri(), "ref": "main"}}
        empty.work(empty.client.post(f"{address}/versions", json=body, headers=empty.signed).json()["task"])
        assert told(empty, address, 1) == said
    empty.house.close()
