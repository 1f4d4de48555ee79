# SPDX-License-Identifier: Apache-2.0
"""Versions that are read from a document: shown first, told truthfully, and never a way to somebody else's bytes."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest

from builders import HTML, Yard, archive
from madang import audit, kit, people, scan
from madang.compliance import recording
from madang.compliance.documents import taking
from madang.compliance.verdict import Verdict
from rooms.compliance.test_pages import _csrf, _page, _post, _work, browser

assert browser
MADE = Path(__file__).parent.parent / "scan" / "documents"
VERSION = "/assets/software/operator/product/versions/1"
API = "/api/v1/assets/software/operator/product/versions"
MIT = {"license": {"id": "MIT"}}
SECRET = "nobody else may read this\n"


def bom(**more: Any) -> bytes:
    """A small bill of materials with an odd licence."""
    parts = [
        {"type": "library", "bom-ref": "a", "name": "left", "version": "1", "purl": "pkg:npm/left@1", "licenses": [MIT]},
        {"type": "library", "bom-ref": "b", "name": "odd", "licenses": [{"license": {"name": "Ours, ask us"}}]},
    ]  # fmt: skip
    root = {"type": "firmware", "bom-ref": "r", "name": "product", "version": "3"}
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": root, "tools": [{"name": "looker", "version": "2"}]},
             "components": parts, "dependencies": [{"ref": "r", "dependsOn": ["a", "b"]}]}  # fmt: skip
    return json.dumps({**whole, **more}).encode()


def shown(yard: Yard, content: bytes, **fields: str) -> str:
    """The page on which a document is shown before it counts."""
    data = {"namespace": "operator", "name": "product", "label": "3.0", **fields}
    status, _location, text = _post(yard, "/register", data, files={"file": ("product.cdx.json", content)})
    assert status == 200, text
    return text


def confirm(yard: Yard, text: str) -> tuple[int, str, str]:
    fields = {name: value for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text) if name != "csrf"}
    return _post(yard, "/register", fields)


def lines(yard: Yard, action: str) -> list[dict[str, Any]]:
    with yard.house.database.reading() as session:
        return [dict(each.facts) for each in audit.entries(session, viewer=kit.SYSTEM, deed=action, limit=9).items]


def test_a_document_is_shown_before_it_counts_and_its_version_says_whose_words_it_holds(browser: Yard) -> None:
    text = shown(browser, bom())
    for words in ("CycloneDX 1.6 (JSON)", "looker 2", "product 3", "which files there are", "Ours, ask us"):
        assert words in text, words
    assert browser.client.get("/assets/software/operator/product", headers=HTML).status_code == 404, "nothing is registered yet"
    assert confirm(browser, text)[:2] == (303, VERSION)
    _work(browser)
    page = _page(browser, VERSION)
    for words in (
        "Read from",
        "CycloneDX 1.6 (JSON)",
        hashlib.sha256(bom()).hexdigest(),
        "looker 2 says so; no file was looked at",
        "not said",
    ):
        assert words in page, words
    assert "no licence was found in any file" not in page
    assert "nothing is declared" not in page
    components = _page(browser, f"{VERSION}/packages")
    assert "as the document names them" in components
    assert "pkg:npm/left@1" in components
    assert "LicenseRef-unknown" in components
    assert "Ours, ask us" not in _page(browser, f"{VERSION}/files")
    assert "no SPDX expression" in _page(browser, f"{VERSION}/unread")
    for tab in ("holders", "files", "tables"):
        _page(browser, f"{VERSION}/{tab}")
    told = lines(browser, "version.verified")
    assert [each["document"] for each in told] == [hashlib.sha256(bom()).hexdigest()]


def test_a_document_comes_over_json_too_and_is_handed_out_in_every_form(yard: Yard) -> None:
    yard.register("product")
    answer = yard.client.post(API, files={"file": ("x.spdx", (MADE / "scancode.spdx").read_bytes())}, headers=yard.signed)
    assert answer.status_code == 202, answer.text
    yard.work(answer.json()["task"])
    version = yard.get(f"{API}/1")
    assert (version["state"], version["content"], version["engine"]) == ("verified", None, "ScanCode 32.5.0")
    assert version["source"] == {"kind": "document", "address": "x.spdx", "ref": None, "commit": None}
    assert version["document"]["title"] == "SPDX 2.2 (tag-value)"
    assert ["sizes", 14, 14] in version["document"]["not_said"]
    files = yard.get(f"{API}/1/files")["items"]
    assert {each["path"]: each["expression"] for each in files}["licence-conflict/greenhouse/reading.py"] == "MIT"
    for form in ("json", "scancode-json", "spdx-json", "cyclonedx-json"):
        written = yard.get(f"{API}/1/sbom?format={form}")
        assert hashlib.sha256((MADE / "scancode.spdx").read_bytes()).hexdigest() in json.dumps(written) or form == "cyclonedx-json"
    whole = yard.get(f"{API}/1/sbom?format=json")
    assert whole["document"]["form"] == "spdx-2.2-tag-value"


def test_the_same_document_is_read_once(yard: Yard) -> None:
    yard.register("product")
    for _time in range(2):
        answer = yard.client.post(API, files={"file": ("a.json", bom())}, headers=yard.signed)
        yard.work(answer.json()["task"])
    one, other = (yard.get(f"{API}/{number}") for number in (1, 2))
    assert one["counts"] == other["counts"]
    assert one["document"] == other["document"]


def test_a_digest_in_a_document_opens_nobodys_file(browser: Yard) -> None:
    """The digest of a private file may be known or guessed; who names it in a document gets nothing for it."""
    browser.register("private")
    browser.submit("/api/v1/assets/software/operator/private", archive({"secret.txt": SECRET}))
    _work(browser)
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    files = [
        {"type": "file", "name": "secret.txt", "hashes": [{"alg": "SHA-256", "content": digest}], "licenses": [{"license": {"id": "MIT"}}]}
    ]
    confirm(browser, shown(browser, bom(components=files)))
    _work(browser)
    page = _page(browser, f"{VERSION}/file?path=secret.txt")
    assert "nobody else may read this" not in page
    assert "Only a document tells of this file" in page
    assert "nobody else may read this" not in _page(browser, VERSION)
    assert browser.client.get(f"{VERSION}/content?path=secret.txt", headers=HTML).status_code == 404


@pytest.mark.parametrize("word", ["", "made up", None])
def test_only_what_was_shown_to_somebody_counts_for_them(browser: Yard, word: str | None) -> None:
    """A word of somebody else's, or none that we gave."""
    text = shown(browser, bom())
    if word is None:
        source, preview = taking.keep(MADE / "scancode.cdx.json", "a", browser.house.store)
        word = taking.sealed(preview, by=kit.Actor("somebody-else", "x", kit.Role.READER))
        assert source.object == preview.sha256
    status, _location, answer = _post(browser, "/register", {"namespace": "operator", "name": "product", "document": word})
    assert status == 422
    assert ("not the document that was shown" in answer) == bool(word)
    assert "document" in text


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.6", ', 422, "is damaged"),
        (b'{"some": "json"}', 422, "none of the documents"),
        (b"<html></html>", 422, "none of the documents"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 422, "never read"),
        (b"plain words", 422, "not an archive"),
        (b'{"spdxVersion": "SPDX-2.3", "x": ' + b"[" * 100_000, 422, "nested too deep"),
    ],
)
def test_what_is_no_document_comes_back_with_what_was_typed(browser: Yard, content: bytes, status: int, words: str) -> None:
    data = {"namespace": "operator", "name": "product", "title": "Typed title"}
    found, _location, text = _post(browser, "/register", data, files={"file": ("x.json", content)})
    assert found == status
    assert words in text
    assert "Typed title" in text


