# SPDX-License-Identifier: Apache-2.0
"""The tables of the other ways to sign in, and of what a browser takes along: identities, the second factor, preferences."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime
from madang.kit import new_id
from madang.people.models import HASH, ID


class Identity(Base):
    """Who somebody is at the institute's provider. ``subject`` is the provider's own word, ``shown`` what a person knows it by."""

    __tablename__ = "people_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    shown: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime] = mapped_column(UtcTime)


class Round(Base):
    """A way to the provider and back that was walked: it is never walked again."""

    __tablename__ = "people_round"

    mark: Mapped[str] = mapped_column(HASH, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class SecondFactor(Base):
    """The key of somebody's authenticator, sealed. It counts from ``confirmed_at`` on; ``last_step`` is the last step that was used."""

    __tablename__ = "people_second_factor"

    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), primary_key=True)
    sealed_key: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RecoveryCode(Base):
    """A code that opens once where the authenticator is lost."""

    __tablename__ = "people_recovery_code"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(HASH, unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Preference(Base):
    """The language and theme that somebody chose, "" for none; a browser in which they sign in takes them over."""

    __tablename__ = "people_preference"

    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")
