# SPDX-License-Identifier: Apache-2.0
"""Lists and their rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime

DRAFT, RUNNING, CANCELLING, ENDED = "draft", "running", "cancelling", "ended"
LIST_STATES = (DRAFT, RUNNING, CANCELLING, ENDED)
READY, REFUSED, DUPLICATE, LEFT_OUT, MADE = "ready", "refused", "duplicate", "left-out", "made"
ROW_STATES = (READY, REFUSED, DUPLICATE, LEFT_OUT, MADE)
NEW_ASSET, NEW_VERSION = "new-asset", "new-version"


class Registration(Base):
    """A list that somebody gave: a draft until it is confirmed, then worked on. ``namespace`` and ``exposure`` fill empty cells."""

    __tablename__ = "compliance_registration"
    __table_args__ = (CheckConstraint(f"state IN {LIST_STATES}", name="state"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(String(26), index=True)
    made_by: Mapped[str] = mapped_column(String(96))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(String(200))
    told: Mapped[str] = mapped_column(String(200))
    namespace: Mapped[str] = mapped_column(String(96))
    exposure: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RegistrationRow(Base):
    """One row: what was given, and what will happen or has happened with it. ``number`` is the row's in the file."""

    __tablename__ = "compliance_registration_row"
    __table_args__ = (CheckConstraint(f"state IN {ROW_STATES}", name="state"),)

    registration_id: Mapped[str] = mapped_column(ForeignKey("compliance_registration.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[dict[str, Any]] = mapped_column(Json)
    is_forced: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(16), default="")
    kind: Mapped[str] = mapped_column(String(16), default="")
    namespace: Mapped[str] = mapped_column(String(96), default="")
    asset: Mapped[str] = mapped_column(String(96), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[str | None] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("catalog_version.id"), index=True)
