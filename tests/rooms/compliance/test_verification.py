# SPDX-License-Identifier: Apache-2.0
"""A source becomes a verified version: over JSON, with the real engine and the real store."""

import json
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from builders import Yard, archive, repository, zipped
from madang import audit, compliance, forges, jobs, kit, scan
from madang.compliance import presenting, recording, schemas

GPL = "SPDX-License-Identifier: GPL-2.0-only\n"
FILES = {
    "LICENSE": "SPDX-License-Identifier: Apache-2.0\n",
    "pyproject.toml": '[project]\nname = "tool"\nversion = "1.0"\nlicense = "Apache-2.0"\n',
    "src/a.py": "# Copyright (c) 2026 The Institute\n# SPDX-License-Identifier: Apache-2.0\nprint(1)\n",
    "src/old.c": f"/* {GPL} */\nint x;\n",
    "src/plain.py": "x = 1\n",
    "한글/읽기.md": "SPDX-License-Identifier: CC-BY-4.0\n",
}


def test_an_archive_becomes_a_verified_version(yard: Yard) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES), label="1.0")
    assert (made["version"], made["state"]) == ("1", "queued")
    yard.work(made["task"])
    version = yard.get(f"{address}/versions/1")
    assert made["content"] == version["content"]
    assert version["state"] == "verified", version
    assert version["content"].startswith("sha256:")
    assert version["declared_license_expression"] == "Apache-2.0"
    assert version["license_expression"] == "Apache-2.0 AND CC-BY-4.0 AND GPL-2.0-only"
    assert version["progress"] == {"files_done": 6, "files_total": 6, "seconds_left": 0.0, "rate": version["progress"]["rate"]}
    assert version["counts"]["files"] == 6
    assert [conflict["expression"] for conflict in version["conflicts"]] == ["GPL-2.0-only"]
    listed = yard.get("/api/v1/assets")["items"][0]
    assert (listed["state"], listed["declared_license_expression"], listed["conflicts"]) == ("verified", "Apache-2.0", 1)
    assert listed["license_expression"] == version["license_expression"]
    with yard.house.database.reading() as session:
        deeds = [line.deed for line in audit.entries(session, viewer=kit.SYSTEM).items]
    assert deeds[:5] == ["version.verified", "derivation.arrived", "version.fixed", "version.added", "asset.registered"]


def test_what_was_found_is_listed_paged_and_filtered(yard: Yard) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive(FILES))["task"])
    page = yard.get(f"{address}/versions/1/files", params={"limit": 2})
    assert page["items"][0]["path"] == "src/old.c"
    seen = [row["path"] for row in page["items"]]
    while page["next"]:
        page = yard.get(page["next"])
        seen += [row["path"] for row in page["items"]]
    assert sorted(seen) == sorted(FILES)
    only = yard.get(f"{address}/versions/1/files", params={"license": "CC-BY-4.0"})["items"]
    assert [row["path"] for row in only] == ["한글/읽기.md"]
    assert [row["path"] for row in yard.get(f"{address}/versions/1/files", params={"state": "none"})["items"]] == ["src/plain.py"]
    match = yard.get(f"{address}/versions/1/files", params={"q": "a.py src"})["items"][0]["details"]["matches"][0]
    assert (match["first"], match["last"], match["from_file"]) == (2, 2, None)
    assert yard.get(f"{address}/versions/1/holders")["items"][0]["holder"] == "The Institute"
    assert yard.get(f"{address}/versions/1/packages")["items"][0]["purl"] == "pkg:pypi/tool@1.0"
    assert {"license_expression": "GPL-2.0-only", "files": 1} in yard.get(f"{address}/versions/1/licenses")["items"]


@pytest.mark.parametrize(
    ("wanted", "key"), [("spdx-json", "spdxVersion"), ("cyclonedx-json", "bomFormat"), ("json", "files"), ("scancode-json", "headers")]
)
def test_a_version_is_handed_out_as_a_document(yard: Yard, wanted: str, key: str) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive(FILES))["task"])
    answer = yard.client.get(f"{address}/versions/1/sbom", params={"format": wanted}, headers=yard.signed)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert key in json.loads(answer.text)


def test_a_document_in_no_format_of_ours_is_refused(yard: Yard) -> None:
    address = yard.register("tool")
    yard.submit(address, archive(FILES))
    refused = yard.client.get(f"{address}/versions/1/sbom?format=pdf", headers=yard.signed)
    assert (refused.status_code, refused.json()["code"]) == (422, "no-such-format")
    early = yard.client.get(f"{address}/versions/1/sbom", headers=yard.signed)
    assert (early.status_code, early.json()["code"]) == (409, "not-verified")


