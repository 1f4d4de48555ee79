# SPDX-License-Identifier: Apache-2.0
"""The addresses of the house: what is reserved, what a setting is called, what the guides name."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from house import tree
from madang import app, gateway, settings

RESERVED = Path("src/madang/catalog/reserved_names.txt")
MARKDOWN = [path for path in tree.files() if path.suffix == ".md"]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    house = app.open_house(settings.read({}, home=tmp_path_factory.mktemp("home")))
    try:
        return app.web_application(house)
    finally:
        house.close()


def addresses(application: FastAPI) -> set[str]:
    found: set[str] = set()
    routes: list[BaseRoute] = list(application.routes)
    while routes:
        route = routes.pop()
        if isinstance(route, Route | Mount):
            found.add(route.path)
        else:
            # FastAPI keeps an included router as one route that holds the others.
            routes += getattr(route, "routes", None) or []
    wires = {address.path for wire in gateway.all_wires() for address in wire.addresses}
    return found | set(application.openapi()["paths"]) | wires


def test_the_first_segment_of_every_address_is_a_reserved_name(application: FastAPI) -> None:
    reserved = set(tree.text(RESERVED).split())
    first = {path.split("/")[1].lower() for path in addresses(application)} - {""}
    assert {"api", "assets", "static"} <= first
    models = {"{namespace:namespace}"}  # as hub clients print them; it takes no reserved word
    assert {segment for segment in first if "{" in segment} == models
    assert first - reserved - models == set()


def test_reserved_names_are_sorted_and_written_small() -> None:
    names = tree.text(RESERVED).split()
    assert names == sorted(set(names))
    assert all(name == name.lower() for name in names)


def test_every_address_of_the_api_that_a_guide_names_is_there(application: FastAPI) -> None:
    patterns = [re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))) for path in application.openapi()["paths"]]
    named = re.findall(r'\$MADANG(/[^"?]+)', tree.text(Path("docs/guides/api.md")))
    assert named
    assert [path for path in named if not any(pattern.fullmatch(f"/api/v1{path}") for pattern in patterns)] == []


def test_every_variable_that_a_file_names_is_a_setting() -> None:
    known = {settings.variable(each) for each in fields(settings.Settings)}
    places = [*MARKDOWN, Path("Makefile"), Path(".ci/run"), *tree.under("src", ".py"), *tree.under("src", ".html")]
    unknown = {(str(path), name) for path in places for name in re.findall(r"\bMADANG_[A-Z_]+[A-Z]\b", tree.text(path))}
    assert sorted(pair for pair in unknown if pair[1] not in known) == []
