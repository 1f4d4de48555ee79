# SPDX-License-Identifier: Apache-2.0
"""What programs sign with."""

import pytest
from sqlalchemy import select

import databases
from madang import people
from madang.kit import SYSTEM, Actor, Role
from madang.people import credentials, keys
from madang.people.errors import NoteTooLong, NoToken, NotYourAccount, RoleTooHigh, TokenTooWeak, Unprintable
from madang.people.models import Token

from .conftest import House, actor_of, deeds


def make(house: House, role: Role = Role.MEMBER, *, name: str = "lab", note: str = "for a test", by: Actor = SYSTEM) -> str:
    with house.database.writing() as session:
        account = people.get_account(session, name, viewer=SYSTEM)
        return people.create_token(session, account=account, role=role, note=note, by=by)


def who(house: House, token: str) -> Actor:
    with house.database.reading() as session:
        return people.authenticate(session, cookie=None, authorization=f"Bearer {token}")


def revoke(house: House, token: str, by: Actor = SYSTEM) -> None:
    with house.database.writing() as session:
        people.revoke_token(session, people.get_token(session, credentials.read_token(token).id, viewer=SYSTEM), by=by)


def refused(house: House, token: str) -> str:
    with pytest.raises(people.BadCredentials) as refusal:
        who(house, token)
    return refusal.value.code


def test_a_token_signs_in_with_its_own_role(house: House) -> None:
    lab = actor_of(house.database, "lab")
    assert who(house, make(house, Role.READER)) == Actor(lab.account_id, "lab", Role.READER, "token")
    assert deeds(house.database)[-1] == "token.created"


def test_a_token_is_never_above_its_account(house: House) -> None:
    token = make(house, Role.OPERATOR, name="operator")
    with house.database.writing() as session:
        people.set_role(session, people.get_account(session, "lab", viewer=SYSTEM), role=Role.OPERATOR, by=SYSTEM)
        people.set_role(session, people.get_account(session, "operator", viewer=SYSTEM), role=Role.READER, by=SYSTEM)
    assert who(house, token).role is Role.READER


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OPERATOR, Role.VISITOR])
def test_a_role_above_the_account_or_none_is_refused(house: House, role: Role) -> None:
    with pytest.raises(RoleTooHigh):
        make(house, role)


def test_nobody_gives_more_than_they_have(house: House) -> None:
    lab = actor_of(house.database, "lab")
    with pytest.raises(RoleTooHigh):
        make(house, Role.MEMBER, by=Actor(lab.account_id, "lab", Role.READER, "session"))
    with pytest.raises(NotYourAccount):
        make(house, Role.READER, name="operator", by=lab)


def test_a_reader_who_is_a_member_somewhere_has_a_token_that_writes_there_and_only_there(house: House) -> None:
    with house.database.writing() as session:
        guest = people.create_account(session, name="guest", role=Role.READER, by=SYSTEM)
        works = people.create_organisation(session, name="works", sector="industry", by=SYSTEM)
        people.set_membership(session, works, guest, role=Role.MEMBER, by=SYSTEM)
    guest_now = actor_of(house.database, "guest")
    actor = who(house, make(house, Role.MEMBER, name="guest", by=guest_now))
    assert (actor.role, dict(actor.organisations)) == (Role.READER, {works.id: Role.MEMBER})
    assert not people.may_write_namespace(actor, "guest")
    weak = who(house, make(house, Role.READER, name="guest", by=guest_now))
    assert dict(weak.organisations) == {works.id: Role.READER}
    for by in (weak, guest_now):
        with pytest.raises(RoleTooHigh):
            make(house, Role.MEMBER if by is weak else Role.REVIEWER, name="guest", by=by)
    with house.database.writing() as session:
        people.end_membership(session, people.get_organisation(session, "works", viewer=SYSTEM), guest, by=SYSTEM)
    with pytest.raises(RoleTooHigh):
        make(house, Role.MEMBER, name="guest", by=SYSTEM)


@pytest.mark.parametrize("note", ["", "  ", "x" * 201])
def test_a_token_says_what_it_is_for(house: House, note: str) -> None:
    with pytest.raises(NoteTooLong):
        make(house, note=note)


