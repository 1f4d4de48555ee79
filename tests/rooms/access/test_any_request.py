# SPDX-License-Identifier: Apache-2.0
"""The JSON doors under requests that nobody thought of, made from the OpenAPI document, by five roles.

Whatever comes: no fault of ours, nothing invalid is taken, and every answer has a status, a type, headers and a shape that the document
tells. Nothing that a request writes is kept, so a deed that would end the run (the own token revoked, the own account shut) ends nothing.
"""

import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.python import asgi
from schemathesis.specs.openapi import checks as told

from access_cast import ACTORS, Cast

ROLES = {"visitor": "visitor", "reader": "inner-reader", "member": "owner", "reviewer": "inner-reviewer", "operator": "inner-operator"}
CASES, MANY = 20_000, 100_000
"""In all, over the five roles: at every run, and in ``make soak``."""
CHANCE = int(os.environ.get("TEST_CHANCE", "1"))
"""What the requests are drawn from. The words of our own files are drawn too, so another change is another draw: none may fail falsely."""
TRUE, FALSE = {"1", "true", "t", "yes", "y", "on"}, {"0", "false", "f", "no", "n", "off"}
CHECKS = [
    checks.not_a_server_error,
    told.status_code_conformance,
    told.content_type_conformance,
    told.response_headers_conformance,
    told.response_schema_conformance,
    told.negative_data_rejection,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
Door = APIOperation[Any, Any, Any, Any]
UNHEALTHY = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]
"""Slow making of one request says nothing here; what cannot be made at all still fails."""


@pytest.fixture(scope="module")
def operations(cast: Cast) -> list[Door]:
    """Every door of the document."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", cast.yard.application)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(found) == sum(len(methods) for methods in cast.yard.application.openapi()["paths"].values())
    return found


@pytest.fixture(scope="module")
def client(cast: Cast) -> Iterator[Any]:
    """What speaks to the application in this process."""
    with asgi.get_client(cast.yard.application) as client:
        yield client


def aim(case: Case[Any], cast: Cast, turn: int) -> bool:
    """Three of four requests whose path may be anything are for things that are there; whether this one is one of them."""
    if turn % 4 == 0 or case.meta is None:
        return False
    made = {place: part.mode for place, part in case.meta.components.items()}
    things = [thing for thing in cast.things if set(case.path_parameters) <= set(thing.names)]
    if case.path_parameters and things and made.get(ParameterLocation.PATH) is not GenerationMode.NEGATIVE:
        case.path_parameters |= {name: things[turn % len(things)].names[name] for name in case.path_parameters}
    return isinstance(case.body, dict) and "namespace" in case.body and made.get(ParameterLocation.BODY) is not GenerationMode.NEGATIVE


def is_sound_as_sent(case: Case[Any], request: Any, components: dict[str, Any]) -> bool:
    """Whether a request that was meant to be wrong is none once it is sent: what stands in an address or a header is text there.

    An object, a number or ``null`` where the document wants text becomes text on the way, and the door cannot know what it was made of.
    What is judged is therefore what was sent, in every place that was meant to be wrong.
    """
    parts = case.meta.components if case.meta else {}
    wrong = [place for place, part in parts.items() if part.mode is GenerationMode.NEGATIVE]
    return bool(wrong) and all(is_sound_at(place, case, request, components) for place in wrong)


def is_sound_at(place: ParameterLocation, case: Case[Any], request: Any, components: dict[str, Any]) -> bool:
    """Whether what was sent at one place is what the document asks for."""
    told_of = case.operation.definition.raw
    if place is ParameterLocation.BODY:
        asked = told_of.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        return asked is not None and satisfies_json(request.body, asked, components)
    sent = sent_at(place, case, request)
    parameters = [each for each in told_of.get("parameters", ()) if each["in"] == place.value]
    return all(satisfies(sent[each["name"]], each["schema"]) if each["name"] in sent else not each.get("required") for each in parameters)


def sent_at(place: ParameterLocation, case: Case[Any], request: Any) -> dict[str, list[str]]:
    """The texts of every name that stand in the request's address or headers."""
    address = urlsplit(request.url or "")
    if place is ParameterLocation.QUERY:
        return parse_qs(address.query, keep_blank_values=True)
    if place is ParameterLocation.PATH:
        names = re.findall(r"\{(\w+)\}", case.operation.path)
        found = re.fullmatch(re.sub(r"\\{\w+\\}", "(.*)", re.escape(case.operation.path)), address.path)
        return {name: [unquote(text)] for name, text in zip(names, found.groups(), strict=True)} if found else {}
    return {name: [text] for name, text in request.headers.items()} if place is ParameterLocation.HEADER else {}


