# SPDX-License-Identifier: Apache-2.0
"""Every format against the standard's own validator where there is one."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from madang import scan
from rooms.scan.conftest import EVIL

AT = datetime(2026, 11, 22, 20, 15, 30, 999, tzinfo=UTC)
JSON = ("json", "scancode-json", "spdx-json", "cyclonedx-json", "sarif")


def written(report: scan.Report, form: str) -> str:
    stream = io.StringIO()
    scan.write(report, form, stream, at=AT)
    text = stream.getvalue()
    text.encode()
    return text


def parsed(report: scan.Report, form: str) -> Any:
    return json.loads(written(report, form))


@pytest.fixture(params=["full", "empty"])
def any_report(request: pytest.FixtureRequest, report: scan.Report) -> scan.Report:
    if request.param == "full":
        return report
    nothing: dict[str, Any] = dict.fromkeys(
        ("files", "directories", "packages", "dependencies", "license_detections", "unread", "skipped", "declared_in"), ()
    )
    return replace(
        report,
        **nothing,
        name="empty",
        license_counts={},
        holder_counts={},
        totals=scan.Totals(*[0] * 9),
        declared_license_expression=None,
        license_expression=None,
    )


def test_the_formats_are_the_promised_ones() -> None:
    assert set(scan.FORMATS) == {"table", "json", "scancode-json", "spdx-json", "cyclonedx-json", "sarif", "html", "csv"}


def test_an_unknown_format_is_refused_with_the_known_ones(report: scan.Report) -> None:
    with pytest.raises(scan.UnknownFormat, match="spdx-json"):
        scan.write(report, "xml", io.StringIO())


@pytest.mark.parametrize("form", list(scan.FORMATS))
def test_the_same_report_and_time_give_the_same_text(any_report: scan.Report, form: str) -> None:
    assert written(any_report, form) == written(any_report, form)
    if form in JSON:
        parsed(any_report, form)


@pytest.mark.parametrize("form", sorted(scan.FORMATS.keys() - {"csv"}))  # a row a file has no place for a time
def test_without_a_time_it_is_now(report: scan.Report, form: str) -> None:
    stream = io.StringIO()
    scan.write(report, form, stream)
    assert str(datetime.now(UTC).year) in stream.getvalue()


def test_our_json_is_read_back(any_report: scan.Report) -> None:
    assert scan.Report.from_json(parsed(any_report, "json")) == any_report


def test_spdx_is_valid(any_report: scan.Report, tmp_path: Path) -> None:
    target = tmp_path / "report.spdx.json"
    target.write_text(written(any_report, "spdx-json"), encoding="utf-8")
    document = parse_file(str(target))
    assert validate_full_spdx_document(document) == []
    assert len(document.files) == len(any_report.files)


def test_spdx_says_what_is_declared_and_concludes_nothing(report: scan.Report) -> None:
    document = parsed(report, "spdx-json")
    assert document["creationInfo"]["created"] == "2026-11-22T20:15:30Z"
    root, package, *needs = document["packages"]
    assert (root["licenseDeclared"], root["licenseConcluded"]) == ("MIT", "NOASSERTION")
    assert package["externalRefs"][0]["referenceLocator"] == "pkg:pypi/thing@1.0"
    assert [each["name"] for each in needs] == ["@a/b", "loose"]
    assert {each["licenseId"] for each in document["hasExtractedLicensingInfos"]} == {
        "LicenseRef-scancode-own",
        "LicenseRef-scancode-own-exception",
    }
    kinds = [each["relationshipType"] for each in document["relationships"]]
    assert (kinds.count("CONTAINS"), kinds.count("DEPENDS_ON"), kinds.count("DESCRIBES")) == (4, 2, 1)


def test_each_spdx_document_has_an_address_of_its_own(report: scan.Report) -> None:
    later = io.StringIO()
    scan.write(report, "spdx-json", later, at=AT.replace(hour=1))
    other = replace(report, files=report.files[1:])
    spaces = {parsed(report, "spdx-json")["documentNamespace"], json.loads(later.getvalue())["documentNamespace"]}
    assert len(spaces | {parsed(other, "spdx-json")["documentNamespace"]}) == 3


def test_cyclonedx_is_valid(any_report: scan.Report) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written(any_report, "cyclonedx-json")) is None


def test_cyclonedx_tells_declared_from_detected(report: scan.Report) -> None:
    document = parsed(report, "cyclonedx-json")
    root = document["metadata"]["component"]
    assert root["licenses"] == [{"expression": "MIT", "acknowledgement": "declared"}]
    assert root["evidence"]["licenses"] == [{"expression": "LicenseRef-scancode-own AND MIT"}]
    refs = [each["bom-ref"] for each in document["components"]]
    assert len(set(refs)) == len(refs)
    wanted = {each["ref"]: each["dependsOn"] for each in document["dependencies"]}
    assert wanted["package:pkg:pypi/thing@1.0?uuid=1"] == ["needs:pkg:npm/%40a/b@2.0"]
    assert wanted["root"] == ["package:pkg:pypi/thing@1.0?uuid=1", "needs:pkg:pypi/loose"]
    assert [each["type"] for each in document["components"]] == ["library", "library", "library", "file", "file"]


def test_sarif_has_a_result_for_each_match_and_tells_what_was_not_read(report: scan.Report) -> None:
    (run,) = parsed(report, "sarif")["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["LicenseRef-scancode-own", "MIT"]
    assert [(each["ruleId"], rules[each["ruleIndex"]]) for each in run["results"]] == [
        (rule, rule) for rule in ("MIT", "LicenseRef-scancode-own")
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "endLine": 20}
    assert place["artifactLocation"]["uri"] == "LICENSE"
    addresses = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]]
    assert all(re.fullmatch(r"[A-Za-z0-9/%._~-]+", address) for address in addresses)
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "file_seconds" in note["message"]["text"]


def test_sarif_leaves_out_what_was_found_in_another_file(report: scan.Report) -> None:
    file = report.files[0]
    followed = replace(file.license_detections[0].matches[0], from_file="tree/COPYING")
    detection = replace(file.license_detections[0], matches=(followed,))
    other = replace(report, files=(replace(file, license_detections=(detection,)),), errors=("It broke.",))
    (run,) = parsed(other, "sarif")["runs"]
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is False


def test_scancode_json_has_scancodes_shape(report: scan.Report) -> None:
    document = parsed(report, "scancode-json")
    assert list(document) == ["headers", "packages", "dependencies", "license_detections", "files"]
    assert document["headers"][0]["tool_name"] == "scancode-toolkit"
    assert document["headers"][0]["tool_version"] == "32.5.0"
    root = report.name
    assert [(each["path"], each["type"]) for each in document["files"]] == [
        (root, "directory"),
        (f"{root}/empty", "directory"),
        (f"{root}/LICENSE", "file"),
        (f"{root}/src", "directory"),
        (f"{root}/src/{EVIL}.py", "file"),
        (f"{root}/src/\\xff odd\x1b[31m\n.txt", "file"),
    ]
    licence = document["files"][2]
    assert licence["detected_license_expression_spdx"] == "MIT"
    assert licence["license_detections"][0]["matches"][0]["rule_identifier"] == "mit_1.RULE"
    assert licence["holders"] == [{"holder": "한국연구소", "start_line": 1, "end_line": 1}]
    assert "detection_log" not in licence["license_detections"][0]
    assert document["files"][4]["license_detections"][0]["detection_log"] == ["unknown-match"]
    assert document["files"][5]["scan_errors"]
    assert all(set(each) == set(licence) for each in document["files"])


def test_scancode_json_of_one_file_has_that_file_only(report: scan.Report) -> None:
    alone = replace(report, root_is_file=True, files=report.files[:1], directories=(), name="LICENSE")
    assert [each["path"] for each in parsed(alone, "scancode-json")["files"]] == ["LICENSE"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_runs_nothing_and_asks_no_other_host(any_report: scan.Report) -> None:
    page = written(any_report, "html")
    tags = Tags()
    tags.feed(page)
    names = {tag for tag, _attributes in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "object", "a", "form", "base"}
    assert not [name for _tag, attributes in tags.seen for name in attributes if name.startswith("on") or name in ("src", "href")]
    assert "://" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_the_page_escapes_what_was_found(report: scan.Report) -> None:
    page = written(replace(report, errors=(EVIL,)), "html")
    assert EVIL not in page
    assert page.count("&lt;script onload=&quot;") >= 4
    assert "한국연구소" in page
    assert "\x1b" not in page


def test_the_page_lists_only_files_with_findings_and_each_with_its_lines(report: scan.Report) -> None:
    match = report.files[0].license_detections[0].matches[0]
    told = replace(
        report.files[2],
        path="told.toml",
        license_clues=(match,),
        authors=(scan.Statement("the lab", 4, 4),),
        package_data=({"purl": "pkg:pypi/told@1"}, {}),
    )
    page = written(replace(report, files=(*report.files, told)), "html")
    listed = page.partition("Files with findings")[2].partition("</table>")[0]
    assert "odd" not in listed
    assert "line 1: LicenseRef-scancode-own, score 99.5" in listed
    assert "lines 3 to 20: MIT, score 99.5" in listed
    assert "lines 1 to 1" not in listed
    row = listed.partition("told.toml")[2]
    for words in (
        "none detected",
        "a clue too weak to count",
        "line 4: author the lab",
        "package pkg:pypi/told@1",
        "package without a name",
    ):
        assert words in row, words


def test_the_table_cannot_move_the_cursor(report: scan.Report) -> None:
    table = written(replace(report, errors=("broken\x1b[2J",)), "table")
    assert "\x1b" not in table
    assert "\\x1b[31m\\n.txt" in table
    assert re.search(r"Declared licence +MIT", table)
    assert "file_seconds" in table


def test_the_table_shows_the_most_frequent_and_counts_the_rest(report: scan.Report) -> None:
    many = replace(report, license_counts={f"LicenseRef-{number:02}": 1 for number in range(30)})
    table = written(many, "table")
    assert "LicenseRef-19" in table
    assert "LicenseRef-20" not in table
    assert "and 10 more" in table
