# SPDX-License-Identifier: Apache-2.0
"""Documents that other tools made, as they made them: ScanCode's command, an exporter of Python environments, bindings of SPDX 3."""

import io
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.writer.write_anything import write_file

from madang import scan
from rooms.scan.test_documents import AT, MADE, cyclonedx, licences, named, read, spdx


def made(tmp_path: Path, name: str) -> scan.Report:
    return read(tmp_path, (MADE / name).read_bytes())


def test_scancodes_own_json_is_read_with_its_lines(tmp_path: Path) -> None:
    found = made(tmp_path, "scancode.json")
    assert (found.name, found.engine.name, found.engine.version, found.engine.spdx_list_version) == (
        "licence-conflict", "ScanCode", "32.5.0", "3.27",
    )  # fmt: skip
    assert found.declared_license_expression == "Apache-2.0"
    assert found.declared_in == ("pyproject.toml",)
    assert licences(found)["docs/안내.md"] == "CC-BY-4.0"
    reading = next(each for each in found.files if each.path == "greenhouse/reading.py")
    assert reading.license_detections[0].matches[0].start_line > 0
    assert found.packages[0].datafile_paths == ("pyproject.toml",)
    assert found.directories == ("data", "docs", "greenhouse", "greenhouse/vendor", "panel")
    assert found.is_open("sizes", "hashes")
    assert not found.is_open("copyrights")
    assert found.unread == ()


def test_scancodes_tag_value_agrees_with_its_json_and_its_false_digests_are_told(tmp_path: Path) -> None:
    found, whole = made(tmp_path, "scancode.spdx"), made(tmp_path, "scancode.json")
    assert {path.removeprefix("licence-conflict/") for path in licences(found)} == set(licences(whole))
    assert (found.engine.name, found.engine.version) == ("ScanCode", "32.5.0")
    by_path = {path.removeprefix("licence-conflict/"): licence for path, licence in licences(found).items()}
    assert by_path["greenhouse/reading.py"] == licences(whole)["greenhouse/reading.py"]
    assert any("digest is that of an empty file" in each.message for each in found.unread)
    assert found.document is not None
    assert found.document.root is not None, "the only package is what the document is about"


def test_cyclonedx_in_json_and_in_xml_say_the_same(tmp_path: Path) -> None:
    one, other = made(tmp_path, "environment.cdx.json"), made(tmp_path, "environment.cdx.xml")
    assert named(one) == named(other)
    assert named(one)[0] == ("attrs", "26.1.0", "pkg:pypi/attrs@26.1.0", "MIT")
    assert one.relationships == other.relationships
    assert [each.form for each in (one.document, other.document) if each] == ["cyclonedx-1.6-json", "cyclonedx-1.4-xml"]
    assert {(each.source, each.target) for each in one.relationships if each.kind == "depends-on"} == {
        ("license-expression==30.4.4", "boolean.py==5.0")
    }
    assert named(made(tmp_path, "scancode.cdx.json")) == named(made(tmp_path, "scancode.cdx.xml")) != []


def test_spdx_3_tells_models_data_and_how_they_are_joined(tmp_path: Path) -> None:
    found = made(tmp_path, "speech.spdx3.json")
    corpus, decoder = found.packages
    assert found.document is not None
    root = found.document.root
    assert root is not None
    assert (root.name, root.purpose, found.declared_license_expression) == ("speech", "model", "Apache-2.0 OR MIT")
    assert (corpus.name, corpus.purpose) == ("회의 음성", "dataset")
    assert corpus.declared_license_expression_spdx == "CC-BY-NC-4.0 AND LicenseRef-consent"
    assert found.document.licence_texts == {"LicenseRef-consent": "For research into speech only."}
    assert (decoder.purl, decoder.concluded_license_expression_spdx) == ("pkg:pypi/decoder@2.3", "GPL-2.0+ WITH Classpath-exception-2.0")
    assert decoder.raw["sha256"] == "ab" * 32
    assert {(each.kind, each.target and each.target.rpartition("/")[2], each.completeness) for each in found.relationships} == {
        ("trained-on", "corpus", "complete"), ("evaluated-on", "corpus", "unknown"), ("runtime-depends-on", "lib", "incomplete"),
    }  # fmt: skip
    assert licences(found) == {"weights/model.bin": "Apache-2.0 OR MIT"}


