# SPDX-License-Identifier: Apache-2.0
"""Signing in and out."""

import threading
from datetime import timedelta

import argon2
import pytest
from sqlalchemy import select, text, update

from madang import people
from madang.kit import SYSTEM, Actor, anonymous, now
from madang.people import keys, passwords, throttle
from madang.people.errors import DeadLink, NotYourAccount, SignInBusy, TooManyTries, WrongPassword
from madang.people.models import Account, BrowserSession, Link, Tries

from .conftest import PASSWORD, House, actor_of, deeds

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.9"


def sign_in(house: House, password: str = PASSWORD, *, name: str = "lab", network: str = HOME, previous: str | None = None) -> str:
    with house.database.writing() as session:
        return people.sign_in(session, name, password, network=network, agent="curl/8", previous_cookie=previous)[1]


def who(house: House, cookie: str | None) -> Actor:
    with house.database.reading() as session:
        return people.authenticate(session, cookie=cookie, authorization=None)


def fail(house: House, times: int, *, name: str = "lab", network: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            sign_in(house, "wrong words", name=name, network=network)


def link_for(house: House, name: str = "lab") -> str:
    with house.database.writing() as session:
        return people.create_link(session, people.get_account(session, name, viewer=SYSTEM), by=SYSTEM)


def redeem(house: House, secret: str) -> str:
    with house.database.writing() as session:
        return people.redeem_link(session, secret, network=HOME)[1]


def later(house: House, **passed: float) -> None:
    """Every time in the rows is moved into the past."""
    back = timedelta(**passed)
    with house.database.writing() as session:
        for row in session.scalars(select(BrowserSession)):
            row.started_at, row.seen_at, row.expires_at = row.started_at - back, row.seen_at - back, row.expires_at - back
        for link in session.scalars(select(Link)):
            link.expires_at -= back
        for tries in session.scalars(select(Tries)):
            tries.at -= back


def test_a_name_and_its_password_sign_in(house: House) -> None:
    cookie = sign_in(house, name="LAB")
    assert who(house, cookie) == actor_of(house.database, "lab")
    assert deeds(house.database)[-1] == "session.opened"
    with house.database.reading() as session:
        account = people.get_account(session, "lab", viewer=SYSTEM)
        assert [row.agent for row in people.sessions(session, account, viewer=SYSTEM)] == ["curl"]


@pytest.mark.parametrize(
    ("name", "password"), [("lab", "wrong words"), ("nobody", PASSWORD), ("", ""), ("operator", ""), ("lab", ""), ("\udcff\0", "\udcff\0")]
)
def test_what_does_not_belong_together_is_refused_in_one_sentence(house: House, name: str, password: str) -> None:
    with pytest.raises(WrongPassword) as refusal:
        sign_in(house, password, name=name)
    assert refusal.value.sentence() == WrongPassword().sentence()
    assert "session.opened" not in deeds(house.database)


def test_an_unknown_name_costs_the_same_work(real_cost: None, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[str] = []
    real = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

    class Counting:
        hash = staticmethod(real.hash)
        check_needs_rehash = staticmethod(real.check_needs_rehash)

        @staticmethod
        def verify(kept: str, password: str) -> bool:
            work.append(kept.rsplit("$", 2)[0])
            return real.verify(kept, password)

    with house.database.writing() as session:
        people.set_password(session, people.get_account(session, "lab", viewer=SYSTEM), password=PASSWORD, by=SYSTEM)
    monkeypatch.setattr(passwords, "_hasher", Counting)
    fail(house, 1)
    fail(house, 1, name="nobody")
    fail(house, 1, name="operator")
    assert len(work) == 3
    assert len(set(work)) == 1


def test_an_outdated_hash_is_made_anew_at_the_next_sign_in(real_cost: None, house: House) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with house.database.writing() as session:
        session.execute(update(Account).where(Account.name == "lab").values(password_hash=weak))
    sign_in(house)
    with house.database.reading() as session:
        assert "m=19456,t=2" in (people.get_account(session, "lab", viewer=SYSTEM).password_hash or "")
    assert sign_in(house)


def test_too_many_at_once_are_told_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    with passwords._places, pytest.raises(SignInBusy):
        sign_in(house)


def test_the_write_lock_is_free_while_a_password_is_checked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = passwords.fits

    def fits(kept: str | None, password: str) -> bool:
        with house.database.writing() as session:
            session.execute(text("UPDATE people_account SET display_name = 'free' WHERE name = 'operator'"))
        return real(kept, password)

    monkeypatch.setattr(passwords, "fits", fits)
    assert sign_in(house)


def test_a_password_that_is_changed_while_it_is_checked_does_not_count(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = passwords.fits

    def fits(kept: str | None, password: str) -> bool:
        monkeypatch.undo()
        with house.database.writing() as session:
            account = people.get_account(session, "lab", viewer=SYSTEM)
            people.set_password(session, account, password="changed meanwhile", by=SYSTEM)
        return real(kept, password)

    monkeypatch.setattr(passwords, "fits", fits)
    with pytest.raises(WrongPassword):
        sign_in(house)


def test_only_a_keyed_hash_of_a_cookie_is_kept(house: House) -> None:
    cookie = sign_in(house)
    with house.database.reading() as session:
        kept = session.scalars(select(BrowserSession.cookie_hash)).one()
    assert kept == keys.held().mark("session", cookie)
    people.use(keys.Keys(b"another key of another home 12345"))
    assert who(house, cookie) == anonymous()


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 43, "x" * 9000, "\udcff" * 43])
def test_a_cookie_that_was_not_given_is_a_visitor(house: House, cookie: str | None) -> None:
    sign_in(house)
    assert who(house, cookie) == anonymous()


def test_signing_in_changes_the_cookie_and_ends_the_session_before(house: House) -> None:
    first = sign_in(house)
    second = sign_in(house, previous=first)
    assert first != second
    assert who(house, first) == anonymous()
    assert who(house, second).name == "lab"


def test_a_session_ends_when_it_is_unused(house: House) -> None:
    cookie = sign_in(house)
    later(house, days=13)
    assert who(house, cookie).is_signed_in
    assert people.write_uses(house.database) == 1
    later(house, days=13)
    assert who(house, cookie).is_signed_in
    later(house, days=2)
    assert who(house, cookie) == anonymous()


def test_a_session_ends_after_its_days_however_used(house: House) -> None:
    cookie = sign_in(house)
    for _ in range(9):
        later(house, days=10)
        who(house, cookie)
        people.write_uses(house.database)
    assert who(house, cookie) == anonymous()


def test_uses_are_written_once_an_hour_and_never_while_reading(house: House) -> None:
    cookie = sign_in(house)
    who(house, cookie)
    assert people.write_uses(house.database) == 0
    later(house, hours=2)
    for _ in range(3):
        who(house, cookie)
    assert people.write_uses(house.database) == 1
    assert people.write_uses(house.database) == 0


def test_signing_out_ends_this_session_only(house: House) -> None:
    here, there = sign_in(house), sign_in(house)
    lab = actor_of(house.database, "lab")
    for _ in range(2):
        with house.database.writing() as session:
            people.sign_out(session, here, by=lab)
    assert who(house, here) == anonymous()
    assert who(house, there).is_signed_in
    assert deeds(house.database).count("session.ended") == 1


def test_signing_out_everywhere_ends_all_sessions_and_links(house: House) -> None:
    cookies, link = [sign_in(house) for _ in range(3)], link_for(house)
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session:
        with pytest.raises(NotYourAccount):
            people.sign_out_everywhere(session, people.get_account(session, "operator", viewer=SYSTEM), by=lab)
        people.sign_out_everywhere(session, people.get_account(session, "lab", viewer=lab), by=lab)
    assert {who(house, cookie) for cookie in cookies} == {anonymous()}
    with pytest.raises(DeadLink):
        redeem(house, link)
    assert deeds(house.database)[-1] == "sessions.ended"


def test_a_link_signs_in_once(house: House) -> None:
    secret = link_for(house)
    with house.database.reading() as session:
        assert people.is_link_alive(session, secret)
    assert who(house, redeem(house, secret)).name == "lab"
    with pytest.raises(DeadLink):
        redeem(house, secret)
    assert deeds(house.database)[-2:] == ["link.created", "session.opened"]


def test_of_two_who_press_at_once_one_signs_in(house: House) -> None:
    secret = link_for(house)
    answers: list[str] = []
    barrier = threading.Barrier(4)

    def press() -> None:
        barrier.wait()
        try:
            redeem(house, secret)
            answers.append("in")
        except DeadLink:
            answers.append("dead")

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["dead", "dead", "dead", "in"]


def test_a_link_is_over_after_a_day(house: House) -> None:
    secret = link_for(house)
    later(house, hours=24, seconds=1)
    with pytest.raises(DeadLink):
        redeem(house, secret)


def test_a_new_link_replaces_the_older(house: House) -> None:
    first, second = link_for(house), link_for(house)
    with pytest.raises(DeadLink):
        redeem(house, first)
    assert redeem(house, second)


def test_a_link_of_a_shut_account_is_dead(house: House) -> None:
    secret = link_for(house)
    with house.database.writing() as session:
        session.execute(update(Account).where(Account.name == "lab").values(disabled_at=now(), disabled_by="x"))
    with pytest.raises(DeadLink):
        redeem(house, secret)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "../..", "\udcff" * 43, "x" * 9000])
