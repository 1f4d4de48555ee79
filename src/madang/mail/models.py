# SPDX-License-Identifier: Apache-2.0
"""The outbox."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime
from madang.kit import new_id


class Letter(Base):
    """One letter. Its text is sealed while it waits and gone once it has left; ``key`` is what it is about, once for ever.

    ``due_at`` is when it is tried next, ``claimed_until`` until when one drainer has it in hand. ``reason`` is what the last try met.
    """

    __tablename__ = "mail_letter"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name="one_end"),
        Index("ix_mail_letter_due_at", "due_at"),
        Index("ix_mail_letter_failed_at", "failed_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    to: Mapped[str] = mapped_column("to_address", String(254))
    subject: Mapped[str] = mapped_column(String(200))
    sealed_text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    give_up_at: Mapped[datetime] = mapped_column(UtcTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    reason: Mapped[str] = mapped_column(String(300), default="")