def graph(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": list(elements)}


def test_licences_joined_in_a_circle_are_words(tmp_path: Path) -> None:
    ends = {"type": "expandedlicensing_ConjunctiveLicenseSet", "spdxId": "u:a", "expandedlicensing_member": ["u:b", "u:b"]}
    back = {"type": "expandedlicensing_DisjunctiveLicenseSet", "spdxId": "u:b", "expandedlicensing_member": ["u:a", "u:c"]}
    bomb = [{"type": "expandedlicensing_ConjunctiveLicenseSet", "spdxId": f"u:{n}", "expandedlicensing_member": [f"u:{n + 1}"] * 9}
            for n in range(30)]  # fmt: skip
    packages = [{"type": "software_Package", "spdxId": f"u:p{n}", "name": str(n)} for n in range(3)]
    stated = [{"type": "Relationship", "spdxId": f"u:r{n}", "relationshipType": "hasDeclaredLicense", "from": f"u:p{n}", "to": [to]}
              for n, to in enumerate(["u:a", "u:0", "https://spdx.org/rdf/3.0.1/terms/Licensing/NoneLicense"])]  # fmt: skip
    found = read(tmp_path, graph(ends, back, *bomb, *packages, *stated))
    assert [each.declared_license_expression_spdx for each in found.packages] == ["LicenseRef-unknown", "LicenseRef-unknown", None]
    assert len(found.unread) == 2


def test_a_machine_learning_bom_tells_what_a_model_was_trained_on(tmp_path: Path) -> None:
    model = {
        "type": "machine-learning-model", "bom-ref": "m", "name": "speech", "licenses": [{"license": {"id": "Apache-2.0"}}],
        "pedigree": {"ancestors": [{"type": "machine-learning-model", "bom-ref": "base", "name": "base", "version": "7"}]},
        "modelCard": {"modelParameters": {"datasets": [{"ref": "d"}, {"type": "dataset", "name": "inline"}]}},
    }  # fmt: skip
    data = {"type": "data", "bom-ref": "d", "name": "corpus", "licenses": [{"license": {"id": "CC-BY-NC-4.0"}}]}
    service = {"bom-ref": "s", "group": "institute", "name": "translate", "licenses": [{"expression": "LicenseRef-terms"}]}
    compositions = [{"aggregate": "incomplete", "assemblies": ["m"], "dependencies": ["m"]}, {"aggregate": "complete", "assemblies": ["d"]}]
    bom = cyclonedx(components=[model, data], services=[service], compositions=compositions, vulnerabilities=[{"id": "x"}],
                    dependencies=[{"ref": "m", "dependsOn": ["s", "elsewhere"]}, {"dependsOn": []}])  # fmt: skip
    found = read(tmp_path, bom)
    assert {each.name: each.purpose for each in found.packages} == {
        "speech": "model", "base": "model", "inline": "dataset", "corpus": "dataset", "institute/translate": "service",
    }  # fmt: skip
    told = {(each.source, each.kind, each.target, each.completeness) for each in found.relationships}
    inline = "components[0].modelCard.datasets[1]"
    assert told >= {
        ("m", "trained-on", "d", "unknown"), ("m", "trained-on", inline, "unknown"), ("m", "descendant-of", "base", "unknown"),
        ("", "contains", "m", "unknown"), ("", "calls", "s", "unknown"), ("m", "depends-on", "s", "incomplete"),
        ("m", "depends-on", "outside:elsewhere", "incomplete"),
    }  # fmt: skip
    assert [each.path for each in found.skipped] == ["vulnerabilities"]
    assert [each.path for each in found.unread] == ["dependencies[1]"]


def bom() -> Bom:
    """A bill of materials in the standard's own library."""
    whole = Bom()
    whole.metadata.component = root = Component(name="firmware", type=ComponentType.FIRMWARE, bom_ref="fw", version="3")
    parts = [
        Component(name="busybox", group="tools", type=ComponentType.APPLICATION, bom_ref="bb", version="1.36",
                  purl=PackageURL("generic", None, "busybox", "1.36"), licenses=[LicenseExpression("GPL-2.0-only")],
                  hashes=[HashType(alg=HashAlgorithm.SHA_256, content="ab" * 32)]),
        Component(name="odd", type=ComponentType.LIBRARY, bom_ref="odd", licenses=[DisjunctiveLicense(name="Licence of ours")]),
        Component(name="etc/passwd", type=ComponentType.FILE, bom_ref="f", copyright="Copyright 2020 Example"),
    ]  # fmt: skip
    for each in parts:
        whole.components.add(each)
    whole.register_dependency(root, parts[:2])
    return whole


@pytest.mark.parametrize("output", [OutputFormat.JSON, OutputFormat.XML])
@pytest.mark.parametrize("version", [each for each in SchemaVersion if each >= SchemaVersion.V1_2])
def test_every_version_of_cyclonedx_is_read_as_its_own_library_writes_it(
    tmp_path: Path, version: SchemaVersion, output: OutputFormat
) -> None:
    found = read(tmp_path, make_outputter(bom(), output, version).output_as_string())
    assert (found.name, found.document and found.document.form) == ("firmware", f"cyclonedx-{version.to_version()}-{output.name.lower()}")
    assert {(each.name, each.declared_license_expression_spdx) for each in found.packages} == {
        ("tools/busybox", "GPL-2.0-only"), ("odd", "LicenseRef-unknown"),
    }  # fmt: skip
    assert next(each for each in found.packages if each.purl).raw["sha256"] == "ab" * 32
    assert [(each.path, each.copyrights[0].value) for each in found.files] == [("etc/passwd", "Copyright 2020 Example")]
    assert {(each.source, each.target) for each in found.relationships if each.kind == "depends-on"} == {("", "bb"), ("", "odd")}


@pytest.mark.parametrize("ending", [".spdx", ".json"])
def test_spdx_as_its_own_library_writes_it_is_read_alike_in_both_forms(tmp_path: Path, report: scan.Report, ending: str) -> None:
    stream = io.StringIO()
    scan.write(report, "spdx-json", stream, at=AT)
    (tmp_path / "ours.spdx.json").write_text(stream.getvalue(), encoding="utf-8")
    target = tmp_path / f"theirs{ending}"
    write_file(parse_file(str(tmp_path / "ours.spdx.json")), str(target), validate=False)
    found = read(tmp_path, target.read_bytes())
    assert named(found) == named(report)
    assert {each.purl for each in found.dependencies} == {each.purl for each in report.dependencies}
    ours = {path.replace("\x1b", "").replace("\n", ""): licence for path, licence in licences(report).items()}
    assert sorted(map(str, licences(found).values())) == sorted(map(str, ours.values()))
    assert found.declared_license_expression == "MIT"


TAGS = """\
SPDXVersion: SPDX-2.3
DocumentName: thing
# a remark
Creator: Tool: looker 3.1
Creator: Person: somebody

PackageName: outer
SPDXID: SPDXRef-outer
PackageChecksum: SHA1: {digest}
PackageLicenseDeclared: (MIT OR Apache-2.0)
PackageCopyrightText: <text>Copyright 2020 One
Copyright 2021 Two</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/outer@1
PrimaryPackagePurpose: LIBRARY
FileName: ./a.c
SPDXID: SPDXRef-a
FileType: SOURCE
FileChecksum: SHA256: {long}
LicenseInfoInFile: MIT
LicenseInfoInFile: LicenseRef-1
Relationship: SPDXRef-a STATIC_LINK SPDXRef-inner
PackageName: inner
SPDXID: SPDXRef-inner
LicenseID: LicenseRef-1
ExtractedText: <text>Do good.</text>
Annotator: Person: somebody
Made-Up: x
MadeUp: x
"""


def test_tag_value_is_read_with_what_stands_between_its_entries(tmp_path: Path) -> None:
    found = read(tmp_path, TAGS.format(digest="c" * 40, long="d" * 64))
    outer, _inner = found.packages
    assert (outer.declared_license_expression_spdx, outer.purl, outer.purpose) == ("MIT OR Apache-2.0", "pkg:npm/outer@1", "library")
    assert (outer.raw["sha1"], outer.raw["copyright"]) == ("c" * 40, "Copyright 2020 One\nCopyright 2021 Two")
    file = found.files[0]
    assert (file.path, file.is_source, file.sha256, file.for_packages) == ("a.c", True, "d" * 64, ("SPDXRef-outer",))
    assert file.detected_license_expression_spdx == "LicenseRef-1 AND MIT"
    assert found.document is not None
    assert found.document.licence_texts == {"LicenseRef-1": "Do good."}
    assert [(each.source, each.kind, each.target) for each in found.relationships] == [("file:a.c", "static-link", "SPDXRef-inner")]
    assert (found.engine.name, found.engine.version) == ("looker", "3.1")
    assert [each.path for each in found.skipped] == ["annotations"]
    assert [each.path for each in found.unread] == ["line 27", "line 28"]


OLD_OPTIONS = {"input": ["thing"], "--license": True, "--strip-root": True}
OLD = {
    "headers": [{"tool_name": "scancode-toolkit", "tool_version": "3.0.2", "options": OLD_OPTIONS}],
    "files": [{
        "path": "a.c", "type": "file", "license_expressions": ["gpl-2.0 or odd-key", "mit"],
        "licenses": [
            {"key": "gpl-2.0", "spdx_license_key": "GPL-2.0-only", "score": 99.0, "start_line": 1, "end_line": 2,
             "matched_rule": {"identifier": "gpl_1.RULE", "license_expression": "gpl-2.0"}},
            {"key": "mit", "spdx_license_key": "MIT", "score": 90.0, "start_line": 5, "end_line": 5, "matched_rule": {}},
        ],
        "copyrights": [{"value": "Copyright 2001 Somebody", "start_line": 1, "end_line": 1}],
    }],
}  # fmt: skip


def test_older_scancode_json_is_read_with_its_own_keys(tmp_path: Path) -> None:
    found = read(tmp_path, OLD)
    assert licences(found) == {"a.c": "(GPL-2.0-only OR LicenseRef-scancode-odd-key) AND MIT"}
    assert [each.matches[0].rule_identifier for each in found.files[0].license_detections] == ["gpl_1.RULE", ""]
    assert found.files[0].copyrights[0].value == "Copyright 2001 Somebody"
    assert found.name == "thing"
    assert found.is_open("packages")


def provenant(**more: Any) -> dict[str, Any]:
    entry = {"path": "tree/a.rs", "type": "file", "detected_license_expression_spdx": "MIT", "license_detections": [], **more}
    needs = {"purl": "pkg:cargo/b@1", "is_runtime": None, "dependency_uid": "u", "datafile_path": "tree/Cargo.toml"}
    header = {"tool_name": "provenant", "tool_version": "0.1.0", "options": {}, "errors": ["Path: tree/b"], "license_index_provenance": {}}
    return {"headers": [header], "files": [{"path": "tree", "type": "directory"}, entry], "packages": [], "dependencies": [needs]}


def test_what_writes_scancodes_shape_is_called_by_its_own_name(tmp_path: Path) -> None:
    found = read(tmp_path, provenant())
    assert (found.engine.name, found.engine.version) == ("Provenant", "0.1.0")
    assert licences(found) == {"a.rs": "MIT"}
    assert (found.dependencies[0].purl, found.dependencies[0].is_runtime, found.dependencies[0].datafile_path) == (
        "pkg:cargo/b@1", False, "Cargo.toml",
    )  # fmt: skip
    assert found.errors == ("Path: tree/b",)


def test_an_answer_of_a_forge_may_hold_the_document(tmp_path: Path) -> None:
    assert read(tmp_path, {"sbom": spdx(packages=[{"SPDXID": "SPDXRef-a", "name": "a"}])}).name == "a"


def test_a_tree_that_was_scanned_from_a_full_path_loses_it(tmp_path: Path) -> None:
    full = provenant()
    full["headers"][0]["options"] = {"--full-root": True, "--license": True}
    full["files"] = [{"path": "home/me/tree", "type": "directory"}, {**full["files"][1], "path": "home/me/tree/a.rs"}]
    assert list(licences(read(tmp_path, full))) == ["a.rs"]