@pytest.mark.parametrize("note", ["a\x1b[2Jb", "a\nb", "a\0b", "\udcff", "\u202egnp"])
def test_a_note_can_be_printed(house: House, note: str) -> None:
    with pytest.raises(Unprintable) as refusal:
        make(house, note=note)
    assert refusal.value.field == "note"


def test_a_token_below_its_account_makes_and_ends_no_tokens(house: House) -> None:
    strong = make(house, Role.MEMBER)
    weak = who(house, make(house, Role.READER))
    with pytest.raises(TokenTooWeak):
        make(house, Role.READER, by=weak)
    for token in (strong, make(house, Role.READER)):
        with pytest.raises(TokenTooWeak):
            revoke(house, token, by=weak)
    assert who(house, strong).role is Role.MEMBER
    assert who(house, make(house, Role.READER, by=who(house, strong))).role is Role.READER
    revoke(house, strong, by=who(house, strong))
    assert refused(house, strong) == "revoked-token"


def test_a_token_below_an_operator_ends_no_token_of_theirs(house: House) -> None:
    boss = make(house, Role.OPERATOR, name="operator")
    weak = who(house, make(house, Role.REVIEWER, name="operator"))
    with pytest.raises(TokenTooWeak):
        revoke(house, boss, by=weak)
    revoke(house, make(house), by=who(house, boss))


def test_only_a_keyed_hash_of_a_token_is_kept(house: House) -> None:
    token = make(house)
    secret = token.rsplit("_", 1)[1]
    with house.database.reading() as session:
        row = session.scalars(select(Token)).one()
        assert row.secret_hash == keys.held().mark("token", token)
        assert secret not in str(vars(row))
    assert secret not in databases.everything(house.database)
    people.use(keys.Keys(b"another key of another home 12345"))
    assert refused(house, token) == "unknown-token"


def test_each_fault_of_a_token_has_its_name(house: House) -> None:
    token = make(house)
    token_id = credentials.read_token(token).id
    assert refused(house, token[:-1] + ("A" if token[-1] != "A" else "B")) == "mistyped-token"
    assert refused(house, credentials.new_token(token_id)) == "unknown-token"
    assert refused(house, credentials.new_token("0" * 26)) == "unknown-token"
    revoke(house, token)
    assert refused(house, token) == "revoked-token"


def test_a_bad_header_is_refused_although_the_cookie_is_good(house: House) -> None:
    with house.database.writing() as session:
        link = people.create_link(session, people.get_account(session, "lab", viewer=SYSTEM), by=SYSTEM)
    with house.database.writing() as session:
        _account, cookie = people.redeem_link(session, link)
    with house.database.reading() as session, pytest.raises(people.BadCredentials):
        people.authenticate(session, cookie=cookie, authorization="Bearer nonsense")


def test_a_token_is_revoked_once_by_its_person_or_an_operator(house: House) -> None:
    token, boss = make(house), make(house, Role.READER, name="operator")
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session:
        with pytest.raises(NoToken):
            people.get_token(session, credentials.read_token(boss).id, viewer=lab)
        with pytest.raises(NoToken):
            people.get_token(session, "nothing", viewer=lab)
    with pytest.raises(NoToken):
        revoke(house, boss, by=lab)
    revoke(house, token, by=lab)
    revoke(house, token, by=SYSTEM)
    assert deeds(house.database).count("token.revoked") == 1
    with house.database.reading() as session:
        assert people.get_token(session, credentials.read_token(token).id, viewer=lab).revoked_by == "lab"


def test_the_last_use_is_written_later_and_not_while_reading(house: House) -> None:
    token = make(house)
    for _ in range(3):
        who(house, token)
    with house.database.reading() as session:
        assert session.scalars(select(Token.last_used_at)).one() is None
    assert people.write_uses(house.database) == 1
    who(house, token)
    assert people.write_uses(house.database) == 0
    with house.database.reading() as session:
        assert session.scalars(select(Token.last_used_at)).one() is not None
