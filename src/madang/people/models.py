# SPDX-License-Identifier: Apache-2.0
"""The tables of this room. No secret is in them: passwords as argon2id, everything else as a keyed hash."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime
from madang.kit import Role, new_id

ROLES = ", ".join(f"'{role.word}'" for role in Role if role > Role.VISITOR)
HASH = String(64)
ID = String(26)


class Account(Base):
    """Somebody. ``name`` is also the namespace that is theirs; ``name_key`` keeps names apart without regard to case."""

    __tablename__ = "people_account"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="disabled"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(96))
    name_key: Mapped[str] = mapped_column(String(96), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    role_word: Mapped[str] = mapped_column("role", String(16))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    disabled_by: Mapped[str | None] = mapped_column(String(96))

    @property
    def role(self) -> Role:
        """What the account may do."""
        return Role.named(self.role_word)

    @property
    def has_password(self) -> bool:
        """Whether the account can sign in by name."""
        return self.password_hash is not None

    @property
    def ref(self) -> str:
        """How the ledger names the account."""
        return f"account/{self.name}"


class BrowserSession(Base):
    """A browser in which somebody is signed in. ``opened_by`` is ``password`` or ``link``."""

    __tablename__ = "people_session"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    cookie_hash: Mapped[str] = mapped_column(HASH, unique=True)
    opened_by: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Link(Base):
    """A one-time address that signs somebody in."""

    __tablename__ = "people_link"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(HASH, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Token(Base):
    """What a program signs with. ``last_used_at`` is written at most once an hour."""

    __tablename__ = "people_token"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(HASH)
    role_word: Mapped[str] = mapped_column("role", String(16))
    note: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
    last_used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_by: Mapped[str | None] = mapped_column(String(96))

    @property
    def role(self) -> Role:
        """The most that the token may do; the account's role bounds it too."""
        return Role.named(self.role_word)


class Tries(Base):
    """Failed tries at one door, as a level that falls by itself; and, under another key, a network that an account is known from."""

    __tablename__ = "people_tries"
    __table_args__ = (Index("ix_people_tries_at", "at"),)

    key: Mapped[str] = mapped_column(HASH, primary_key=True)
    level: Mapped[float] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(UtcTime)
