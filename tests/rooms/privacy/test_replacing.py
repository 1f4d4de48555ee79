# SPDX-License-Identifier: Apache-2.0
"""Taking findings out, and the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from madang import cli, privacy

KEY = b"a secret of sixteen bytes"
TEXT = "김 연구원 010-1234-5678, 메일 kim@example.com, 카드 4111-1111-1111-1111"


def replaced(text: str, method: str, key: bytes = KEY) -> str:
    return privacy.apply(text, privacy.detect(text), method=method, key=key).text


@pytest.mark.parametrize(
    ("method", "made"),
    [
        ("mask", "김 연구원 ***-****-****, 메일 ***@*******.***, 카드 ****-****-****-****"),
        ("remove", "김 연구원 , 메일 , 카드 "),
        ("generalise", "김 연구원 [phone], 메일 [email:@example.com], 카드 [card:Visa]"),
    ],
)
def test_each_method_leaves_what_it_says(method: str, made: str) -> None:
    assert replaced(TEXT, method) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("201105-3123456", "[resident-number:2020s]"),
        ("IP 203.0.113.77", "IP [ip-address:203.0.113.0/24]"),
        ("IP ２０３.0.113.77", "IP [ip-address:203.0.113.0/24]"),
        ("생년월일 1990-03-05", "생년월일 [birth-date:1990]"),
    ],
)
def test_what_is_general_says_nothing_of_one_person(text: str, made: str) -> None:
    assert replaced(text, "generalise") == made


def test_one_number_has_one_pseudonym_however_it_is_parted_and_only_under_one_key() -> None:
    one, other = replaced("010-1234-5678", "pseudonym"), replaced("01012345678", "pseudonym")
    assert one == other
    assert "1234" not in one
    assert replaced("010-1234-5678", "pseudonym", KEY + b"!") != one
    assert replaced("010-1234-5679", "pseudonym") != one


def test_places_are_those_of_the_new_text() -> None:
    made = privacy.apply(TEXT, privacy.detect(TEXT), method="pseudonym", key=KEY)
    assert [made.text[each.start : each.end] for each in made.replaced] == [each.text for each in made.replaced]
    assert [each.kind for each in made.replaced] == ["phone", "email", "card"]


def test_a_pseudonym_without_a_key_and_an_unknown_method_are_refused() -> None:
    with pytest.raises(privacy.KeyMissing):
        privacy.apply(TEXT, [], method="pseudonym", key=b"short")
    with pytest.raises(privacy.NoSuchMethod):
        privacy.apply(TEXT, [], method="burn")


@given(st.text(max_size=200))
def test_nothing_that_was_found_is_found_again_once_masked(text: str) -> None:
    found = privacy.detect(text)
    masked = privacy.apply(text, found, method="mask")
    assert len(masked.text) == len(text)
    again = privacy.detect(masked.text)
    assert [each for each in again if any(each.start < one.end and one.start < each.end for one in found)] == []


def asked(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(cli.commands, ["privacy", *arguments], input=given, standalone_mode=False)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "en")


def test_the_command_line_tells_places_and_reasons(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("첫 줄\n전화 010-1234-5678\n", encoding="utf-8")
    told = asked("scan", str(file))
    assert told.output.startswith("2:4: 010-1234-5678 · phone number · 0.95 · ")
    assert told.return_value == 3
    findings = json.loads(asked("scan", str(file), "--format", "json").output)["findings"]
    assert (findings[0]["kind"], findings[0]["start"]) == ("phone", 7)
    assert asked("apply", str(file)).output == "첫 줄\n전화 ***-****-****\n"
    assert asked("scan", "-", given=b"nothing here").return_value == 0


def test_the_command_line_makes_pseudonyms_with_a_key(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    told = asked("apply", "-", "--method", "pseudonym", "--key-file", str(key), given=b"010-1234-5678")
    assert told.output.startswith("[phone:")


def test_what_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    assert "UTF-8" in str(asked("scan", "-", given=b"\xff\xfe").exception)
    assert "no file" in str(asked("scan", str(tmp_path / "none")).exception)
    assert "no file" in str(asked("scan", str(tmp_path)).exception)
