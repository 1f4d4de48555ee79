# SPDX-License-Identifier: Apache-2.0
"""A few people in a house, and kinds to ask and tell of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete

from madang import inbox, kit, people
from madang.db import Database
from madang.inbox.models import Notice, NoticeTo
from madang.people import uses

ASKED = inbox.Kind("test.asked", "A test asks", mail="once")
TOLD = inbox.Kind("test.told", "A test tells")
inbox.declare(ASKED, TOLD)


@dataclass
class People:
    """An operator, a lawyer, a member and a neighbour, and the organisation that the member manages."""

    database: Database
    operator: kit.Actor
    lawyer: kit.Actor
    member: kit.Actor
    neighbour: kit.Actor
    organisation: str

    def ask(self, to: str, *, about: str = "thing/1", by: kit.Actor | None = None, **more: object) -> inbox.Task:
        words = {"address": "/assets", "text": "Look at %(thing)s.", "values": {"thing": about}, **more}
        with self.database.writing() as session:
            return inbox.ask(session, kind=ASKED.name, to=to, about=about, by=by or kit.SYSTEM, **words)  # type: ignore[arg-type]

    def tell(self, *to: str, about: str = "thing/1", by: kit.Actor | None = None) -> inbox.Notice | None:
        with self.database.writing() as session:
            words = {"address": "/assets", "text": "%(thing)s is done.", "values": {"thing": about}}
            return inbox.tell(session, kind=TOLD.name, to=to, about=about, by=by or kit.SYSTEM, **words)  # type: ignore[arg-type]

    def todo(self, who: kit.Actor) -> list[str]:
        with self.database.reading() as session:
            return [task.about for task in inbox.tasks(session, viewer=who, limit=50)]

    def news(self, who: kit.Actor, *, unread: bool = False) -> list[str]:
        with self.database.reading() as session:
            return [each.notice.about for each in inbox.notifications(session, viewer=who, limit=50, unread=unread)]

    def waiting(self, who: kit.Actor) -> int:
        with self.database.reading() as session:
            return inbox.count_waiting(session, viewer=who)


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path) -> Iterator[None]:
    people.use(people.keys.load(tmp_path / "home"), people.Limits(password_min=8))
    yield
    uses.forget()


@pytest.fixture
def yard_people(database: Database) -> People:
    with database.writing() as session:
        made = {
            name: people.create_account(session, name=name, role=role, by=kit.SYSTEM)
            for name, role in (("operator", kit.Role.OPERATOR), ("lawyer", kit.Role.READER), ("member", kit.Role.MEMBER))
        }
        made["neighbour"] = people.create_account(session, name="neighbour", role=kit.Role.MEMBER, by=kit.SYSTEM)
        made["lawyer"].duty_words = "legal"
        lab = people.create_organisation(session, name="lab", sector="public", by=kit.SYSTEM)
        people.set_membership(session, lab, made["member"], role=kit.Role.OPERATOR, by=kit.SYSTEM)
        for account in made.values():
            people.set_email(session, account, f"{account.name}@example.org", is_verified=True, by=kit.SYSTEM)
        session.flush()
        # Where another test has opened a whole house, the composition listens and tells of memberships.
        session.execute(delete(NoticeTo))
        session.execute(delete(Notice))
        actors = {name: people.actor_of(session, account, via="session") for name, account in made.items()}
        return People(database, organisation=lab.id, **actors)