def test_what_the_repository_states_of_a_file_holds_and_what_was_found_is_still_told(yard: Yard) -> None:
    address = yard.register("tool")
    stated = 'version = 1\n[[annotations]]\nprecedence = "override"\npath = "src/old.c"\nSPDX-License-Identifier = "MIT"\n'
    yard.work(yard.submit(address, archive(FILES | {"REUSE.toml": stated}))["task"])
    version = yard.get(f"{address}/versions/1")
    assert version["conflicts"] == []
    assert "GPL-2.0-only" not in version["license_expression"]
    file = yard.get(f"{address}/versions/1/files", params={"q": "old.c"})["items"][0]
    assert (file["expression"], file["details"]["stated"], file["details"]["detected"]) == ("MIT", "MIT", "GPL-2.0-only")
    page = yard.client.get("/assets/software/operator/tool/versions/1/file?path=src/old.c", headers=yard.signed | {"Accept": "text/html"})
    assert "REUSE.toml" in page.text


@pytest.mark.needs("git")
def test_a_repository_becomes_a_verified_version_with_its_commit(yard: Yard, tmp_path: Path) -> None:
    source = repository(tmp_path / "repo", {"LICENSE": "SPDX-License-Identifier: MIT\n"})
    address = yard.register("repo")
    answer = yard.client.post(f"{address}/versions", json={"source": {"git": source.as_uri(), "ref": "main"}}, headers=yard.signed)
    assert answer.status_code == 202, answer.text
    yard.work(answer.json()["task"])
    version = yard.get(f"{address}/versions/1")
    assert version["state"] == "verified", version["failure"]
    assert len(version["source"]["commit"]) == 40
    assert version["license_expression"] == "MIT"


def test_the_same_content_from_git_and_an_archive_has_the_same_digest_and_is_scanned_once(yard: Yard, tmp_path: Path) -> None:
    files = {"LICENSE": "SPDX-License-Identifier: MIT\n", "a/b.txt": "hello\n"}
    source = repository(tmp_path / "repo", files)
    address = yard.register("twice")
    first = yard.client.post(f"{address}/versions", json={"source": {"git": source.as_uri()}}, headers=yard.signed).json()
    second = yard.submit(address, archive(files))
    yard.work(first["task"])
    yard.work(second["task"])
    one, two = yard.get(f"{address}/versions/1"), yard.get(f"{address}/versions/2")
    assert one["content"] == two["content"]
    assert one["license_expression"] == two["license_expression"] == "MIT"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-an-archive"),
        (b"plain text", "not-an-archive"),
        (b"\x7fELF" + b"\0" * 600, "not-an-archive"),
    ],
)
def test_what_is_no_archive_is_refused_at_the_door(yard: Yard, content: bytes, code: str) -> None:
    address = yard.register("bad")
    answer = yard.client.post(f"{address}/versions", files={"file": ("x.tar.gz", content)}, headers=yard.signed)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert yard.get(f"{address}/versions")["items"] == []


@pytest.mark.parametrize(("content", "code"), [(zipped({"../out.txt": b"x"}), "unsafe-name"), (archive(FILES)[:-40], "damaged")])
def test_a_small_hostile_archive_is_refused_at_the_door(yard: Yard, content: bytes, code: str) -> None:
    address = yard.register("bad")
    answer = yard.client.post(f"{address}/versions", files={"file": ("x.tar.gz", content)}, headers=yard.signed)
    assert (answer.status_code, code in answer.json()["code"]) == (422, True), answer.text
    assert yard.house.store.usage().count == 0
    assert yard.get(f"{address}/versions")["items"] == []
    assert list(yard.house.scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive({f"f{number}": "" for number in range(501)}), "limit-exceeded"),
        (archive({"zeros": b"\0" * 70_000_000})[:-40], "damaged"),
    ],
)
def test_a_hostile_archive_fails_with_a_reason_and_leaves_nothing(yard: Yard, content: bytes, code: str) -> None:
    address = yard.register("bad")
    made = yard.submit(address, content)
    assert made["content"] is None
    yard.work(made["task"])
    version = yard.get(f"{address}/versions/1")
    assert version["state"] == "failed"
    assert code in version["failure"]["code"], version["failure"]
    assert version["failure"]["message"]
    assert list(yard.house.scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ({"git": "ext::sh -c id"}, 422),
        ({"git": "https://-oProxyCommand=x/a"}, 422),
        ({"git": "https://user:secret@git.example/a.git"}, 422),
        ({"git": "ftp://git.example/a.git"}, 422),
        ({"git": ""}, 422),
        ({"git": 3}, 422),
        ({"git": "https://git.example/a.git", "ref": 0}, 422),
        ({"git": "https://git.example/a.git", "ref": []}, 422),
        ({"git": "https://git.example/a.git", "ref": "--upload-pack=x"}, 422),
        ({"git": "https://git.example/a.git", "depth": 1}, 422),
        ({"git": "https://git.example/a\n.git"}, 422),
        ("https://git.example/a.git", 422),
    ],
)
def test_an_address_that_is_none_is_refused_at_the_door(yard: Yard, source: object, status: int) -> None:
    address = yard.register("bad")
    answer = yard.client.post(f"{address}/versions", json={"source": source}, headers=yard.signed)
    assert answer.status_code == status, answer.text
    assert yard.get(f"{address}/versions")["items"] == []


