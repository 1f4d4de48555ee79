# SPDX-License-Identifier: Apache-2.0
"""Documents that are damaged, wrong, or meant to do harm: each is refused in one sentence, or its entries are listed."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang import kit, scan
from madang.scan import documents
from madang.scan.documents.opening import read_here
from rooms.scan.test_documents import cyclonedx, kept, licences, read, spdx, whole

XML = '<?xml version="1.0"?>%s<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components>%s</components></bom>'


@pytest.mark.parametrize(
    ("text", "refusal", "words"),
    [
        ("", documents.NotADocument, "none of the documents"),
        ("hello", documents.NotADocument, "none of the documents"),
        ("[1]", documents.NotADocument, "none of the documents"),
        ("{}", documents.NotADocument, "none of the documents"),
        ('{"name": "a", "version": "1"}', documents.NotADocument, "none of the documents"),
        ("<html></html>", documents.NotADocument, "none of the documents"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', documents.NotADocument, "none of the documents"),
        ("spdxVersion: SPDX-2.3\n", documents.NotADocument, "none of the documents"),
        (b"\x89PNG\xff\xd9", documents.WrongEncoding, "UTF-8"),
        ("SPDXVersion: SPDX-2.3\nPackageName: 한글".encode("cp949"), documents.WrongEncoding, "UTF-8"),
        ('{"spdxVersion": "SPDX-2.3", "packages": [{"a": ', documents.BrokenDocument, "line 1"),
        ('{"spdxVersion": "SPDX-2.3", "packages": [{}', documents.BrokenDocument, "breaks off"),
        ('{"spdxVersion": "SPDX-2.3"', documents.BrokenDocument, "breaks off"),
        ('{"spdxVersion": "SPDX-2.3"} {}', documents.BrokenDocument, "follows its end"),
        ('{"spdxVersion": "SPDX-2.3",}', documents.BrokenDocument, "comma"),
        ('{"spdxVersion": "SPDX-2.3", "packages": [1,]}', documents.BrokenDocument, "comma"),
        ('{"spdxVersion": "SPDX-2.3", "spdxVersion": "SPDX-2.2"}', documents.BrokenDocument, "stands twice"),
        ('{"spdxVersion" "SPDX-2.3"}', documents.BrokenDocument, "missing"),
        ('{"spdxVersion": "SPDX-2.3", "x": NaN}', documents.BrokenDocument, "NaN"),
        ('{"spdxVersion": "SPDX-2.3", "x": [1e400]}', documents.BrokenDocument, "can be kept"),
        ('{"spdxVersion": "SPDX-2.3", "x": -1e999}', documents.BrokenDocument, "can be kept"),
        ('{"spdxVersion": "SPDX-2.3", "x": ' + "9" * 5000 + "}", documents.BrokenDocument, "digits"),
        ('{"spdxVersion": "SPDX-2.3", "x": ' + "[" * 100_000, documents.HostileDocument, "nested too deep"),
        ('{"spdxVersion": "SPDX-2.3", "packages": [' + '{"a":' * 100_000, documents.HostileDocument, "nested too deep"),
        ('{"spdxVersion": "SPDX-1.2"}', documents.UnknownVersion, "SPDX-1.2"),
        ('{"bomFormat": "CycloneDX", "specVersion": "9.9"}', documents.UnknownVersion, "CycloneDX 9.9"),
        ('{"@graph": [], "@context": "https://spdx.org/rdf/2.0/x"}', documents.UnknownVersion, "SPDX"),
        ("SPDXVersion: SPDX-2.3\nPackageName: a\nPackageCopyrightText: <text>no end", documents.BrokenDocument, "</text>"),
        (XML % ('<!DOCTYPE bom [<!ENTITY a "aaa">]>', "<component>&a;</component>"), documents.HostileDocument, "entities"),
        (XML % ('<!DOCTYPE bom SYSTEM "http://127.0.0.1/x">', ""), documents.HostileDocument, "document type"),
        (XML % ("", "<component>" * 200), documents.HostileDocument, "nested too deep"),
        (XML % ("", "<component>"), documents.BrokenDocument, "mismatched"),
        (XML % ("", "&undefined;"), documents.BrokenDocument, "entity"),
        ('{"format": "madang-scan/1", "name": 3}', documents.BrokenDocument, "as we write one"),
        ('{"format": "madang-scan/1", "name": ' + "[" * 70 + "]" * 70 + "}", documents.BrokenDocument, "nests deeper"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, text: str | bytes, refusal: type[kit.Refusal], words: str) -> None:
    with pytest.raises(refusal) as refused:
        read(tmp_path, text)
    assert words in refused.value.sentence()
    assert len(refused.value.sentence()) < 500


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_letters_are_read_in_every_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    text = json.dumps(spdx(packages=[{"SPDXID": "SPDXRef-a", "name": "마당"}]), ensure_ascii=False)
    assert read(tmp_path, text.encode(encoding)).name == "마당"


def test_xml_names_its_own_encoding(tmp_path: Path) -> None:
    text = XML % ("", '<component type="library"><name>é</name></component>')
    for encoding, start in (("utf-16", ""), ("latin-1", ' encoding="latin-1"'), ("utf-8-sig", "")):
        raw = text.replace('"1.0"', f'"1.0"{start}').encode(encoding)
        assert read(tmp_path, raw).packages[0].name == "é"
    with pytest.raises(documents.BrokenDocument, match="encoding"):
        read(tmp_path, text.replace('"1.0"', '"1.0" encoding="klingon"'))


def test_paths_that_lead_out_are_listed_and_never_taken(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "a/../../b", "..\\..\\c", "/", "", "./", ".", None, 7]
    files = [{"SPDXID": f"SPDXRef-{n}", "fileName": name} for n, name in enumerate(names)]
    files += [{"SPDXID": "SPDXRef-abs", "fileName": "/usr/bin/x"}, {"SPDXID": "SPDXRef-odd", "fileName": "./\\xff \ud800\0"}]
    found = read(tmp_path, spdx(files=files))
    assert sorted(licences(found)) == ["\\xff \ufffd\ufffd", "usr/bin/x"]
    assert len(found.unread) == len(names)
    components = [{"type": "file", "name": "../x"}, {"type": "file", "name": "ok"}]
    assert list(licences(read(tmp_path, cyclonedx(components=components)))) == ["ok"]


def test_what_stands_twice_is_listed(tmp_path: Path) -> None:
    twice = [{"SPDXID": "SPDXRef-a", "name": "one"}, {"SPDXID": "SPDXRef-a", "name": "two"}, {"name": "without"}]
    digest = [{"algorithm": "SHA256", "checksumValue": "a" * 64}]
    other = [{"algorithm": "SHA256", "checksumValue": "B" * 64}]
    files = [{"SPDXID": "SPDXRef-f", "fileName": "a", "checksums": digest}, {"SPDXID": "SPDXRef-g", "fileName": "a", "checksums": digest},
             {"SPDXID": "SPDXRef-h", "fileName": "a", "checksums": other}]  # fmt: skip
    found = read(tmp_path, spdx(packages=twice, files=files))
    assert [each.name for each in found.packages] == ["one"]
    assert [(each.path, each.sha256) for each in found.files] == [("a", "a" * 64), ("a~", "b" * 64)]
    assert sorted(each.path for each in found.unread) == ["a", "packages[1]", "packages[2]"]
    components = [{"type": "library", "bom-ref": "x", "name": "one"}, {"type": "library", "bom-ref": "x", "name": "two"}]
    again = read(tmp_path, cyclonedx(components=components))
    assert [each.name for each in again.packages] == ["one"]
    assert "stands twice" in again.unread[0].message


def test_a_member_that_stands_twice_in_an_entry_is_told(tmp_path: Path) -> None:
    text = json.dumps(spdx(packages=[{"SPDXID": "SPDXRef-a", "name": "one"}])).replace('"name": "one"', '"name": "zero", "name": "one"')
    found = read(tmp_path, text)
    assert found.name == "one"
    assert "“name” stands twice" in found.unread[0].message


def test_digests_that_are_none_are_left_out_and_told(tmp_path: Path) -> None:
    odd = [{"algorithm": "SHA1", "checksumValue": "xyz"}, {"algorithm": "SHA256", "checksumValue": 12}, {"algorithm": "MADE-UP"}]
    found = read(tmp_path, spdx(files=[{"SPDXID": "SPDXRef-f", "fileName": "a", "checksums": odd}],
                                packages=[{"SPDXID": "SPDXRef-p", "name": "p", "checksums": odd}]))  # fmt: skip
    assert (found.files[0].sha1, found.files[0].sha256) == ("", "")
    assert len([each for each in found.unread if "digest" in each.message]) == 4
    assert found.is_open("hashes")


@pytest.mark.parametrize("odd", [None, 3, "text", [], ["x"], {"a": {}}, True, [[]], [None]])
def test_values_of_the_wrong_kind_are_listed_or_left(tmp_path: Path, odd: Any) -> None:
    names = ("packages", "files", "relationships", "creationInfo", "documentDescribes", "hasExtractedLicensingInfos", "name", "annotations")
    read(tmp_path, spdx(**dict.fromkeys(names, odd)))
    inner = ("name", "versionInfo", "externalRefs", "checksums", "licenseDeclared", "hasFiles", "fileTypes", "licenseInfoInFiles")
    entry = {"SPDXID": "SPDXRef-a", **dict.fromkeys(inner, odd)}
    read(tmp_path, spdx(packages=[entry], files=[{**entry, "SPDXID": "SPDXRef-f", "fileName": "f"}]))
    read(tmp_path, cyclonedx(**dict.fromkeys(("metadata", "components", "dependencies", "compositions", "services"), odd)))
    parts = ("licenses", "hashes", "evidence", "pedigree", "modelCard", "components", "purl", "version", "copyright", "bom-ref")
    read(tmp_path, cyclonedx(metadata={"component": dict.fromkeys(parts, odd), "tools": odd}, components=[dict.fromkeys(parts, odd)]))
    shaped = {"path": "a/b", "type": "file", **dict.fromkeys(("license_detections", "copyrights", "size", "sha1", "package_data"), odd)}
    headers = [{"options": odd, "errors": odd, "tool_name": odd, "extra_data": odd}]
    read(tmp_path, {"headers": headers, "files": [shaped, odd], "packages": odd, "dependencies": [odd]})
    graph = [{"type": kind, "spdxId": f"u:{kind}", **dict.fromkeys(("name", "rootElement", "from", "to", "verifiedUsing"), odd)}
             for kind in ("SpdxDocument", "software_Package", "software_File", "Relationship", "CreationInfo", "Tool")]  # fmt: skip
    read(tmp_path, {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [*graph, odd]})


def test_an_entry_that_nests_deep_keeps_its_plain_members(tmp_path: Path) -> None:
    deep: Any = "x"
    for _level in range(200):
        deep = [deep]
    found = read(tmp_path, spdx(packages=[{"SPDXID": "SPDXRef-a", "name": "a", "odd": deep}]))
    assert whole(found)[0].raw["extra_data"]["as_stated"] == {"SPDXID": "SPDXRef-a", "name": "a"}
    assert "max_depth" in found.unread[0].message


def test_components_may_lie_as_deep_as_json_can(tmp_path: Path) -> None:
    inner: dict[str, Any] = {"type": "library", "name": "0"}
    for number in range(1, 60):
        inner = {"type": "library", "name": str(number), "components": [inner]}
    found = read(tmp_path, cyclonedx(components=[inner]))
    assert len(found.packages) == 60
    assert len([each for each in found.relationships if each.kind == "contains"]) == 60


words = st.text(max_size=12) | st.sampled_from(["SPDXRef-a", "MIT", "DEPENDS_ON", "../x", "NOASSERTION", "pkg:npm/a@1", "file", "NONE"])
NAMES = (
    "SPDXID", "name", "packages", "files", "fileName", "relationships", "spdxElementId", "relationshipType", "relatedSpdxElement", "alg",
    "licenseDeclared", "components", "bom-ref", "licenses", "license", "id", "expression", "purl", "type", "metadata", "component", "to",
    "dependencies", "ref", "dependsOn", "path", "license_detections", "matches", "copyrights", "copyright", "holders", "spdxId", "from",
    "hashes", "content", "headers",
)  # fmt: skip
names = st.sampled_from(NAMES)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)
SHAPES: tuple[dict[str, Any], ...] = (
    {"spdxVersion": "SPDX-2.3"},
    {"bomFormat": "CycloneDX", "specVersion": "1.7"},
    {"headers": [{}], "files": []},
    {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []},
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.sampled_from(SHAPES), members=st.dictionaries(names, values, max_size=6), graph=st.lists(values, max_size=4))
def test_whatever_stands_in_it_a_document_is_read_or_refused(
    tmp_path: Path, shape: dict[str, Any], members: dict[str, Any], graph: list[Any]
) -> None:
    value = {**members, **shape}
    for name in ("@graph", "files"):
        if name in shape:
            value[name] = graph
    try:
        found = read(tmp_path, value)
    except kit.Refusal:
        return
    assert scan.Report.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert all(".." not in each.path.split("/") for each in found.files)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from([b"", b"SPDXVersion: SPDX-2.3\n", b'{"spdxVersion":"SPDX-2.3","packages":[', b"<bom "]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, tail: bytes, head: bytes) -> None:
    path = kept(tmp_path, head + tail)
    with contextlib.suppress(kit.Refusal):
        assert read_here(path, name="x", family="auto", limits=documents.Limits()).document


def test_what_our_own_json_says_of_its_sums_is_computed_anew(tmp_path: Path) -> None:
    file = {"path": "a.c", "sha1": "", "sha256": "f" * 500, "size": 10**30, "programming_language": "x" * 500,
            "holders": [{"value": "somebody", "start_line": 1, "end_line": 1}]}  # fmt: skip
    found = read(tmp_path, {
        "format": "madang-scan/1", "name": "a", "files": [file], "packages": [], "dependencies": [], "directories": [],
        "license_detections": [], "declared_in": [],
        "engine": {"name": "e", "version": "1", "data_date": "9999-01-01", "data_digest": "", "spdx_list_version": ""},
        "unread": [{"path": "b", "reason": "r" * 500, "message": ""}], "skipped": [{"path": "c", "reason": "s" * 500, "message": ""}],
        "totals": {"files": 10**30, "directories": -1, "bytes": 1, "files_with_licence": 1, "files_with_copyright": 1,
                   "files_with_findings": 1, "files_with_errors": 1, "unread": 1, "skipped": 1},
        "license_counts": {"MIT": 10**30}, "holder_counts": {"nobody": 10**30}, "declared_license_expression": None,
        "license_expression": None, "errors": [],
        "document": {"name": "n", "form": "f", "title": "t", "sha256": "0", "size": 1, "tools": [], "created_at": None, "root": None,
                     "not_said": [{"aspect": "moon", "entries": 1, "of": 1}, {"aspect": "files", "entries": 1, "of": 1}]},
    })  # fmt: skip
    (known,) = found.files
    assert (known.size, known.sha256, known.programming_language) == (2**31 - 1, "", "x" * 64)
    assert (found.license_counts, found.holder_counts, found.totals.files, found.totals.bytes) == ({}, {"somebody": 1}, 1, 2**31 - 1)
    assert [len(each.reason) for each in (*found.unread, *found.skipped)] == [32, 32]
    assert found.document is not None
    assert documents.not_said(found.document.not_said) == ["which files there are"]


def test_what_scancode_tells_twice_or_too_deep_is_listed(tmp_path: Path) -> None:
    deep: Any = 1
    for _each in range(200):
        deep = [deep]
    package = {"package_uid": "pkg:pypi/a@1?uuid=1", "type": "pypi", "name": "a", "version": "1", "purl": "pkg:pypi/a@1"}
    value = {
        "scancode_options": {"--license": True}, "scancode_version": "3.2.3", "packages": [package, package, {**package, "extra": deep}],
        "files": [{"path": "a", "type": "file", "licenses": []}],
    }  # fmt: skip
    found = read(tmp_path, value)
    assert [each.name for each in found.packages] == ["a"]
    assert any("stands twice" in each.message for each in found.unread)


def test_elements_of_spdx_3_that_have_one_id_or_none_are_listed(tmp_path: Path) -> None:
    element = {"type": "software_Package", "spdxId": "urn:x:1", "name": "one", "externalIdentifier": [
        {"externalIdentifierType": "packageUrl", "identifier": "pkg:pypi/one@1"}]}  # fmt: skip
    graph = [
        {"type": "SpdxDocument", "spdxId": "urn:doc", "rootElement": ["urn:x:1"]},
        element,
        element,
        {"type": "software_Package", "name": "none"},
    ]
    found = read(tmp_path, {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph})
    assert sum("stands twice" in each.message or "has no spdxId" in each.message for each in found.unread) == 2


def test_limits_hold_where_a_document_is_read_in_this_process(tmp_path: Path) -> None:
    for text, refusal in (
        (XML % ("", "<component/>" * 3000), documents.DocumentTooLarge),
        (XML % ("", "<component>" * 200), documents.HostileDocument),
        ("SPDXVersion: SPDX-2.3\n" + "PackageName: a\n" * 200, documents.DocumentTooLarge),
    ):
        with pytest.raises(refusal):
            read_here(kept(tmp_path, text), name="x", family="auto", limits=documents.Limits(max_entries=20))


def test_a_tag_before_the_entry_that_it_belongs_to_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nPackageVersion: 1\nPackageName: a\nSPDXID: SPDXRef-a\n")
    assert any("stands before the entry" in each.message for each in found.unread)
