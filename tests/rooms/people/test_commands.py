# SPDX-License-Identifier: Apache-2.0
"""The command line."""

import click
import pytest
from click.testing import CliRunner, Result

from madang import people
from madang.kit import SYSTEM, Refusal, Role
from madang.people import credentials

from .conftest import House, actor_of, deeds


def run(house: House, *arguments: str, typed: str = "") -> Result:
    commands = [people.cli.token_group(lambda: house), people.cli.user_group(lambda: house), people.cli.link_command(lambda: house)]
    return CliRunner().invoke(click.Group(commands=commands), arguments, input=typed)


def test_one_token_is_printed_and_nothing_else(house: House) -> None:
    done = run(house, "token", "create", "--role", "reader", "--note", "for a program")
    assert (done.exit_code, done.stderr) == (0, "")
    token = done.stdout.removesuffix("\n")
    assert credentials.read_token(token).text == token
    with house.database.reading() as session:
        actor = people.authenticate(session, cookie=None, authorization=f"Bearer {token}")
    assert (actor.name, actor.role) == ("operator", Role.READER)


def test_a_token_can_be_made_for_another_account(house: House) -> None:
    token = run(house, "token", "create", "--role", "member", "--note", "x", "--as", "lab").stdout.strip()
    with house.database.reading() as session:
        assert people.authenticate(session, cookie=None, authorization=f"Bearer {token}").name == "lab"


@pytest.mark.parametrize(
    "arguments",
    [
        ("token", "create", "--role", "visitor", "--note", "x"),
        ("token", "create", "--role", "boss", "--note", "x"),
        ("token", "create", "--note", "x"),
        ("token", "create", "--role", "reader"),
        ("user", "set-role", "lab", "king"),
    ],
)
def test_wrong_use_ends_with_two_and_prints_no_token(house: House, arguments: tuple[str, ...]) -> None:
    done = run(house, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("token", "create", "--role", "operator", "--note", "x", "--as", "lab"),
        ("token", "create", "--role", "reader", "--note", "x", "--as", "nobody"),
        ("token", "revoke", "nothing"),
        ("user", "create", "lab"),
        ("user", "set-password", "nobody"),
        ("link", "nobody"),
    ],
)
def test_a_refusal_comes_out_as_one(house: House, arguments: tuple[str, ...]) -> None:
    done = run(house, *arguments, typed="a few plain words\n")
    assert isinstance(done.exception, Refusal)
    assert done.stdout == ""


def test_tokens_are_listed_and_revoked(house: House) -> None:
    token = run(house, "token", "create", "--role", "reader", "--note", "for a program").stdout.strip()
    token_id = credentials.read_token(token).id
    assert "valid" in run(house, "token", "list").stdout
    assert run(house, "token", "revoke", token_id).exit_code == 0
    listed = run(house, "token", "list").stdout
    assert "revoked" in listed
    assert "for a program" in listed
    assert token.rsplit("_", 1)[1] not in listed
    assert run(house, "token", "list", "--as", "lab").stdout == ""


def test_accounts_are_made_and_changed(house: House) -> None:
    assert run(house, "user", "create", "office", "--role", "reviewer", "--display-name", "Open source office").exit_code == 0
    assert run(house, "user", "set-role", "office", "operator").exit_code == 0
    assert run(house, "user", "disable", "lab").exit_code == 0
    assert run(house, "user", "list").stdout.splitlines() == [
        "lab  member  shut",
        "office  operator  Open source office",
        "operator  operator",
    ]
    assert run(house, "user", "enable", "lab").exit_code == 0
    assert "shut" not in run(house, "user", "list").stdout
    assert actor_of(house.database, "office").role is Role.OPERATOR
    assert deeds(house.database)[-4:] == ["account.created", "account.role-set", "account.disabled", "account.enabled"]


def test_a_password_is_read_and_never_printed(house: House) -> None:
    done = run(house, "user", "set-password", "lab", typed="other plain words\r\n")
    assert (done.exit_code, done.output) == (0, "")
    with house.database.writing() as session:
        assert people.sign_in(session, "lab", "other plain words")


def test_a_password_is_asked_twice_at_a_terminal(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True, raising=False)
    done = run(house, "user", "set-password", "lab", typed="other plain words\nother plain words\n")
    assert done.exit_code == 0
    assert "other plain words" not in done.output


def test_a_link_is_printed_as_an_address(house: House) -> None:
    address = run(house, "link", "lab").stdout.strip()
    assert address.startswith("http://127.0.0.1:8000/link/")
    with house.database.writing() as session:
        assert people.redeem_link(session, address.rsplit("/", 1)[1])[0].name == "lab"
    assert "/link/" in run(house, "link").stdout
    with house.database.reading() as session:
        assert people.get_account(session, "operator", viewer=SYSTEM).name == "operator"


def run_on_organisations(house: House, *arguments: str) -> Result:
    return CliRunner().invoke(click.Group(commands=[people.cli.organisation_group(lambda: house)]), ("organisation", *arguments))


def test_an_invitation_is_one_address_on_standard_output(house: House) -> None:
    done = run(house, "user", "invite", "--email", "new@example.org", "--role", "reader", "--days", "3", "--note", "for a guest")
    assert done.exit_code == 0
    secret = done.stdout.strip().removeprefix("http://127.0.0.1:8000/invitations/")
    with house.database.reading() as session:
        found = people.find_invitation(session, secret)
        assert found
        assert (found.email, found.role_word, found.reach_word, found.created_by) == ("new@example.org", "reader", "outer", "madang")


@pytest.mark.parametrize("arguments", [("--days", "0"), ("--days", "91"), ("--role", "king"), ("--reach", "far")])
def test_an_invitation_that_cannot_be_is_wrong_use(house: House, arguments: tuple[str, ...]) -> None:
    assert run(house, "user", "invite", *arguments).exit_code == 2


def test_an_invitation_into_no_organisation_is_refused(house: House) -> None:
    assert isinstance(run(house, "user", "invite", "--organisation", "nowhere").exception, Refusal)


def test_organisations_are_brought_in_listed_and_kept(house: House) -> None:
    assert run_on_organisations(house, "add", "works", "--sector", "industry", "--display-name", "The Works").exit_code == 0
    assert run_on_organisations(house, "list").stdout == "works  industry  outer  The Works\n"
    assert run_on_organisations(house, "member", "works", "lab", "--role", "operator").exit_code == 0
    assert list(actor_of(house.database, "lab").organisations.values()) == [Role.OPERATOR]
    assert run_on_organisations(house, "member", "works", "lab", "--remove").exit_code == 0
    assert actor_of(house.database, "lab").organisations == {}
    assert isinstance(run_on_organisations(house, "add", "lab", "--sector", "public").exception, Refusal)
    assert run_on_organisations(house, "add", "x", "--sector", "army").exit_code == 2
