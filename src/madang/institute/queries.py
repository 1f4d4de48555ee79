# SPDX-License-Identifier: Apache-2.0
"""What is set, what was set before, and which hosts are open. For operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import access
from madang.institute import fields
from madang.institute.errors import NoSuchChange
from madang.institute.fields import Field
from madang.institute.models import Change, Setting
from madang.institute.presence import given_to, holding
from madang.kit import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as it holds now, what it was at first, and who changed it last. ``version`` is what a change of it must name."""

    field: Field
    value: Any
    default: Any
    version: int
    is_set: bool
    is_fixed: bool
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """One change of a setting."""

    id: int
    field: Field
    version: int
    before: Any
    after: Any
    reason: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes, newest first, and the ``before`` that asks for those after them; None at the end."""

    items: tuple[Past, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Host:
    """An open host: since when, by whom and why; the environment's have none of these."""

    host: str
    reason: str = ""
    at: datetime | None = None
    by_name: str = ""

    @property
    def is_fixed(self) -> bool:
        """Whether the environment states it."""
        return self.at is None


def settings(session: Session, *, viewer: Actor) -> tuple[Shown, ...]:
    """Every setting in the order of the pages, for who may see them."""
    check_sees(viewer)
    rows = {row.name: row for row in session.scalars(select(Setting))}
    return tuple(_shown(session, each, rows.get(each.name)) for each in fields.FIELDS)


def get_setting(session: Session, name: str, *, viewer: Actor) -> Shown:
    """One setting; ``NoSuchSetting`` when there is none of that name."""
    check_sees(viewer)
    return _shown(session, fields.named(name), session.get(Setting, name))


def history(session: Session, *, viewer: Actor, name: str | None = None, before: int | None = None, limit: int = 50) -> Changes:
    """What was changed, newest first."""
    check_sees(viewer)
    query = select(Change).order_by(Change.id.desc())
    if name is not None:
        query = query.where(Change.name == fields.named(name).name)
    if before is not None:
        query = query.where(Change.id < before)
    count = max(1, min(limit, MOST))
    found = session.scalars(query.limit(count + 1)).all()
    return Changes(tuple(_past(row) for row in found[:count]), found[count - 1].id if len(found) > count else None)


def get_change(session: Session, change_id: int) -> Change:
    """One change; ``NoSuchChange`` when there is none."""
    change = session.get(Change, change_id)
    if change is None:
        raise NoSuchChange
    return change


def hosts(session: Session, *, viewer: Actor) -> Sequence[Host]:
    """Every open host: the environment's, then the operators' in the order in which they were opened."""
    check_sees(viewer)
    row = session.get(Setting, "allowed_hosts")
    kept = row.value if row is not None and row.is_set else []
    given = [Host(host) for host in given_to(session).values.get("allowed_hosts", ())]
    return [*given, *(Host(each["host"], each["reason"], datetime.fromisoformat(each["at"]), each["by"]) for each in kept)]


def check_sees(viewer: Actor) -> None:
    """Refused to who may not see what is set."""
    access.check(viewer, "institute", "see")


def _shown(session: Session, field: Field, row: Setting | None) -> Shown:
    given = given_to(session)
    is_fixed = field.name in given.fixed and field.kind != "hosts"
    default = field.default if field.kind == "hosts" else given.values.get(field.name, field.default)
    kept = (row.changed_at, row.changed_by) if row is not None else (None, "")
    is_set = row is not None and row.is_set and not is_fixed
    return Shown(field, holding(field.name, row, given), default, row.version if row else 0, is_set, is_fixed, *kept)


def _past(row: Change) -> Past:
    return Past(row.id, fields.named(row.name), row.version, row.before, row.after, row.reason, row.at, row.by_name)
