# SPDX-License-Identifier: Apache-2.0
"""Every write. Asking and telling are part of another deed, which has the ledger's line; what a reader only reads has none."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import access, audit, kit, people
from madang.db import Database
from madang.inbox import queries, rules
from madang.inbox.errors import TaskOver
from madang.inbox.kinds import kinds
from madang.inbox.models import DONE, OPEN, WITHDRAWN, Asker, Notice, NoticeTo, Preference, Reader, Reading, Task

SETTLED = timedelta(minutes=1)
"""News that is younger may still get neighbours with lower ids, from deeds that are not committed yet."""
NOTICES_KEPT = timedelta(days=180)
TASKS_KEPT = timedelta(days=730)
SLICE = 500
FEED_BYTES = 24


def ask(
    session: Session,
    *,
    kind: str,
    to: str,
    about: str,
    address: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    due: datetime | None = None,
    by: kit.Actor,
) -> Task:
    """A task waits for whoever ``to`` reaches (``to_account``, ``to_role`` …). Asked again while it is open it stays one task.

    ``about`` names the thing, by which the task is found when it is done; ``address`` is the page where it can be done; ``text`` is marked
    for translation. Once the task is finished, everybody who asked can be told.
    """
    open_now = _find_open(session, kind, about, to)
    if open_now is None:
        task = Task(
            id=kit.new_id(), kind=kinds()[kind].name, to_key=to, about=about[:300], address=rules.check_address(address), message=text,
            values=dict(values or {}), state=OPEN, asked_at=kit.now(), asked_by=by.name, times=1, due_at=due,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(task)
        except IntegrityError:
            open_now = _find_open(session, kind, about, to)
            if open_now is None:
                raise
        else:
            _note_asker(session, task, by)
            return task
    open_now.times += 1
    if due is not None and (open_now.due_at is None or due < open_now.due_at):
        open_now.due_at = due
    _note_asker(session, open_now, by)
    return open_now


def _find_open(session: Session, kind: str, about: str, to: str) -> Task | None:
    wanted = (Task.kind == kind, Task.about == about[:300], Task.to_key == to, Task.state == OPEN)
    return session.scalar(select(Task).where(*wanted))


def _note_asker(session: Session, task: Task, by: kit.Actor) -> None:
    if by.account_id is not None and session.get(Asker, (task.id, by.account_id)) is None:
        session.add(Asker(task_id=task.id, account_id=by.account_id))
        session.flush()


def finish(
    session: Session,
    *,
    kind: str,
    about: str,
    by: kit.Actor,
    text: str | None = None,
    values: Mapping[str, Any] | None = None,
    address: str | None = None,
) -> int:
    """The open tasks of this kind about this thing are done; how many there were. With a ``text`` those who asked are told."""
    return _end(session, kind, about, DONE, by, text, values, address)


def withdraw(session: Session, *, kind: str, about: str, by: kit.Actor) -> int:
    """The open tasks of this kind about this thing need not be done any more; how many there were."""
    return _end(session, kind, about, WITHDRAWN, by, None, None, None)


def _end(
    session: Session,
    kind: str,
    about: str,
    state: str,
    by: kit.Actor,
    text: str | None,
    values: Mapping[str, Any] | None,
    address: str | None,
) -> int:
    waiting = session.scalars(select(Task).where(Task.kind == kind, Task.about == about[:300], Task.state == OPEN)).all()
    for task in waiting:
        task.state, task.ended_at, task.ended_by = state, kit.now(), by.name
        if text is not None:
            askers = session.scalars(select(Asker.account_id).where(Asker.task_id == task.id)).all()
            to = [rules.to_account(each) for each in askers if each != by.account_id]
            tell(session, kind=kind, to=to, about=about, address=address or task.address, text=text, values=values, by=by)
    session.flush()
    return len(waiting)


def finish_task(session: Session, task: Task, *, by: kit.Actor) -> None:
    """The task is done, as one of those for whom it waited says. ``TaskOver`` when somebody was quicker."""
    if not access.allows(by, "task", "finish", own=task.to_key in rules.keys_of(by)):
        raise kit.NotAllowed
    over = {"state": DONE, "ended_at": kit.now(), "ended_by": by.name}
    mine = update(Task).where(Task.id == task.id, Task.state == OPEN).values(**over).execution_options(synchronize_session=False)
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts rows
        session.refresh(task)
        raise TaskOver(by=task.ended_by or "-")
    session.refresh(task)
    audit.record(session, "task.done", target=f"task/{task.id}", by=by, kind=task.kind, about=task.about)


def tell(
    session: Session,
    *,
    kind: str,
    to: Iterable[str],
    about: str,
    address: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    by: kit.Actor,
) -> Notice | None:
    """Whoever ``to`` reaches is told: one row for the news and one for each kind of receiver, however many people that are.

    Whoever did it themselves is not told. None when it would reach nobody.
    """
    keys = sorted(set(to) - ({rules.to_account(by.account_id)} if by.account_id else set()))
    if not keys:
        return None
    notice = Notice(
        id=kit.new_id(), kind=kinds()[kind].name, about=about[:300], address=rules.check_address(address), message=text,
        values=dict(values or {}), at=kit.now(), by_id=by.account_id, by=by.name,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    session.add_all(NoticeTo(to_key=key, notice_id=notice.id) for key in keys)
    session.flush()
    return notice


def mark_read(session: Session, notice: Notice, *, by: kit.Actor) -> None:
    """The actor has read it."""
    assert by.account_id is not None
    if notice.id > queries.read_up_to(session, by) and session.get(Reading, (by.account_id, notice.id)) is None:
        session.add(Reading(account_id=by.account_id, notice_id=notice.id))
        session.flush()


def mark_all_read(session: Session, *, by: kit.Actor) -> None:
    """The actor has read everything that is there now. What is settled is one mark; the last minute's news are marked one by one."""
    reader = _reader(session, by)
    told = queries.notifications(session, viewer=by, limit=queries.MOST_COUNTED, unread=True)
    settled = [each.notice.id for each in told if each.notice.at < kit.now() - SETTLED]
    for each in told:
        if each.notice.id not in settled:
            mark_read(session, each.notice, by=by)
    if settled:
        reader.read_up_to = max(settled)
        session.execute(delete(Reading).where(Reading.account_id == reader.account_id, Reading.notice_id <= reader.read_up_to))


