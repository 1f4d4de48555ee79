# SPDX-License-Identifier: Apache-2.0
"""One search for assets, organisations, people and pages: what is found, by whom, as a page and as options of the box."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import HTML, Yard, yard_in
from madang import kit, people, scan


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A house with a few assets, an organisation and people. Nothing in it is changed by a test."""
    home: Path = tmp_path_factory.mktemp("home")
    with scan.Pool(scan.Limits(workers=1)) as pool:
        made = yard_in(home, pool, kept=True)
        for number in range(12):
            made.register(f"speech-{number}", exposure="open")
        made.register("speech-secret")
        made.token_for("speechless", kit.Role.MEMBER)
        with made.house.database.writing() as session:
            people.create_organisation(session, name="speech-lab", sector="public", display_name="음성 연구실", by=kit.SYSTEM)
        yield made
        made.house.close()


def _shown(yard: Yard, address: str, headers: dict[str, str] | None = None) -> str:
    answer = yard.client.get(address, headers=HTML | (headers or {}))
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_page_finds_every_sort_of_thing(yard: Yard) -> None:
    text = _shown(yard, "/search?q=speech", yard.signed)
    for found in ("operator/speech-11", "speech-secret", "음성 연구실", "speechless", "/assets?q=speech", "All 13 assets"):
        assert found in text
    assert "음성 연구실" in _shown(yard, "/search?q=음성", yard.signed)
    assert 'href="/register"' in _shown(yard, "/search?q=regis", yard.signed)


def test_a_visitor_finds_only_what_is_open(yard: Yard) -> None:
    text = _shown(yard, "/search?q=speech")
    assert "operator/speech-11" in text
    for hidden in ("speech-secret", "음성 연구실", "speechless"):
        assert hidden not in text
    answers = _shown(yard, "/find")
    assert 'data-href="/assets"' in answers
    assert 'data-href="/register"' not in answers
    assert "Nothing matches" in _shown(yard, "/search?q=nothing-of-that-name")


def test_the_options_of_the_box_are_few_and_each_leads_somewhere(yard: Yard) -> None:
    answers = _shown(yard, "/find?q=speech", yard.signed)
    assert answers.count('role="option"') == answers.count('data-href="/') == 8
    assert "<html" not in answers
    assert _shown(yard, "/find?q=%ED%95%9C%E3%84%B1%22%3E<script>").count("<script") == 0


@pytest.mark.parametrize("address", ["/search", "/find", "/assets", "/assets.csv", "/api/v1/assets"])
@pytest.mark.parametrize("q", ["%00", "%25", "%ff", "*", "%22", "a" * 500, "%F0%9F%A6%9C", "%E1%84%92"])
def test_no_question_breaks_a_page(yard: Yard, address: str, q: str) -> None:
    assert yard.client.get(f"{address}?q={q}", headers=yard.signed).status_code == 200


@pytest.mark.parametrize("address", ["/search", "/find", "/assets", "/assets.csv", "/api/v1/assets"])
def test_ten_kilobytes_are_no_question(yard: Yard, address: str) -> None:
    assert yard.client.get(f"{address}?q={'a' * 10_000}", headers=yard.signed).status_code == 422