def test_a_link_that_was_not_given_is_dead(house: House, secret: str) -> None:
    with pytest.raises(DeadLink):
        redeem(house, secret)
    with house.database.reading() as session:
        assert not people.is_link_alive(session, secret)


def test_a_failed_try_is_counted_although_its_unit_of_work_is_undone(house: House) -> None:
    fail(house, 1)
    with house.database.reading() as session:
        assert [row.level for row in session.scalars(select(Tries))] == [1.0, 1.0, 1.0]


def test_a_failed_try_is_counted_when_its_refusal_is_caught_too(house: House) -> None:
    with house.database.writing() as session, pytest.raises(WrongPassword):
        people.sign_in(session, "lab", "wrong words", network=HOME)
    with house.database.reading() as session:
        assert len(session.scalars(select(Tries)).all()) == 3
    with house.database.reading() as session:
        throttle.after_the_unit(session, lambda own: throttle.count(own, "lab", HOME))
    with house.database.reading() as session:
        assert len(session.scalars(select(Tries)).all()) == 3


def test_too_many_tries_shut_the_door_for_a_while(house: House) -> None:
    fail(house, 6)
    with pytest.raises(TooManyTries) as refusal:
        sign_in(house)
    assert 0 < (refusal.value.retry_after or 0) < 900
    later(house, seconds=(refusal.value.retry_after or 0) + 1)
    assert sign_in(house)


