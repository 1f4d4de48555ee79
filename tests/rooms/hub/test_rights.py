# SPDX-License-Identifier: Apache-2.0
"""Who may do what on the hub's wire: as the table of rights says, for every exposure and everybody who may come."""

import pytest

from actors import VISITOR
from builders import Yard
from hub_wire import Hub
from madang import access, catalog, hub, kit, people

ROLES = {"owner": kit.Role.MEMBER, "neighbour": kit.Role.MEMBER, "reader": kit.Role.READER, "reviewer": kit.Role.REVIEWER}
EVERYBODY = ("owner", "neighbour", "reader", "reviewer", "operator", "visitor")


@pytest.fixture(scope="module")
def everybody(yard: Yard) -> dict[str, Hub]:
    """The ways of everybody, and a repository of the owner's for each exposure."""
    ways = {name: Hub(yard, yard.token_for(name, role)) for name, role in ROLES.items()}
    ways |= {"operator": Hub(yard, yard.signed), "visitor": Hub(yard, {})}
    for exposure in catalog.EXPOSURES:
        address = ways["owner"].create(f"owner/{exposure}")
        ways["owner"].commit(address, {"a.txt": exposure})
        assert ways["owner"].ask("PUT", f"{address}/settings", json={"visibility": exposure}).status_code == 200
    return ways


def allowed(yard: Yard, name: str, exposure: str, action: str) -> bool:
    """What the table says."""
    actor = VISITOR
    if name != "visitor":
        with yard.house.database.reading() as session:
            account = people.get_account(session, name, viewer=kit.SYSTEM)
            actor = kit.Actor(account.id, name, kit.Role.named(str(account.role.word)), reach=account.reach)
    return access.allows(actor, f"asset.{exposure}", action, own=name == "owner")


@pytest.mark.parametrize("exposure", catalog.EXPOSURES)
@pytest.mark.parametrize("name", EVERYBODY)
def test_reading_and_writing_are_as_the_table_says(everybody: dict[str, Hub], yard: Yard, name: str, exposure: str) -> None:
    way, address = everybody[name], f"/api/datasets/owner/{exposure}"
    sees, changes = allowed(yard, name, exposure, "see"), allowed(yard, name, exposure, "change")
    hidden = 401 if name == "visitor" else 404
    refused = 401 if name == "visitor" else 403
    reads = [
        way.ask("GET", address), way.ask("GET", f"{address}/tree/main"), way.ask("GET", f"{address}/refs"),
        way.ask("GET", f"/datasets/owner/{exposure}/resolve/main/a.txt"), way.ask("GET", f"{address}/auth-check"),
    ]  # fmt: skip
    assert {each.status_code for each in reads} == {200 if sees else hidden}
    pages = ("", "/tree/main", "/blob/main/a.txt", "/commits/main", "/preview/main")
    shown = {way.ask("GET", f"/datasets/owner/{exposure}{path}", headers={"Accept": "text/html"}).status_code for path in pages}
    assert shown == {200 if sees else 404}
    assert (f"owner/{exposure}<" in way.ask("GET", "/datasets?q=owner", headers={"Accept": "text/html"}).text) == sees
    writes = [
        way.ask("POST", f"{address}/preupload/main", json={"files": []}),
        way.commit(address, {"a.txt": exposure}),
        way.ask("POST", f"{address}/tag/main", json={"tag": f"by-{name}"}),
        way.ask("PUT", f"{address}/settings", json={"visibility": exposure}),
        way.ask("POST", f"/datasets/owner/{exposure}.git/info/lfs/objects/batch", json={"operation": "upload", "objects": []}),
    ]
    assert {each.status_code for each in writes} == {200 if changes else refused if sees else hidden}
    names = {each["id"] for each in way.ask("GET", "/api/datasets?author=owner").json()}
    assert (f"owner/{exposure}" in names) == sees


def test_what_is_not_shown_and_what_is_not_there_are_told_alike(everybody: dict[str, Hub]) -> None:
    for name in ("visitor", "neighbour"):
        one, other = (everybody[name].ask("GET", f"/api/datasets/owner/{each}") for each in ("private", "never-was"))
        assert one.status_code == other.status_code
        assert one.headers["x-error-code"] == other.headers["x-error-code"] == "RepoNotFound"
        assert one.text.replace("private", "never-was") == other.text


def test_a_browser_reads_files_and_does_nothing_else(everybody: dict[str, Hub], yard: Yard) -> None:
    with yard.house.database.writing() as session:
        account = people.get_account(session, "owner", viewer=kit.SYSTEM)
        cookie = people.redeem_link(session, people.create_link(session, account, by=kit.SYSTEM))[1]
    browser = Hub(yard, {"Cookie": f"madang={cookie}"})
    assert browser.ask("GET", "/datasets/owner/private/resolve/main/a.txt").content == b"private"
    assert browser.ask("GET", "/api/datasets/owner/private").status_code == 401
    assert browser.commit("/api/datasets/owner/private", {"b": "1"}).status_code == 401
    assert browser.ask("POST", "/api/repos/create", json={"name": "by-browser", "type": "dataset"}).status_code == 401


def test_a_namespace_of_somebody_else_takes_no_repository(everybody: dict[str, Hub]) -> None:
    body = {"name": "mine", "organization": "owner", "type": "model"}
    assert everybody["neighbour"].ask("POST", "/api/repos/create", json=body).status_code == 403
    assert everybody["visitor"].ask("POST", "/api/repos/create", json=body).status_code == 401
    assert everybody["owner"].ask("POST", "/api/repos/create", json={**body, "organization": "datasets"}).status_code == 400


def test_every_address_of_the_hub_is_in_the_table() -> None:
    assert {(route.method, route.path) for route in access.routes()} >= hub.ADDRESSES
