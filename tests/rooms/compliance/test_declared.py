# SPDX-License-Identifier: Apache-2.0
"""A version that another room brought, a service or what a client pushed: shown as it says of itself, and verified when somebody asks."""

from pathlib import Path

import pytest

from builders import HTML, Yard
from madang import catalog, kit

ADDRESS = "/api/v1/assets/api/operator/brought"
PAGE = "/assets/api/operator/brought"


@pytest.fixture
def brought(yard: Yard, tmp_path: Path) -> Yard:
    """The yard with a version that has content and no verification."""
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / "LICENSE").write_text("SPDX-License-Identifier: MIT\n")
    tree = yard.house.store.put_tree(folder)
    with yard.house.database.writing() as session:
        asset = catalog.register(session, kind="api", namespace="operator", name="brought", exposure="open", by=kit.SYSTEM)
        version = catalog.add_version(
            session, asset, source=catalog.Source("service", "brought", is_public=True), label="1.0", by=kit.SYSTEM
        )
        catalog.fix_content(session, version, content=tree.id, by=kit.SYSTEM)
        catalog.describe(asset, version, state="declared", declared="Apache-2.0", license_expression="Apache-2.0", files=tree.files)
    return yard


def test_it_is_listed_and_shown_as_declared(brought: Yard) -> None:
    (listed,) = brought.get(f"{ADDRESS}/versions")["items"]
    shown = brought.get(f"{ADDRESS}/versions/1")
    assert (listed["state"], shown["state"], shown["task"], shown["counts"]) == ("declared", "declared", "", {})
    assert [row["name"] for row in brought.get("/api/v1/assets", params={"state": "declared"})["items"]] == ["brought"]
    for page in (PAGE, f"{PAGE}/versions/1", f"{PAGE}/versions/1/files"):
        answer = brought.client.get(page, headers=HTML)
        assert (page, answer.status_code) == (page, 200)
        assert "As declared" in answer.text
    assert brought.client.get(f"{ADDRESS}/versions/1/files", headers=brought.signed).status_code == 409


def test_it_is_verified_when_somebody_asks(brought: Yard) -> None:
    answer = brought.client.post(f"{ADDRESS}/versions/1/attempts", headers=brought.signed)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    again = brought.client.post(f"{ADDRESS}/versions/1/attempts", headers=brought.signed)
    assert (again.status_code, again.json()["code"]) == (409, "not-failed")
    brought.work(answer.json()["task"])
    shown = brought.get(f"{ADDRESS}/versions/1")
    assert (shown["state"], shown["license_expression"], shown["counts"]["files"]) == ("verified", "MIT", 1)


def test_nothing_is_there_to_be_cancelled(brought: Yard) -> None:
    with brought.house.database.reading() as session:
        before = catalog.get_asset(session, "api", "operator", "brought", viewer=kit.SYSTEM).state
    answer = brought.client.post(f"{PAGE}/versions/1/cancellation", headers=brought.signed, follow_redirects=False)
    assert answer.status_code in (303, 403)  # a form is the browser's; it changes nothing either way
    assert brought.get(f"{ADDRESS}/versions/1")["state"] == before == "declared"
