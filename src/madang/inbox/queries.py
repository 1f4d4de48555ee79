# SPDX-License-Identifier: Apache-2.0
"""Every read: what waits for the viewer, what they were told. Others' tasks and news are not there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from madang import access, kit, people
from madang.db import slices
from madang.inbox import rules
from madang.inbox.errors import NoFeed, NoNotice, NoTask
from madang.inbox.kinds import kinds
from madang.inbox.models import OPEN, Asker, Notice, NoticeTo, Preference, Reader, Reading, Task

MOST_COUNTED = 100
"""Counts end here; a page says “99+”."""

# Every page asks some of this, and making a statement takes longer than running it: these are made once and asked with ``_named``.
KEYS: BindParameter[str] = bindparam("keys", expanding=True)
ME: BindParameter[str] = bindparam("me")
WAITS = Task.to_key.in_(KEYS) & (Task.state == OPEN)
TOLD = (
    Notice.id.in_(select(NoticeTo.notice_id).where(NoticeTo.to_key.in_(KEYS)))
    & or_(Notice.by_id.is_(None), Notice.by_id != ME)
    & (Notice.id > ME)
)
"""Told to the viewer by somebody else, since their account is there."""
MARKED = exists().where(Reading.account_id == ME, Reading.notice_id == Notice.id)
UNREAD = (Notice.id > bindparam("read_up_to")) & ~MARKED
SOME_WAITING = select(func.count()).select_from(select(Task.id).where(WAITS).limit(MOST_COUNTED).subquery())
SOME_UNREAD = select(func.count()).select_from(select(Notice.id).where(TOLD, UNREAD).limit(MOST_COUNTED).subquery())


@dataclass(frozen=True, slots=True)
class Told:
    """A notification and whether the viewer has read it."""

    notice: Notice
    is_read: bool


def tasks(session: Session, *, viewer: kit.Actor, limit: int, after: str | None = None, offset: int = 0) -> Sequence[Task]:
    """The open tasks that wait for the viewer, those due first and then the oldest; with ``after`` (an id) simply the oldest first."""
    check_may_see(viewer)
    wanted = select(Task).where(WAITS).limit(limit).offset(offset)
    if after is not None:
        return session.scalars(wanted.where(Task.id > after).order_by(Task.id), _named(viewer)).all()
    return session.scalars(wanted.order_by(Task.due_at.is_(None), Task.due_at, Task.id), _named(viewer)).all()


def asked(session: Session, *, viewer: kit.Actor, limit: int, offset: int = 0) -> Sequence[Task]:
    """The open tasks of others that the viewer waits for, oldest first."""
    check_may_see(viewer)
    mine = select(Asker.task_id).where(Asker.account_id == viewer.account_id)
    wanted = select(Task).where(Task.id.in_(mine), Task.state == OPEN, Task.to_key.not_in(rules.keys_of(viewer)))
    return session.scalars(wanted.order_by(Task.id).limit(limit).offset(offset)).all()


def open_abouts(session: Session, *, kind: str) -> Sequence[str]:
    """What the open tasks of this kind are about. For the platform's own work: it asks nobody's rights."""
    return session.scalars(select(Task.about).where(Task.kind == kind, Task.state == OPEN).distinct().order_by(Task.about)).all()


def known_abouts(session: Session, *, kind: str, abouts: Sequence[str]) -> set[str]:
    """Of these things, those that a task or news of this kind was ever about. For the platform's own work: it asks nobody's rights."""
    found: set[str] = set()
    for some in slices(sorted(abouts), 500):
        for table in (Task, Notice):
            found |= set(session.scalars(select(table.about).where(table.kind == kind, table.about.in_(some))))
    return found


def count_open(session: Session, *, viewer: kit.Actor) -> int:
    """How many tasks wait for the viewer, ``MOST_COUNTED`` at most; 0 for visitors."""
    if not rules.keys_of(viewer):
        return 0
    return session.scalar(SOME_WAITING, _named(viewer)) or 0


def count_unread(session: Session, *, viewer: kit.Actor) -> int:
    """How many notifications the viewer has not read, ``MOST_COUNTED`` at most; 0 for visitors."""
    if not rules.keys_of(viewer):
        return 0
    return session.scalar(SOME_UNREAD, _named(viewer, read_up_to(session, viewer))) or 0


def count_waiting(session: Session, *, viewer: kit.Actor) -> int:
    """The number at the head of every page: open tasks and unread notifications."""
    return count_open(session, viewer=viewer) + count_unread(session, viewer=viewer)


def count_tasks(session: Session, *, viewer: kit.Actor) -> int:
    """How many tasks wait for the viewer, all of them."""
    check_may_see(viewer)
    return session.scalar(select(func.count(Task.id)).where(WAITS), _named(viewer)) or 0


def count_notifications(session: Session, *, viewer: kit.Actor, unread: bool = False) -> int:
    """How many notifications the viewer was told, all of them or those not read."""
    check_may_see(viewer)
    conditions = (TOLD, UNREAD) if unread else (TOLD,)
    return session.scalar(select(func.count(Notice.id)).where(*conditions), _named(viewer, read_up_to(session, viewer))) or 0


def notifications(
    session: Session, *, viewer: kit.Actor, limit: int, before: str | None = None, offset: int = 0, unread: bool = False
) -> Sequence[Told]:
    """What the viewer was told, newest first, from behind the id ``before`` or from ``offset``."""
    check_may_see(viewer)
    up_to = read_up_to(session, viewer)
    wanted = select(Notice, MARKED).where(TOLD).order_by(Notice.id.desc()).limit(limit).offset(offset)
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    if unread:
        wanted = wanted.where(UNREAD)
    return [Told(notice, bool(marked) or notice.id <= up_to) for notice, marked in session.execute(wanted, _named(viewer, up_to))]


def get_task(session: Session, task_id: str, *, viewer: kit.Actor) -> Task:
    """The task of that id if it waits, or waited, for the viewer; ``NoTask`` otherwise."""
    task = session.get(Task, task_id) if task_id.isascii() and task_id.isalnum() else None
    if task is None or not access.allows(viewer, "task", "see", own=task.to_key in rules.keys_of(viewer)):
        raise NoTask
    return task


def get_notice(session: Session, notice_id: str, *, viewer: kit.Actor) -> Notice:
    """The notification of that id if it was told to the viewer; ``NoNotice`` otherwise."""
    check_may_see(viewer)
    notice = session.get(Notice, notice_id) if notice_id.isascii() and notice_id.isalnum() else None
    is_own = notice is not None and session.scalar(select(Notice.id).where(Notice.id == notice_id, TOLD), _named(viewer)) is not None
    if notice is None or not access.allows(viewer, "inbox", "see", own=is_own):
        raise NoNotice
    return notice


def reader_of(session: Session, viewer: kit.Actor) -> Reader | None:
    """What the viewer has set and read so far; None when nothing yet."""
    return session.get(Reader, viewer.account_id) if viewer.account_id else None


def read_up_to(session: Session, viewer: kit.Actor) -> str:
    """The newest id up to which everything counts as read. Ids sort by time, so for a new account it is its own: what was told to a role
    before somebody came does not wait for them."""
    reader = reader_of(session, viewer)
    return reader.read_up_to if reader is not None else viewer.account_id or ""


def preferences(session: Session, account_id: str) -> dict[str, str]:
    """For each kind how letters on it reach the account: as chosen, else as the kind does by itself."""
    rows = session.execute(select(Preference.kind, Preference.mail).where(Preference.account_id == account_id))
    chosen = {kind: mail for kind, mail in rows}  # noqa: C416 (rows are typed by unpacking)
    return {name: chosen.get(name, kind.mail) for name, kind in kinds().items()}


def reader_by_feed(session: Session, secret: str) -> tuple[Reader, kit.Actor]:
    """Whose feed the secret address opens, and who that is now; ``NoFeed`` when there is none."""
    mark = people.keys.held().mark("feed", secret) if secret.isascii() and len(secret) < 100 else ""
    reader = session.scalar(select(Reader).where(Reader.feed_hash == mark)) if mark else None
    account = session.get(people.Account, reader.account_id) if reader is not None else None
    if reader is None or account is None or account.disabled_at is not None:
        raise NoFeed
    return reader, people.actor_of(session, account, via="feed")


def names_of(session: Session, *, accounts: set[str], organisations: set[str]) -> dict[str, str]:
    """How these accounts and organisations are called, by id."""
    here = select(people.Account.id, people.Account.name).where(people.Account.id.in_(accounts))
    called = func.coalesce(func.nullif(people.Organisation.display_name, ""), people.Organisation.name)
    there = select(people.Organisation.id, called).where(people.Organisation.id.in_(organisations))
    return {id_: name for each in (here, there) for id_, name in session.execute(each)}


def check_may_see(viewer: kit.Actor) -> None:
    """``NotSignedIn`` for visitors: an inbox is always somebody's."""
    if viewer.account_id is None or not access.allows(viewer, "inbox", "see", own=True):
        raise kit.NotSignedIn


def _named(viewer: kit.Actor, up_to: str = "") -> dict[str, object]:
    """What the statements here ask of the viewer."""
    return {"keys": rules.keys_of(viewer), "me": viewer.account_id or "", "read_up_to": up_to}
