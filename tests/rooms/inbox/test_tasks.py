# SPDX-License-Identifier: Apache-2.0
"""Tasks: who must act, once, and what is told when it is done."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from madang import audit, inbox, kit
from madang.inbox import rules
from madang.inbox.models import Asker, Task
from rooms.inbox.conftest import ASKED, People


def test_a_task_waits_for_whom_it_names_and_for_nobody_else(yard_people: People) -> None:
    who = yard_people
    assert who.member.account_id is not None
    who.ask(inbox.to_role(kit.Role.OPERATOR), about="role")
    who.ask(inbox.to_duty("legal"), about="duty")
    who.ask(inbox.to_organisation(who.organisation), about="organisation")
    who.ask(inbox.to_account(who.member.account_id), about="account")
    who.ask(inbox.to_role(kit.Role.READER), about="all")
    assert who.todo(who.operator) == ["role", "all"]
    assert who.todo(who.lawyer) == ["duty", "all"]
    assert who.todo(who.member) == ["organisation", "account", "all"]
    assert who.todo(who.neighbour) == ["all"]
    assert who.waiting(kit.anonymous()) == who.waiting(kit.SYSTEM) == 0
    with who.database.reading() as session, pytest.raises(kit.NotSignedIn):
        inbox.tasks(session, viewer=kit.anonymous(), limit=5)


def test_asked_twice_it_is_one_task_and_everybody_who_asked_is_known(yard_people: People) -> None:
    who = yard_people
    first = who.ask(inbox.to_role(kit.Role.OPERATOR), by=who.member)
    again = who.ask(inbox.to_role(kit.Role.OPERATOR), by=who.neighbour, due=kit.now() + timedelta(days=3))
    third = who.ask(inbox.to_role(kit.Role.OPERATOR), by=who.neighbour, due=kit.now() + timedelta(days=9))
    assert first.id == again.id == third.id
    assert third.times == 3
    assert third.due_at is not None
    assert third.due_at < kit.now() + timedelta(days=4)
    with who.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Asker)) == 2
        assert [task.about for task in inbox.asked(session, viewer=who.neighbour, limit=5)] == ["thing/1"]
        assert inbox.asked(session, viewer=who.operator, limit=5) == []


def test_who_asked_is_told_when_it_is_done_and_then_it_can_be_asked_anew(yard_people: People) -> None:
    who = yard_people
    who.ask(inbox.to_role(kit.Role.OPERATOR), by=who.member)
    who.ask(inbox.to_role(kit.Role.OPERATOR), by=who.operator)
    with who.database.writing() as session:
        ended = inbox.finish(session, kind=ASKED.name, about="thing/1", by=who.operator, text="%(x)s is open.", values={"x": "It"})
    assert ended == 1
    assert who.todo(who.operator) == []
    assert who.news(who.member) == ["thing/1"]
    assert who.news(who.operator) == []
    assert who.ask(inbox.to_role(kit.Role.OPERATOR), by=who.member).times == 1
    with who.database.writing() as session:
        assert inbox.withdraw(session, kind=ASKED.name, about="thing/1", by=kit.SYSTEM) == 1
        assert inbox.withdraw(session, kind=ASKED.name, about="thing/1", by=kit.SYSTEM) == 0
        assert sorted(session.scalars(select(Task.state))) == ["done", "withdrawn"]


def test_a_task_is_done_by_hand_once_with_a_line_in_the_ledger(yard_people: People) -> None:
    who = yard_people
    made = who.ask(inbox.to_duty("legal"))
    with who.database.reading() as session, pytest.raises(inbox.NoTask):
        inbox.get_task(session, made.id, viewer=who.neighbour)
    with who.database.writing() as session:
        inbox.finish_task(session, inbox.get_task(session, made.id, viewer=who.lawyer), by=who.lawyer)
    with who.database.writing() as session, pytest.raises(inbox.TaskOver, match="lawyer"):
        inbox.finish_task(session, inbox.get_task(session, made.id, viewer=who.operator), by=who.operator)
    with who.database.reading() as session:
        assert audit.entries(session, viewer=kit.SYSTEM, limit=1).items[0].deed == "task.done"
        for wrong in ("nothing", "", "ü", "01" * 30):
            with pytest.raises(inbox.NoTask):
                inbox.get_task(session, wrong, viewer=who.lawyer)


def test_tasks_that_are_due_stand_first(yard_people: People) -> None:
    who = yard_people
    for about, days in (("late", -1), ("never", None), ("soon", 1)):
        who.ask(inbox.to_duty("legal"), about=about, due=None if days is None else kit.now() + timedelta(days=days))
    assert who.todo(who.lawyer) == ["late", "soon", "never"]


def test_two_who_ask_at_once_ask_once(yard_people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    who = yard_people
    first = who.ask(inbox.to_duty("legal"))
    from madang.inbox import actions

    found = iter([None, first.id])
    real = actions._find_open

    def late(session, kind, about, to):  # type: ignore[no-untyped-def]
        return None if next(found) is None else real(session, kind, about, to)

    monkeypatch.setattr(actions, "_find_open", late)
    assert who.ask(inbox.to_duty("legal")).id == first.id
    monkeypatch.undo()
    assert who.todo(who.lawyer) == ["thing/1"]


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example", "/\\evil", "assets", "/a b", "/a\n"])
def test_a_task_leads_to_a_page_of_ours_only(address: str, yard_people: People) -> None:
    with pytest.raises(kit.Invalid):
        yard_people.ask(inbox.to_duty("legal"), address=address)


def test_a_kind_or_duty_that_nobody_declared_is_a_fault(yard_people: People) -> None:
    with pytest.raises(ValueError, match="no duty"):
        inbox.to_duty("king")
    with pytest.raises(ValueError, match="cannot be declared"):
        inbox.declare(inbox.Kind(ASKED.name, "Another"))
    with pytest.raises(ValueError, match="cannot be declared"):
        inbox.declare(inbox.Kind("test.new", "A new one", mail="pigeon"))
    with yard_people.database.writing() as session, pytest.raises(KeyError):
        inbox.ask(session, kind="test.unknown", to=inbox.to_duty("legal"), about="x", address="/", text="x", by=kit.SYSTEM)


def test_a_sentence_is_said_in_each_language_and_within_another() -> None:
    korean = {"Not %(x)s: %(why)s": "%(why)s 그래서 %(x)s 아님", "because": "왜냐하면"}

    def say(message: str) -> str:
        return korean.get(message, message)

    values = {"x": "here", "why": inbox.nested("because", {})}
    assert rules.said("Not %(x)s: %(why)s", values, say) == "왜냐하면 그래서 here 아님"
    assert rules.said("Not %(x)s: %(why)s", values, str) == "Not here: because"
    assert rules.said("Half %(x)s and %(y)s", {"x": "a"}, str) == "Half %(x)s and %(y)s"
    deep: object = "end"
    for _ in range(9):
        deep = inbox.nested("%(x)s", {"x": deep})
    assert "message" in rules.said("%(x)s", {"x": deep}, str)
