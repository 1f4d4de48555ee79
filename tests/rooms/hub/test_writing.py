# SPDX-License-Identifier: Apache-2.0
"""Datasets and models are made and changed in the browser; what is refused is said beside the form, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from builders import HTML, Yard
from hub_wire import Hub
from madang.hub import Desk

HERE = "/datasets/researcher/written"


def ask(way: Hub, method: str, path: str, status: int, **options: Any) -> Any:
    answer = way.ask(method, path, headers={**HTML, "Accept-Language": "en"}, follow_redirects=False, **options)
    assert answer.status_code == status, answer.text[:3000]
    return answer


@pytest.fixture(scope="module")
def written(hub: Hub) -> str:
    """A private dataset made from its form; its page."""
    form = {"namespace": "researcher", "name": "written", "exposure": "private"}
    assert ask(hub, "POST", "/datasets", 303, data=form).headers["location"] == HERE
    return HERE


@contextmanager
def bounded(yard: Yard, **limits: Any) -> Iterator[None]:
    """In the block these limits hold."""
    state = yard.client.app.state  # type: ignore[attr-defined]  # of the application in the client
    kept: Desk = state.hub
    state.hub = replace(kept, limits=lambda: replace(kept.limits(), **limits))
    try:
        yield
    finally:
        state.hub = kept


def send(way: Hub, name: str, data: bytes, status: int = 303, at: str = "main", **fields: str) -> Any:
    return ask(way, "POST", f"{HERE}/upload/{at}", status, files={"file": (name, data)}, data=fields)


def test_a_repository_is_made_from_its_form_or_the_form_says_why_not(hub: Hub, neighbour: Hub, visitor: Hub, written: str) -> None:
    assert 'value="researcher"' in ask(hub, "GET", "/datasets/new", 200).text
    assert (
        ask(hub, "POST", "/models", 303, data={"namespace": "researcher", "name": "made", "exposure": "open"}).headers["location"]
        == "/researcher/made"
    )
    form = {"namespace": "researcher", "name": "written", "exposure": "private"}
    again = ask(hub, "POST", "/datasets", 422, data=form)
    assert "fault" in again.text
    assert 'value="written"' in again.text
    for wrong in ({"name": "a b"}, {"name": ""}, {"namespace": "api"}, {"name": ".."}):
        ask(hub, "POST", "/datasets", 422, data=form | wrong)
    ask(neighbour, "POST", "/datasets", 403, data=form | {"name": "theirs"})
    answer = visitor.ask("GET", "/datasets/new", headers=HTML, follow_redirects=False)
    assert answer.status_code in (303, 401)
    assert "/datasets/new" in ask(hub, "GET", "/datasets", 200).text


def test_a_file_is_added_to_a_folder_and_replaced_and_deleted(hub: Hub, written: str) -> None:
    to = send(hub, "자료 1.csv", b"a,b\n1,2\n", folder="data/2024", message="첫 자료").headers["location"]
    assert to == f"{HERE}/blob/main/data/2024/%EC%9E%90%EB%A3%8C%201.csv"
    assert "Delete this file" in ask(hub, "GET", to, 200).text
    assert "첫 자료" in ask(hub, "GET", f"{HERE}/commits/main", 200).text
    send(hub, "big.bin", b"\0" * 3_000_000)
    told = hub.ask("GET", "/api/datasets/researcher/written/tree/main?recursive=true").json()
    large = next(each for each in told if each["path"] == "big.bin")
    assert large["lfs"]["size"] == 3_000_000
    send(hub, "big.bin", b"small now")
    assert hub.ask("GET", f"{HERE}/resolve/main/big.bin").content == b"small now"
    gone = ask(hub, "POST", f"{HERE}/deletion/main/data/2024/자료 1.csv", 303, data={"x": "1"})
    assert gone.headers["location"] == f"{HERE}/tree/main/data/2024"
    send(hub, "a.txt", b"x", folder="old")
    ask(hub, "POST", f"{HERE}/deletion/main/old", 303, data={"x": "1"})
    assert [each["path"] for each in hub.ask("GET", "/api/datasets/researcher/written/tree/main?recursive=true").json()] == ["big.bin"]
    ask(hub, "POST", f"{HERE}/deletion/main/nothing", 404, data={"x": "1"})


def test_a_file_that_is_refused_is_refused_beside_the_form(yard: Yard, hub: Hub, written: str) -> None:
    before = hub.ask("GET", "/api/datasets/researcher/written").json()["sha"]
    assert "Choose a file first" in ask(hub, "POST", f"{HERE}/upload/main", 422, data={"folder": "x"}).text
    refused = send(hub, "a.txt", b"x", 422, folder="../..")
    assert 'value="../.."' in refused.text
    send(hub, "BIG.bin", b"x", 422)  # another name by case alone
    send(hub, "x", b"x", 422, folder="big.bin")
    with bounded(yard, file=10):
        send(hub, "large", b"x" * 11, 422)
    with bounded(yard, repository=1):
        assert "holds" in send(hub, "more", b"more than there is room for", 422).text
    with bounded(yard, refuse_unsafe=True):
        assert "os.system" in send(hub, "m.pkl", b"\x80\x02cos\nsystem\n(X\x02\x00\x00\x00idtR.", 422).text
    assert hub.ask("GET", "/api/datasets/researcher/written").json()["sha"] == before


def test_only_whoever_may_change_it_and_only_a_branch(hub: Hub, neighbour: Hub, visitor: Hub, written: str) -> None:
    shared = hub.create("researcher/written-open", private=False)
    hub.commit(shared, {"a.txt": "a"})
    hub.ask("POST", f"{shared}/tag/main", json={"tag": "v1"})
    base = "/datasets/researcher/written-open"
    for way, status in ((neighbour, {403}), (visitor, {303, 401, 403})):
        for path in ("upload/main", "card/main"):
            assert way.ask("GET", f"{base}/{path}", headers=HTML, follow_redirects=False).status_code in status
            assert way.ask("GET", f"{HERE}/{path}", headers=HTML, follow_redirects=False).status_code == 404
        posted = way.ask("POST", f"{base}/deletion/main/a.txt", headers=HTML, data={"x": "1"}, follow_redirects=False)
        assert posted.status_code in status
    assert "Add a file" not in visitor.ask("GET", base, headers={**HTML, "Accept-Language": "en"}).text
    ask(hub, "GET", f"{base}/upload/v1", 422)
    ask(hub, "GET", f"{base}/upload/nothing", 404)
    assert hub.ask("GET", f"{base}/resolve/main/a.txt").text == "a"


def test_the_card_is_edited_looked_at_and_saved(hub: Hub, written: str) -> None:
    shown = ask(hub, "GET", f"{HERE}/card/main", 200).text
    parent = shown.partition('name="parent" value="')[2][:40]
    text = "---\r\nlicense: kogl-1\r\npretty_name: 고친 이름\r\nmore: kept\r\n---\r\n# 제목\r\n<b>글</b>\r\n"
    looked = ask(hub, "POST", f"{HERE}/card/main", 200, data={"text": text, "parent": parent, "deed": "show"}).text
    assert "&lt;b&gt;글" in looked
    assert "more: kept" in looked
    saved = ask(hub, "POST", f"{HERE}/card/main", 303, data={"text": text, "parent": parent, "deed": "save", "message": "카드"})
    assert saved.headers["location"] == HERE
    assert hub.ask("GET", f"{HERE}/resolve/main/README.md").text == text.replace("\r\n", "\n")
    page = ask(hub, "GET", HERE, 200).text
    assert "고친 이름" in page
    assert "LicenseRef-KOGL-1" in page
    late = ask(hub, "POST", f"{HERE}/card/main", 409, data={"text": "나중", "parent": parent, "deed": "save"}).text
    assert "나중" in late
    assert "fault" in late
    now = late.partition('name="parent" value="')[2][:40]
    assert now == parent
    broken = ask(hub, "POST", f"{HERE}/card/main", 422, data={"text": "---\n: [\n---\n", "deed": "save"}).text
    assert ": [" in broken
    assert hub.ask("GET", f"{HERE}/resolve/main/README.md").text == text.replace("\r\n", "\n")
