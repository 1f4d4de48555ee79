# SPDX-License-Identifier: Apache-2.0
"""``madang token``, ``madang user``, ``madang organisation``, ``madang link``: beside the running platform, or before its first start."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import click

from madang.db import Database
from madang.kit import SYSTEM, Reach, Role, _
from madang.people import actions, queries, rules
from madang.people.credentials import token_beginning
from madang.people.models import SECTORS

ROLES = click.Choice(rules.roles_up_to(Role.OPERATOR))
REACHES = click.Choice([reach.word for reach in Reach])


class House(Protocol):
    """What these commands need of the place: its rows, and the address printed in links."""

    @property
    def database(self) -> Database:
        """The database, with every table; the room's keys are in use."""
        ...

    @property
    def url(self) -> str:
        """The address of the pages, without a slash at its end."""
        ...


Opener = Callable[[], House]
Translate = Callable[[str], str]


def token_group(open_house: Opener, _translate: Translate = str) -> click.Group:
    """``madang token create | list | revoke``."""
    group = click.Group("token", help="Make, list and revoke access tokens.")

    @group.command("create")
    @click.option("--role", type=ROLES, required=True, help="The most that the token may do.")
    @click.option("--note", required=True, help="What it is for.")
    @click.option("--as", "name", default=queries.OPERATOR, show_default=True, help="Whose token it is.")
    @click.option("--days", type=click.IntRange(1, 3650), help="How many days it is good for; without an end when left out.")
    def create(role: str, note: str, name: str, days: int | None) -> None:
        """Print one new token, and nothing else, on standard output. It is not kept and cannot be printed again."""
        with _opened(open_house) as house, house.database.writing() as session:
            account = queries.get_account(session, name, viewer=SYSTEM)
            text = actions.create_token(session, account=account, role=rules.role_named(role), note=note, days=days, by=SYSTEM)
        click.echo(text)

    @group.command("list")
    @click.option("--as", "name", default=queries.OPERATOR, show_default=True, help="Whose tokens.")
    def list_(name: str) -> None:
        """Print the id, role, state and note of each token, newest first."""
        with _opened(open_house) as house, house.database.reading() as session:
            account = queries.get_account(session, name, viewer=SYSTEM)
            for token in queries.tokens(session, account, viewer=SYSTEM):
                state = "revoked" if token.revoked_at else "valid"
                click.echo(f"{token.id}  {token_beginning(token.id)}…  {token.role_word:<8}  {state:<7}  {token.note}")

    @group.command("revoke")
    @click.argument("token_id")
    def revoke(token_id: str) -> None:
        """End the token of that id; `madang token list` prints ids."""
        with _opened(open_house) as house, house.database.writing() as session:
            actions.revoke_token(session, queries.get_token(session, token_id, viewer=SYSTEM), by=SYSTEM)

    return group


def user_group(open_house: Opener, translate: Translate = str) -> click.Group:
    """``madang user create | invite | list | set-role | set-password | disable | enable``; questions are in ``translate``'s words."""
    group = click.Group("user", help="Make and change accounts.")

    @group.command("create")
    @click.argument("name")
    @click.option("--role", type=ROLES, default="member", show_default=True, help="What the account may do.")
    @click.option("--display-name", default="", help="The name as people write it.")
    def create(name: str, role: str, display_name: str) -> None:
        """Make an account. `madang link NAME` then prints how to sign in."""
        with _opened(open_house) as house, house.database.writing() as session:
            actions.create_account(session, name=name, role=rules.role_named(role), display_name=display_name, by=SYSTEM)

    @group.command("list")
    def list_() -> None:
        """Print every account with its role."""
        with _opened(open_house) as house, house.database.reading() as session:
            for account in queries.accounts(session, viewer=SYSTEM):
                state = "  shut" if account.disabled_at else ""
                click.echo(f"{account.name}  {account.role_word}{state}  {account.display_name}".rstrip())

    @group.command("set-role")
    @click.argument("name")
    @click.argument("role", type=ROLES)
    def set_role(name: str, role: str) -> None:
        """Change what an account may do."""
        with _opened(open_house) as house, house.database.writing() as session:
            account = queries.get_account(session, name, viewer=SYSTEM)
            actions.set_role(session, account, role=rules.role_named(role), by=SYSTEM)

    @group.command("set-password")
    @click.argument("name")
    def set_password(name: str) -> None:
        """Ask for a new password, or read it from standard input, and sign the account out everywhere."""
        password = _password(translate)
        with _opened(open_house) as house, house.database.writing() as session:
            actions.set_password(session, queries.get_account(session, name, viewer=SYSTEM), password=password, by=SYSTEM)

    @group.command("reset-second-factor")
    @click.argument("name")
    def reset_second_factor(name: str) -> None:
        """Turn the second factor off for somebody who has lost it."""
        with _opened(open_house) as house, house.database.writing() as session:
            actions.reset_second_factor(session, queries.get_account(session, name, viewer=SYSTEM), by=SYSTEM)

    _add_invitations(group, open_house)
    _add_doors(group, open_house)
    return group


