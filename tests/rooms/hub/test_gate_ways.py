# SPDX-License-Identifier: Apache-2.0
"""Gates from other sides: an organisation's people, many at once, the command line, and what catalogues elsewhere are told."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from click.testing import CliRunner

import patience
from builders import Yard
from hub_wire import Hub
from madang import kit, people
from madang.hub.cli import hub_group
from madang.hub.gates.errors import AccessNeeded

ACCESS = "/api/v1/datasets/works/shared/access"
FILE = "/datasets/works/shared/resolve/main/a.csv"
AT_ONCE = 6


@pytest.fixture(scope="module")
def staff(yard: Yard) -> dict[str, Hub]:
    """People of an organisation, whose dataset is given on request."""
    ways = {name: Hub(yard, yard.token_for(name, kit.Role.READER)) for name in ("works-reader", "works-member", "stranger")}
    with yard.house.database.writing() as session:
        organisation = people.create_organisation(session, name="works", sector="industry", by=kit.SYSTEM)
        for name, role in (("works-reader", kit.Role.READER), ("works-member", kit.Role.MEMBER)):
            account = people.get_account(session, name, viewer=kit.SYSTEM)
            people.set_membership(session, organisation, account, role=role, by=kit.SYSTEM)
            token = people.create_token(session, account=account, role=role, note="test", by=kit.SYSTEM)
            ways[name] = Hub(yard, {"Authorization": f"Bearer {token}"})
    address = ways["works-member"].create("works/shared", private=False)
    assert ways["works-member"].commit(address, {"README.md": "# Shared", "a.csv": "n\n1\n"}).status_code == 200
    assert ways["works-member"].ask("PATCH", ACCESS, json={"mode": "manual", "text": "Be kind."}).status_code == 200
    return ways


def test_people_of_the_owning_organisation_pass_and_members_decide(staff: dict[str, Hub]) -> None:
    found = {name: way.ask("GET", FILE).status_code for name, way in staff.items()}
    assert found == {"works-reader": 200, "works-member": 200, "stranger": 403}
    asked = staff["stranger"].ask("POST", f"{ACCESS}-requests", json={"accepted": True, "purpose": "research"}).json()
    one = f"{ACCESS}-requests/{asked['id']}"
    assert staff["works-reader"].ask("PATCH", one, json={"state": "accepted"}).status_code in (403, 404)
    tasks = staff["works-member"].ask("GET", "/api/v1/me/tasks").json()["items"]
    assert [each["kind"] for each in tasks if each["about"] == f"access/{asked['id']}"] == ["access.requested"]
    assert staff["works-member"].ask("PATCH", one, json={"state": "accepted"}).status_code == 200
    assert staff["stranger"].ask("GET", FILE).status_code == 200
    tasks = staff["works-member"].ask("GET", "/api/v1/me/tasks").json()["items"]
    assert [each for each in tasks if each["about"] == f"access/{asked['id']}"] == []


def test_who_asks_many_times_at_once_has_asked_once(staff: dict[str, Hub], yard: Yard) -> None:
    hasty, together = Hub(yard, yard.token_for("hasty", kit.Role.READER)), threading.Barrier(AT_ONCE)

    def one(_number: int) -> int:
        together.wait(patience.SECONDS)
        status: int = hasty.ask("POST", f"{ACCESS}-requests", json={"accepted": True, "purpose": "research"}).status_code
        return status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert Counter(pool.map(one, range(AT_ONCE))) == {201: 1, 409: AT_ONCE - 1}
    assert len(hasty.ask("GET", f"{ACCESS}-requests").json()["items"]) == 1


def test_the_command_line_sets_grants_refuses_and_looks_with_somebodys_eyes(staff: dict[str, Hub], yard: Yard) -> None:
    class Kept:
        database, store, limits = yard.house.database, yard.house.store, yard.house.limits

        def close(self) -> None:
            """It stays open for the others."""

    def run(*given: str) -> Any:
        return CliRunner().invoke(hub_group(Kept, str), list(given), catch_exceptions=True)

    yard.token_for("viewer", kit.Role.READER)
    assert isinstance(run("preview", "works/shared", "a.csv", "--as", "viewer").exception, AccessNeeded)
    told = json.loads(run("access", "works/shared", "--grant", "viewer", "--json").output)
    assert (told["mode"], told["requests"][0]["account"], told["requests"][0]["state"]) == ("manual", "viewer", "accepted")
    assert "1" in run("preview", "works/shared", "a.csv", "--as", "viewer").output
    assert "withdrawn" in run("access", "works/shared", "--refuse", "viewer", "--reason", "over").output
    assert isinstance(run("access", "works/shared", "--refuse", "stranger-none", "--reason", "x").exception, people.NoAccount)
    assert json.loads(run("access", "works/shared", "--embargo", "2099-01-01T00:00", "--json").output)["embargo_until"].startswith("2099")
    assert json.loads(run("access", "works/shared", "--embargo", "none", "--json").output)["embargo_until"] is None
    assert run("access", "works/shared", "--embargo", "soon").exit_code == 2


def test_catalogues_elsewhere_are_told_that_it_is_no_open_data(staff: dict[str, Hub]) -> None:
    told = staff["stranger"].ask("GET", "/datasets/works/shared/dcat.jsonld").text
    assert "access-right/RESTRICTED" in told
    assert staff["stranger"].ask("GET", "/datasets/works/shared/croissant.json").json()["isAccessibleForFree"] is False
