# SPDX-License-Identifier: Apache-2.0
"""Tasks, notifications, and how each reader stands to them. One row per event; readers have rows only for what they did themselves."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime
from madang.inbox.kinds import MAILS

OPEN, DONE, WITHDRAWN = "open", "done", "withdrawn"
STATES = (OPEN, DONE, WITHDRAWN)
ID = String(26)
KEY = String(96)
IS_OPEN = text("state = 'open'")


class Task(Base):
    """Something that somebody must do. While it is open there is one per kind, thing and receiver; who asks again is noted.

    ``message`` is an English sentence with places, translated for each reader. ``posted_at``: when its letters were written.
    """

    __tablename__ = "inbox_task"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(ended_at IS NULL) = (state = 'open')", name="ended"),
        Index("uq_inbox_task_open", "kind", "about", "to_key", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_inbox_task_to_key", "to_key", "state", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    to_key: Mapped[str] = mapped_column(KEY)
    about: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(16), default=OPEN)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    asked_by: Mapped[str] = mapped_column(String(96))
    times: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    ended_by: Mapped[str | None] = mapped_column(String(96))
    posted_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)


class Asker(Base):
    """Who waits for a task to be done."""

    __tablename__ = "inbox_asker"

    task_id: Mapped[str] = mapped_column(ForeignKey("inbox_task.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ID, primary_key=True, index=True)


class Notice(Base):
    """News."""

    __tablename__ = "inbox_notice"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    by_id: Mapped[str | None] = mapped_column(ID)
    by: Mapped[str] = mapped_column(String(96))
    posted_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)


class NoticeTo(Base):
    """Whom news was told."""

    __tablename__ = "inbox_notice_to"

    to_key: Mapped[str] = mapped_column(KEY, primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("inbox_notice.id", ondelete="CASCADE"), primary_key=True, index=True)


class Reading(Base):
    """A piece of news that an account has read; what is up to the reader's mark has no rows."""

    __tablename__ = "inbox_reading"

    account_id: Mapped[str] = mapped_column(ID, primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("inbox_notice.id", ondelete="CASCADE"), primary_key=True, index=True)


class Reader(Base):
    """How an account reads: everything up to ``read_up_to`` is read; ``language`` is of letters and feed; the feed's secret as a hash."""

    __tablename__ = "inbox_reader"
    __table_args__ = (CheckConstraint("(feed_hash IS NULL) = (feed_made_at IS NULL)", name="feed"),)

    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), primary_key=True)
    read_up_to: Mapped[str] = mapped_column(ID)
    language: Mapped[str | None] = mapped_column(String(8))
    feed_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    feed_made_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Preference(Base):
    """How letters on one kind reach an account."""

    __tablename__ = "inbox_preference"
    __table_args__ = (CheckConstraint(f"mail IN {MAILS}", name="mail"),)

    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    mail: Mapped[str] = mapped_column(String(8))
