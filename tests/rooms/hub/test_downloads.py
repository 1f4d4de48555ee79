# SPDX-License-Identifier: Apache-2.0
"""Files that are taken are counted by repository, day and sector, and by nobody's name."""

from collections.abc import Iterator

import pytest

from builders import HTML, Yard
from hub_wire import Hub
from madang import hub as room
from madang import kit, people
from madang.hub.gates import downloads

CSV = "/datasets/researcher/counted/access/downloads.csv"
FILE = "/datasets/researcher/counted/resolve/main/a.csv"


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    """A dataset of which nothing was noted yet, and what was noted is let go afterwards."""
    downloads.forget()
    made = "/api/datasets/researcher/counted"
    if hub.ask("GET", made).status_code != 200:
        hub.commit(hub.create("researcher/counted", private=False), {"README.md": "# 표", "a.csv": "n\n1\n"})
    yield made
    downloads.forget()


def test_files_taken_are_counted_by_day_and_sector_once_they_are_written(yard: Yard, hub: Hub, visitor: Hub, address: str) -> None:
    student = Hub(yard, yard.token_for("counted-student", kit.Role.READER))
    with yard.house.database.writing() as session:
        school = people.create_organisation(session, name="school", sector="university", by=kit.SYSTEM)
        account = people.get_account(session, "counted-student", viewer=kit.SYSTEM)
        people.set_membership(session, school, account, role=kit.Role.READER, by=kit.SYSTEM)
    for way, times in ((student, 2), (visitor, 3)):
        for _time in range(times):
            assert way.ask("GET", FILE).status_code == 200
    assert student.ask("GET", FILE, headers={"Range": "bytes=0-0"}).status_code == 206
    not_counted = [
        student.ask("HEAD", FILE), student.ask("GET", FILE, headers={"Range": "bytes=1-"}),
        student.ask("GET", FILE.replace("a.csv", "README.md")), student.ask("GET", FILE.replace("a.csv", "none")),
    ]  # fmt: skip
    assert [each.status_code for each in not_counted] == [200, 206, 200, 404]
    assert hub.ask("GET", address).json()["downloads"] == 0
    assert room.write_downloads(yard.house.database) == 6
    assert room.write_downloads(yard.house.database) == 0
    assert hub.ask("GET", address).json()["downloads"] == 6
    assert {each["id"]: each["downloads"] for each in hub.ask("GET", "/api/datasets?search=counted").json()} == {"researcher/counted": 6}
    student.ask("GET", FILE)
    room.write_downloads(yard.house.database)
    today = kit.now().date().isoformat()
    with yard.house.database.writing() as session:
        account = people.get_account(session, "researcher", viewer=kit.SYSTEM)
        cookie = people.redeem_link(session, people.create_link(session, account, by=kit.SYSTEM))[1]
    owner = {**HTML, "Cookie": f"madang={cookie}"}
    lines = yard.client.get(CSV, headers=owner).text.removeprefix("\ufeff").splitlines()
    assert lines == ["day,sector,files", f"{today},university,4", f"{today},visitor,3"]
    page = yard.client.get("/datasets/researcher/counted/access", headers=owner).text
    assert "7 files" in page
    assert "Files taken by day and sector" in page
    assert f'<th scope="row">{today}</th>' in page


def test_figures_are_for_the_owners_side(neighbour: Hub, visitor: Hub, address: str) -> None:
    assert neighbour.ask("GET", CSV).status_code == 403
    assert visitor.ask("GET", CSV).status_code == 401
    assert "Files taken" not in neighbour.ask("GET", "/datasets/researcher/counted/access", headers=HTML).text


def test_what_was_refused_or_is_gone_counts_for_nothing(yard: Yard, hub: Hub, neighbour: Hub, address: str) -> None:
    gated = hub.create("researcher/counted-gated", private=False)
    hub.commit(gated, {"a.csv": "n\n1\n"})
    hub.ask("PUT", f"{gated}/settings", json={"gated": "auto"})
    assert neighbour.ask("GET", FILE.replace("counted", "counted-gated")).status_code == 403
    assert room.write_downloads(yard.house.database) == 0
    downloads.note(kit.new_id(), "a.csv", by=kit.anonymous())
    assert room.write_downloads(yard.house.database) == 1
    assert hub.ask("GET", gated).json()["downloads"] == 0