@pytest.mark.parametrize(
    "inner", ["https://127.0.0.1/a.git", "https://localhost/a.git", "https://[::1]/a.git", "https://2130706433/a", "https://10.0.0.1/a"]
)
def test_an_inner_address_is_refused_and_says_who_can_allow_it(yard: Yard, inner: str) -> None:
    address = yard.register("inner")
    answer = yard.client.post(f"{address}/versions", json={"source": {"git": inner}}, headers=yard.signed)
    if answer.status_code == 202:
        yard.work(answer.json()["task"])
        failure = yard.get(f"{address}/versions/1")["failure"]
        assert "MADANG_ALLOWED_HOSTS" in failure["message"]
    else:
        assert answer.status_code in (403, 422)


def test_both_an_address_and_a_file_or_neither_is_refused(yard: Yard) -> None:
    address = yard.register("both")
    files = {"file": ("a.tar.gz", archive(FILES))}
    both = yard.client.post(f"{address}/versions", files=files, data={"git": "https://git.example/a"}, headers=yard.signed)
    neither = yard.client.post(f"{address}/versions", data={"label": "x"}, headers=yard.signed)
    assert (both.json()["code"], neither.json()["code"]) == ("no-source", "no-source")


def test_a_waiting_version_can_be_cancelled_and_tried_again(yard: Yard) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    assert yard.client.delete(f"/api/v1/tasks/{made['task']}", headers=yard.signed).status_code == 204
    assert yard.client.delete(f"/api/v1/tasks/{made['task']}", headers=yard.signed).status_code == 204
    assert yard.get(f"{address}/versions/1")["state"] == "cancelled"
    yard.work(made["task"])
    assert yard.get(f"{address}/versions/1")["state"] == "cancelled"
    again = yard.client.post(f"{address}/versions/1/attempts", headers=yard.signed)
    assert again.status_code == 202
    yard.work(again.json()["task"])
    assert yard.get(f"{address}/versions/1")["state"] == "verified"
    refused = yard.client.post(f"{address}/versions/1/attempts", headers=yard.signed)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-failed")


def test_an_attempt_that_was_cancelled_cannot_speak_for_the_one_after_it(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    with yard.house.database.reading() as session:
        version_id = compliance.get_task(session, made["task"], viewer=kit.SYSTEM).version.id
    real = recording.write_rows

    def retried_meanwhile(*args: object) -> None:
        yard.client.delete(f"/api/v1/tasks/{made['task']}", headers=yard.signed)
        monkeypatch.setattr(recording, "write_rows", real)
        again = yard.client.post(f"{address}/versions/1/attempts", headers=yard.signed).json()
        yard.work(again["task"])
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "write_rows", retried_meanwhile)
    yard.verifier.verify(version_id, made["task"])
    yard.verifier.fail(version_id, made["task"], jobs.Failure.fault("ValueError"))
    version = yard.get(f"{address}/versions/1")
    assert (version["state"], version["failure"]) == ("verified", None)
    assert len(yard.get(f"{address}/versions/1/files")["items"]) == len(FILES)


