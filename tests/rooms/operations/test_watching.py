# SPDX-License-Identifier: Apache-2.0
"""What the platform notices by itself: asked and told once, ended when it is over, and nothing written while nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from madang import audit, inbox, kit, operations, people
from madang.app.house import desk_of
from madang.audit import actions
from madang.audit.models import Entry
from madang.audit.verification import Problem, Verification
from madang.operations import rules
from madang.people.models import Account, Token
from rooms.operations.conftest import Office

GIB = rules.GIB


@dataclass
class Disk:
    """A store on a disk of this size; nothing else of it is asked."""

    free: int = 900 * GIB
    total: int = 1000 * GIB

    def free_bytes(self) -> int:
        return self.free

    def disk_bytes(self) -> int:
        return self.total


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def watch(office: Office, disk: Disk) -> operations.Watch:
    store: Any = disk
    return operations.Watch(replace(desk_of(office.yard.house), store=store))


def todo(office: Office, kind: str, who: kit.Actor | None = None) -> list[tuple[str, Mapping[str, Any]]]:
    """The open tasks of this kind."""
    with office.yard.house.database.reading() as session:
        viewer = who or actor(office, "operator")
        return [(task.about, task.values) for task in inbox.tasks(session, viewer=viewer, limit=50) if task.kind == kind]


def news(office: Office, name: str, kind: str) -> list[str]:
    """What the account was told of this kind."""
    viewer = actor(office, name)
    with office.yard.house.database.reading() as session:
        told = inbox.notifications(session, viewer=viewer, limit=50)
        return [each.notice.message % each.notice.values for each in told if each.notice.kind == kind]


def actor(office: Office, name: str) -> kit.Actor:
    with office.yard.house.database.reading() as session:
        return people.actor_of(session, people.get_account(session, name, viewer=kit.SYSTEM), via="test")


def rows(office: Office) -> tuple[int, ...]:
    """How many tasks and news there are, and how often tasks were asked for."""
    with office.yard.house.database.reading() as session:
        counted = (select(func.count()).select_from(inbox.Task), select(func.count()).select_from(inbox.Notice))
        times = session.scalar(select(func.coalesce(func.sum(inbox.Task.times), 0))) or 0
        return (*(session.scalar(each) or 0 for each in counted), int(times))


def check(office: Office, *problems: Problem) -> str:
    """A verification of the ledger that found these."""
    with office.yard.house.database.writing() as session:
        made = actions.begin_check(session, by=kit.SYSTEM)
        session.flush()
        actions.end_check(session, made.id, Verification(lines=9, unsealed=0, heads=1, unreadable=0, problems=problems))
        return made.id


def test_a_ledger_that_is_not_whole_asks_operators_and_tells_auditors_until_it_is(office: Office, watch: operations.Watch) -> None:
    office.yard.token_for("auditor", kit.Role.MEMBER)
    with office.yard.house.database.writing() as session:
        account = people.get_account(session, "auditor", viewer=kit.SYSTEM)
        session.execute(update(Account).where(Account.id == account.id).values(duty_words="auditor"))
    watch.look()
    assert todo(office, "ledger.broken") == []
    first = check(office, Problem("changed", 3), Problem("missing", 9))
    watch.look()
    assert todo(office, "ledger.broken") == [(f"ledger/{first}", {"count": 2})]
    assert todo(office, "ledger.broken", actor(office, "auditor")) == []
    assert news(office, "auditor", "ledger.broken") == [
        "A verification found the ledger not whole: 2 problems. The operators are asked to see to it."
    ]
    before = rows(office)
    watch.look()
    assert rows(office) == before
    with office.yard.house.database.writing() as session:
        by = actor(office, "operator")
        inbox.finish_task(session, inbox.tasks(session, viewer=by, limit=1)[0], by=by)
    watch.look()
    assert todo(office, "ledger.broken") == []
    second = check(office, Problem("changed", 3))
    watch.look()
    assert [about for about, _values in todo(office, "ledger.broken")] == [f"ledger/{second}"]
    check(office)
    watch.look()
    assert todo(office, "ledger.broken") == []


def test_a_disk_that_is_nearly_full_is_a_task_until_there_is_room(office: Office, watch: operations.Watch, disk: Disk) -> None:
    watch.look()
    assert todo(office, "disk.full") == []
    disk.free, disk.total = 10 * GIB, 500 * GIB
    watch.look()
    assert todo(office, "disk.full") == [("disk", {"free": "10.7 GB", "total": "537 GB"})]
    before = rows(office)
    disk.free = 9 * GIB
    watch.look()
    assert rows(office) == before
    disk.free = 20 * GIB + 1
    watch.look()
    assert len(todo(office, "disk.full")) == 1, "a disk at the very bound is not over it"
    disk.free = 30 * GIB
    watch.look()
    assert todo(office, "disk.full") == []
    assert rows(office) == before


def test_a_backup_that_is_too_old_is_a_task_until_there_is_one(office: Office, watch: operations.Watch) -> None:
    watch.look()
    assert todo(office, "backup.late") == [], "a platform of today needs none yet"
    database = office.yard.house.database
    with database.writing() as session:
        session.execute(update(Account).values(created_at=kit.now() - timedelta(days=8)))
    watch.look()
    assert todo(office, "backup.late") == [("backup", {"days": 7})]
    with database.writing() as session:
        audit.record(session, "backup.made", target="backup", by=kit.SYSTEM)
    watch.look()
    assert todo(office, "backup.late") == []
    before = rows(office)
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.deed == "backup.made").values(at=kit.now() - timedelta(days=8)))
    watch.look()
    watch.look()
    assert len(todo(office, "backup.late")) == 1
    assert rows(office) == (before[0] + 1, before[1], before[2] + 1)


def test_a_token_that_ends_soon_is_told_to_its_owner_once(office: Office, watch: operations.Watch) -> None:
    office.yard.token_for("owner", kit.Role.MEMBER)
    office.yard.token_for("shut", kit.Role.MEMBER)
    database = office.yard.house.database
    made = {}
    with database.writing() as session:
        for note, days, name in (("soon", 30, "owner"), ("later", 30, "owner"), ("short", 5, "owner"), ("gone", 30, "owner"),
                                 ("ended", 30, "owner"), ("of the shut", 30, "shut")):  # fmt: skip
            account = people.get_account(session, name, viewer=kit.SYSTEM)
            people.create_token(session, account=account, role=kit.Role.MEMBER, note=note, days=days, by=kit.SYSTEM)
        for token in session.scalars(select(Token)):
            made[token.note] = token
        for note, days in (("soon", 6), ("gone", 6), ("ended", -1), ("of the shut", 6)):
            token = made[note]
            token.expires_at = kit.now() + timedelta(days=days)
            token.created_at = kit.now() - timedelta(days=20)
        people.revoke_token(session, made["gone"], by=kit.SYSTEM)
        people.set_disabled(session, people.get_account(session, "shut", viewer=kit.SYSTEM), disabled=True, by=kit.SYSTEM)
    watch.look()
    told = news(office, "owner", "token.ending")
    assert len(told) == 1
    assert told[0] == f"Your token “soon” ends on {kit.now() + timedelta(days=6):%F}. Make a new one before it does."
    before = rows(office)
    watch.look()
    assert rows(office) == before
    with database.reading() as session:
        assert people.ending_tokens(session, within=timedelta(days=9), viewer=kit.anonymous()) == []


def test_who_invited_is_told_when_somebody_accepts(office: Office) -> None:
    office.yard.token_for("host", kit.Role.OPERATOR)
    database, host = office.yard.house.database, actor(office, "host")
    for name, by in (("guest", host), ("stranger", kit.SYSTEM)):
        with database.writing() as session:
            _row, secret = people.create_invitation(session, people.Offer(role=kit.Role.MEMBER), by=by)
        with database.writing() as session:
            people.accept_invitation(session, secret, people.Newcomer(name, password="a long enough pass phrase"))
    assert news(office, "host", "invitation.accepted") == ["guest accepted your invitation."]
    assert news(office, "operator", "invitation.accepted") == []
