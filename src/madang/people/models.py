# SPDX-License-Identifier: Apache-2.0
"""The tables of this room. No secret is in them: passwords as argon2id, everything else as a keyed hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime
from madang.kit import Reach, Role, new_id

SECTORS = ("industry", "university", "individual", "public", "other")
ROLES = ", ".join(f"'{role.word}'" for role in Role if role > Role.VISITOR)
REACHES = ", ".join(f"'{reach.word}'" for reach in Reach)
SECTOR_WORDS = ", ".join(f"'{word}'" for word in SECTORS)
HASH = String(64)
ID = String(26)


class Name(Base):
    """A taken name, in lower case: an account's, an organisation's, or (neither) a namespace's that belongs to no name.

    Accounts, organisations and namespaces are one space of names, and this key is what keeps two of them from meeting in a race.
    """

    __tablename__ = "people_name"
    __table_args__ = (CheckConstraint("account_id IS NULL OR organisation_id IS NULL", name="one_owner"),)

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people_account.id"), unique=True)
    organisation_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people_organisation.id"), unique=True)


class Account(Base):
    """Somebody. ``name`` is also the namespace that is theirs; ``name_key`` keeps names apart without regard to case.

    ``duty_words`` are the office's duties, parted by blanks; ``conditions`` is the newest version of the conditions of use that was
    accepted, 0 for none; ``revision`` counts what operators changed, so that two of them do not overwrite each other. ``email_key`` is the
    address once it is verified, so that one that was only said keeps it from nobody.
    """

    __tablename__ = "people_account"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="disabled"),
        CheckConstraint(f"reach IN ({REACHES})", name="reach"),
        CheckConstraint(f"sector IN ({SECTOR_WORDS})", name="sector"),
        Index("uq_people_account_email_key", "email_key", unique=True),
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
    reach_word: Mapped[str] = mapped_column("reach", String(8), default="inner", server_default="inner")
    sector: Mapped[str] = mapped_column(String(16), default="other", server_default="other")
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254))
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcTime)
    duty_words: Mapped[str] = mapped_column("duties", String(120), default="", server_default="")
    conditions: Mapped[int] = mapped_column(default=0, server_default="0")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def role(self) -> Role:
        """What the account may do."""
        return Role.named(self.role_word)

    @property
    def reach(self) -> Reach:
        """How near the person stands to the institute by themselves; an organisation can bring them nearer."""
        return Reach.named(self.reach_word)

    @property
    def duties(self) -> frozenset[str]:
        """What the person does in the office."""
        return frozenset(self.duty_words.split())

    @property
    def has_password(self) -> bool:
        """Whether the account can sign in by name."""
        return self.password_hash is not None

    @property
    def ref(self) -> str:
        """How the ledger names the account."""
        return f"account/{self.name}"


class Organisation(Base):
    """An organisation of people. ``name`` is a namespace that its members write; ``reach`` is how near its members stand."""

    __tablename__ = "people_organisation"
    __table_args__ = (
        CheckConstraint(f"sector IN ({SECTOR_WORDS})", name="sector"),
        CheckConstraint(f"reach IN ({REACHES})", name="reach"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(96))
    name_key: Mapped[str] = mapped_column(String(96), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    sector: Mapped[str] = mapped_column(String(16))
    reach_word: Mapped[str] = mapped_column("reach", String(8))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))

    @property
    def reach(self) -> Reach:
        """How near its members stand to the institute."""
        return Reach.named(self.reach_word)

    @property
    def ref(self) -> str:
        """How the ledger names the organisation."""
        return f"organisation/{self.name}"


class Membership(Base):
    """Somebody's role in an organisation."""

    __tablename__ = "people_membership"
    __table_args__ = (CheckConstraint(f"role IN ({ROLES})", name="role"),)

    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("people_organisation.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), primary_key=True, index=True)
    role_word: Mapped[str] = mapped_column("role", String(16))
    added_at: Mapped[datetime] = mapped_column(UtcTime)
    added_by: Mapped[str] = mapped_column(String(96))

    @property
    def role(self) -> Role:
        """What the person may do in the organisation."""
        return Role.named(self.role_word)


class Invitation(Base):
    """A one-time address by which somebody gets an account, or joins an organisation. ``is_mailed``: only its e-mail address got it."""

    __tablename__ = "people_invitation"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint(f"reach IN ({REACHES})", name="reach"),
        CheckConstraint(f"organisation_role IN ({ROLES})", name="organisation_role"),
        CheckConstraint("(organisation_id IS NULL) = (organisation_role IS NULL)", name="organisation_and_role"),
        CheckConstraint("(used_at IS NULL) = (used_by_id IS NULL)", name="used"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(HASH, unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    is_mailed: Mapped[bool] = mapped_column(default=False)
    role_word: Mapped[str] = mapped_column("role", String(16))
    reach_word: Mapped[str] = mapped_column("reach", String(8))
    organisation_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people_organisation.id"), index=True)
    organisation_role: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_by_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(96))


class Acceptance(Base):
    """Somebody accepted a version of the conditions of use."""

    __tablename__ = "people_acceptance"

    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    accepted_at: Mapped[datetime] = mapped_column(UtcTime)


class PeopleList(Base):
    """A list of people that an operator gave, and how many of its rows are done."""

    __tablename__ = "people_list"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    created_by: Mapped[str] = mapped_column(String(96))


class PeopleListRow(Base):
    """A row of such a list: what it asks for, and, once done, how that ended. ``number`` is the one that a spreadsheet shows."""

    __tablename__ = "people_list_row"
    __table_args__ = (Index("ix_people_list_row_name", "list_id", "name_key"),)

    list_id: Mapped[str] = mapped_column(ID, ForeignKey("people_list.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    name_key: Mapped[str] = mapped_column(String(96))
    given: Mapped[dict[str, Any]] = mapped_column(Json)
    outcome: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[dict[str, Any] | None] = mapped_column(Json)


class BrowserSession(Base):
    """A browser in which somebody is signed in. ``opened_by`` is ``password``, ``link``, ``provider``, ``invitation``, ``sign-up``."""

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
    """A one-time address that signs somebody in. ``purpose`` is ``sign-in``, or ``password`` when they asked for it to set a new one."""

    __tablename__ = "people_link"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("people_account.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(HASH, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    purpose: Mapped[str] = mapped_column(String(16), default="sign-in", server_default="sign-in")


class Token(Base):
    """What a program signs with. ``last_used_at`` is written at most once an hour.

    ``purpose`` is ``platform``, or ``service`` for a key: it calls services, as rooms above see to, and opens nothing else.
    """

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
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    purpose: Mapped[str] = mapped_column(String(16), default="platform", server_default="platform")

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
