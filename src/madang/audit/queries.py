# SPDX-License-Identifier: Apache-2.0
"""Reading the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access
from madang.audit.models import Entry
from madang.audit.rules import Content
from madang.kit import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest place in the chain."""

    sequence: int
    hash: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown. ``sequence`` and ``hash`` are None until it is sealed."""

    id: int
    at: datetime
    deed: str
    target: str
    by_name: str
    via: str
    facts: Mapping[str, Any]
    sequence: int | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, newest first, and the ``before`` that asks for those after them; None at the end."""

    items: tuple[Line, ...]
    next: int | None


def latest_seal(session: Session) -> Seal | None:
    """The newest sealed line, or None while nothing is sealed."""
    last = session.scalars(select(Entry).where(Entry.sequence.is_not(None)).order_by(Entry.sequence.desc()).limit(1)).one_or_none()
    return Seal(last.sequence, last.hash, last.sealed_at) if last and last.sequence and last.hash and last.sealed_at else None


def count_unsealed(session: Session) -> int:
    """How many lines wait for the sealer."""
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.sequence.is_(None))) or 0


def has_unsealed(session: Session) -> bool:
    """Whether lines wait for the sealer."""
    return session.scalar(select(Entry.id).where(Entry.sequence.is_(None)).limit(1)) is not None


def entries(
    session: Session,
    *,
    viewer: Actor,
    target: str | None = None,
    deed: str | None = None,
    by_name: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """Lines, newest first. Operators and auditors see all; others what they did themselves; visitors nothing."""
    if not viewer.is_signed_in:
        return Page((), None)
    query = select(Entry).order_by(Entry.id.desc())
    if not access.allows(viewer, "ledger", "see"):
        query = query.where(Entry.by_id == viewer.account_id)
    if target is not None:
        query = query.where(Entry.target == target)
    if deed is not None:
        query = query.where(Entry.deed == deed)
    if by_name is not None:
        query = query.where(Entry.by_name == by_name)
    if before is not None:
        query = query.where(Entry.id < before)
    count = max(1, min(limit, MOST))
    found = session.scalars(query.limit(count + 1)).all()
    return Page(tuple(_line(entry) for entry in found[:count]), found[count - 1].id if len(found) > count else None)


def content_of(entry: Entry) -> Content:
    """What the row says, apart from its place."""
    return Content(entry.id, entry.at, entry.deed, entry.target, entry.by_id, entry.by_name, entry.via, entry.facts)


def _line(entry: Entry) -> Line:
    return Line(
        entry.id, entry.at, entry.deed, entry.target, entry.by_name, entry.via, entry.facts, sequence=entry.sequence, hash=entry.hash
    )
