# SPDX-License-Identifier: Apache-2.0
"""The tables of the ledger: lines, how many were written, the signed heads of their chain, and what verifications found."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Float, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime

HASH_LETTERS = 64


class Entry(Base):
    """One deed. Written by the deed's own unit of work; number and hash come later, from the sealer, and then nothing changes again.

    ``id`` is the line's number among all that were kept (``Written``), without holes; ``sequence`` is the place in the chain.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("(sequence IS NULL) = (hash IS NULL)", name="sealed_together"),
        Index("ix_audit_entry_unsealed", "id", sqlite_where=text("sequence IS NULL"), postgresql_where=text("sequence IS NULL")),
        Index("ix_audit_entry_target_id", "target", "id"),
        Index("ix_audit_entry_by_id_id", "by_id", "id"),
        Index("ix_audit_entry_by_name_id", "by_name", "id"),
        Index("ix_audit_entry_deed_id", "deed", "id"),
        Index("ix_audit_entry_at", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    deed: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[str | None] = mapped_column(String(26))
    by_name: Mapped[str] = mapped_column(String(96))
    via: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    previous_hash: Mapped[str | None] = mapped_column(String(HASH_LETTERS))
    hash: Mapped[str | None] = mapped_column(String(HASH_LETTERS))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SignedHead(Base):
    """How far the chain reached at a time, signed with a key that is not in the database. The same lines stand in a file outside."""

    __tablename__ = "audit_head"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(HASH_LETTERS))
    at: Mapped[datetime] = mapped_column(UtcTime)
    signature: Mapped[str] = mapped_column(String(HASH_LETTERS))


class Written(Base):
    """One row: how many lines were written, counted in each line's own unit of work. Ids behind ``since`` have no holes, so one that is
    missing was taken out, also before it was sealed."""

    __tablename__ = "audit_written"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int] = mapped_column(BigInteger)


class Check(Base):
    """One verification of the ledger that somebody asked for, and what it found. ``state``: running, whole, broken or failed."""

    __tablename__ = "audit_check"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lines: Mapped[int] = mapped_column(BigInteger)
    unsealed: Mapped[int]
    heads: Mapped[int]
    unreadable: Mapped[int]
    problems: Mapped[list[Any]] = mapped_column(Json)
    cpu_seconds: Mapped[float] = mapped_column(Float)
    by_name: Mapped[str] = mapped_column(String(96))
