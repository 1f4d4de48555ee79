# SPDX-License-Identifier: Apache-2.0
"""The JSON doors: what there is, what it takes, its own document. What one may not see is not there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate

import databases
from asking import Client
from madang import app, catalog, kit, people, serving, settings

ECHO = "/api/v1/services/operator/echo"
CARD = """
name = "{name}"
unit = "character"
counts = "text"
license = "MIT"
title = "Echo"
[example]
text = "hello"
"""
APART = ("instance", "request_id", "detail")


@pytest.fixture
def client(tmp_path: Path, lay: Callable[..., Path]) -> Iterator[Client]:
    """Two services of the operator's: ``echo`` for everybody, ``secret`` for nobody else."""
    where = databases.furnished(tmp_path / "home")
    house = app.open_house(settings.read({"MADANG_HOME": str(tmp_path / "home"), "MADANG_LANGUAGE": "en", **where}))
    for name in ("echo", "secret"):
        prepared = serving.prepare(lay(name=name, card=CARD.replace("{name}", name)), house.store, limits=serving.Limits())
        with house.database.writing() as session:
            serving.deploy(session, prepared, namespace=people.OPERATOR, share=100, by=kit.SYSTEM)
            asset = catalog.get_asset(session, "api", people.OPERATOR, name, viewer=kit.SYSTEM)
            catalog.set_exposure(session, asset, "open" if name == "echo" else "private", by=kit.SYSTEM)
    with Client(app.web_application(house)) as client:
        yield client
    house.close()


def test_a_visitor_lists_open_services_and_no_others(client: Client) -> None:
    listed = client.get("/api/v1/services").json()
    assert [(row["namespace"], row["name"], row["unit"], row["state"]) for row in listed["items"]] == [
        ("operator", "echo", "character", "on")
    ]
    assert listed["next"] is None
    assert client.get("/api/v1/services?cursor=rubbish").status_code == 422


def test_a_service_tells_its_card_and_what_it_takes(client: Client) -> None:
    told = client.get(ECHO).json()
    assert (told["license_expression"], told["example"], told["calls_url"]) == ("MIT", {"text": "hello"}, f"{ECHO}/calls")
    assert told["versions"] == [{"version": "1", "engine": "process", "share": 100}]
    assert set(told["schemas"][told["operations"][0]]["inputs"]["properties"]) == {"text", "times"}
    hidden, absent = client.get("/api/v1/services/operator/secret"), client.get("/api/v1/services/operator/nothing")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), **dict.fromkeys(APART)} == {**absent.json(), **dict.fromkeys(APART)}


def test_a_service_has_an_openapi_document_of_its_own(client: Client) -> None:
    document = client.get(f"{ECHO}/openapi.json").json()
    validate(document)
    call = document["paths"][f"{ECHO}/calls"]["post"]
    body = call["requestBody"]["content"]["application/json"]
    assert body["example"] == {"text": "hello"}
    assert set(body["schema"]["properties"]) == {"text", "times"}
    assert client.get("/api/v1/services/operator/secret/openapi.json").status_code == 404
