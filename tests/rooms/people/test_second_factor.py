# SPDX-License-Identifier: Apache-2.0
"""The second factor: set up with a real authenticator's arithmetic, asked after a password and after a link, and never fooled twice."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pyotp
import pytest

from asking import Client
from madang import kit, people
from madang.kit import SYSTEM, Role
from madang.people import actions, refusals, second_factor
from madang.people.ways import RecoveryCode, SecondFactor

from .conftest import PASSWORD, House, actor_of, deeds
from .test_commands import run
from .test_doors import client_of, csrf, link, sign_in


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = kit.now()

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("people.actions.second_factor", "people.second_factor", "people.throttle"):
        monkeypatch.setattr(f"madang.{module}.now", clock)
    return clock


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with client_of(house) as client:
        yield client


def key_of(house: House, name: str = "lab") -> str:
    with house.database.reading() as session:
        row = session.get(SecondFactor, actor_of(house.database, name).account_id)
        assert row
        key = second_factor.opened_key(row.sealed_key)
        assert key
        return key


def code(house: House, clock: Clock) -> str:
    return pyotp.TOTP(key_of(house)).at(clock.at)


def turn_on(house: House, clock: Clock) -> list[str]:
    """The member has a second factor, with a session opened before; the recovery codes."""
    by = actor_of(house.database, "lab")
    with house.database.writing() as session:
        actions.begin_second_factor(session, current=PASSWORD, by=by)
    with house.database.writing() as session:
        codes = actions.confirm_second_factor(session, code(house, clock), by=by)
    clock.move(60)
    return codes


def post(client: Client, address: str, form_at: str, **fields: str) -> int:
    return client.post(address, data={"csrf": csrf(client, form_at), **fields}).status_code


def give(client: Client, text: str) -> int:
    return post(client, "/sign-in/code", "/sign-in/code", code=text)


def test_a_person_turns_it_on_by_pages(client: Client, house: House, clock: Clock) -> None:
    sign_in(client)
    assert "a code of your telephone" in client.get("/me/sign-in").text
    assert post(client, "/me/second-factor", "/me/sign-in", password="wrong") == 422
    assert post(client, "/me/second-factor", "/me/sign-in", password=PASSWORD) == 303
    page = client.get("/me/sign-in")
    assert page.headers["cache-control"] == "no-store"
    assert "<svg" in page.text
    assert "style=" not in page.text
    key = key_of(house)
    assert key in page.text.replace(" ", "")
    assert post(client, "/me/second-factor/confirmation", "/me/sign-in", code="000000") == 422
    done = client.post("/me/second-factor/confirmation", data={"csrf": csrf(client, "/me/sign-in"), "code": code(house, clock)})
    assert done.status_code == 200
    assert len(re.findall(r"\b[2-9a-z]{5}-[2-9a-z]{5}\b", done.text)) == 10
    again = client.get("/me/sign-in")
    assert "10 recovery codes left" in again.text
    assert key not in again.text.replace(" ", "")
    assert deeds(house.database)[-1] == "second-factor.on"


def test_a_password_alone_opens_nothing_any_more(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    answer = client.post("/sign-in", data={"name": "lab", "password": PASSWORD, "csrf": csrf(client, "/sign-in"), "next": "/assets"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code")
    assert client.get("/me").status_code == 303
    assert give(client, "000000") == 422
    done = client.post("/sign-in/code", data={"csrf": csrf(client, "/sign-in/code"), "code": code(house, clock)})
    assert (done.status_code, done.headers["location"]) == (303, "/assets")
    assert client.get("/me").status_code == 200
    assert deeds(house.database)[-1] == "session.opened"


def test_a_code_opens_once(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    used = code(house, clock)
    sign_in(client)
    assert give(client, used) == 303
    client.cookies.clear()
    sign_in(client)
    assert give(client, used) == 422
    clock.move(30)
    assert give(client, code(house, clock)) == 303


def test_a_clock_that_steps_back_does_not_open_with_an_old_code(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    sign_in(client)
    used = code(house, clock)
    assert give(client, used) == 303
    client.cookies.clear()
    clock.move(-45)
    sign_in(client)
    assert give(client, used) == 422
    assert give(client, code(house, clock)) == 422


@pytest.mark.parametrize(("seconds", "status"), [(-30, 303), (30, 303), (-90, 422), (90, 422)])
def test_a_code_is_good_in_the_neighbouring_steps_only(client: Client, house: House, clock: Clock, seconds: int, status: int) -> None:
    turn_on(house, clock)
    clock.move(600)
    sign_in(client)
    given = pyotp.TOTP(key_of(house)).at(clock.at + timedelta(seconds=seconds))
    assert give(client, given) == status


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34 5x", "\x00" * 6, "-1.e55"])
def test_what_is_no_code_is_wrong(client: Client, house: House, clock: Clock, text: str) -> None:
    turn_on(house, clock)
    sign_in(client)
    assert give(client, text) == 422


def test_a_link_is_not_used_up_before_the_code_was_right(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    secret = link(house)
    answer = client.post(f"/link/{secret}", data={"csrf": csrf(client, f"/link/{secret}")})
    assert answer.headers["location"] == "/sign-in/code"
    assert give(client, "000000") == 422
    assert client.get(f"/link/{secret}").status_code == 200
    assert give(client, code(house, clock)) == 303
    assert client.get("/me").status_code == 200
    assert client.get(f"/link/{secret}").status_code == 410


def test_a_recovery_code_opens_once_however_it_is_typed(client: Client, house: House, clock: Clock) -> None:
    codes = turn_on(house, clock)
    sign_in(client)
    assert give(client, f" {codes[0].upper().replace('-', ' ')} ") == 303
    client.cookies.clear()
    sign_in(client)
    assert give(client, codes[0]) == 422
    assert give(client, codes[1]) == 303
    assert "8 recovery codes left" in client.get("/me/sign-in").text
    assert deeds(house.database).count("second-factor.recovery-used") == 2


def test_nothing_in_the_rows_is_a_key_or_a_code(house: House, clock: Clock) -> None:
    codes, key = turn_on(house, clock), key_of(house)
    raw = "".join(repr(row) for row in _raw(house, "people_second_factor") + _raw(house, "people_recovery_code"))
    assert key not in raw
    assert not any(each in raw or each.replace("-", "") in raw for each in codes)


def _raw(house: House, table: str) -> list[object]:
    with house.database.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]


def test_too_many_wrong_codes_shut_the_door_for_a_while(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    sign_in(client)
    statuses = [give(client, "000000") for _try in range(7)]
    assert statuses[:5] == [422] * 5
    assert statuses[-1] == 429
    assert give(client, code(house, clock)) == 429
    clock.move(3600)


def test_a_code_without_a_first_half_opens_nothing(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    assert client.get("/sign-in/code").headers["location"] == "/sign-in"
    answer = client.post("/sign-in/code", data={"csrf": csrf(client, "/sign-in"), "code": code(house, clock)})
    assert answer.status_code == 422
    assert "Begin again" in answer.text
    client.cookies.set("madang_half", "x" * 80)
    assert client.post("/sign-in/code", data={"csrf": csrf(client, "/sign-in"), "code": code(house, clock)}).status_code == 422


def test_a_half_is_void_after_the_password_was_changed_and_after_ten_minutes(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    sign_in(client)
    with house.database.writing() as session:
        people.set_password(session, people.get_account(session, "lab", viewer=SYSTEM), password="other plain words", by=SYSTEM)
    assert give(client, code(house, clock)) == 422
    clock.move(60)
    client.cookies.clear()
    sign_in(client, "other plain words")
    page = csrf(client, "/sign-in/code")
    clock.move(601)
    assert client.post("/sign-in/code", data={"csrf": page, "code": code(house, clock)}).status_code == 422


def test_new_recovery_codes_void_the_old_ones(client: Client, house: House, clock: Clock) -> None:
    codes = turn_on(house, clock)
    sign_in(client)
    give(client, code(house, clock))
    clock.move(30)
    assert post(client, "/me/second-factor/recovery-codes", "/me/sign-in", code="000000") == 422
    page = client.post("/me/second-factor/recovery-codes", data={"csrf": csrf(client, "/me/sign-in"), "code": code(house, clock)})
    assert page.status_code == 200
    client.cookies.clear()
    sign_in(client)
    assert give(client, codes[3]) == 422


def test_it_is_turned_off_with_a_code_and_not_without(client: Client, house: House, clock: Clock) -> None:
    codes = turn_on(house, clock)
    sign_in(client)
    give(client, codes[0])
    assert post(client, "/me/second-factor/removal", "/me/sign-in", code="000000") == 422
    assert post(client, "/me/second-factor/removal", "/me/sign-in", code=codes[1]) == 303
    with house.database.reading() as session:
        assert session.query(RecoveryCode).count() == 0
    assert deeds(house.database)[-1] == "second-factor.off"
    assert post(client, "/me/second-factor/removal", "/me/sign-in", code=codes[2]) == 422
    client.cookies.clear()
    assert sign_in(client) == 303
    assert client.get("/me").status_code == 200


def test_it_cannot_be_begun_twice_nor_confirmed_without_a_beginning(house: House, clock: Clock) -> None:
    by = actor_of(house.database, "lab")
    with house.database.writing() as session, pytest.raises(refusals.NotOn):
        actions.confirm_second_factor(session, "000000", by=by)
    turn_on(house, clock)
    with house.database.writing() as session, pytest.raises(refusals.AlreadyOn):
        actions.begin_second_factor(session, current=PASSWORD, by=by)
    with house.database.writing() as session, pytest.raises(refusals.AlreadyOn):
        actions.confirm_second_factor(session, code(house, clock), by=by)


def test_beginning_again_before_confirming_makes_another_key(house: House, clock: Clock) -> None:
    by = actor_of(house.database, "lab")
    keys = []
    for _turn in range(2):
        with house.database.writing() as session:
            actions.begin_second_factor(session, current=PASSWORD, by=by)
        keys.append(key_of(house))
    assert keys[0] != keys[1]


def test_an_operator_resets_it_for_others_and_nobody_else_does(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    lab, operator = actor_of(house.database, "lab"), actor_of(house.database, "operator")

    def reset(by: kit.Actor, name: str = "lab") -> None:
        with house.database.writing() as session:
            people.reset_second_factor(session, people.get_account(session, name, viewer=SYSTEM), by=by)

    for by, name in ((lab, "lab"), (operator, "operator"), (kit.Actor(operator.account_id, "operator", Role.OPERATOR, via="token"), "lab")):
        with pytest.raises(kit.NotAllowed):
            reset(by, name)
    reset(operator)
    assert deeds(house.database)[-1] == "second-factor.reset"
    reset(operator)
    assert deeds(house.database).count("second-factor.reset") == 1
    assert sign_in(client) == 303
    assert client.get("/me").status_code == 200


def test_an_operator_resets_it_on_the_persons_page_and_by_a_command(client: Client, house: House, clock: Clock) -> None:
    turn_on(house, clock)
    secret = link(house, "operator")
    client.post(f"/link/{secret}", data={"csrf": csrf(client, f"/link/{secret}")})
    page = client.get("/admin/people/lab").text
    assert "/admin/people/lab/second-factor/removal" in page
    answer = client.post("/admin/people/lab/second-factor/removal", data={"csrf": csrf(client, "/me")})
    assert answer.headers["location"] == "/admin/people/lab?done=second-factor"
    page = client.get("/admin/people/lab?done=second-factor").text
    assert "The second factor is off" in page
    assert "second-factor/removal" not in page
    clock.move(60)
    turn_on(house, clock)
    assert run(house, "user", "reset-second-factor", "lab").exit_code == 0
    assert deeds(house.database)[-1] == "second-factor.reset"


def test_a_token_has_no_hand_in_it(house: House, clock: Clock) -> None:
    lab = actor_of(house.database, "lab")
    token = kit.Actor(lab.account_id, "lab", Role.MEMBER, via="token")
    with house.database.writing() as session, pytest.raises(kit.NotAllowed):
        actions.begin_second_factor(session, current=PASSWORD, by=token)


def test_whoever_lost_the_key_file_gives_a_recovery_code(client: Client, house: House, clock: Clock) -> None:
    codes = turn_on(house, clock)
    with house.database.writing() as session:
        row = session.get_one(SecondFactor, actor_of(house.database, "lab").account_id)
        row.sealed_key = kit.seal(b"o" * 32, "JBSWY3DPEHPK3PXP", purpose="second factor")
    sign_in(client)
    assert give(client, "123456") == 422
    assert give(client, codes[0]) == 303
