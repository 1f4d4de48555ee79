# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document of the whole platform is one, and says what the doors do."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from madang import app, settings


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    house = app.open_house(settings.read({}, home=tmp_path_factory.mktemp("home")))
    try:
        return app.web_application(house).openapi()
    finally:
        house.close()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def answered(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of what is answered when all is well; empty where it is no JSON."""
    told = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_door_says_in_a_sentence_what_it_does(document: dict[str, Any]) -> None:
    assert [name for name, operation in operations(document) if not operation.get("description", "").strip().endswith(".")] == []


def test_every_list_has_the_one_shape(document: dict[str, Any]) -> None:
    wrong, known = [], {"items", "next", "facets", "total", "version", "looked_to", "engines"}
    for name, operation in operations(document):
        schema = answered(document, operation)
        members = schema.get("properties", {})
        if (
            schema.get("type") == "array"
            or ("items" in members) != ("next" in members)
            or ("items" in members and not set(members) <= known)
        ):
            wrong.append(name)
    assert wrong == [], "a list answers items and next, and where it has them facets, a total, a version, engines, how far it looked"


def test_every_json_answer_has_a_shape(document: dict[str, Any]) -> None:
    silent = []
    for name, operation in operations(document):
        told = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        for kind, content in told.get("content", {}).items():
            if kind == "application/json" and not content.get("schema"):
                silent.append(name)
    assert silent == []


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        refused = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
        assert {"401", "403", "404", "422"} <= set(refused), name
        assert all(list(answer["content"]) == ["application/problem+json"] for answer in refused.values()), name


def test_what_a_path_holds_is_shown_by_an_example(document: dict[str, Any]) -> None:
    bare = [
        f"{name} {each['name']}"
        for name, operation in operations(document)
        for each in operation.get("parameters", [])
        if each["in"] == "path" and not (each["schema"].get("examples") or each.get("examples") or each["schema"].get("enum"))
    ]
    assert bare == []


def test_what_a_query_takes_has_a_form_or_a_limit(document: dict[str, Any]) -> None:
    """A number has its least and most; what is one of some words names them."""
    loose = [
        f"{name} {each['name']}"
        for name, operation in operations(document)
        for each in operation.get("parameters", [])
        if each["in"] == "query" and each["schema"].get("type") == "integer" and "maximum" not in each["schema"]
    ]
    assert loose == []