def test_unknown_names_shut_the_door_alike(house: House) -> None:
    fail(house, 6, name="nobody")
    with pytest.raises(TooManyTries):
        sign_in(house, name="nobody")


def test_signing_in_forgives_the_tries_before(house: House) -> None:
    fail(house, 4)
    sign_in(house)
    fail(house, 4)
    assert sign_in(house)


def test_one_network_cannot_try_many_names(house: House) -> None:
    for number in range(31):
        fail(house, 1, name=f"name{number}")
    with pytest.raises(TooManyTries):
        sign_in(house)
    assert sign_in(house, network=ELSEWHERE)


def test_many_networks_shut_the_account_but_not_to_its_owner(house: House) -> None:
    sign_in(house)
    with house.database.writing() as session:
        for number in range(60):
            throttle.count(session, "lab", f"203.0.113.{number}")
    with pytest.raises(TooManyTries):
        sign_in(house, network=ELSEWHERE)
    assert sign_in(house)
    later(house, days=91)
    with house.database.writing() as session:
        for number in range(60):
            throttle.count(session, "lab", f"203.0.113.{number}")
    with pytest.raises(TooManyTries):
        sign_in(house)


def test_a_link_passes_every_shut_door(house: House) -> None:
    fail(house, 6)
    assert who(house, redeem(house, link_for(house))).name == "lab"
    assert sign_in(house)


def test_what_is_over_is_forgotten(house: House) -> None:
    sign_in(house)
    link_for(house)
    fail(house, 1)
    assert people.sweep(house.database) == 0
    later(house, days=91)
    cookie = sign_in(house)
    assert people.sweep(house.database) == 4
    assert who(house, cookie).is_signed_in
