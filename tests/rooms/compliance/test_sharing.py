# SPDX-License-Identifier: Apache-2.0
"""Versions of one content share one report, and what was found in one file stands once."""

import hashlib
import subprocess
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from sqlalchemy import func, select

from builders import Yard, archive, repository, yard_in
from madang import catalog, compliance, forges, kit, scan
from madang.compliance import recording, sharing
from madang.compliance.documents import handing
from madang.compliance.models import CachedFinding, Finding, FoundFile, Report, Verification
from madang.forges import fetching
from madang.scan import rewriting

FILES = {
    "LICENSE": "SPDX-License-Identifier: Apache-2.0\n",
    "pyproject.toml": '[project]\nname = "tool"\nversion = "1.0"\nlicense = "Apache-2.0"\n',
    "src/a.py": "# Copyright (c) 2026 The Institute\n# SPDX-License-Identifier: Apache-2.0\nprint(1)\n",
    "src/copy.py": "# Copyright (c) 2026 The Institute\n# SPDX-License-Identifier: Apache-2.0\nprint(1)\n",
    "src/old.c": "/* SPDX-License-Identifier: GPL-2.0-only */\nint x;\n",
    "src/plain.py": "x = 1\n",
}
SHOWN = ("files", "holders", "packages", "unread", "licenses")


def counted(yard: Yard, table: Any) -> int:
    with yard.house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def version_of(yard: Yard, task: str) -> str:
    with yard.house.database.reading() as session:
        return compliance.get_task(session, task, viewer=kit.SYSTEM).version.id


def shown(yard: Yard, address: str) -> dict[str, Any]:
    """All that a version shows, without what is its own."""
    version = yard.get(address)
    facts = {
        name: version[name] for name in ("content", "state", "declared_license_expression", "license_expression", "counts", "conflicts")
    }
    return facts | {name: yard.get(f"{address}/{name}")["items"] for name in SHOWN}


def documents(yard: Yard, address: str) -> list[str]:
    return [yard.client.get(f"{address}/sbom", params={"format": name}, headers=yard.signed).text for name in recording.DOCUMENTS]


def test_a_tree_that_was_looked_at_is_not_looked_at_again_and_shows_the_same(yard: Yard) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive(FILES))["task"])
    kept = [counted(yard, table) for table in (Report, FoundFile, Finding, CachedFinding)]
    with scan.Pool(scan.Limits(workers=1)) as cold:
        yard.verifier.pool = cold
        yard.work(yard.submit(address, archive(FILES))["task"])
        assert cold.server_pid is None
    assert shown(yard, f"{address}/versions/2") == shown(yard, f"{address}/versions/1")
    assert [counted(yard, table) for table in (Report, FoundFile, Finding, CachedFinding)] == kept
    assert documents(yard, f"{address}/versions/2") == documents(yard, f"{address}/versions/1")
    assert yard.get("/api/v1/assets")["items"][0]["conflicts"] == 1
    assert [each["name"] for each in yard.get("/api/v1/assets", params={"q": "institute", "state": "verified"})["items"]] == ["tool"]
    assert yard.client.get("/assets/software/operator/tool/versions/2", headers=yard.signed).status_code == 200


def test_a_document_is_made_once_when_it_is_first_asked_for_and_again_when_it_was_collected(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive(FILES))["task"])
    with yard.house.database.reading() as session:
        assert set(session.scalars(select(Verification)).one().documents) == {"json"}
    written: list[str] = []

    def rewrite(source: Path, target: Path, form: str) -> None:
        written.append(form)
        rewriting.rewrite(source, target, form)

    monkeypatch.setattr(scan, "rewrite", rewrite)
    first = documents(yard, f"{address}/versions/1")
    assert sorted(written) == sorted(set(recording.DOCUMENTS) - {"json"})
    assert documents(yard, f"{address}/versions/1") == first
    assert len(written) == 3
    with yard.house.database.reading() as session:
        needed = {bytes.fromhex(sha256) for sha256 in sharing.needed_objects(session)}
    yard.house.store.collect(needed, older_than=-60)
    assert documents(yard, f"{address}/versions/1") == first
    assert len(written) == 6