def _add_invitations(group: click.Group, open_house: Opener) -> None:
    @group.command("invite")
    @click.option("--email", default="", help="Whom it is for; without, whoever has the link.")
    @click.option("--role", type=ROLES, default="member", show_default=True, help="What the account may do.")
    @click.option("--reach", type=REACHES, default="outer", show_default=True, help="How near the person stands to the institute.")
    @click.option("--organisation", default="", help="The organisation that the person joins.")
    @click.option("--organisation-role", type=ROLES, default="member", show_default=True, help="The role there.")
    @click.option("--days", type=click.IntRange(1, rules.MOST_DAYS), help="How long it is good.")
    @click.option("--note", default="", help="For operators' eyes.")
    def invite(email: str, role: str, reach: str, organisation: str, organisation_role: str, days: int | None, note: str) -> None:
        """Print an address by which one person makes an account or joins an organisation, once."""
        with _opened(open_house) as house, house.database.writing() as session:
            found = queries.get_organisation(session, organisation, viewer=SYSTEM) if organisation else None
            offer = actions.Offer(
                role=rules.role_named(role),
                reach=rules.reach_named(reach),
                email=email,
                organisation=found,
                organisation_role=rules.role_named(organisation_role),
                note=note,
            )
            _row, secret = actions.create_invitation(session, offer, days=days, by=SYSTEM)
        click.echo(f"{house.url}/invitations/{secret}")


def organisation_group(open_house: Opener, _translate: Translate = str) -> click.Group:
    """``madang organisation add | list | member``."""
    group = click.Group("organisation", help="Bring organisations in and keep their members.")

    @group.command("add")
    @click.argument("name")
    @click.option("--sector", type=click.Choice(SECTORS), required=True, help="What sort of organisation it is.")
    @click.option("--reach", type=REACHES, default="outer", show_default=True, help="How near its members stand to the institute.")
    @click.option("--display-name", default="", help="The name as people write it.")
    def add(name: str, sector: str, reach: str, display_name: str) -> None:
        """Bring an organisation in; its name is its namespace."""
        with _opened(open_house) as house, house.database.writing() as session:
            actions.create_organisation(
                session, name=name, sector=sector, display_name=display_name, reach=rules.reach_named(reach), by=SYSTEM
            )  # fmt: skip

    @group.command("list")
    def list_() -> None:
        """Print every organisation with its sector and reach."""
        with _opened(open_house) as house, house.database.reading() as session:
            for row in queries.organisations(session, viewer=SYSTEM, limit=None):
                click.echo(f"{row.name}  {row.sector}  {row.reach_word}  {row.display_name}".rstrip())

    @group.command("member")
    @click.argument("name")
    @click.argument("account")
    @click.option("--role", type=ROLES, default="member", show_default=True, help="What the person may do there.")
    @click.option("--remove", is_flag=True, help="Take the person out instead.")
    def member(name: str, account: str, role: str, remove: bool) -> None:
        """Give somebody a role in an organisation, or take them out of it."""
        with _opened(open_house) as house, house.database.writing() as session:
            found = queries.get_organisation(session, name, viewer=SYSTEM)
            who = queries.get_account(session, account, viewer=SYSTEM)
            if remove:
                actions.end_membership(session, found, who, by=SYSTEM)
            else:
                actions.set_membership(session, found, who, role=rules.role_named(role), by=SYSTEM)

    return group


def link_command(open_house: Opener, _translate: Translate = str) -> click.Command:
    """``madang link [NAME]``."""

    @click.command("link", help="Print a one-time sign-in link.")
    @click.argument("name", default=queries.OPERATOR)
    def link(name: str) -> None:
        with _opened(open_house) as house, house.database.writing() as session:
            secret = actions.create_link(session, queries.get_account(session, name, viewer=SYSTEM), by=SYSTEM)
        click.echo(f"{house.url}/link/{secret}")

    return link


def _add_doors(group: click.Group, open_house: Opener) -> None:
    for word, disabled, sentence in (("disable", True, "Shut an account: nobody signs in with it."), ("enable", False, "Open it again.")):

        def turn(name: str, *, disabled: bool = disabled) -> None:
            with _opened(open_house) as house, house.database.writing() as session:
                actions.set_disabled(session, queries.get_account(session, name, viewer=SYSTEM), disabled=disabled, by=SYSTEM)

        group.add_command(click.Command(word, callback=turn, params=[click.Argument(["name"])], help=sentence))


def _password(translate: Translate) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(translate(_("Password")), hide_input=True, confirmation_prompt=translate(_("The password once more"))))
    return sys.stdin.readline().rstrip("\r\n")


@contextmanager
def _opened(open_house: Opener) -> Iterator[House]:
    house = open_house()
    try:
        yield house
    finally:
        house.database.close()
