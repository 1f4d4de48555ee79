# SPDX-License-Identifier: Apache-2.0
"""Documents that hold findings: our own read back, those of others, and what they leave open."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from spdx_tools.spdx.model.relationship import RelationshipType

from madang import scan
from madang.scan import documents
from madang.scan.documents.opening import read_here
from madang.scan.documents.relations import relations

AT = datetime(2026, 11, 22, 20, 15, 30, tzinfo=UTC)
MADE = Path(__file__).parent / "documents"


def kept(tmp_path: Path, text: str | bytes, name: str = "given") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(tmp_path: Path, value: Any, family: str = "auto") -> scan.Report:
    """The report in a document, read in this process."""
    text = value if isinstance(value, str | bytes) else json.dumps(value)
    return read_here(kept(tmp_path, text), name="given", family=family, limits=documents.Limits())


def again(tmp_path: Path, report: scan.Report, form: str) -> scan.Report:
    stream = io.StringIO()
    scan.write(report, form, stream, at=AT)
    return read(tmp_path, stream.getvalue())


def named(report: scan.Report) -> list[tuple[Any, ...]]:
    return [(each.name, each.version, each.purl, each.declared_license_expression_spdx) for each in report.packages]


def whole(report: scan.Report) -> list[scan.Package]:
    """The packages, and the one that the document is about."""
    root = report.document.root if report.document else None
    return [*report.packages, *([root] if root else [])]


def licences(report: scan.Report) -> dict[str, str | None]:
    return {each.path: each.detected_license_expression_spdx for each in report.files}


def spdx(**members: Any) -> dict[str, Any]:
    return {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "thing", **members}


def cyclonedx(**members: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", **members}


def test_our_json_read_back_is_the_same_report(tmp_path: Path, report: scan.Report) -> None:
    found = again(tmp_path, report, "json")
    assert replace(found, document=None) == report
    assert found.document is not None
    assert (found.document.form, found.document.tools) == ("madang-json", ("ScanCode 32.5.0",))


def test_scancode_json_read_back_has_equal_files_packages_and_dependencies(tmp_path: Path, report: scan.Report) -> None:
    told = {
        "package_uid": report.packages[0].package_uid, "type": "pypi", "name": "thing", "version": "1.0", "purl": "pkg:pypi/thing@1.0",
        "declared_license_expression": "mit", "declared_license_expression_spdx": "MIT", "datafile_paths": [f"{report.name}/setup.py"],
    }  # fmt: skip
    found = again(tmp_path, replace(report, packages=(replace(report.packages[0], raw=told),)), "scancode-json")
    assert found.name == report.name
    assert licences(found) == licences(report)
    for ours, theirs in zip(report.files, found.files, strict=True):
        assert ours.license_detections == theirs.license_detections
        assert (ours.copyrights, ours.holders, ours.for_packages) == (theirs.copyrights, theirs.holders, theirs.for_packages)
    assert replace(found.packages[0], raw={}) == report.packages[0]
    assert (found.directories, found.license_counts, found.holder_counts) == (
        report.directories, report.license_counts, report.holder_counts,
    )  # fmt: skip
    assert {each.path for each in found.unread} == {report.unread[0].path}
    assert found.is_open("hashes")
    assert found.is_open("sizes")


@pytest.mark.parametrize("form", ["spdx-json", "cyclonedx-json"])
def test_spdx_and_cyclonedx_read_back_have_equal_licences_packages_and_needs(tmp_path: Path, report: scan.Report, form: str) -> None:
    found = again(tmp_path, report, form)
    assert found.name == report.name
    assert found.declared_license_expression == "MIT"
    expected = {path: licence for path, licence in licences(report).items() if licence or form == "spdx-json"}
    assert licences(found) == expected
    digests = {each.path: each.sha256 for each in report.files}
    assert {each.path: each.sha256 for each in found.files} == {path: digests[path] for path in expected}
    assert named(found) == named(report)
    assert {each.purl for each in found.dependencies} == {each.purl for each in report.dependencies}
    users = {each.purl: each.for_package_uid is not None for each in found.dependencies}
    assert users == {"pkg:npm/%40a/b@2.0": True, "pkg:pypi/loose": False}
    assert (found.engine.name, found.engine.version) == ("ScanCode", "32.5.0")
    assert found.is_open("holders")


def test_reading_and_writing_again_changes_nothing_more(tmp_path: Path, report: scan.Report) -> None:
    for form in ("spdx-json", "cyclonedx-json", "json"):
        once = again(tmp_path, report, form)
        twice = again(tmp_path, once, form)
        assert licences(twice) == licences(once), form
        assert named(twice) == named(once), form
        assert len(twice.relationships) == len(once.relationships), form


@pytest.mark.parametrize("form", list(scan.FORMATS))
def test_what_was_read_can_be_written_in_every_form_and_says_whose_it_is(tmp_path: Path, report: scan.Report, form: str) -> None:
    read_back = again(tmp_path, report, "cyclonedx-json")
    stream = io.StringIO()
    scan.write(read_back, form, stream, at=AT)
    text = stream.getvalue()
    if form == "csv":
        assert f"\r\nLICENSE,,{'a' * 64},," in text, "a size that is not said is no 0"
    elif form not in ("sarif", "cyclonedx-json"):
        assert read_back.document is not None
        assert read_back.document.sha256 in text
    if form in ("table", "html"):
        assert "copyright holders; lines where something stands" in text


def test_what_a_document_does_not_say_is_not_told_as_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, cyclonedx(components=[{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "version": "1"}]))
    assert found.is_open("files")
    assert found.is_open("package-licences")
    table = io.StringIO()
    scan.write(found, "table", table, at=AT)
    for name in ("Files", "Detected licences", "Declared licence"):
        assert re.search(f"^{name} +not said$", table.getvalue(), re.MULTILINE), name
    told = read(tmp_path, spdx(packages=[{"SPDXID": "SPDXRef-a", "name": "a", "licenseDeclared": "NONE"}]))
    assert not told.is_open("package-licences"), "NONE says that there is none"


def test_words_that_are_no_expression_are_kept_and_count_as_unknown(tmp_path: Path) -> None:
    long = " AND ".join(f"MIT-{number}" for number in range(100_000))
    texts = [
        "GPL v2 or later",
        "MIT AND",
        "(" * 30_000,
        "(" * 3000 + "MIT" + " OR B)" * 3000,
        long,
        long.replace(" ", "\n"),
        "Ⅿit",
        "MIT\0",
    ]
    packages = [{"SPDXID": f"SPDXRef-{n}", "name": f"p{n}", "licenseDeclared": text} for n, text in enumerate(texts)]
    packages.append({"SPDXID": "SPDXRef-good", "name": "good", "licenseDeclared": "MIT or Apache-2.0"})
    found = read(tmp_path, spdx(packages=packages))
    *odd, good = found.packages
    assert good.declared_license_expression_spdx == "MIT OR Apache-2.0"
    for each, text in zip(odd, texts, strict=True):
        if each.declared_license_expression_spdx == "LicenseRef-unknown":
            assert each.raw["extracted_license_statement"] == " ".join(text.replace("\0", "\ufffd").split())
            assert any(left.path == each.package_uid and left.reason == "licence-unclear" for left in found.unread)
        else:
            assert text.startswith("((("), "brackets that are closed may be read"
    assert len([left for left in found.unread if left.reason == "licence-unclear"]) >= 7
    assert all(len(left.message) < 500 for left in found.unread)


def test_a_licence_beside_words_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    licensed = [{"license": {"id": "MIT"}}, {"license": {"name": "Some licence of ours"}}]
    found = read(tmp_path, cyclonedx(components=[{"type": "library", "name": "a", "licenses": licensed}]))
    assert found.packages[0].declared_license_expression_spdx == "LicenseRef-unknown AND MIT"
    assert "Some licence of ours" in found.unread[0].message


def test_declared_and_concluded_stand_apart(tmp_path: Path) -> None:
    package = {"SPDXID": "SPDXRef-a", "name": "a", "licenseDeclared": "MIT OR GPL-2.0-only", "licenseConcluded": "MIT"}
    file = {"SPDXID": "SPDXRef-f", "fileName": "./f.c", "licenseInfoInFiles": ["GPL-2.0-only", "MIT"], "licenseConcluded": "MIT"}
    found = read(tmp_path, spdx(packages=[package], files=[file]))
    one, other = whole(found)[0], found.files[0]
    assert (one.declared_license_expression_spdx, one.concluded_license_expression_spdx) == ("MIT OR GPL-2.0-only", "MIT")
    assert (other.detected_license_expression_spdx, other.concluded_license_expression_spdx) == ("GPL-2.0-only AND MIT", "MIT")
    stated = [{"expression": "MIT", "acknowledgement": "concluded"}]
    component = read(tmp_path, cyclonedx(components=[{"type": "library", "name": "a", "licenses": stated}])).packages[0]
    assert (component.declared_license_expression_spdx, component.concluded_license_expression_spdx) == (None, "MIT")


def test_relationships_point_from_what_is_made_to_what_it_is_made_with(tmp_path: Path) -> None:
    purls = {each: [{"referenceType": "purl", "referenceLocator": f"pkg:generic/{each}@1"}] for each in "abc"}
    packages = [{"SPDXID": f"SPDXRef-{each}", "name": each, "externalRefs": purl} for each, purl in purls.items()]
    said = [("a", "STATIC_LINK", "b"), ("c", "BUILD_TOOL_OF", "a"), ("b", "DEPENDENCY_OF", "a"), ("b", "DEPENDS_ON", "NONE"),
            ("c", "DEPENDS_ON", "NOASSERTION"), ("c", "WHATEVER", "a"), ("a", "DEPENDS_ON", "DocumentRef-x")]  # fmt: skip

    def key(name: str) -> str:
        return name if len(name) > 1 else f"SPDXRef-{name}"

    relationships = [{"spdxElementId": key(a), "relationshipType": kind, "relatedSpdxElement": key(b)} for a, kind, b in said]
    found = read(tmp_path, spdx(packages=packages, relationships=[*relationships, {"spdxElementId": "SPDXRef-a"}]))
    told = {(each.source[-1:], each.kind, each.target and each.target[-1:], each.completeness) for each in found.relationships}
    assert told == {
        ("a", "static-link", "b", "unknown"), ("a", "built-with", "c", "unknown"), ("a", "depends-on", "b", "unknown"),
        ("b", "depends-on", None, "complete"), ("c", "other", "a", "unknown"), ("a", "depends-on", "x", "unknown"),
    }  # fmt: skip
    assert [each.target for each in found.relationships if each.target and "outside" in each.target] == ["outside:DocumentRef-x"]
    assert [each.path for each in found.unread] == ["relationships[7]"]


def test_a_circle_of_relationships_is_only_told(tmp_path: Path) -> None:
    packages = [{"SPDXID": f"SPDXRef-{n}", "name": str(n)} for n in range(500)]
    circle = [
        {"spdxElementId": f"SPDXRef-{n}", "relationshipType": kind, "relatedSpdxElement": f"SPDXRef-{(n + 1) % 500}"}
        for n in range(500)
        for kind in ("DEPENDS_ON", "CONTAINS")
    ]
    assert len(read(tmp_path, spdx(packages=packages, relationships=circle)).relationships) == 1000


def test_every_kind_of_relationship_of_the_standards_is_known() -> None:
    assert set(relations("spdx-2")) == {each.name for each in RelationshipType}
    assert {"trained-on", "evaluated-on", "static-link", "dynamic-link", "contains", "depends-on"} <= set(documents.KINDS)


def test_a_document_has_limits_and_says_which(tmp_path: Path) -> None:
    path = kept(tmp_path, json.dumps(spdx(packages=[{"SPDXID": f"SPDXRef-{n}"} for n in range(20)])))
    with pytest.raises(documents.DocumentTooLarge, match="max_bytes"):
        read_here(path, name="x", family="auto", limits=documents.Limits(max_bytes=10))
    with pytest.raises(documents.DocumentTooLarge, match="max_entries"):
        read_here(path, name="x", family="auto", limits=documents.Limits(max_entries=10))


def test_reading_apart_gives_the_same_and_carries_the_refusals(tmp_path: Path, report: scan.Report) -> None:
    stream = io.StringIO()
    scan.write(report, "spdx-json", stream, at=AT)
    path = kept(tmp_path, stream.getvalue())
    assert documents.read(path) == read_here(path, name="given", family="auto", limits=documents.Limits())
    with pytest.raises(documents.OtherDocument, match="is SPDX and not CycloneDX"):
        documents.read(path, family="cyclonedx")
    with pytest.raises(documents.DocumentTooLarge, match="memory_bytes"):
        documents.read(kept(tmp_path, "[[" * 40_000_000, "deep"), limits=documents.Limits(memory_bytes=120_000_000))
    with pytest.raises(FileNotFoundError):
        documents.read(tmp_path / "missing")
    with pytest.raises(scan.Cancelled):
        documents.read(path, stop=lambda: True)


def test_reading_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    entries = [{"SPDXID": f"SPDXRef-{n}", "name": "x", "licenseDeclared": f"A AND B{n}"} for n in range(60_000)]
    path = kept(tmp_path, json.dumps(spdx(packages=entries)))
    with pytest.raises(documents.DocumentTooLarge, match="seconds"):
        documents.read(path, limits=documents.Limits(seconds=1))


def test_the_head_of_a_file_hints_at_what_it_is() -> None:
    hints = {
        b'{"spdxVersion": "SPDX-2.3"': "spdx", b"SPDXVersion: SPDX-2.3\n": "spdx", b'{"bomFormat" : "CycloneDX"': "cyclonedx",
        b'<?xml?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">': "cyclonedx", b'{"headers":[{"tool_name":"provenant"': "scancode",
        b'{\n"format":"madang-scan/1"': "madang", b"int main;": None, b"\xff\xfe": None,
    }  # fmt: skip
    assert {head: documents.looks_like(head) for head in hints} == hints
