# SPDX-License-Identifier: Apache-2.0
"""Reading the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from madang import access
from madang.audit.models import Check, Entry, SignedHead, Written
from madang.audit.rules import Content, Head, is_genuine
from madang.db import Database
from madang.kit import Actor

MOST = 200
STEP = 2000
LOOK = 20_000
"""How many lines one page looks through for what no index finds; the next page goes on from there."""


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
    """Some lines, newest first, and the ``before`` that asks for those after them; None at the end.

    ``looked_to`` is the line at which looking stopped before enough was found, or None.
    """

    items: tuple[Line, ...]
    next: int | None
    looked_to: int | None = None


def latest_seal(session: Session) -> Seal | None:
    """The newest sealed line, or None while nothing is sealed."""
    last = session.scalars(select(Entry).where(Entry.sequence.is_not(None)).order_by(Entry.sequence.desc()).limit(1)).one_or_none()
    return Seal(last.sequence, last.hash, last.sealed_at) if last and last.sequence and last.hash and last.sealed_at else None


def count_unsealed(session: Session) -> int:
    """How many lines wait for the sealer."""
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.sequence.is_(None))) or 0


def oldest_unsealed(session: Session) -> datetime | None:
    """When the oldest line was written that waits for the sealer."""
    return session.scalar(select(Entry.at).where(Entry.sequence.is_(None)).order_by(Entry.id).limit(1))


def has_unsealed(session: Session) -> bool:
    """Whether lines wait for the sealer."""
    return session.scalar(select(Entry.id).where(Entry.sequence.is_(None)).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines: words anywhere in them, a deed or the first part of its name, who, what it was done to or lies below, when."""

    q: str = ""
    deed: str = ""
    who: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return self != Asked()

    @property
    def searches(self) -> bool:
        """Whether lines must be looked through: no index finds words, parts of names, or a time among numbers."""
        return self != Asked(who=self.who)


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
    return lines(session, Asked(deed=deed or "", who=by_name or "", target=target or ""), viewer=viewer, before=before, limit=limit)


def lines(
    session: Session, asked: Asked, *, viewer: Actor, before: int | None = None, limit: int = 50, most: int = MOST, look: int | None = None
) -> Page:
    """The lines that are asked for, newest first, under the same rule. With ``look`` no more than so many lines are looked through, and a
    page may hold less than there is; ``next`` goes on."""
    if not viewer.is_signed_in:
        return Page((), None)
    query = select(Entry).where(*_conditions(asked)).order_by(Entry.id.desc())
    if not access.allows(viewer, "ledger", "see"):
        query = query.where(Entry.by_id == viewer.account_id)
    if before is not None:
        query = query.where(Entry.id < before)
    floor = _floor(session, before, look) if look and asked.searches else 0
    if floor:
        query = query.where(Entry.id > floor)
    count = max(1, min(limit, most))
    found = session.scalars(query.limit(count + 1)).all()
    items = tuple(_line(entry) for entry in found[:count])
    if len(found) > count:
        return Page(items, found[count - 1].id)
    return Page(items, floor + 1, floor + 1) if floor else Page(items, None)


def _floor(session: Session, before: int | None, look: int) -> int:
    """The line below which a page does not look; 0 when it looks through all. Lines' numbers have no holes."""
    lowest, highest = session.scalar(select(func.min(Entry.id))), session.scalar(select(func.max(Entry.id)))
    floor = (before - 1 if before is not None else highest or 0) - look
    return floor if lowest is not None and floor >= lowest else 0


def all_lines(database: Database, asked: Asked, *, viewer: Actor) -> Iterator[Line]:
    """Every line that is asked for, newest first, in steps with a session each: whoever reads a million slowly holds nothing meanwhile."""
    before: int | None = None
    while True:
        with database.reading() as session:
            page = lines(session, asked, viewer=viewer, before=before, limit=STEP, most=STEP, look=LOOK)
        yield from page.items
        if page.next is None:
            return
        before = page.next


def checks(session: Session, *, limit: int = 10) -> Sequence[Check]:
    """The last verifications of the ledger that were asked for, newest first."""
    return session.scalars(select(Check).order_by(Check.started_at.desc(), Check.id.desc()).limit(limit)).all()


def count_lines(session: Session) -> int:
    """How many lines the ledger has, sealed or not."""
    written = session.scalar(select(Written.lines))
    return written if written is not None else session.scalar(select(func.count()).select_from(Entry)) or 0


def check_sees(viewer: Actor) -> None:
    """Refused to who may not see the ledger."""
    access.check(viewer, "ledger", "see")


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for word in asked.q.lower().split()[:5]:
        pattern = f"%{_escaped(word)}%"
        # Facts are kept as JSON, whose letters beyond ASCII a database may keep written out; so they are looked for in both forms.
        written = f"%{_escaped(word.encode('ascii', 'backslashreplace').decode())}%"
        text = func.lower(Entry.deed + " " + Entry.target + " " + Entry.by_name)
        facts = func.lower(cast(Entry.facts, Text))
        found.append(or_(text.like(pattern, escape="\\"), facts.like(pattern, escape="\\"), facts.like(written, escape="\\")))
    if asked.deed:
        found.append(or_(Entry.deed == asked.deed, Entry.deed.like(f"{_escaped(asked.deed)}.%", escape="\\")))
    if asked.who:
        found.append(Entry.by_name == asked.who)
    if asked.target:
        below = [Entry.target.like(f"{_escaped(asked.target)}{mark}%", escape="\\") for mark in ("/", "@")]
        found.append(or_(Entry.target == asked.target, *below))
    if asked.since is not None:
        found.append(Entry.at >= asked.since)
    if asked.until is not None:
        found.append(Entry.at < asked.until)
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def content_of(entry: Entry) -> Content:
    """What the row says, apart from its place."""
    return Content(entry.id, entry.at, entry.deed, entry.target, entry.by_id, entry.by_name, entry.via, entry.facts)


def _line(entry: Entry) -> Line:
    return Line(
        entry.id, entry.at, entry.deed, entry.target, entry.by_name, entry.via, entry.facts, sequence=entry.sequence, hash=entry.hash
    )


def is_signed_with(session: Session, key: bytes) -> bool:
    """Whether the newest signed head is this key's; true while there is none."""
    row = session.scalars(select(SignedHead).order_by(SignedHead.sequence.desc()).limit(1)).first()
    return row is None or is_genuine(Head(row.sequence, row.hash, row.at, row.signature), key)
