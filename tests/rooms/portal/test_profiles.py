# SPDX-License-Identifier: Apache-2.0
"""The pages of people and organisations: who is shown to whom, and with which assets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import databases
from asking import Client
from madang import app, catalog, kit, people, settings
from madang.kit import SYSTEM, Reach, Role

HTML = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[app.House]:
    """A person with an open and a private asset, one with nothing, and an organisation with a member and a private asset."""
    home = tmp_path / "home"
    made = app.open_house(settings.read({"MADANG_HOME": str(home), "MADANG_LANGUAGE": "en", **databases.furnished(home)}))
    with made.database.writing() as session:
        for name, reach in (("author", Reach.INNER), ("quiet", Reach.INNER), ("guest", Reach.OUTER), ("colleague", Reach.INNER)):
            account = people.create_account(session, name=name, role=Role.MEMBER, display_name=f"The {name}", by=SYSTEM)
            people.change_account(session, account, people.Change(reach=reach, sector="university"), by=SYSTEM)
        works = people.create_organisation(session, name="works", sector="industry", display_name="The Works", by=SYSTEM)
        people.set_membership(session, works, people.get_account(session, "author", viewer=SYSTEM), role=Role.MEMBER, by=SYSTEM)
        for namespace, name, exposure in (("author", "shown", "open"), ("author", "hidden", "private"), ("works", "engine", "private")):
            catalog.register(session, kind="software", namespace=namespace, name=name, exposure=exposure, by=SYSTEM)
    yield made
    made.close()


def look(house: app.House, address: str, name: str | None = None) -> tuple[int, str]:
    """What that person, or a stranger, is answered."""
    with Client(app.web_application(house), follow_redirects=False, headers=HTML) as client:
        if name:
            with house.database.writing() as session:
                account = people.get_account(session, name, viewer=SYSTEM)
                _account, cookie = people.redeem_link(session, people.create_link(session, account, by=SYSTEM))
            client.cookies.set(people.cookie_name(False), cookie)
        answer = client.get(address)
        return answer.status_code, answer.text


def test_a_stranger_is_told_the_name_of_who_shows_something_and_of_nobody_else(house: app.House) -> None:
    status, text = look(house, "/people/author")
    assert status == 200
    assert "The author" in text
    assert "author/shown" in text
    assert "author/hidden" not in text
    assert "University" not in text
    assert "The Works" not in text
    assert look(house, "/people/quiet")[0] == look(house, "/people/nobody")[0] == 404
    assert look(house, "/people/quiet", "guest")[0] == 404


def test_whoever_belongs_to_the_institute_is_told_who_everybody_is(house: app.House) -> None:
    status, text = look(house, "/people/quiet", "colleague")
    assert (status, "University" in text, "Nothing to see yet." in text) == (200, True, True)
    text = look(house, "/people/AUTHOR", "colleague")[1]
    assert "The Works" in text
    assert "author/hidden" not in text


def test_one_sees_all_of_ones_own_and_an_operator_is_led_to_the_account(house: app.House) -> None:
    assert "author/hidden" in look(house, "/people/author", "author")[1]
    assert "/admin/people/author" in look(house, "/people/author", "operator")[1]
    assert "/admin/people/author" not in look(house, "/people/author", "colleague")[1]


def test_an_organisations_page_follows_the_same_rule(house: app.House) -> None:
    assert look(house, "/organisations/works")[0] == look(house, "/organisations/nowhere")[0] == 404
    assert look(house, "/organisations/works", "guest")[0] == 404
    status, text = look(house, "/organisations/works", "colleague")
    assert (status, "The Works" in text, "works/engine" in text) == (200, True, False)
    assert "works/engine" in look(house, "/organisations/works", "author")[1]
    with house.database.writing() as session:
        asset = catalog.get_asset(session, "software", "works", "engine", viewer=SYSTEM)
        catalog.set_exposure(session, asset, "open", by=SYSTEM)
    status, text = look(house, "/organisations/works")
    assert (status, "works/engine" in text, "/organisations/works/members" in text) == (200, True, False)


def test_a_long_list_of_assets_is_in_pages(house: app.House) -> None:
    with house.database.writing() as session:
        for number in range(30):
            catalog.register(session, kind="model", namespace="quiet", name=f"model-{number}", exposure="open", by=SYSTEM)
    first, second = look(house, "/people/quiet")[1], look(house, "/people/quiet?page=2")[1]
    assert first.count("quiet/model-") > second.count("quiet/model-") > 0
    assert "/people/quiet?page=2" in first
    assert kit.anonymous().role is Role.VISITOR