def _reader(session: Session, by: kit.Actor) -> Reader:
    """The actor's own row, made at the first need."""
    queries.check_may_see(by)
    assert by.account_id is not None
    reader = session.get(Reader, by.account_id)
    if reader is None:
        reader = Reader(account_id=by.account_id, read_up_to=by.account_id)
        session.add(reader)
        session.flush()
    return reader


def _check_may_change(by: kit.Actor) -> None:
    queries.check_may_see(by)
    if not access.allows(by, "inbox", "change", own=True):
        raise kit.NotAllowed


def prefer(session: Session, kind: str, mail: str, *, by: kit.Actor) -> None:
    """Letters on this kind reach the actor so."""
    _check_may_change(by)
    rules.check_mail(kind, mail)
    assert by.account_id is not None
    if queries.preferences(session, by.account_id)[kind] != mail:
        session.merge(Preference(account_id=by.account_id, kind=kind, mail=mail))
        audit.record(session, "inbox.set", target=f"account/{by.name}", by=by, kind=kind, mail=mail)


def set_language(session: Session, language: str, *, by: kit.Actor) -> None:
    """The actor's letters and feed speak this language."""
    _check_may_change(by)
    _reader(session, by).language = language


def open_feed(session: Session, *, by: kit.Actor) -> str:
    """The actor has a feed at a new secret, which is shown this once; the one before leads nowhere any more."""
    _check_may_change(by)
    secret = secrets.token_urlsafe(FEED_BYTES)
    reader = _reader(session, by)
    reader.feed_hash, reader.feed_made_at = people.keys.held().mark("feed", secret), kit.now()
    audit.record(session, "feed.opened", target=f"account/{by.name}", by=by)
    return secret


def shut_feed(session: Session, *, by: kit.Actor) -> None:
    """The actor has no feed."""
    _check_may_change(by)
    reader = _reader(session, by)
    if reader.feed_hash is not None:
        reader.feed_hash = reader.feed_made_at = None
        audit.record(session, "feed.shut", target=f"account/{by.name}", by=by)


def end_feed(session: Session, ended: people.ProofsEnded) -> None:
    """The feed of whose proofs ended has no address any more."""
    reader = session.get(Reader, ended.account_id)
    if reader is not None and reader.feed_hash is not None:
        reader.feed_hash = reader.feed_made_at = None
        audit.record(session, "feed.shut", target=f"account/{ended.name}", by=ended.by)


def end_feeds(session: Session, *, by: kit.Actor) -> int:
    """No feed has an address any more; how many had one."""
    had = update(Reader).where(Reader.feed_hash.is_not(None)).values(feed_hash=None, feed_made_at=None).returning(Reader.account_id)
    ended = len(session.scalars(had).all())
    if ended:
        audit.record(session, "feeds.shut", target="inbox", by=by, feeds=ended)
    return ended


def sweep(database: Database) -> int:
    """Old news, and tasks that ended long ago, are gone; how many rows that were. In slices, so that nobody waits."""
    gone = 0
    for table, column, kept in ((Notice, Notice.at, NOTICES_KEPT), (Task, Task.ended_at, TASKS_KEPT)):
        while True:
            with database.writing() as session:
                old = session.scalars(select(table.id).where(column < kit.now() - kept).limit(SLICE)).all()
                for child in (NoticeTo, Reading) if table is Notice else ():
                    session.execute(delete(child).where(child.notice_id.in_(old)))
                if table is Task:
                    session.execute(delete(Asker).where(Asker.task_id.in_(old)))
                session.execute(delete(table).where(table.id.in_(old)))
            gone += len(old)
            if len(old) < SLICE:
                break
    return gone
