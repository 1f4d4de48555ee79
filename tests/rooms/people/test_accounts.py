# SPDX-License-Identifier: Apache-2.0
"""Who is here."""

import threading

import pytest
from sqlalchemy.orm import Session

import patience
from madang import people
from madang.db import Database
from madang.kit import SYSTEM, Actor, Invalid, NotAllowed, Role, anonymous
from madang.people import passwords
from madang.people.errors import (
    LastOperator,
    NameTaken,
    NoAccount,
    NotAnOperator,
    TooManyTries,
    Unprintable,
    WeakPassword,
    WrongPassword,
)

from .conftest import PASSWORD, House, actor_of, deeds


def lab_of(session: Session) -> people.Account:
    return people.get_account(session, "lab", viewer=SYSTEM)


def test_the_operator_is_made_once(database: Database) -> None:
    for _ in range(2):
        with database.writing() as session:
            operator = people.ensure_operator(session)
    assert (operator.name, operator.role, operator.has_password) == ("operator", Role.OPERATOR, False)
    assert deeds(database) == ["account.created"]


@pytest.mark.parametrize("name", ["lab", "LAB", "Operator", "madang"])
def test_a_name_is_given_once_in_any_case(house: House, name: str) -> None:
    with house.database.writing() as session:
        with pytest.raises(NameTaken):
            people.create_account(session, name=name, role=Role.MEMBER, by=SYSTEM)
        assert len(people.accounts(session, viewer=SYSTEM)) == 2


@pytest.mark.parametrize("name", ["", "..", "a b", "-x", "<script>", "x" * 97, "가"])
def test_a_name_has_the_form_of_names(house: House, name: str) -> None:
    with house.database.writing() as session, pytest.raises(Invalid):
        people.create_account(session, name=name, role=Role.MEMBER, by=SYSTEM)


def test_only_operators_make_and_change_accounts(house: House) -> None:
    member = actor_of(house.database, "lab")
    with house.database.writing() as session:
        lab = lab_of(session)
        with pytest.raises(NotAnOperator):
            people.create_account(session, name="new", role=Role.MEMBER, by=member)
        with pytest.raises(NotAnOperator):
            people.set_role(session, lab, role=Role.OPERATOR, by=member)
        with pytest.raises(NotAnOperator):
            people.set_disabled(session, lab, disabled=True, by=member)
        with pytest.raises(Invalid):
            people.set_role(session, lab, role=Role.VISITOR, by=SYSTEM)
        assert lab.role is Role.MEMBER


def test_a_role_is_changed_and_written_down(house: House) -> None:
    with house.database.writing() as session:
        people.set_role(session, lab_of(session), role=Role.REVIEWER, by=SYSTEM)
    assert actor_of(house.database, "lab").role is Role.REVIEWER
    assert deeds(house.database)[-1] == "account.role-set"


def test_the_last_operator_stays(house: House) -> None:
    with house.database.writing() as session:
        operator = people.get_account(session, "operator", viewer=SYSTEM)
        with pytest.raises(LastOperator):
            people.set_role(session, operator, role=Role.MEMBER, by=SYSTEM)
        with pytest.raises(LastOperator):
            people.set_disabled(session, operator, disabled=True, by=SYSTEM)
        people.set_role(session, lab_of(session), role=Role.OPERATOR, by=SYSTEM)
        people.set_disabled(session, operator, disabled=True, by=SYSTEM)


def test_a_shut_account_signs_nobody_in_until_it_is_opened(house: House) -> None:
    with house.database.writing() as session:
        lab = lab_of(session)
        _account, cookie = people.sign_in(session, "lab", PASSWORD)
        token = people.create_token(session, account=lab, role=Role.MEMBER, note="x", by=SYSTEM)
    with house.database.writing() as session:
        people.set_disabled(session, lab_of(session), disabled=True, by=SYSTEM)
        people.set_disabled(session, lab_of(session), disabled=True, by=SYSTEM)
    with house.database.reading() as session:
        assert people.authenticate(session, cookie=cookie, authorization=None) == anonymous()
        with pytest.raises(people.BadCredentials) as refusal:
            people.authenticate(session, cookie=None, authorization=f"Bearer {token}")
        assert refusal.value.code == "disabled-account"
    with house.database.writing() as session, pytest.raises(WrongPassword):
        people.sign_in(session, "lab", PASSWORD)
    with house.database.writing() as session:
        with pytest.raises(NoAccount):
            people.create_link(session, lab_of(session), by=SYSTEM)
        with pytest.raises(NoAccount):
            people.create_token(session, account=lab_of(session), role=Role.MEMBER, note="x", by=SYSTEM)
        people.set_disabled(session, lab_of(session), disabled=False, by=SYSTEM)
    with house.database.writing() as session:
        assert people.sign_in(session, "lab", PASSWORD)
    assert [deed for deed in deeds(house.database) if deed.endswith("abled")] == ["account.disabled", "account.enabled"]


