# SPDX-License-Identifier: Apache-2.0
"""What was measured, and the collections of objects that nobody needs."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime


class Measure(Base):
    """What was kept at a time, and what the disk could still take; bytes."""

    __tablename__ = "operations_measure"

    at: Mapped[datetime] = mapped_column(UtcTime, primary_key=True)
    objects: Mapped[int] = mapped_column(BigInteger)
    object_bytes: Mapped[int] = mapped_column(BigInteger)
    database_bytes: Mapped[int] = mapped_column(BigInteger)
    free_bytes: Mapped[int] = mapped_column(BigInteger)
    disk_bytes: Mapped[int] = mapped_column(BigInteger)


class Holding(Base):
    """How much one content holds. What a content is never changes, so it is measured once."""

    __tablename__ = "operations_holding"

    content: Mapped[str] = mapped_column(String(71), primary_key=True)
    files: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)


class Collection(Base):
    """One collection, or with ``is_dry`` a count of what one would take. ``state``: running, done or failed; ``damaged`` trees stop it."""

    __tablename__ = "operations_collection"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    task_id: Mapped[str] = mapped_column(String(26))
    state: Mapped[str] = mapped_column(String(16))
    is_dry: Mapped[bool]
    asked_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    kept: Mapped[int] = mapped_column(BigInteger)
    objects: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    damaged: Mapped[int]
    by_name: Mapped[str] = mapped_column(String(96))
