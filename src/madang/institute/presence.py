# SPDX-License-Identifier: Apache-2.0
"""What holds now, kept in each process for two seconds: several web processes agree soon, and a page costs no query for it."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from madang.db import Database
from madang.institute.fields import FIELDS
from madang.institute.models import Change, Setting
from madang.institute.values import Given, Institute

FRESH_SECONDS = 2.0


@dataclass
class _Place:
    """What one database's institute is in this process."""

    given: Given = field(default_factory=Given)
    held: Institute | None = None
    looked_at: float = float("-inf")


_places: WeakKeyDictionary[Pool, _Place] = WeakKeyDictionary()
_lock = threading.Lock()


def use(database: Database, given: Given) -> None:
    """What the environment gives for this database, from now on: said once, where the process starts."""
    with _lock:
        _places[database.engine.pool] = _Place(given)


def given_to(session: Session) -> Given:
    """What the environment gives for the session's database."""
    return _place(session.get_bind().engine.pool).given


def current(session: Session) -> Institute:
    """Everything that is set, at most two seconds old; what this session itself changed is in it at once."""
    if session.info.get("institute_changed"):
        return _read(session, given_to(session), _revision(session))
    place = _place(session.get_bind().engine.pool)
    if place.held is None or time.monotonic() - place.looked_at > FRESH_SECONDS:
        looked_at, revision = time.monotonic(), _revision(session)
        if place.held is None or place.held.revision != revision:
            place.held = _read(session, place.given, revision)
        place.looked_at = looked_at
    return place.held


def at_hand(database: Database) -> Institute:
    """The same where no session is open; one is opened only when what is kept is too old."""
    place = _place(database.engine.pool)
    if place.held is not None and time.monotonic() - place.looked_at <= FRESH_SECONDS:
        return place.held
    with database.reading() as session:
        return current(session)


def forget(session: Session) -> None:
    """This session has changed something: it reads its own change, and this process reads anew once it is committed."""
    place = _place(session.get_bind().engine.pool)
    session.info["institute_changed"] = True

    def read_anew(_session: Session) -> None:
        place.looked_at = float("-inf")
        place.held = None

    event.listen(session, "after_commit", read_anew, once=True)


def _place(pool: Pool) -> _Place:
    with _lock:
        return _places.setdefault(pool, _Place())


def _revision(session: Session) -> int:
    return session.scalar(select(func.max(Change.id))) or 0


def _read(session: Session, given: Given, revision: int) -> Institute:
    rows = {row.name: row for row in session.scalars(select(Setting))}
    values: dict[str, Any] = {each.name: each.made(holding(each.name, rows.get(each.name), given)) for each in FIELDS}
    conditions = rows.get("conditions")
    values["allowed_hosts"] = tuple(dict.fromkeys((*given.values.get("allowed_hosts", ()), *values["allowed_hosts"])))
    version = conditions.version if conditions is not None and values["conditions"] else 0
    return Institute(revision=revision, conditions_version=version, **values)


def holding(name: str, row: Setting | None, given: Given) -> Any:
    """What a setting is: as the environment states it, else as an operator set it, else as it is at first. Hosts only as operators set."""
    default = next(each.default for each in FIELDS if each.name == name)
    if name == "allowed_hosts":
        return row.value if row is not None and row.is_set else default
    if row is None or not row.is_set or name in given.fixed:
        return given.values.get(name, default)
    return row.value
