# SPDX-License-Identifier: Apache-2.0
"""Plans, their quotas and prices; the keys that are bound to them; requests for more."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime
from madang.usage.models.columns import ID, Exact, one_of
from madang.usage.words import GIVEN, SCOPES, WINDOWS


class Plan(Base):
    """What somebody may use, and at what price. ``given`` says who gets it: guests, whoever asks at once, by request, by an operator."""

    __tablename__ = "usage_plan"
    __table_args__ = (CheckConstraint(one_of("given", GIVEN), name="given"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    title_ko: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(80))
    given: Mapped[str] = mapped_column(String(16))
    place: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[str] = mapped_column(String(96))

    @property
    def ref(self) -> str:
        """How the ledger names the plan."""
        return f"plan/{self.name}"


class Quota(Base):
    """How much of a unit within a minute, day or month. Without an account it is everybody's on the plan, without a service all services'.

    ``scope`` says who shares it; ``is_each``: every service has it for itself; ``is_hard``: what is over it is refused, else only told.
    """

    __tablename__ = "usage_quota"
    __table_args__ = (
        CheckConstraint(one_of("every", WINDOWS), name="every"),
        CheckConstraint(one_of("scope", SCOPES), name="scope"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("uq_usage_quota_one", "plan", "account_id", "service_id", "unit", "every", "scope", unique=True),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    plan: Mapped[str] = mapped_column(ForeignKey("usage_plan.name"))
    account_id: Mapped[str] = mapped_column(ID, default="")
    service_id: Mapped[str] = mapped_column(ID, default="")
    unit: Mapped[str] = mapped_column(String(24))
    every: Mapped[str] = mapped_column(String(8))
    amount: Mapped[int] = mapped_column(BigInteger)
    scope: Mapped[str] = mapped_column(String(8))
    is_each: Mapped[bool] = mapped_column(default=True)
    is_hard: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[str] = mapped_column(String(96))


class Price(Base):
    """What ``per`` units cost, as exact decimal money. What was used keeps the price that stood when it was used."""

    __tablename__ = "usage_price"
    __table_args__ = (
        CheckConstraint("per > 0", name="per"),
        Index("uq_usage_price_one", "plan", "account_id", "service_id", "unit", unique=True),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    plan: Mapped[str] = mapped_column(ForeignKey("usage_plan.name"))
    account_id: Mapped[str] = mapped_column(ID, default="")
    service_id: Mapped[str] = mapped_column(ID, default="")
    unit: Mapped[str] = mapped_column(String(24))
    amount: Mapped[Decimal] = mapped_column(Exact)
    per: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[str] = mapped_column(String(96))


class Key(Base):
    """The plan that is bound to a secret of ``people``. ``revision`` is the change that processes know it by."""

    __tablename__ = "usage_key"
    __table_args__ = (CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused"),)

    id: Mapped[str] = mapped_column(ForeignKey("people_token.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("people_account.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ID, default="")
    plan: Mapped[str] = mapped_column(ForeignKey("usage_plan.name"), index=True)
    service_id: Mapped[str] = mapped_column(ID, default="")
    successor_id: Mapped[str] = mapped_column(ID, default="")
    paused_at: Mapped[datetime | None] = mapped_column(UtcTime)
    paused_by: Mapped[str | None] = mapped_column(String(96))
    revision: Mapped[int] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))

    @property
    def ref(self) -> str:
        """How the ledger names the key."""
        return f"key/{self.id}"


class Change(Base):
    """One row: how often keys, plans and what they rest on have changed, so that processes see with one look that something has."""

    __tablename__ = "usage_change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    plans: Mapped[int] = mapped_column(BigInteger)


class ProductionRequest(Base):
    """Somebody asks that a key may do more. ``state``: waiting, approved, declined or withdrawn."""

    __tablename__ = "usage_request"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'approved', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        Index(
            "uq_usage_request_waiting", "key_id", unique=True,
            sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("usage_key.id"))
    account_id: Mapped[str] = mapped_column(ID, index=True)
    plan: Mapped[str] = mapped_column(ForeignKey("usage_plan.name"))
    purpose: Mapped[str] = mapped_column(Text)
    wanted: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(24))
    every: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    asked_by: Mapped[str] = mapped_column(String(96))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[str | None] = mapped_column(String(96))

    @property
    def ref(self) -> str:
        """How the ledger names the request."""
        return f"production-request/{self.id}"
