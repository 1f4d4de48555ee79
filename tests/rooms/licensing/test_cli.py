# SPDX-License-Identifier: Apache-2.0
"""``madang licence``: asked and told on the command line, without a platform."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from madang import cli, licensing
from madang.licensing import MatrixUnreadable, UnknownLicence, cells, listing

HEADER = "source,inbound,outbound,value,sentence,date\n"


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(cli.commands, ["licence", *arguments], catch_exceptions=False, standalone_mode=False)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "en")


def test_a_licence_is_told_with_the_source_of_each_cell() -> None:
    told = asked("show", "AGPL-3.0-only", "--against", "MIT").output
    assert "offer the source to whoever uses it over the network" in told
    assert "[AGPL-3.0-only section 13; " in told
    assert "As a part of a work under MIT: does not fit" in told
    assert "OSADL (2024-05-21): does not fit" in told


def test_it_is_told_in_korean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "ko")
    told = asked("show", "LicenseRef-KOGL-4").output
    assert "상업적 이용" in told
    assert "허용 안 함" in told


def test_json_holds_every_cell_of_each_licence_of_an_expression() -> None:
    tree = json.loads(asked("show", "mit or (apache-2.0 and LicenseRef-own)", "--format", "json").output)
    assert tree["expression"] == "MIT OR (Apache-2.0 AND LicenseRef-own)"
    assert [row["key"] for row in tree["licences"]] == ["MIT", "Apache-2.0", "LicenseRef-own"]
    assert [row["is_reviewed"] for row in tree["licences"]] == [True, True, False]
    for row in tree["licences"]:
        assert set(row["actions"]) == set(cells.actions())
        assert set(row["properties"]) == set(cells.properties())
        assert all(set(cell) == {"value", "source", "date"} for cell in (*row["actions"].values(), *row["properties"].values()))
    assert tree["sources"] == {"OSADL": "2024-05-21"}


def test_what_nobody_has_compared_is_said_to_be_unknown() -> None:
    assert "Nobody has compared this licence" in asked("show", "LicenseRef-own").output


def test_versions_and_duties_that_are_none_are_told() -> None:
    assert "GPL-2.0-only, GPL-3.0-only" in asked("show", "GPL-2.0-or-later").output
    assert "  nothing\n" in asked("show", "CC0-1.0").output


def test_another_matrix_and_further_opinions_are_heard(tmp_path: Path) -> None:
    matrix = tmp_path / "matrix.json"
    matrix.write_text(json.dumps({"MIT": {"MIT": "Same", "X11": "No"}, "X11": {"MIT": "Yes", "X11": "Same"}}))
    table = tmp_path / "table.csv"
    table.write_text(HEADER + "An institute,X11,MIT,yes,We think so.,2026-02-03\n")
    told = asked("show", "X11", "--against", "MIT", "--matrix", str(matrix), "--matrix-date", "2026-10-01", "--opinions", str(table)).output
    assert "As a part of a work under MIT: sources differ" in told
    assert "OSADL (2026-10-01): does not fit" in told
    assert "An institute (2026-02-03): fits  We think so." in told


def test_what_is_said_of_the_plain_licence_is_told_as_that() -> None:
    told = asked("show", "Apache-2.0 WITH LLVM-exception", "--against", "GPL-3.0-only").output
    assert "OSADL (2024-05-21) of Apache-2.0: fits" in told


@pytest.mark.parametrize("text", ["Nonsense-9", "MIT AND Nonsense-9"])
def test_an_id_that_no_list_has_is_refused(text: str) -> None:
    with pytest.raises(UnknownLicence):
        asked("show", text)
    with pytest.raises(UnknownLicence):
        asked("show", "MIT", "--against", text)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(licensing.InvalidExpression):
        asked("show", "MIT OR\n" * 100_000 + "MIT")
    with pytest.raises(licensing.NotOneLicence):
        asked("show", "MIT", "--against", "MIT OR X11")
    with pytest.raises(MatrixUnreadable):
        asked("show", "MIT", "--matrix", str(tmp_path / "missing"))


def test_the_list_holds_what_was_compared_by_family() -> None:
    rows = json.loads(asked("list", "--format", "json").output)
    assert [row["key"] for row in rows] == [known.key for known in listing.reviewed()]
    assert all(licensing.facts(row["key"]).is_reviewed for row in rows)
    exaone = json.loads(asked("list", "--family", "exaone", "--format", "json").output)
    assert {row["family"] for row in exaone} == {"exaone"}
    assert exaone == [row for row in rows if row["family"] == "exaone"]
    told = asked("list", "--family", "kogl-4").output
    assert told.startswith("kogl-4: Korean public works: no commercial use, no changes\n  LicenseRef-KOGL-4  ")
