# SPDX-License-Identifier: Apache-2.0
"""What stands before a repository's files: the gate, the texts of its conditions, and who asked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime

CURRENT = text("state IN ('pending', 'accepted')")


class Gate(Base):
    """How files are given. ``mode``: ``open`` to whoever sees the repository, ``auto`` to whoever accepts the conditions, ``manual`` to
    whom the owner grants it. ``text_number`` is the text that stands (0 for none); who accepted one below ``least_number`` has to accept
    anew. ``embargo_until``: until then nobody but the owner's side has them. ``is_own_text``, ``is_own_fields``: whether the words are the
    owner's, else the card's."""

    __tablename__ = "hub_gate"
    __table_args__ = (
        CheckConstraint("mode IN ('open', 'auto', 'manual')", name="mode"),
        CheckConstraint("least_number <= text_number", name="least_is_there"),
        Index("ix_hub_gate_embargo", "embargo_until"),
    )

    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(6))
    text_number: Mapped[int]
    least_number: Mapped[int]
    fields: Mapped[list[Any]] = mapped_column(Json)
    is_own_text: Mapped[bool]
    is_own_fields: Mapped[bool]
    embargo_until: Mapped[datetime | None] = mapped_column(UtcTime)
    set_at: Mapped[datetime] = mapped_column(UtcTime)
    set_by: Mapped[str] = mapped_column(String(96))


class Conditions(Base):
    """A text of a repository's conditions, never changed: what was accepted can be read again."""

    __tablename__ = "hub_conditions"

    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcTime)
    said_by: Mapped[str] = mapped_column(String(96))


class AccessRequest(Base):
    """Somebody's access: asked for, accepted, rejected, withdrawn (by whoever asked, or by the owner) or ended by its day.

    ``text_number`` is the text that was accepted at ``accepted_at`` (None where the owner granted it unasked), ``revision`` the main
    branch's commit then. At most one of an account is pending or accepted.
    """

    __tablename__ = "hub_access_request"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'accepted', 'rejected', 'withdrawn', 'ended')", name="state"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="pending_is_undecided"),
        Index("uq_hub_access_request_current", "repository_id", "account_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index("ix_hub_access_request_ends", "ends_at"),
        Index("ix_hub_access_request_listed", "repository_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"))
    account_id: Mapped[str] = mapped_column(String(26), index=True)
    account: Mapped[str] = mapped_column(String(96))
    state: Mapped[str] = mapped_column(String(9))
    purpose: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    text_number: Mapped[int]
    accepted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revision: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[str | None] = mapped_column(String(96))
    reason: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def ref(self) -> str:
        """As ledger lines and tasks name it."""
        return f"access/{self.id}"


class DownloadDay(Base):
    """How many files of a repository were taken on a day (of UTC) by people of a sector; ``visitor``: by nobody who is known."""

    __tablename__ = "hub_download_day"

    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sector: Mapped[str] = mapped_column(String(16), primary_key=True)
    files: Mapped[int] = mapped_column(BigInteger)
