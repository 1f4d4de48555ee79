# SPDX-License-Identifier: Apache-2.0
"""The catalogue as a page and as JSON: what is asked lives in the address, and every link says the same again."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import HTML, Yard, yard_in
from madang import catalog, kit, scan


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A house with forty assets of three kinds. Nothing in it is changed by a test."""
    home: Path = tmp_path_factory.mktemp("home")
    with scan.Pool(scan.Limits(workers=1)) as pool:
        made = yard_in(home, pool, kept=True)
        with made.house.database.writing() as session:
            operator = kit.Actor("operator-id", "operator", kit.Role.OPERATOR)
            for number in range(40):
                catalog.register(
                    session, kind=catalog.KINDS[number % 3], namespace="lab", name=f"speech-{number}", title=f"음성 {number}",
                    exposure=("open", "inner")[number % 2], field=("speech", "language")[number % 2], by=operator,
                )  # fmt: skip
        yield made
        made.house.close()


def _page(yard: Yard, address: str) -> str:
    answer = yard.client.get(address, headers=HTML | yard.signed)
    assert answer.status_code == 200, answer.text
    return answer.text


def _links(text: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'<a href="(/assets\?[^"]*)"', text)]


def test_pictures_facets_and_rows_tell_the_same_numbers(yard: Yard) -> None:
    text = _page(yard, "/assets?exposure=open")
    answer = yard.get("/api/v1/assets", params={"exposure": "open"})
    assert answer["total"] == 20 == sum(answer["facets"]["kind"].values())
    assert answer["facets"]["exposure"] == {"inner": 20, "open": 20}
    assert answer["facets"]["field"] == {"speech": 20}
    assert set(answer["items"][0]) >= {"kind", "namespace", "name", "title", "exposure", "license_expression", "updated_at", "field"}
    assert "20 assets" in text
    assert "The yard by kind and exposure" in text


def test_each_value_that_is_asked_can_be_taken_away(yard: Yard) -> None:
    text = _page(yard, "/assets?kind=model&kind=dataset&field=speech&q=speech")
    assert "/assets?kind=dataset&field=speech&q=speech" in _links(text)
    assert "/assets?kind=model&kind=dataset&q=speech" in _links(text)
    assert "/assets?kind=model&kind=dataset&field=speech&q=speech&sort=newest" in _links(text)
    for address in _links(text):
        _page(yard, address)


def test_pages_follow_each_other_and_the_last_has_no_next(yard: Yard) -> None:
    first, second = _page(yard, "/assets"), _page(yard, "/assets?page=2")
    assert "/assets?page=2" in _links(first)
    names = re.findall(r"lab/(speech-\d+)</a>", first + second)
    assert len(names) == len(set(names)) == 40
    assert 'rel="next"' not in second


def test_a_value_that_nobody_knows_finds_nothing_and_breaks_nothing(yard: Yard) -> None:
    for address in (
        "?kind=x",
        "?field=<script>",
        "?organisation=nobody",
        "?licence=MIT&licence=%00",
        "?state=x&exposure=y",
        "?page=0",
        "?page=99999",
    ):
        assert "<script>" not in _page(yard, f"/assets{address}")
    assert "Nothing matches" in _page(yard, "/assets?kind=x")
    assert yard.client.get("/api/v1/assets?kind=x", headers=yard.signed).status_code == 422
    assert yard.client.get("/api/v1/assets?state=x", headers=yard.signed).status_code == 422


def test_every_row_of_a_long_list_is_given_once_over_json(yard: Yard) -> None:
    for asked in ("", "?q=speech", "?q=음성&kind=model", "?q=speech&sort=newest"):
        address, seen = f"/api/v1/assets{asked}{'&' if asked else '?'}limit=7", []
        while address:
            answer = yard.get(address)
            seen += [row["name"] for row in answer["items"]]
            address = answer["next"]
        assert len(seen) == len(set(seen)) == answer["total"]


def test_what_an_asset_is_about_is_set_over_json_and_on_its_page(yard: Yard) -> None:
    address = yard.register("placed")
    assert yard.client.patch(address, json={"field": "energy"}, headers=yard.signed).json()["field"] == "energy"
    assert yard.client.patch(address, json={"field": "nothing"}, headers=yard.signed).status_code == 422
    page = address.removeprefix("/api/v1")
    assert "Energy" in _page(yard, page)
    answer = yard.client.post(f"{page}/field", data={"field": ""}, headers=HTML | yard.signed)
    assert answer.status_code == 303
    assert yard.get(address)["field"] == ""
    assert yard.client.post(f"{page}/field", data={"field": "x"}, headers=HTML | yard.signed).status_code == 422
