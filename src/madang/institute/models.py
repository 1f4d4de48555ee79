# SPDX-License-Identifier: Apache-2.0
"""What is set, and what was set before."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime


class Setting(Base):
    """One setting as it is now. ``is_set`` is False when it was put back to what holds at first; ``version`` counts its changes."""

    __tablename__ = "institute_setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    is_set: Mapped[bool]
    version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[str] = mapped_column(String(96))


class Change(Base):
    """One change of a setting: what it was before and after. ``id`` is the revision of everything that is set."""

    __tablename__ = "institute_change"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    before: Mapped[Any] = mapped_column(Json)
    after: Mapped[Any] = mapped_column(Json)
    was_set: Mapped[bool]
    is_set: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[str | None] = mapped_column(String(26))
    by_name: Mapped[str] = mapped_column(String(96))