def test_people_see_themselves_and_operators_everybody(house: House) -> None:
    lab, operator = actor_of(house.database, "lab"), actor_of(house.database, "operator")
    with house.database.reading() as session:
        assert [account.name for account in people.accounts(session, viewer=operator)] == ["lab", "operator"]
        assert [account.name for account in people.accounts(session, viewer=lab)] == ["lab"]
        assert people.get_account(session, "LAB", viewer=lab).name == "lab"
        for name in ("operator", "nobody"):
            with pytest.raises(NoAccount):
                people.get_account(session, name, viewer=lab)
        boss = people.get_account(session, "operator", viewer=operator)
        with pytest.raises(NoAccount):
            people.tokens(session, boss, viewer=lab)
        with pytest.raises(NoAccount):
            people.sessions(session, boss, viewer=lab)
        with pytest.raises(NoAccount):
            people.get_self(session, viewer=anonymous())


@pytest.mark.parametrize("password", ["", "short", "x" * 513, "LAB", "\0" * 3])
def test_a_weak_password_is_refused(house: House, password: str) -> None:
    with house.database.writing() as session:
        lab = lab_of(session)
        before = lab.password_hash
        with pytest.raises(WeakPassword) as refusal:
            people.set_password(session, lab, password=password, by=SYSTEM)
        assert lab.password_hash == before
    assert "8" in refusal.value.sentence()