def test_where_too_many_documents_are_made_at_once_one_is_told_to_wait(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive(FILES))["task"])
    monkeypatch.setattr(handing, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(handing, "_places", BoundedSemaphore(1))
    with handing._places:
        refused = yard.client.get(f"{address}/versions/1/sbom?format=spdx-json", headers=yard.signed)
    assert (refused.status_code, refused.json()["code"]) == (503, "documents-busy")
    assert yard.client.get(f"{address}/versions/1/sbom?format=spdx-json", headers=yard.signed).status_code == 200


def test_an_archive_that_was_opened_before_is_not_opened_again(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yard.register("tool")
    monkeypatch.setattr("madang.compliance.intake.AT_ONCE_BYTES", 0)
    yard.work(yard.submit(address, archive(FILES))["task"])
    monkeypatch.setattr("madang.compliance.jobs.unpacked", None)
    yard.work(yard.submit(address, archive(FILES))["task"])
    assert shown(yard, f"{address}/versions/2") == shown(yard, f"{address}/versions/1")
    assert yard.get(f"{address}/versions/2")["state"] == "verified"


@pytest.mark.needs("git")
def test_of_a_push_only_what_has_changed_is_fetched_and_only_from_versions_of_the_same_asset(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = repository(tmp_path / "repo", FILES)
    known: list[bool] = []

    def fetch_to(*given: Any, **named: Any) -> forges.Fetched:
        known.append(named["before"] is not None)
        return fetching.fetch_to(*given, **named)

    monkeypatch.setattr(forges, "fetch_to", fetch_to)

    def push(address: str) -> dict[str, Any]:
        body = {"source": {"git": source.as_uri(), "ref": "main"}}
        made = yard.client.post(f"{address}/versions", json=body, headers=yard.signed).json()
        yard.work(made["task"])
        found: dict[str, Any] = yard.get(f"{address}/versions/{made['version']}")
        return found

    first, other = yard.register("repo"), yard.register("other")
    push(first)
    (source / "src" / "plain.py").write_text("x = 2\n")
    commit = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qam", "Two"]
    subprocess.run(["git", *commit], cwd=source, check=True, capture_output=True, timeout=60)
    second = push(first)
    assert known == [False, True]
    assert push(other)["content"] == second["content"]
    assert known == [False, True, False]
    gone = hashlib.sha256(b"x = 2\n").hexdigest()
    yard.house.store._objects.place(gone).unlink()
    (source / "src" / "a.py").write_text("x = 3\n")
    subprocess.run(["git", *commit], cwd=source, check=True, capture_output=True, timeout=60)
    assert push(first)["state"] == "verified"
    assert known == [False, True, False, True, False]
    assert yard.house.store.read(gone) == b"x = 2\n"


@pytest.mark.needs("git")
def test_a_branch_that_stands_where_it_stood_is_not_fetched_again(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = repository(tmp_path / "repo", FILES)
    address = yard.register("repo")

    def push() -> dict[str, Any]:
        given = {"source": {"git": source.as_uri(), "ref": "main"}}
        made = yard.client.post(f"{address}/versions", json=given, headers=yard.signed).json()
        yard.work(made["task"])
        found: dict[str, Any] = yard.get(f"{address}/versions/{made['version']}")
        return found

    real, fetched = forges.fetch_to, []

    def noted(*given: Any, **options: Any) -> forges.Fetched:
        fetched.append(given)
        return real(*given, **options)

    monkeypatch.setattr(forges, "fetch_to", noted)
    first, second = push(), push()
    assert (len(fetched), first["content"], first["source"]["commit"]) == (1, second["content"], second["source"]["commit"])
    (source / "new.txt").write_text("new\n")
    subprocess.run(["git", "add", "."], cwd=source, check=True)
    who = ["-c", "user.name=researcher", "-c", "user.email=researcher@example.org"]
    subprocess.run(["git", *who, "commit", "-q", "-m", "Two"], cwd=source, check=True)
    third = push()
    assert (len(fetched), third["counts"]["files"]) == (2, len(FILES) + 1)


def test_what_was_found_in_a_file_stands_once_for_all_versions(yard: Yard) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive(FILES))["task"])
    findings = counted(yard, Finding)
    assert findings < counted(yard, FoundFile) == len(FILES)
    yard.work(yard.submit(address, archive(FILES | {"src/new.py": FILES["src/a.py"] + "print(2)\n"}))["task"])
    assert counted(yard, Report) == 2
    assert counted(yard, FoundFile) == 2 * len(FILES) + 1
    assert counted(yard, Finding) == findings
    file = yard.get(f"{address}/versions/2/files", params={"q": "new.py"})["items"][0]
    assert [match["expression"] for match in file["details"]["matches"]] == ["Apache-2.0"]


CHANGES = {"src/plain.py": "x = 2\n", "src/old.c": "/* SPDX-License-Identifier: GPL-2.0-only */\nint y;\n", "src/a.py": "print(1)\n"}


def test_a_changed_version_is_written_down_as_on_an_empty_platform(
    yard: Yard, pool: scan.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = kit.now()
    monkeypatch.setattr("madang.scan.writing.now", lambda: at)
    monkeypatch.setattr("madang.compliance.deriving.kit.now", lambda: at)
    address = yard.register("tool")
    for files in (FILES, FILES | CHANGES):
        yard.work(yard.submit(address, archive(files))["task"])
    found = told(yard, address, 2)
    empty = yard_in(tmp_path / "empty", pool)
    with empty.client:
        address = empty.register("tool")
        empty.work(empty.submit(address, archive(FILES | CHANGES))["task"])
        assert told(empty, address, 1) == found
    empty.house.close()


def told(yard: Yard, address: str, number: int) -> tuple[Any, ...]:
    """All that a version says, in every form."""
    place = f"{address}/versions/{number}"
    return documents(yard, place), shown(yard, place), rows(yard, number)


def rows(yard: Yard, number: int) -> list[list[Any]]:
    """Every row of the report of the version with that number, but for the report's id."""
    with yard.house.database.reading() as session:
        report_id = session.scalars(
            select(Verification.report_id).join(catalog.models.Version).where(catalog.models.Version.number == number)
        ).one()
        tables = [table.__table__ for table in sharing.TABLES]
        return [
            [row[1:] for row in session.execute(select(table).where(table.c.report_id == report_id).order_by(table.c.place))]
            for table in tables
        ]


def test_the_same_tree_under_another_name_has_its_own_report(yard: Yard) -> None:
    for name in ("one", "two"):
        yard.work(yard.submit(yard.register(name), archive(FILES))["task"])
    assert counted(yard, Report) == 2


def test_a_report_in_which_something_failed_is_not_shared(yard: Yard) -> None:
    address = yard.register("tool")
    with scan.Pool(scan.Limits(workers=1, file_seconds=0.0001)) as hasty:
        content = yard.verifier.pool
        yard.verifier.pool = hasty
        yard.work(yard.submit(address, archive({"a.c": "int x;\n" * 100_000}))["task"])
        yard.verifier.pool = content
    assert yard.get(f"{address}/versions/1")["counts"]["unread"] == 1
    yard.work(yard.submit(address, archive({"a.c": "int x;\n" * 100_000}))["task"])
    assert yard.get(f"{address}/versions/2")["counts"]["unread"] == 0
    assert counted(yard, Report) == 2


def test_two_workers_on_one_content_come_to_one_report_and_what_is_left_is_forgotten(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yard.register("tool")
    one, two = (yard.submit(address, archive(FILES)) for _ in range(2))
    real = recording.write_rows

    def meanwhile(*args: Any) -> str:
        monkeypatch.setattr(recording, "write_rows", real)
        report_id = real(*args)
        yard.work(two["task"])
        return report_id

    monkeypatch.setattr(recording, "write_rows", meanwhile)
    yard.work(one["task"])
    assert shown(yard, f"{address}/versions/1") == shown(yard, f"{address}/versions/2")
    with yard.house.database.reading() as session:
        assert len(set(session.scalars(select(Verification.report_id)))) == 1
    assert (counted(yard, Report), counted(yard, FoundFile)) == (2, 2 * len(FILES))
    assert compliance.forget(yard.house.database) == 1
    assert (counted(yard, Report), counted(yard, FoundFile)) == (1, len(FILES))
    assert len(yard.get(f"{address}/versions/1/files")["items"]) == len(FILES)


def test_what_an_ended_attempt_wrote_is_forgotten_and_nothing_else(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    real = recording.facts_of

    def killed(*args: Any) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(recording, "facts_of", killed)
    with pytest.raises(KeyboardInterrupt):
        yard.verifier.verify(version_of(yard, made["task"]), made["task"])
    monkeypatch.setattr(recording, "facts_of", real)
    assert compliance.forget(yard.house.database) == 0, "the attempt may still be at work"
    yard.work(made["task"])
    assert yard.get(f"{address}/versions/1")["state"] == "verified"
    monkeypatch.setattr(sharing, "SLICE", 2)
    yard.work(yard.submit(address, archive({"new.py": "# SPDX-License-Identifier: MIT\n"}))["task"])
    assert compliance.forget(yard.house.database) == 1
    assert counted(yard, FoundFile) == len(FILES) + 1
    with yard.house.database.writing() as session:
        session.query(Verification).where(Verification.version_id == version_of(yard, made["task"])).update({"report_id": None})
    findings = counted(yard, Finding)
    assert compliance.forget(yard.house.database) == 1
    assert (counted(yard, Report), counted(yard, FoundFile)) == (1, 1)
    assert counted(yard, Finding) == 1 < findings