def satisfies(texts: list[str], schema: dict[str, Any]) -> bool:
    """Whether texts of one name are what the schema asks for: all of them as a list, or the last as a text or as what it reads as."""
    readings: list[Any] = [texts, texts[-1]]
    readings += [truth for words, truth in ((TRUE, True), (FALSE, False)) if texts[-1].lower() in words]
    for read in (json.loads, int, float):
        with contextlib.suppress(ValueError):
            readings.append(read(texts[-1]))
    return any(is_valid(reading, schema) for reading in readings)


def satisfies_json(body: bytes | str | None, schema: dict[str, Any], components: dict[str, Any]) -> bool:
    """Whether a body is JSON and what the schema asks for."""
    try:
        read = json.loads(body or b"")
    except ValueError:  # of Unicode too
        return False
    return is_valid(read, schema | {"components": components})


def is_valid(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the value is what the schema asks for; half of a surrogate pair, which JSON can spell, is no text."""
    try:
        return jsonschema_rs.Draft202012Validator(schema).is_valid(value)
    except UnicodeEncodeError:
        return False


def try_all(cast: Cast, operations: list[Door], client: Any, count: int, chance: int) -> dict[str, Counter[int]]:
    """About ``count`` requests to all doors, as many well made as badly, each sent by every role; how often each role got each status.

    Making a request takes longer than answering it, so every role sends the same ones.
    """
    roles = {role: next(each for each in ACTORS if each.name == name) for role, name in ROLES.items()}
    statuses: dict[str, Counter[int]] = {role: Counter() for role in ROLES}
    wrong: list[str] = []
    components = cast.yard.application.openapi()["components"]
    each = count // (len(operations) * len(MODES)) + 1

    def send(case: Case[Any]) -> None:
        names_owner = aim(case, cast, statuses["visitor"].total())
        for role, who in roles.items():
            if names_owner and isinstance(case.body, dict):
                case.body["namespace"] = who.name
            answer = case.call(session=client, headers=cast.headers(who, is_api=True))
            statuses[role][answer.status_code] += 1
            sound = is_sound_as_sent(case, answer.request, components)
            case.validate_response(answer, checks=[each for each in CHECKS if not (sound and each is told.negative_data_rejection)])

    for operation in operations:
        for mode in MODES:
            law = given(case=operation.as_strategy(mode))(send)
            law = settings(max_examples=each, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=UNHEALTHY)(law)
            try:
                seed(chance)(law)()
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, operation.label  # a door that asks nothing cannot be asked wrongly
            except FailureGroup as group:
                wrong.append(f"{operation.label}\n{group}")
    assert not wrong, "\n\n".join(wrong)
    return statuses


@pytest.mark.parametrize(
    ("schema", "texts", "holds"),
    [
        ({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]}, ["{'a': 1}", "[]"], True),
        ({"type": "string", "maxLength": 3}, ["long"], False),
        ({"type": "integer", "minimum": 1}, ["0"], False),
        ({"type": "integer", "minimum": 1}, ["7"], True),
        ({"type": "integer", "minimum": 1}, [" 0_7"], True),
        ({"type": "integer"}, ["seven"], False),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["seven"], False),
        ({"type": "boolean"}, ["On"], True),
        ({"type": "boolean"}, ["2"], False),
        ({"enum": ["open", "private"]}, ["shut"], False),
    ],
)
def test_what_stands_in_an_address_is_judged_as_text(schema: dict[str, Any], texts: list[str], holds: bool) -> None:
    assert satisfies(texts, schema) is holds


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (b'{"exposure": "open"}', True),
        (b'{"exposure": "shut"}', False),
        (b'{"exposure": "open", "more": 1}', False),
        (b"\xff", False),
        (None, False),
    ],
)
def test_a_body_is_judged_as_it_was_sent(cast: Cast, body: bytes | None, holds: bool) -> None:
    assert satisfies_json(body, {"$ref": "#/components/schemas/AssetChange"}, cast.yard.application.openapi()["components"]) is holds


@pytest.mark.parametrize("cases", [CASES, pytest.param(MANY, marks=pytest.mark.soak)])
def test_whatever_comes_is_answered_as_the_document_says(cast: Cast, operations: list[Door], client: Any, cases: int) -> None:
    for role, statuses in try_all(cast, operations, client, cases // len(ROLES), CHANCE).items():
        assert statuses.total() > cases // len(ROLES) * 0.8
        assert max(statuses) < 500
        assert role == "visitor" or {200, 404, 422} <= set(statuses)
