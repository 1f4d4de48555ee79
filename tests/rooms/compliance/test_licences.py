# SPDX-License-Identifier: Apache-2.0
"""Licences on pages and as JSON: the list, one with its cells, and what is held of a pair."""

import re
from collections.abc import Iterator

import pytest

from builders import HTML, Yard, yard_in
from madang import licensing, scan

API = "/api/v1/licences"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory, pool: scan.Pool) -> Iterator[Yard]:
    """One house for all: nothing here writes."""
    yard = yard_in(tmp_path_factory.mktemp("licences") / "home", pool)
    with yard.client:
        yield yard
    yard.house.close()


def page(yard: Yard, path: str, status: int = 200, language: str = "en") -> str:
    answer = yard.client.get(path, headers={**HTML, "Accept-Language": language})
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def keys(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/licences/[^"]+">([^<]+)<', text)


def test_everybody_reads_the_list_in_pages(yard: Yard) -> None:
    rows = [row["key"] for row in licensing.listed()]
    first, second = page(yard, "/licences"), page(yard, "/licences?page=2")
    assert keys(first) + keys(second) == rows[:100]
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert keys(page(yard, "/licences?page=99")) == []


def test_the_list_is_chosen_from_by_family_and_words(yard: Yard) -> None:
    shown = page(yard, "/licences?family=kogl-4")
    assert keys(shown) == ["LicenseRef-KOGL-4", "LicenseRef-KOGL-4-AI"]
    assert keys(page(yard, "/licences?q=llama+3.1")) == ["LicenseRef-scancode-llama-3.1-license-2024"]
    assert "Nothing matches." in page(yard, "/licences?q=nonsense")
    assert keys(page(yard, "/licences?family=nonsense")) == keys(page(yard, "/licences"))


def test_the_list_is_taken_along(yard: Yard) -> None:
    text = yard.client.get("/licences.csv?family=exaone").text.lstrip("\ufeff").splitlines()
    assert text[0] == "licence,name,family,share_alike,patent,kinds"
    assert [line.split(",")[2] for line in text[1:]] == ["exaone"] * 3
    listed, address = [], f"{API}?limit=200"
    while address:
        body = yard.client.get(address).json()
        listed += body["items"]
        address = body["next"]
    assert listed == licensing.listed()


def test_a_licence_shows_each_cell_with_its_source(yard: Yard) -> None:
    shown = page(yard, "/licences/LicenseRef-KOGL-4", language="ko")
    assert "모델 학습" in shown
    assert "두 가지로 읽힘" in shown
    assert "KOGL-4: whether training changes a work is not settled" in shown
    tree = yard.client.get(f"{API}/LicenseRef-KOGL-4").json()
    assert tree["actions"]["commercial-use"]["value"] == "no"
    assert tree["against"] is None
    assert "Nobody has compared" in page(yard, "/licences/LicenseRef-own")
    assert "GPL-2.0-only, GPL-3.0-only" in page(yard, "/licences/gpl-2.0+")


def test_a_pair_is_answered_with_who_says_it(yard: Yard) -> None:
    shown = page(yard, "/licences/Apache-2.0?against=gpl-2.0-only")
    assert "does not fit" in shown
    assert "2024-05-21" in shown
    assert "said of Apache-2.0" in page(yard, "/licences/Apache-2.0%20WITH%20LLVM-exception?against=GPL-3.0-only")
    assert "No adopted source speaks" in page(yard, "/licences/CC-BY-4.0?against=MIT")
    held = yard.client.get(f"{API}/Apache-2.0?against=GPL-2.0-only").json()["against"]
    assert held["outbound"] == "GPL-2.0-only"
    assert (held["together"], [said["source"] for said in held["opinions"]]) == ("no", ["OSADL"])


@pytest.mark.parametrize("against", ["Nonsense-9", "MIT OR X11", "((("])
def test_what_is_no_licence_to_ask_of_is_told(yard: Yard, against: str) -> None:
    assert 'class="fault"' in page(yard, f"/licences/MIT?against={against}", 422)
    assert yard.client.get(f"{API}/MIT", params={"against": against}).status_code == 422


@pytest.mark.parametrize("licence", ["Nonsense-9", "MIT OR X11", "(((", "NOASSERTION", "x" * 201])
def test_a_licence_that_no_list_has_is_not_there(yard: Yard, licence: str) -> None:
    page(yard, f"/licences/{licence}", 404)
    assert yard.client.get(f"{API}/{licence}").status_code == 404
