# SPDX-License-Identifier: Apache-2.0
"""A repository and a namespace hold so much and no more, by whichever door it comes."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from builders import HTML, Yard
from hub_wire import Hub
from madang.hub import Desk


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


def test_a_repository_holds_so_much_and_no_more(yard: Yard, hub: Hub) -> None:
    made = hub.create("researcher/bounded")
    with bounded(yard, repository=1000):
        assert hub.commit(made, {"a": b"a" * 600}).status_code == 200
        refused = hub.commit(made, {"b": b"b" * 500})
        assert (refused.status_code, refused.json()["code"]) == (413, "quota-reached")
        assert [each["path"] for each in hub.ask("GET", f"{made}/tree/main").json()] == ["a"]
        assert hub.commit(made, {"c": b"a" * 600}).status_code == 200  # the same bytes are there already
        assert hub.commit(made, {"b": b"b" * 400}).status_code == 200  # to the last byte
        assert hub.commit(made, {"d": b"d"}).status_code == 413
        assert hub.commit(made, lines=[{"key": "deletedFile", "value": {"path": "b"}}]).status_code == 200
    assert hub.commit(made, {"d": b"d"}).status_code == 200


def test_large_files_and_blocks_are_refused_before_they_are_sent(yard: Yard, hub: Hub) -> None:
    made = hub.create("researcher/large-bounded")
    git = "datasets/researcher/large-bounded"
    body = {"operation": "upload", "transfers": ["basic"], "objects": [{"oid": hashlib.sha256(b"x").hexdigest(), "size": 1001}]}
    with bounded(yard, repository=1000):
        refused = hub.ask("POST", f"/{git}.git/info/lfs/objects/batch", json=body)
        assert (refused.status_code, refused.json()["code"]) == (413, "quota-reached")
        hub.send(git, b"y" * 1000)
        assert hub.ask("GET", f"{made}/xet-write-token/main").status_code == 413
        hub.send(git, b"y" * 1000)  # it is there already
    assert hub.ask("GET", f"{made}/xet-write-token/main").status_code == 200


def test_bytes_that_were_allowed_before_are_refused_when_there_is_no_room_any_more(yard: Yard, hub: Hub) -> None:
    hub.create("researcher/raced")
    git, data = "datasets/researcher/raced", b"z" * 900
    body = {"operation": "upload", "objects": [{"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}]}
    with bounded(yard, repository=1000):
        told = hub.ask("POST", f"/{git}.git/info/lfs/objects/batch", json=body).json()
        hub.send(git, b"w" * 500)
        href = told["objects"][0]["actions"]["upload"]["href"].partition("testserver")[2]
        refused = yard.client.put(href, content=data)
        assert (refused.status_code, refused.json()["code"]) == (413, "quota-reached")


def test_a_namespace_holds_so_much_over_all_its_repositories(yard: Yard, neighbour: Hub, visitor: Hub) -> None:
    one, other = neighbour.create("neighbour/one", private=False), neighbour.create("neighbour/other", kind="model")
    with bounded(yard, namespace=1000):
        assert neighbour.commit(one, {"a": b"a" * 700}).status_code == 200
        assert neighbour.commit(other, {"a": b"b" * 400}).status_code == 413
        shown = neighbour.ask("GET", "/datasets/neighbour/one", headers={**HTML, "Accept-Language": "en"}).text
        assert "700 B of 1" in shown
        assert "700 B of 1" not in visitor.ask("GET", "/datasets/neighbour/one", headers={**HTML, "Cookie": ""}).text
        gone = {"name": "one", "organization": "neighbour", "type": "dataset"}
        assert neighbour.ask("DELETE", "/api/repos/delete", json=gone).status_code == 200
        assert neighbour.commit(other, {"a": b"b" * 400}).status_code == 200
