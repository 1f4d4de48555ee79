# SPDX-License-Identifier: Apache-2.0
"""Letters about what waits: to those who want them, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from madang import inbox, kit, mail, people
from madang.inbox.models import Notice
from rooms.inbox.conftest import ASKED, TOLD, People

EVERYBODY = inbox.to_role(kit.Role.READER)
URL = "https://madang.example"


@pytest.fixture
def postman(yard_people: People) -> Iterator[inbox.Postman]:
    mail.use(mail.Post(mail.read_server("smtp://127.0.0.1:1"), "madang@example.org", b"k" * 32, "Madang"))
    yield inbox.Postman(yard_people.database, URL, "en", "UTC")
    mail.use(None)


def letters(who: People) -> list[tuple[str, str]]:
    with who.database.reading() as session:
        return sorted((letter.to, letter.subject) for letter in session.scalars(select(mail.Letter)))


def prefer(who: People, actor: kit.Actor, kind: inbox.Kind, way: str) -> None:
    with who.database.writing() as session:
        inbox.prefer(session, kind.name, way, by=actor)


def test_a_task_is_written_at_once_to_everybody_for_whom_it_waits(yard_people: People, postman: inbox.Postman) -> None:
    who = yard_people
    who.ask(inbox.to_role(kit.Role.MEMBER))
    assert postman.post() == 3
    assert postman.post() == 0
    assert letters(who) == [(f"{name}@example.org", "To do: Look at thing/1.") for name in ("member", "neighbour", "operator")]


def test_each_kind_of_receiver_is_reached_by_mail_as_on_the_page(yard_people: People, postman: inbox.Postman) -> None:
    who = yard_people
    assert who.member.account_id is not None
    for to, expected in (
        (inbox.to_duty("legal"), {"lawyer"}),
        (inbox.to_organisation(who.organisation), {"member"}),
        (inbox.to_account(who.member.account_id), {"member"}),
        (inbox.to_role(kit.Role.OPERATOR), {"operator"}),
    ):
        about = f"about/{to}"
        who.ask(to, about=about)
        before = letters(who)
        postman.post()
        new = [to for to, subject in letters(who) if (to, subject) not in before]
        assert {name.partition("@")[0] for name in new} == expected
        assert {each.name for each in (who.operator, who.lawyer, who.member, who.neighbour) if about in who.todo(each)} == expected


def test_whoever_chose_otherwise_gets_none_and_whoever_chose_so_gets_one(yard_people: People, postman: inbox.Postman) -> None:
    who = yard_people
    prefer(who, who.member, ASKED, "never")
    prefer(who, who.neighbour, TOLD, "once")
    who.ask(EVERYBODY)
    who.tell(EVERYBODY, by=who.operator)
    postman.post()
    assert [to for to, subject in letters(who) if subject.startswith("To do")] == [
        "lawyer@example.org",
        "neighbour@example.org",
        "operator@example.org",
    ]
    assert [to for to, subject in letters(who) if subject == "thing/1 is done."] == ["neighbour@example.org"]


def test_no_letter_goes_to_an_address_that_is_not_surely_theirs(yard_people: People, postman: inbox.Postman) -> None:
    who = yard_people
    with who.database.writing() as session:
        session.execute(update(people.Account).where(people.Account.name == "member").values(email_verified_at=None))
        operator = people.find_account(session, "neighbour")
        assert operator is not None
        people.set_disabled(session, operator, disabled=True, by=kit.SYSTEM)
    who.ask(inbox.to_role(kit.Role.MEMBER))
    postman.post()
    assert [to for to, _subject in letters(who)] == ["operator@example.org"]


def test_a_postman_who_was_killed_half_way_writes_nobody_twice(yard_people: People, postman: inbox.Postman) -> None:
    who = yard_people
    task = who.ask(EVERYBODY)
    assert postman.post() == 4
    with who.database.writing() as session:
        session.execute(update(inbox.Task).where(inbox.Task.id == task.id).values(posted_at=None))
    assert postman.post() == 0
    assert len(letters(who)) == 4


def test_without_a_mail_server_nothing_is_kept_for_later(yard_people: People) -> None:
    who = yard_people
    postman = inbox.Postman(who.database, URL, "en", "UTC")
    who.ask(EVERYBODY)
    assert postman.post() == 0
    assert postman.sum_up() == 0
    mail.use(mail.Post(mail.read_server("smtp://127.0.0.1:1"), "madang@example.org", b"k" * 32, "Madang"))
    try:
        assert postman.post() == 0
    finally:
        mail.use(None)


def test_the_days_summary_comes_once_after_eight_to_those_who_have_something(yard_people: People, postman: inbox.Postman) -> None:
    who = yard_people
    for n in range(60):
        who.tell(inbox.to_duty("legal"), about=f"thing/{n}")
    prefer(who, who.lawyer, ASKED, "daily")
    who.ask(inbox.to_duty("legal"))
    who.ask(inbox.to_duty("legal"), about="due", due=kit.now())
    day = datetime.now(UTC).replace(hour=9) + timedelta(days=1)
    with who.database.writing() as session:
        session.execute(update(Notice).values(at=day.replace(hour=7)))
        inbox.set_language(session, "ko", by=who.lawyer)
    assert postman.sum_up(day.replace(hour=7, minute=59)) == 0
    assert postman.sum_up(day) == 1
    assert postman.sum_up(day) == 0
    assert inbox.Postman(who.database, URL, "en", "UTC").sum_up(day) == 0
    assert [to for to, _subject in letters(who)] == ["lawyer@example.org"]
    assert postman.sum_up(day + timedelta(days=1)) == 1  # what is due is said every day
    with who.database.writing() as session:
        inbox.finish(session, kind=ASKED.name, about="due", by=who.lawyer)
    assert postman.sum_up(day + timedelta(days=2)) == 0
