# SPDX-License-Identifier: Apache-2.0
"""The pages of assets and versions, as a browser asks for them, in every state."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from builders import HTML, Yard, archive, repository
from madang import catalog, compliance, kit, people, scan
from madang.compliance import verdict
from madang.compliance.web import name_from

FILES: dict[str, str | bytes] = {
    "LICENSE": "SPDX-License-Identifier: Apache-2.0\n",
    "pyproject.toml": '[project]\nname = "tool"\nversion = "1.0"\nlicense = "Apache-2.0"\ndependencies = ["six"]\n',
    "old.c": "/* SPDX-License-Identifier: GPL-2.0-only */\n" + "int x;\n" * 40 + "/* Copyright (c) 2011 Somebody */\n",
    "한글.md": "SPDX-License-Identifier: CC-BY-4.0\n",
    "cp949.txt": "라이선스 MIT License 한국어\n".encode("cp949"),
    "latin.txt": b"caf\xe9 \xff\xfe MIT License\n",
    "picture.bin": b"\0\1\2" * 50,
    "long.txt": b"x" * 5000 + b" MIT License",
    "vendor/x.min.js": "/* SPDX-License-Identifier: MIT */\n",
}
VERSION = "/assets/software/operator/tool/versions/1"


@pytest.fixture
def browser(yard: Yard) -> Yard:
    """A yard whose client is signed in by a cookie, as a browser is."""
    with yard.house.database.writing() as session:
        account = people.find_account(session, people.OPERATOR)
        assert account is not None
        link = f"/link/{people.create_link(session, account, by=kit.SYSTEM)}"
    answer = yard.client.post(link, data={"csrf": _csrf(yard.client.get(link, headers=HTML).text)}, headers=HTML)
    assert answer.status_code == 303, answer.text
    return yard


def _csrf(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found
    return found[1]


def _page(yard: Yard, path: str, status: int = 200) -> str:
    answer = yard.client.get(path, headers=HTML)
    assert answer.status_code == status, answer.text[:3000]
    return answer.text


def _post(yard: Yard, path: str, data: dict[str, str] | None = None, **options: object) -> tuple[int, str, str]:
    answer = yard.client.post(path, data={"csrf": _csrf(_page(yard, "/me")), **(data or {})}, headers=HTML, **options)  # type: ignore[arg-type]
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _work(yard: Yard) -> None:
    with yard.house.database.reading() as session:
        tasks = [subject.verification.task_id for subject in compliance.under_way(session, viewer=kit.SYSTEM, limit=9)]
    for task in tasks:
        yard.work(task)


def test_an_archive_is_registered_by_the_form_and_its_pages_say_what_was_found(browser: Yard) -> None:
    data = {"namespace": "operator", "name": "tool", "title": "도구", "label": "1.0", "exposure": "inner"}
    status, location, _text = _post(browser, "/register", data, files={"file": ("tool.tar.gz", archive(FILES))})
    assert (status, location) == (303, VERSION)
    assert "data-task" in _page(browser, VERSION) or "progress" in _page(browser, VERSION)
    for tab in ("packages", "holders", "files", "unread"):
        _page(browser, f"{VERSION}/{tab}")
    _work(browser)
    text = _page(browser, VERSION)
    assert "<svg" in text
    assert "GPL-2.0-only" in text
    assert "old.c" in text
    assert "pkg:pypi/six" in _page(browser, f"{VERSION}/packages") or "six" in _page(browser, f"{VERSION}/packages")
    assert "Somebody" in _page(browser, f"{VERSION}/holders")
    assert "old.c" in _page(browser, f"{VERSION}/files?state=conflict")
    assert "한글.md" not in _page(browser, f"{VERSION}/files?state=conflict")
    assert "한글.md" in _page(browser, f"{VERSION}/files?licence=CC-BY-4.0&page=1")
    classed = _page(browser, f"{VERSION}/files?class=vendored")
    assert "minified, from elsewhere" in classed
    assert "old.c" not in classed
    assert "it lies below a folder called vendor" in _page(browser, f"{VERSION}/file?path=vendor/x.min.js")
    assert "old.c" in _page(browser, f"{VERSION}/files?class=nothing")
    assert "GPL-2.0-only" in _page(browser, f"{VERSION}/tables")
    for page in (VERSION, "/assets/software/operator/tool"):
        assert f'href="{VERSION}/terms"' in _page(browser, page)
    assert "What may I do" in _page(browser, f"{VERSION}/terms")
    listed = _page(browser, "/assets?q=%EB%8F%84%EA%B5%AC&state=verified")
    assert "operator/tool" in listed
    assert "operator/tool" not in _page(browser, "/assets?q=nothing")
    assert "operator/tool" in _page(browser, "/")


def test_a_file_page_shows_the_matched_lines_in_whatever_encoding(browser: Yard) -> None:
    address = browser.register("tool")
    browser.work(browser.submit(address, archive(FILES))["task"])
    text = _page(browser, f"{VERSION}/file?path=old.c&match=1")
    assert "SPDX-License-Identifier: GPL-2.0-only" in text
    assert "GNU General Public License" in text
    assert "Copyright (c) 2011 Somebody" in text
    assert "한국어" in _page(browser, f"{VERSION}/file?path=cp949.txt&match=99")
    assert "café" in _page(browser, f"{VERSION}/file?path=latin.txt")
    assert "…" in _page(browser, f"{VERSION}/file?path=long.txt&match=x")
    assert "not text" in _page(browser, f"{VERSION}/file?path=picture.bin")
    _page(browser, f"{VERSION}/file?path=nothing", status=404)
    kept = browser.client.get(f"{VERSION}/content?path=old.c", headers=HTML)
    assert kept.content == str(FILES["old.c"]).encode()
    assert kept.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_a_file_over_the_shown_size_and_one_that_is_gone_say_so(browser: Yard) -> None:
    address = browser.register("tool")
    browser.work(browser.submit(address, archive(FILES))["task"])
    browser.client.app.state.intake.limits_now = lambda: compliance.Limits(shown_bytes=10)  # type: ignore[attr-defined]
    assert "larger than 10 bytes" in _page(browser, f"{VERSION}/file?path=old.c")
    browser.client.app.state.intake.limits_now = compliance.Limits  # type: ignore[attr-defined]
    sha256 = browser.get(f"{address}/versions/1/files?q=old.c")["items"][0]["sha256"]
    for found in (browser.house.home / "store").rglob(f"*{sha256[4:]}"):
        found.unlink()
    assert "not in the store any more" in _page(browser, f"{VERSION}/file?path=old.c")
    _page(browser, VERSION)


def test_the_figures_of_the_picture_are_kept_as_a_table(browser: Yard) -> None:
    address = browser.register("tool")
    browser.work(browser.submit(address, archive(FILES))["task"])
    answer = browser.client.get(f"{VERSION}/licence-map.csv", headers=HTML)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "GPL-2.0-only" in answer.text


def test_a_form_with_a_fault_comes_back_with_what_was_typed(browser: Yard) -> None:
    data = {"namespace": "operator", "name": "a b", "title": "Kept title", "exposure": "open"}
    status, _location, text = _post(browser, "/register", data, files={"file": ("tool.tar.gz", archive(FILES))})
    assert status == 422
    assert "cannot be a name" in text
    assert "Kept title" in text
    status, _location, text = _post(browser, "/register", {"git": "ext::sh", "name": "x"})
    assert status == 422
    status, _location, text = _post(browser, "/register", {"name": "x"})
    assert (status, "either a Git address" in text) == (422, True)
    status, _location, text = _post(browser, "/register", data, files={"file": ("x.zip", b"no archive")})
    assert (status, "zip, tar, tar.gz" in text) == (422, True)
    assert browser.get("/api/v1/assets")["items"] == []


def test_a_form_from_elsewhere_registers_nothing(browser: Yard) -> None:
    before = browser.house.store.usage()
    files = {"file": ("tool.tar.gz", archive(FILES))}
    answer = browser.client.post("/register", data={"name": "tool"}, files=files, headers=HTML)
    assert answer.status_code == 403
    assert browser.house.store.usage() == before
    assert browser.get("/api/v1/assets")["items"] == []


@pytest.mark.needs("git")
def test_a_version_is_added_cancelled_and_tried_again_on_the_pages(browser: Yard, tmp_path: Path) -> None:
    browser.register("tool")
    source = repository(tmp_path / "repo", {"LICENSE": "SPDX-License-Identifier: MIT\n"})
    asset = "/assets/software/operator/tool"
    status, _location, text = _post(browser, f"{asset}/versions", {"git": "ftp://x/y", "label": "kept-label"})
    assert (status, "kept-label" in text) == (422, True)
    status, location, _text = _post(browser, f"{asset}/versions", {"git": source.as_uri(), "ref": "main"})
    assert (status, location) == (303, VERSION)
    assert "main" in _page(browser, asset)
    assert _post(browser, f"{VERSION}/cancellation")[:2] == (303, VERSION)
    assert "retry" in _page(browser, VERSION)
    assert _post(browser, f"{VERSION}/retry")[0] == 303
    _work(browser)
    assert "MIT" in _page(browser, VERSION)
    assert _post(browser, f"{VERSION}/retry")[0] == 409


def test_a_failed_version_says_why_and_what_to_do(browser: Yard) -> None:
    address = browser.register("tool")
    browser.work(browser.submit(address, archive({f"f{number}": "" for number in range(501)}))["task"])
    text = _page(browser, VERSION)
    assert "MADANG_MAX_FILES" in text
    assert "/retry" in text
    assert "failed" in _page(browser, "/assets").lower()


def test_the_owner_shows_the_asset_to_others(browser: Yard) -> None:
    browser.register("tool")
    assert _post(browser, "/assets/software/operator/tool/exposure", {"exposure": "open"})[0] == 303
    assert browser.client.get("/api/v1/assets/software/operator/tool").json()["exposure"] == "open"
    assert _post(browser, "/assets/software/operator/tool/exposure", {"exposure": "wide"})[0] == 422


def test_the_owner_gives_the_asset_another_title(browser: Yard) -> None:
    browser.register("tool")
    assert _post(browser, "/assets/software/operator/tool/title", {"title": "다른 제목"})[0] == 303
    assert "다른 제목" in _page(browser, "/assets")


def test_titles_and_exposure_change_over_json(yard: Yard) -> None:
    address = yard.register("tool")
    changed = yard.client.patch(address, json={"title": "도구", "exposure": "inner"}, headers=yard.signed)
    assert (changed.json()["title"], changed.json()["exposure"]) == ("도구", "inner")
    assert yard.client.patch(address, json={"name": "other"}, headers=yard.signed).status_code == 422
    other = yard.token_for("neighbour", kit.Role.MEMBER)
    assert yard.client.patch(address, json={"title": "x"}, headers=other).status_code == 403


def test_lists_are_paged_over_json_and_on_the_page(browser: Yard) -> None:
    for number in range(27):
        browser.register(f"tool-{number:02}", exposure="open")
    page = browser.get("/api/v1/assets", params={"limit": 20, "exposure": "open"})
    rest = browser.get(page["next"])
    names = [row["name"] for row in page["items"] + rest["items"]]
    assert (len(names), len(set(names)), rest["next"]) == (27, 27, None)
    assert page["facets"]["exposure"] == {"open": 27}
    assert "tool-26" in _page(browser, "/assets?exposure=open")
    second = _page(browser, "/assets?exposure=open&page=2")
    assert "tool-00" in second
    assert "tool-26" not in second
    assert browser.client.get("/api/v1/assets?cursor=x", headers=browser.signed).status_code == 422
    assert browser.client.get(f"/api/v1/assets?cursor={'WyJ4IiwieSJd'}", headers=browser.signed).status_code == 422
    table = browser.client.get("/assets.csv?exposure=open&q=tool-0", headers=HTML).text
    assert len(table.strip().splitlines()) == 11


def test_versions_are_paged_and_told_by_task(yard: Yard) -> None:
    address = yard.register("tool")
    made = [yard.submit(address, archive({"a.txt": str(number)})) for number in range(3)]
    page = yard.get(f"{address}/versions", params={"limit": 2})
    assert [row["version"] for row in page["items"]] == ["3", "2"]
    assert [row["version"] for row in yard.get(page["next"])["items"]] == ["1"]
    task = yard.get(f"/api/v1/tasks/{made[0]['task']}")
    assert (task["state"], task["version_url"]) == ("queued", f"{address}/versions/1")
    assert yard.client.get("/api/v1/tasks/none", headers=yard.signed).status_code == 404
    assert yard.get(f"{address}/versions/latest")["version"] == "3"


def test_the_home_page_offers_the_example_until_it_is_registered(browser: Yard) -> None:
    assert 'action="/examples"' in _page(browser, "/")
    status, location, _text = _post(browser, "/examples")
    assert (status, location) == (303, "/assets/software/operator/licence-conflict/versions/1")
    assert "licence-conflict" in _page(browser, "/")
    assert 'action="/examples"' not in _page(browser, "/")
    assert _post(browser, "/examples")[1] == location
    _work(browser)
    version = browser.get("/api/v1/assets/software/operator/licence-conflict/versions/1")
    assert version["declared_license_expression"] == "Apache-2.0"
    assert [each["expression"] for each in version["conflicts"]] == ["GPL-2.0-only"]


def test_whoever_may_not_register_is_told_so(yard: Yard) -> None:
    visitor = yard.client.get("/register", headers=HTML)
    assert (visitor.status_code, visitor.headers["location"]) == (303, "/sign-in?back=/register")
    reader = yard.token_for("reader", kit.Role.READER)
    assert yard.client.post("/register", data={"git": "https://git.example/a"}, headers=HTML | reader).status_code == 403


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://git.example/lab/speech-tools.git", "speech-tools"),
        ("git@git.example:speech.git", "speech"),
        ("tool-1.0.tar.gz", "tool-1.0"),
        ("한글.zip", "software"),
        ("a..b.tgz", "a.b"),
        ("https://git.example/", "git.example"),
    ],
)
def test_a_name_is_offered_from_the_address(address: str, name: str) -> None:
    assert name_from(catalog.Source("git", address)) == name


def test_a_licence_line_beyond_reading_leaves_every_page_standing(browser: Yard) -> None:
    address = browser.register("tool")
    terms = " AND ".join(f"LicenseRef-{number:05}" for number in range(2200))
    browser.work(browser.submit(address, archive({"LICENSE": f"SPDX-License-Identifier: {terms}\n", "a.c": FILES["old.c"]}))["task"])
    assert browser.get(f"{address}/versions/1")["state"] == "verified"
    for path in ("", "/files", "/holders", "/tables", "/file?path=LICENSE", "/file?path=a.c"):
        _page(browser, VERSION + path)


def test_a_file_of_very_many_matches_and_a_tree_of_very_many_folders_stay_short(browser: Yard) -> None:
    address = browser.register("tool")
    many = {"many.c": "/* SPDX-License-Identifier: MIT */\n\nint x;\n\n" * 300}
    many |= {f"d{number}/a.c": "/* SPDX-License-Identifier: MIT */\n" for number in range(90)}
    browser.work(browser.submit(address, archive(many))["task"])
    assert "and 100 more places" in _page(browser, f"{VERSION}/file?path=many.c")


def test_folders_are_counted_further_up_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "MOST_TALLIES", 5)
    files = tuple(scan.File(path=f"a/b{number}/c{number}/x", sha256="0" * 64, sha1="0" * 40, size=1) for number in range(20))
    report = SimpleNamespace(files=files, unread=(), declared_license_expression=None)
    tallies = verdict.Verdict(report).tallies  # type: ignore[arg-type]  # only what the tallies look at
    assert [(each.folder, each.files) for each in tallies] == [("a", 20)]
