# SPDX-License-Identifier: Apache-2.0
"""Plain values for this room's pages, and the sentences that say whom something waits for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from madang import kit, web
from madang.inbox import queries, rules
from madang.inbox.kinds import kinds
from madang.inbox.models import Notice, Task
from madang.inbox.queries import Told
from madang.kit import _

ROLE_WORDS = {
    kit.Role.READER: _("Everybody"),
    kit.Role.MEMBER: _("Members"),
    kit.Role.REVIEWER: _("Reviewers"),
    kit.Role.OPERATOR: _("Operators"),
}
DUTY_WORDS = {
    "osp-office": _("Open source office"),
    "legal": _("Legal affairs"),
    "patent": _("Patents"),
    "privacy": _("Privacy"),
    "security": _("Security"),
    "transfer": _("Technology transfer"),
    "auditor": _("Audit"),
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the page shows it. ``who`` must act; ``waits`` since; ``others`` is how many asked besides the first."""

    id: str
    text: str
    address: str
    who: str
    asked_at: datetime
    asked_by: str
    others: int
    due_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """News as the page shows it."""

    id: str
    text: str
    address: str
    at: datetime
    by: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Tasks first. ``first``, ``total``, ``previous`` and ``next`` are of the notifications; ``more_tasks`` are not shown."""

    tasks: tuple[TaskRow, ...]
    more_tasks: int
    asked: tuple[TaskRow, ...]
    notices: tuple[NoticeRow, ...]
    unread: int
    only_unread: bool
    first: int
    total: int
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind with how its letters reach the reader."""

    name: str
    title: str
    mail: str


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """How news reaches the reader. ``secret_address`` is shown once, right after it was made."""

    kinds: tuple[KindRow, ...]
    language: str
    address: str | None
    is_mail_set: bool
    feed_made_at: datetime | None
    secret_address: str | None = None
    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


def task_rows(session: Session, tasks: Sequence[Task], *, viewer: kit.Actor) -> tuple[TaskRow, ...]:
    """The tasks with who must act, in the language of the request."""
    names = _names(session, tasks)
    at = kit.now()
    return tuple(
        TaskRow(
            task.id, rules.said(task.message, task.values, web.translate), task.address, who(task.to_key, names, viewer), task.asked_at,
            task.asked_by, task.times - 1, task.due_at, task.due_at is not None and task.due_at < at,
        )
        for task in tasks
    )  # fmt: skip


def notice_rows(told: Sequence[Told]) -> tuple[NoticeRow, ...]:
    """The notifications in the language of the request."""
    return tuple(
        NoticeRow(each.notice.id, sentence(each.notice), each.notice.address, each.notice.at, each.notice.by, each.is_read) for each in told
    )


def sentence(event: Task | Notice) -> str:
    """What it says, in the language of the request."""
    return rules.said(event.message, event.values, web.translate)


def kind_rows(ways: Mapping[str, str]) -> tuple[KindRow, ...]:
    """Every kind with the way that is chosen for it."""
    return tuple(KindRow(name, web.translate(kind.title), ways[name]) for name, kind in kinds().items())


def who(key: str, names: Mapping[str, str], viewer: kit.Actor) -> str:
    """Who must act, in words."""
    receiver = rules.receiver_of(key)
    if receiver.kind == "account":
        return web.translate(_("You")) if receiver.of == viewer.account_id else names.get(receiver.of, "–")
    if receiver.kind == "duty":
        return web.translate(DUTY_WORDS[receiver.of])
    assert receiver.role is not None
    role = web.translate(ROLE_WORDS[receiver.role])
    return f"{names.get(receiver.of, '–')} · {role}" if receiver.kind == "organisation" else role


def _names(session: Session, tasks: Sequence[Task]) -> dict[str, str]:
    receivers = [rules.receiver_of(task.to_key) for task in tasks]
    accounts = {each.of for each in receivers if each.kind == "account"}
    organisations = {each.of for each in receivers if each.kind == "organisation"}
    return queries.names_of(session, accounts=accounts, organisations=organisations)