def test_a_large_document_is_read_by_the_work_behind(browser: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "AT_ONCE_BYTES", 10)
    text = shown(browser, bom())
    assert "It is large" in text
    confirm(browser, text)
    _work(browser)
    assert "CycloneDX 1.6 (JSON)" in _page(browser, VERSION)
    fields = {"namespace": "operator", "name": "broken"}
    status, location, _text = confirm(browser, shown(browser, b'{"bomFormat": ', **fields))
    assert status == 303
    _work(browser)
    assert "is damaged" in _page(browser, location)


def test_a_version_is_added_from_a_document_on_the_assets_page(browser: Yard) -> None:
    confirm(browser, shown(browser, bom()))
    address = "/assets/software/operator/product/versions"
    _status, _location, text = _post(browser, address, {"label": "4"}, files={"file": ("b.json", bom(serialNumber="x"))})
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    assert fields["label"] == "4"
    assert f'action="{address}"' in text
    status, location, _text = _post(browser, address, {name: value for name, value in fields.items() if name != "csrf"})
    assert (status, location) == (303, f"{address}/2")


def test_hostile_values_fit_into_rows(browser: Yard) -> None:
    entry = {"path": "a", "type": "file", "size": 10**30, "programming_language": "x" * 500, "is_text": "yes",
             "detected_license_expression_spdx": "MIT", "copyrights": [{"copyright": "c\0\ud800", "start_line": 10**30}]}  # fmt: skip
    package = {"package_uid": "u" * 9000, "type": "t" * 500, "name": "n\0", "purl": f"pkg:{'t' * 500}/n@1"}
    need = {"purl": f"pkg:{'t' * 500}/n@1", "dependency_uid": "d"}
    whole = {"headers": [{"tool_name": "x" * 900}], "files": [entry], "packages": [package], "dependencies": [need]}
    confirm(browser, shown(browser, json.dumps(whole).encode()))
    _work(browser)
    assert "MIT" in _page(browser, f"{VERSION}/files")
    assert _csrf(_page(browser, "/me"))
    assert people.OPERATOR


def test_a_document_that_others_keep_waiting_is_read_by_the_work_behind(browser: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "_places", BoundedSemaphore(1))
    monkeypatch.setattr(taking, "_WAIT_SECONDS", 0.01)
    taking._places.acquire()
    text = shown(browser, bom())
    taking._places.release()
    confirm(browser, text)
    _work(browser)
    assert browser.client.get(f"/api/v1{VERSION}").json()["state"] == "verified"
    assert shown(browser, bom()) != text


def test_a_document_says_nothing_of_the_day_of_our_licence_data(tmp_path: Path) -> None:
    engine = scan.Engine("e", "1", data_date="9999-01-01", data_digest="", spdx_list_version="")
    path = tmp_path / "bom.json"
    path.write_bytes(bom())
    report = replace(scan.documents.read(path), engine=engine)
    assert recording.facts_of(Verdict(report), {}, scan.Basis())["data_date"] == ""
