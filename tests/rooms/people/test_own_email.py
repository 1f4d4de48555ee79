# SPDX-License-Identifier: Apache-2.0
"""A person proves an e-mail address on their own page: by a letter that goes to it, and not before its link was opened."""

from datetime import timedelta

import pytest

from asking import Client
from madang import kit, people
from madang.kit import SYSTEM, Role
from madang.people.actions import own_email

from .conftest import PASSWORD, House, deeds
from .test_doors import HTML, client_of, csrf, sign_in
from .test_own_page import ask, client, give_address, letters, post, text_of

__all__ = ["client", "post"]
ADDRESS = "Lab.Head@institute.example"
pytestmark = pytest.mark.usefixtures("post")


def want(client: Client, email: str = ADDRESS, password: str = PASSWORD) -> int:
    fields = {"csrf": csrf(client, "/me/sign-in"), "email": email, "password": password}
    return client.post("/me/email", data=fields).status_code


def link(house: House, number: int = -1) -> str:
    return "/me/email/" + next(word for word in text_of(letters(house)[number]).split() if "/me/email/" in word).rpartition("/")[2]


def follow(client: Client, path: str) -> int:
    return client.post(path, data={"csrf": csrf(client, "/me/sign-in")}, headers=HTML).status_code


def address(house: House, name: str = "lab") -> tuple[str | None, bool]:
    with house.database.reading() as session:
        account = people.get_account(session, name, viewer=SYSTEM)
        return account.email, account.email_verified_at is not None


def test_an_address_counts_once_the_letters_link_was_opened(client: Client, house: House) -> None:
    sign_in(client)
    assert "none yet" in client.get("/me/sign-in").text
    assert want(client) == 303
    assert (letters(house)[0].to, address(house)) == (ADDRESS, (None, False))
    shown = client.get(link(house))
    assert (shown.status_code, ADDRESS in shown.text, address(house)) == (200, True, (None, False))
    assert follow(client, link(house)) == 303
    assert address(house) == (ADDRESS, True)
    assert "account.email-set" in deeds(house.database)
    assert ask(client, ADDRESS.lower())[0] == 200
    assert len(letters(house)) == 2  # a forgotten password finds it


def test_one_that_somebody_only_said_is_proved_so_too(client: Client, house: House) -> None:
    give_address(house, is_verified=False)
    sign_in(client)
    assert "nobody writes to it" in client.get("/me/sign-in").text
    want(client, "lab@institute.example")
    assert follow(client, link(house)) == 303
    assert address(house) == ("lab@institute.example", True)


def test_the_address_before_counts_until_then_and_is_told(client: Client, house: House) -> None:
    give_address(house)
    sign_in(client)
    want(client)
    assert address(house) == ("lab@institute.example", True)
    path = link(house)
    follow(client, path)
    assert [letter.to for letter in letters(house)] == [ADDRESS, "lab@institute.example"]
    assert "tell the operator at once" in text_of(letters(house)[1])
    assert follow(client, path) == 404  # another address counts now, so the link is void


def test_whoever_does_not_know_the_password_gets_no_letter(client: Client, house: House) -> None:
    sign_in(client)
    assert want(client, password="not the password") == 422
    assert letters(house) == []


@pytest.mark.parametrize("email", ["", "nobody", "a@b\nBcc: c@d.example", "x" * 250 + "@example.org"])
def test_what_is_no_address_gets_no_letter(client: Client, house: House, email: str) -> None:
    sign_in(client)
    assert want(client, email) == 422
    assert letters(house) == []


def test_a_link_proves_nothing_to_another_account(client: Client, house: House) -> None:
    with house.database.writing() as session:
        other = people.create_account(session, name="other", role=Role.MEMBER, by=SYSTEM)
        people.set_password(session, other, password=PASSWORD, by=SYSTEM)
    sign_in(client)
    want(client)
    with client_of(house) as theirs:
        sign_in(theirs, name="other")
        assert theirs.get(link(house), headers=HTML).status_code == 404
        assert follow(theirs, link(house)) == 404
        assert theirs.get("/me/email/x", headers=HTML).status_code == 404
    assert (address(house), address(house, "other")) == ((None, False), (None, False))


def test_a_link_that_was_changed_or_is_over_proves_nothing(client: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client)
    want(client)
    ends, packed, mark = link(house).rpartition("/")[2].split(".")
    for changed in (
        f"{int(ends, 16) + 1:x}.{packed}.{mark}",
        f"{ends}.{packed[:-2]}.{mark}",
        f"{ends}.{packed}.{mark[:-1]}é",
        "a..c",
        "a.b.c",
    ):
        assert follow(client, f"/me/email/{changed}") == 404
    later = kit.now() + own_email.PROOF + timedelta(seconds=1)
    monkeypatch.setattr(own_email, "now", lambda: later)
    assert follow(client, link(house)) == 404
    assert address(house) == (None, False)


def test_an_address_that_counts_for_another_is_refused_when_it_is_proved(client: Client, house: House) -> None:
    sign_in(client)
    assert want(client) == 303  # nobody learns here who has which address
    with house.database.writing() as session:
        operator = people.get_account(session, "operator", viewer=SYSTEM)
        people.set_email(session, operator, ADDRESS, is_verified=True, by=SYSTEM)
    assert follow(client, link(house)) == 422
    assert address(house) == (None, False)


def test_letters_to_one_address_are_counted(client: Client, house: House) -> None:
    sign_in(client)
    statuses = [want(client) for _time in range(12)]
    assert (statuses[0], statuses[-1]) == (303, 429)
    assert len(letters(house)) < 12


def test_a_visitor_asks_for_and_proves_nothing(client: Client, house: House) -> None:
    for path in ("/me/email", "/me/email/x"):
        assert client.post(path, data={"csrf": csrf(client, "/sign-in"), "email": ADDRESS}).status_code == 401
    assert letters(house) == []
