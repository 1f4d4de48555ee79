# SPDX-License-Identifier: Apache-2.0
"""Every list of the API has one shape: ``items``, and ``next``, the address of the rest or null."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from madang import app, settings


def _answers(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in description["paths"].items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        given = content.get("application/json", {}).get("schema", {})
        yield path, description["components"]["schemas"].get(given.get("$ref", "").rpartition("/")[2], given)


def test_every_list_says_its_items_and_where_it_goes_on(tmp_path: Path) -> None:
    house = app.open_house(settings.read({}, home=tmp_path))
    answers = dict(_answers(app.web_application(house).openapi()))
    house.close()
    assert {"/api/v1/assets", "/api/v1/me/tokens"} <= {path for path, schema in answers.items() if "items" in schema.get("properties", {})}
    for path, schema in answers.items():
        assert schema.get("type") != "array", path
        if "items" in schema.get("properties", {}):
            assert schema["properties"]["items"]["type"] == "array", path
            following = schema["properties"].get("next", {})
            assert "null" in {each.get("type") for each in following.get("anyOf", [following])}, path