@pytest.mark.parametrize("deed", ["demote", "shut", "both"])
def test_of_two_operators_who_go_for_each_other_one_is_left(house: House, deed: str) -> None:
    for number in range(5):
        pair = [f"left-{number}", f"right-{number}"]
        with house.database.writing() as session:
            for name in pair:
                people.create_account(session, name=name, role=Role.OPERATOR, by=SYSTEM)
            for row in people.accounts(session, people.Asked(role="operator"), viewer=SYSTEM):
                if row.name not in pair:
                    people.set_role(session, row, role=Role.MEMBER, by=SYSTEM)
        actors, ready, ends = [actor_of(house.database, name) for name in pair], threading.Barrier(2), list[str]()

        def go(
            mine: int, actors: list[Actor] = actors, pair: list[str] = pair, ready: threading.Barrier = ready, ends: list[str] = ends
        ) -> None:
            ready.wait(patience.SECONDS)
            try:
                with house.database.writing() as session:
                    other = people.get_account(session, pair[1 - mine], viewer=SYSTEM)
                    if deed == "shut" or (deed == "both" and mine):
                        people.set_disabled(session, other, disabled=True, by=actors[mine])
                    else:
                        people.change_account(session, other, people.Change(role=Role.MEMBER), by=actors[mine])
                ends.append("done")
            except LastOperator:
                ends.append("last")

        threads = [threading.Thread(target=go, args=(mine,)) for mine in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(patience.SECONDS)
        assert sorted(ends) == ["done", "last"]
        with house.database.reading() as session:
            assert people.count_accounts(session, people.Asked(role="operator", state="open"), viewer=SYSTEM) == 1
        with house.database.writing() as session:
            for name in pair:
                people.set_disabled(session, people.get_account(session, name, viewer=SYSTEM), disabled=False, by=SYSTEM)


def test_a_password_is_kept_as_argon2id_and_typed_in_either_form(real_cost: None, house: House) -> None:
    with house.database.writing() as session:
        people.set_password(session, lab_of(session), password="마당에 모인 사람들", by=SYSTEM)
        assert (lab_of(session).password_hash or "").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    with house.database.writing() as session:
        assert people.sign_in(session, "lab", "\u1106\u1161\u1103\u1161\u11bc에 모인 사람들")
    assert not passwords.fits("no hash at all", PASSWORD)


def test_another_member_cannot_set_a_password(house: House) -> None:
    with house.database.writing() as session:
        people.create_account(session, name="other", role=Role.REVIEWER, by=SYSTEM)
    other = actor_of(house.database, "other")
    with house.database.writing() as session, pytest.raises(NotAnOperator):
        people.set_password(session, lab_of(session), password="another few words", by=other)
    with house.database.writing() as session:
        people.set_role(session, lab_of(session), role=Role.OPERATOR, by=SYSTEM)
    lab = actor_of(house.database, "lab")
    for by in (lab, Actor(other.account_id, "other", Role.OPERATOR, "token")):
        with house.database.writing() as session, pytest.raises(NotAllowed):
            people.set_password(session, lab_of(session), password="another few words", by=by)
    with house.database.writing() as session, pytest.raises(NoAccount):
        people.set_own_password(session, password="another few words", by=SYSTEM)


def test_a_token_cannot_set_a_password(house: House) -> None:
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session, pytest.raises(NotAllowed):
        people.set_own_password(session, password=PASSWORD, current=PASSWORD, by=Actor(lab.account_id, "lab", lab.role, "token"))


def test_ones_own_password_needs_the_one_until_now(house: House) -> None:
    lab = actor_of(house.database, "lab")
    for current in (None, "", "wrong words"):
        with pytest.raises(WrongPassword), house.database.writing() as session:
            people.set_own_password(session, password="another few words", current=current, by=lab)
    with house.database.writing() as session:
        people.set_own_password(session, password="another few words", current=PASSWORD, by=lab)
    with house.database.writing() as session:
        assert people.sign_in(session, "lab", "another few words")


def test_no_write_waits_while_a_password_is_checked_and_hashed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, written = actor_of(house.database, "lab"), []

    def write_beside(kind: str) -> bool:
        with house.database.writing() as beside:
            people.create_account(beside, name=f"beside-{kind}", role=Role.READER, by=SYSTEM)
        written.append(kind)
        return True

    fits, make_hash = passwords.fits, passwords.make_hash
    monkeypatch.setattr(passwords, "fits", lambda *given: write_beside("check") and fits(*given))
    monkeypatch.setattr(passwords, "make_hash", lambda *given: write_beside("hash") and make_hash(*given))
    with house.database.writing() as session:
        people.set_own_password(session, password="another few words", current=PASSWORD, by=lab)
    assert written == ["check", "hash"]


@pytest.mark.parametrize("change", ["password", "shut"])
def test_a_password_that_changed_meanwhile_is_not_changed_again(house: House, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, make_hash = actor_of(house.database, "lab"), passwords.make_hash

    def change_meanwhile(password: str) -> str:
        monkeypatch.setattr(passwords, "make_hash", make_hash)
        with house.database.writing() as beside:
            if change == "password":
                people.set_password(beside, lab_of(beside), password="set by the operator", by=SYSTEM)
            else:
                people.set_disabled(beside, lab_of(beside), disabled=True, by=SYSTEM)
        return make_hash(password)

    monkeypatch.setattr(passwords, "make_hash", change_meanwhile)
    with house.database.writing() as session, pytest.raises(WrongPassword):
        people.set_own_password(session, password="another few words", current=PASSWORD, by=lab)
    with house.database.reading() as session:
        assert not passwords.fits(lab_of(session).password_hash, "another few words")


@pytest.mark.parametrize("name", ["a\x1b[2J", "a\nb", "\udcff", "\u202egnp"])
def test_a_display_name_can_be_printed(house: House, name: str) -> None:
    with house.database.writing() as session, pytest.raises(Unprintable) as refusal:
        people.create_account(session, name="new", role=Role.MEMBER, display_name=name, by=SYSTEM)
    assert refusal.value.field == "display_name"


def test_guessing_the_password_until_now_is_stopped(house: House) -> None:
    lab = actor_of(house.database, "lab")

    def guess() -> None:
        with house.database.writing() as session:
            people.set_own_password(session, password="another few words", current="wrong", by=lab)

    for _ in range(6):
        with pytest.raises(WrongPassword):
            guess()
    with pytest.raises(TooManyTries):
        guess()


def test_a_new_password_ends_other_sessions_and_links(house: House) -> None:
    with house.database.writing() as session:
        _account, here = people.sign_in(session, "lab", PASSWORD)
    with house.database.writing() as session:
        _account, there = people.sign_in(session, "lab", PASSWORD)
        link = people.create_link(session, lab_of(session), by=SYSTEM)
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session:
        people.set_own_password(session, password="another few words", current=PASSWORD, keep=here, by=lab)
    with house.database.reading() as session:
        assert people.authenticate(session, cookie=here, authorization=None).name == "lab"
        assert people.authenticate(session, cookie=there, authorization=None) == anonymous()
        assert not people.is_link_alive(session, link)


def test_after_a_link_the_forgotten_password_is_not_asked(house: House) -> None:
    with house.database.writing() as session:
        link = people.create_link(session, lab_of(session), by=SYSTEM)
    with house.database.writing() as session:
        _account, cookie = people.redeem_link(session, link)
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session:
        people.set_own_password(session, password="another few words", keep=cookie, by=lab)
    with house.database.writing() as session:
        assert people.sign_in(session, "lab", "another few words")
