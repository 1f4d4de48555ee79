# SPDX-License-Identifier: Apache-2.0
"""Notifications: one row however many read it, and each reader's own marks."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from madang import inbox, kit, people
from madang.inbox.models import Notice, NoticeTo, Reading
from rooms.inbox.conftest import People

EVERYBODY = inbox.to_role(kit.Role.READER)


def test_news_for_a_role_is_one_row_and_reaches_everybody_in_it(yard_people: People) -> None:
    who = yard_people
    who.tell(EVERYBODY, inbox.to_role(kit.Role.MEMBER))
    for reader in (who.operator, who.lawyer, who.member, who.neighbour):
        assert who.news(reader) == ["thing/1"]
        assert who.waiting(reader) == 1
    with who.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 1
        assert session.scalar(select(func.count()).select_from(NoticeTo)) == 2


def test_who_did_it_is_not_told(yard_people: People) -> None:
    who = yard_people
    assert who.member.account_id is not None
    assert who.tell(inbox.to_account(who.member.account_id), by=who.member) is None
    who.tell(EVERYBODY, by=who.member)
    assert who.news(who.member) == []
    assert who.news(who.neighbour) == ["thing/1"]


def test_one_is_read_and_then_all_and_others_marks_stay(yard_people: People) -> None:
    who = yard_people
    told = [who.tell(EVERYBODY, about=f"thing/{n}") for n in range(4)]
    assert told[0] is not None
    with who.database.writing() as session:
        inbox.mark_read(session, told[0], by=who.member)
        inbox.mark_read(session, told[0], by=who.member)
    assert len(who.news(who.member, unread=True)) == 3
    with who.database.writing() as session:
        inbox.mark_all_read(session, by=who.member)
    assert who.news(who.member, unread=True) == []
    assert len(who.news(who.member)) == 4
    assert len(who.news(who.neighbour, unread=True)) == 4
    who.tell(EVERYBODY, about="later")
    assert who.news(who.member, unread=True) == ["later"]


def test_what_is_settled_is_read_with_one_mark(yard_people: People) -> None:
    who = yard_people
    old = who.tell(EVERYBODY, about="old")
    assert old is not None
    with who.database.writing() as session:
        inbox.mark_read(session, old, by=who.member)
        session.execute(update(Notice).values(at=kit.now() - timedelta(hours=1)))
    who.tell(EVERYBODY, about="older but unread")
    with who.database.writing() as session:
        session.execute(update(Notice).values(at=kit.now() - timedelta(hours=1)))
        inbox.mark_all_read(session, by=who.member)
        assert session.scalar(select(func.count()).select_from(Reading)) == 0
        inbox.mark_read(session, old, by=who.member)
        assert session.scalar(select(func.count()).select_from(Reading)) == 0
    assert who.waiting(who.member) == 0


def test_what_was_told_before_somebody_came_does_not_wait_for_them(yard_people: People) -> None:
    who = yard_people
    who.tell(EVERYBODY)
    with who.database.writing() as session:
        new = people.create_account(session, name="newcomer", role=kit.Role.MEMBER, by=kit.SYSTEM)
        session.flush()
        newcomer = people.actor_of(session, new, via="session")
    assert who.news(newcomer) == []
    assert who.waiting(newcomer) == 0


def test_others_news_are_not_there(yard_people: People) -> None:
    who = yard_people
    told = who.tell(inbox.to_duty("legal"))
    assert told is not None
    from madang.inbox import queries

    with who.database.reading() as session:
        assert queries.get_notice(session, told.id, viewer=who.lawyer).id == told.id
        for viewer, notice_id in ((who.neighbour, told.id), (who.lawyer, "nothing"), (who.lawyer, "ü")):
            with pytest.raises(inbox.NoNotice):
                queries.get_notice(session, notice_id, viewer=viewer)


def test_old_news_and_ended_tasks_are_swept(yard_people: People) -> None:
    who = yard_people
    for n in range(3):
        who.tell(EVERYBODY, about=f"thing/{n}")
    task = who.ask(EVERYBODY, by=who.member)
    assert inbox.sweep(who.database) == 0
    with who.database.writing() as session:
        inbox.mark_all_read(session, by=who.member)
        session.execute(update(Notice).values(at=kit.now() - timedelta(days=400)))
        inbox.finish_task(session, inbox.get_task(session, task.id, viewer=who.member), by=who.member)
        session.execute(update(inbox.Task).values(ended_at=kit.now() - timedelta(days=4000)))
    assert inbox.sweep(who.database) == 4
    assert who.news(who.neighbour) == []
    assert who.todo(who.neighbour) == []


def test_ten_thousand_news_are_counted_to_a_hundred(yard_people: People) -> None:
    who = yard_people
    with who.database.writing() as session:
        for n in range(130):
            inbox.tell(session, kind="test.told", to=[EVERYBODY], about=f"{n}", address="/", text="x", by=kit.SYSTEM)
    assert who.waiting(who.member) == 100
