# SPDX-License-Identifier: Apache-2.0
"""Letters on what waits: at once, or in one summary a day. Written behind the deeds, a few readers at a time, each at most once.

A letter's key in the outbox says what it is about, so that a postman who was killed half way writes nothing twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, true, update
from sqlalchemy.orm import Session

from madang import kit, mail, people, web
from madang.db import Database
from madang.inbox import queries, rules
from madang.inbox.kinds import AT_ONCE, DAILY, kinds
from madang.inbox.models import OPEN, Notice, NoticeTo, Preference, Reader, Task
from madang.kit import _

READERS = 40
"""Readers whose letters are written in one unit of work, so that nobody else waits long."""
EVENTS = 100
MOST_LINES = 50
HOUR = time(8)
SUBJECT_TASK = _("To do: %(text)s")
SUBJECT_DIGEST = _("Madang: %(tasks)s to do, %(news)s new")
TASKS_HEAD = _("To do")
NEWS_HEAD = _("News of the last day")
MORE = _("… and %(n)s more.")
FOOT = _("This letter was written because of your settings at %(address)s")
Account = people.Account


@dataclass
class Postman:
    """Writes letters into the outbox. ``url`` is the platform's address; ``language`` of readers who chose none; ``zone`` of its day."""

    database: Database
    url: str
    language: str = "ko"
    zone: str = "Asia/Seoul"
    _summed: date | None = field(default=None)

    def post(self) -> int:
        """Letters on everything new are in the outbox, for those who want them at once; how many were written."""
        if not mail.is_possible():
            self._pass_over()
            return 0
        return sum(self._post_one(table, each) for table in (Task, Notice) for each in self._new(table))

    def sum_up(self, at: datetime | None = None) -> int:
        """After eight in the morning, today's summary is in the outbox for everybody who has something in it; how many were written."""
        here = (at or kit.now()).astimezone(ZoneInfo(self.zone))
        if not mail.is_possible() or here.time() < HOUR or self._summed == here.date():
            return 0
        until = datetime.combine(here.date(), HOUR, here.tzinfo)
        written = sum(self._sum_up_for(session, account, until) for session, account in self._readers(true()))
        self._summed = here.date()
        return written

    def _pass_over(self) -> None:
        """Where no mail server is set nothing is kept for the day when one is."""
        with self.database.writing() as session:
            for table in (Task, Notice):
                session.execute(update(table).where(table.posted_at.is_(None)).values(posted_at=kit.now()))

    def _new(self, table: type[Task] | type[Notice]) -> Sequence[str]:
        with self.database.reading() as session:
            return session.scalars(select(table.id).where(table.posted_at.is_(None)).order_by(table.id).limit(EVENTS)).all()

    def _post_one(self, table: type[Task] | type[Notice], event_id: str) -> int:
        written = 0
        with self.database.reading() as session:
            event = session.get_one(Task, event_id) if table is Task else session.get_one(Notice, event_id)
            keys = [event.to_key] if isinstance(event, Task) else told(session, event.id)
        default = kinds()[event.kind].mail if event.kind in kinds() else DAILY
        others = true() if isinstance(event, Task) or event.by_id is None else Account.id != event.by_id
        for session, account in self._readers(and_(or_(*(reached(key) for key in keys)), wants(event.kind, AT_ONCE, default), others)):
            written += self._write(session, account, event)
        with self.database.writing() as session:
            session.execute(update(table).where(table.id == event_id).values(posted_at=kit.now()))
        return written

    def _readers(self, which: ColumnElement[bool]) -> Iterator[tuple[Session, people.Account]]:
        """Everybody with an address that is surely theirs, a few in each unit of work."""
        last = ""
        while True:
            with self.database.writing() as session:
                can = (Account.id > last, Account.disabled_at.is_(None), Account.email_verified_at.is_not(None), which)
                some = session.scalars(select(Account).where(*can).order_by(Account.id).limit(READERS)).all()
                for account in some:
                    yield session, account
            if len(some) < READERS:
                return
            last = some[-1].id

    def _write(self, session: Session, account: people.Account, event: Task | Notice) -> int:
        def text() -> tuple[str, str]:
            line = rules.said(event.message, event.values, web.translate)
            is_task = isinstance(event, Task)
            subject = web.translate(SUBJECT_TASK) % {"text": line} if is_task else line
            return subject, f"{line}\n\n{self.url}{event.address}\n"

        word = "task" if isinstance(event, Task) else "notice"
        return self._send(session, account, text, key=f"{word}/{event.id}/{account.id}")

    def _sum_up_for(self, session: Session, account: people.Account, until: datetime) -> int:
        actor = people.actor_of(session, account, via="mail")
        wanted = {name for name, way in queries.preferences(session, account.id).items() if way == DAILY}
        told = queries.notifications(session, viewer=actor, limit=MOST_LINES * 2, unread=True)
        since = until - timedelta(days=1)
        news = [each.notice for each in told if each.notice.kind in wanted and since < each.notice.at <= until]
        tasks = [task for task in queries.tasks(session, viewer=actor, limit=MOST_LINES) if task.kind in wanted and task.state == OPEN]
        fresh = [task for task in tasks if task.asked_at > since or (task.due_at is not None and task.due_at < until + timedelta(days=2))]
        if not news and not fresh:
            return 0

        def text() -> tuple[str, str]:
            subject = web.translate(SUBJECT_DIGEST) % {"tasks": len(tasks), "news": len(news)}
            return subject, self._listed(TASKS_HEAD, tasks) + self._listed(NEWS_HEAD, news)

        return self._send(session, account, text, key=f"digest/{until:%Y-%m-%d}/{account.id}")

    def _listed(self, head: str, events: Sequence[Task | Notice]) -> str:
        if not events:
            return ""
        lines = [
            f"- {rules.said(event.message, event.values, web.translate)}\n  {self.url}{event.address}\n" for event in events[:MOST_LINES]
        ]
        more = [web.translate(MORE) % {"n": len(events) - MOST_LINES} + "\n"] if len(events) > MOST_LINES else []
        return web.translate(head) + "\n\n" + "".join([*lines, *more]) + "\n"

    def _send(self, session: Session, account: people.Account, text: Callable[[], tuple[str, str]], *, key: str) -> int:
        reader = session.get(Reader, account.id)
        with web.use_language((reader.language if reader else None) or self.language):
            subject, body = text()
            foot = web.translate(FOOT) % {"address": f"{self.url}/me/inbox/settings"}
        letter = mail.send_later(session, to=account.email or "", subject=subject, text=f"{body}\n-- \n{foot}\n", key=key)
        return 1 if letter is not None else 0


def told(session: Session, notice_id: str) -> Sequence[str]:
    """The keys that the news was told."""
    return session.scalars(select(NoticeTo.to_key).where(NoticeTo.notice_id == notice_id)).all()


def reached(key: str) -> ColumnElement[bool]:
    """The condition on accounts under which the key reaches them; the same as ``rules.keys_of``, turned over."""
    receiver = rules.receiver_of(key)
    if receiver.kind == "account":
        return Account.id == receiver.of
    if receiver.kind == "duty":
        return (" " + Account.duty_words + " ").like(f"% {receiver.of} %")
    assert receiver.role is not None
    enough = [role.word for role in kit.Role if role >= receiver.role]
    if receiver.kind == "role":
        return Account.role_word.in_(enough)
    there = (people.Membership.organisation_id == receiver.of, people.Membership.role_word.in_(enough))
    return Account.id.in_(select(people.Membership.account_id).where(*there))


def wants(kind: str, way: str, default: str) -> ColumnElement[bool]:
    """The condition on accounts under which letters on this kind reach them in this way."""
    chose = select(Preference.account_id).where(Preference.kind == kind)
    so = Account.id.in_(chose.where(Preference.mail == way))
    return or_(so, Account.id.not_in(chose)) if way == default else so
