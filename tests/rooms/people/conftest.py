# SPDX-License-Identifier: Apache-2.0
"""Keys in use, and a few accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import databases
from madang import audit, people
from madang.db import Database
from madang.kit import SYSTEM, Actor, Role
from madang.people import passwords, uses

PASSWORD = "a few plain words"


@dataclass
class House:
    database: Database
    url: str = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def _keys() -> Iterator[None]:
    people.use(people.Keys(b"k" * people.keys.BYTES), people.Limits(password_min=8))
    yield
    uses.forget()


@pytest.fixture
def real_cost() -> Iterator[None]:
    """Passwords are hashed as on a platform, not as cheaply as in tests."""
    cheap = passwords._hasher
    passwords.use(passwords.Cost())
    yield
    passwords.use(passwords.Cost(cheap.time_cost, cheap.memory_cost))


def fill(database: Database) -> None:
    """An operator, and the member ``lab`` with a password."""
    with database.writing() as session:
        people.ensure_operator(session)
        lab = people.create_account(session, name="lab", role=Role.MEMBER, by=SYSTEM)
        people.set_password(session, lab, password=PASSWORD, by=SYSTEM)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An operator, and the member ``lab`` with a password."""
    with databases.opened(tmp_path, fill=fill) as database:
        yield House(database)


def deeds(database: Database) -> list[str]:
    """What the ledger says, oldest first."""
    with database.reading() as session:
        return [line.deed for line in reversed(audit.entries(session, viewer=SYSTEM, limit=200).items)]


def actor_of(database: Database, name: str) -> Actor:
    """The person of that name, as signed in."""
    with database.reading() as session:
        return people.actor_of(session, people.get_account(session, name, viewer=SYSTEM), via="session")