def test_a_verification_cancelled_in_the_middle_stays_cancelled(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    real = scan.scan_tree

    def cancelled_meanwhile(*args: object, **options: object) -> scan.Report:
        yard.client.delete(f"/api/v1/tasks/{made['task']}", headers=yard.signed)
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(scan, "scan_tree", cancelled_meanwhile)
    yard.work(made["task"])
    version = yard.get(f"{address}/versions/1")
    assert (version["state"], version["license_expression"]) == ("cancelled", None)


def test_work_that_is_run_again_changes_nothing(yard: Yard) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    yard.work(made["task"])
    before = yard.get(f"{address}/versions/1")
    yard.work(made["task"])
    assert yard.get(f"{address}/versions/1") == before


def test_the_same_request_twice_with_a_key_makes_one_version(yard: Yard) -> None:
    address = yard.register("tool")
    headers = yard.signed | {"Idempotency-Key": "once"}
    answers = [yard.client.post(f"{address}/versions", files={"file": ("a.tgz", archive(FILES))}, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(yard.get(f"{address}/versions")["items"]) == 1


def test_a_label_is_taken_once(yard: Yard) -> None:
    address = yard.register("tool")
    yard.submit(address, archive(FILES), label="1.0")
    answer = yard.client.post(f"{address}/versions", files={"file": ("a.tgz", archive(FILES))}, data={"label": "1.0"}, headers=yard.signed)
    assert (answer.status_code, answer.json()["code"]) == (409, "label-taken")


def test_nobody_else_sees_a_private_version_its_task_or_its_documents(yard: Yard) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    other = yard.token_for("neighbour", kit.Role.MEMBER)
    for path in (
        address,
        f"{address}/versions/1",
        f"{address}/versions/1/files",
        f"{address}/versions/1/sbom",
        f"/api/v1/tasks/{made['task']}",
    ):
        assert yard.client.get(path, headers=other).status_code == 404
    assert yard.client.delete(f"/api/v1/tasks/{made['task']}", headers=other).status_code == 404
    assert yard.client.post(f"{address}/versions", files={"file": ("a", b"x")}, headers=other).status_code == 404
    assert yard.client.get(f"/api/v1/tasks/{made['task']}/events", headers=other).status_code == 404


def test_who_may_see_but_not_change_is_told_so(yard: Yard) -> None:
    address = yard.register("tool", exposure="inner")
    made = yard.submit(address, archive(FILES))
    other = yard.token_for("neighbour", kit.Role.MEMBER)
    assert yard.client.delete(f"/api/v1/tasks/{made['task']}", headers=other).status_code == 403
    assert yard.client.post(f"{address}/versions", files={"file": ("a", b"x")}, headers=other).status_code == 403
    assert yard.client.post(f"{address}/versions", files={"file": ("a", b"x")}).status_code == 404


def test_the_events_of_a_task_tell_its_end(yard: Yard) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    yard.work(made["task"])
    answer = yard.client.get(f"/api/v1/tasks/{made['task']}/events", headers=yard.signed)
    assert answer.headers["content-type"].startswith("text/event-stream")
    event = answer.text.strip().splitlines()
    assert event[0] == "event: end"
    assert json.loads(event[1].removeprefix("data: "))["state"] == "verified"


def test_more_waiting_than_the_limit_is_refused(yard: Yard) -> None:
    address = yard.register("tool")
    yard.client.app.state.intake.limits_now = lambda: compliance.Limits(max_waiting=1)  # type: ignore[attr-defined]
    yard.submit(address, archive(FILES))
    answer = yard.client.post(f"{address}/versions", files={"file": ("a.tgz", archive(FILES))}, headers=yard.signed)
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-waiting")


def test_a_fault_of_the_engine_is_told_as_ours(yard: Yard) -> None:
    address = yard.register("tool")
    made = yard.submit(address, archive(FILES))
    with yard.house.database.reading() as session:
        version_id = compliance.get_task(session, made["task"], viewer=kit.SYSTEM).version.id
    yard.verifier.fail(version_id, made["task"], jobs.Failure.fault("ValueError"))
    version = yard.get(f"{address}/versions/1")
    assert (version["state"], version["failure"]["code"]) == ("failed", "internal-fault")
    yard.verifier.fail(version_id, made["task"], jobs.Failure.fault("KeyError"))
    assert "ValueError" in yard.get(f"{address}/versions/1")["failure"]["message"]


def test_hostile_names_and_contents_come_out_harmless(yard: Yard) -> None:
    address = yard.register("tool")
    hostile = {"<script>alert(1)<script>.py": "# SPDX-License-Identifier: MIT\n", "README.md": "<script>alert(1)</script> MIT License\n"}
    yard.work(yard.submit(address, archive(hostile))["task"])
    assert yard.get(f"{address}/versions/1")["state"] == "verified"
    for path in ("", "/files", "/tables", "/file?path=%3Cscript%3Ealert(1)%3Cscript%3E.py"):
        page = yard.client.get(f"/assets/software/operator/tool/versions/1{path}", headers=yard.signed | {"Accept": "text/html"})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_findings_are_forgotten_after_their_time_and_large_ones_are_not_kept(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = compliance.FindingCache(yard.house.database)
    cache.put_many({"small": b"1", "large": b"2" * 17_000_000})
    assert cache.get_many(["small", "large"]) == {"small": b"1"}
    assert compliance.forget(yard.house.database) == 0
    monkeypatch.setattr("madang.compliance.cache.KEPT", timedelta(seconds=-1))
    assert compliance.forget(yard.house.database) >= 1
    assert cache.get_many(["small"]) == {}


def test_a_version_that_came_to_nothing_gives_its_label_to_the_one_that_mends_it(yard: Yard) -> None:
    address = yard.register("tool")
    yard.work(yard.submit(address, archive({f"f{number}": "" for number in range(501)}), label="1.0")["task"])
    assert yard.get(f"{address}/versions/1.0")["state"] == "failed"
    yard.work(yard.submit(address, archive(FILES), label="1.0")["task"])
    assert (yard.get(f"{address}/versions/1.0")["version"], yard.get(f"{address}/versions/1")["label"]) == ("2", None)


def test_a_file_that_could_not_be_read_is_never_told_as_without_a_licence(yard: Yard, pool: scan.Pool) -> None:
    address = yard.register("tool")
    with scan.Pool(scan.Limits(workers=1, max_file_bytes=1000)) as narrow:
        yard.verifier.pool = narrow
        yard.work(yard.submit(address, archive({"LICENSE": FILES["LICENSE"], "big.txt": "x" * 2000}))["task"])
    unread = yard.get(f"{address}/versions/1/unread")["items"][0]
    assert (unread["path"], unread["size"], unread["is_fault"]) == ("big.txt", 2000, True)
    assert [row["path"] for row in yard.get(f"{address}/versions/1/files", params={"state": "unread"})["items"]] == ["big.txt"]
    assert yard.get(f"{address}/versions/1/files", params={"state": "none"})["items"] == []
    (huge,) = yard.get(f"{address}/versions/1/files", params={"class": "huge"})["items"]
    assert (huge["path"], huge["details"]["classes"]) == ("big.txt", {"huge": "unread: too-large"})
    assert yard.get(f"{address}/versions/1/files", params={"class": "vendored"})["items"] == []
    assert yard.client.get(f"{address}/versions/1/files", params={"class": "odd"}, headers=yard.signed).status_code == 422
    assert get_args(schemas.CLASSES) == ("", *scan.CLASSES) == ("", *presenting.CLASSES)
    table = yard.client.get("/assets/software/operator/tool/versions/1/licence-map.csv", headers=yard.signed).text
    assert ",unknown,1," in table


@pytest.mark.needs("git")
def test_an_inner_source_and_a_failure_are_told_only_to_who_may_change(yard: Yard, tmp_path: Path) -> None:
    source = repository(tmp_path / "inner", {"LICENSE": "SPDX-License-Identifier: MIT\n"})
    address = yard.register("tool", exposure="open")
    given = {"source": {"git": source.as_uri(), "ref": "nothing"}}
    made = yard.client.post(f"{address}/versions", json=given, headers=yard.signed).json()
    yard.work(made["task"])
    mine, theirs = yard.get(f"{address}/versions/1"), yard.client.get(f"{address}/versions/1").json()
    assert (mine["state"], mine["source"]["address"], mine["failure"]["code"]) == ("failed", source.as_uri(), "ref-missing")
    assert (theirs["state"], theirs["source"]["address"], theirs["failure"]) == ("failed", None, None)
    for page in ("/assets/software/operator/tool", "/assets/software/operator/tool/versions/1"):
        assert str(tmp_path) not in yard.client.get(page, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    ("address", "allowed", "is_public"),
    [
        ("https://git.example/a.git", (), True),
        ("https://git.lab.example/a.git", ("*.lab.example",), False),
        ("https://git.example/a.git", ("*.lab.example",), True),
        ("https://10.1.2.3/a.git", ("10.0.0.0/8",), False),
        ("https://inner-by-name.example/a.git", ("10.0.0.0/8",), False),
    ],
)
def test_only_what_is_surely_of_the_open_world_is_told_to_everybody(
    yard: Yard, address: str, allowed: tuple[str, ...], is_public: bool
) -> None:
    made = yard.register("tool", exposure="open")
    yard.client.app.state.intake.guard_now = lambda: forges.Guard(allowed_hosts=allowed)  # type: ignore[attr-defined]
    answer = yard.client.post(f"{made}/versions", json={"source": {"git": address}}, headers=yard.signed)
    assert answer.status_code == 202, answer.text
    theirs = yard.client.get(f"{made}/versions/1").json()["source"]["address"]
    assert (theirs == address, theirs is None) == (is_public, not is_public)
