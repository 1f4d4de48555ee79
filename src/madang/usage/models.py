# SPDX-License-Identifier: Apache-2.0
"""Plans, quotas, prices, keys; what was used; how far the logs are drained; leases; requests; invoices."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Dialect, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from madang.db import Base, UtcTime
from madang.usage.words import GIVEN, OUTCOMES, SCOPES, WINDOWS

ID = String(26)
COUNTER = String(140)
PERIOD = String(16)
Number = BigInteger().with_variant(Integer, "sqlite")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class Exact(TypeDecorator[Decimal]):
    """A decimal number as it was written: no database rounds it."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # the driver's signature
        """The number's plain digits."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  # the driver's signature
        """The number again."""
        return None if value is None else Decimal(value)


class Plan(Base):
    """What somebody may use, and at what price. ``given`` says who gets it: guests, whoever asks at once, by request, by an operator."""

    __tablename__ = "usage_plan"
    __table_args__ = (CheckConstraint(_one_of("given", GIVEN), name="given"),)

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
        CheckConstraint(_one_of("every", WINDOWS), name="every"),
        CheckConstraint(_one_of("scope", SCOPES), name="scope"),
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


class Context(Base):
    """Who used what at what price, as it stood at the use: what many calls have in common. ``digest`` is of all of it."""

    __tablename__ = "usage_context"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(40), unique=True)
    key_id: Mapped[str] = mapped_column(ID, index=True)
    account_id: Mapped[str] = mapped_column(ID, index=True)
    organisation_id: Mapped[str] = mapped_column(ID, index=True)
    sector: Mapped[str] = mapped_column(String(16))
    plan: Mapped[str] = mapped_column(String(40))
    service_id: Mapped[str] = mapped_column(ID, index=True)
    service: Mapped[str] = mapped_column(String(200), index=True)
    unit: Mapped[str] = mapped_column(String(24))
    price: Mapped[Decimal] = mapped_column(Exact)
    per: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


class Event(Base):
    """One call. ``id`` was given when it was counted and is what keeps it from being counted twice; ``day`` is the institute's."""

    __tablename__ = "usage_event"
    __table_args__ = (
        CheckConstraint(_one_of("outcome", OUTCOMES), name="outcome"),
        Index("ix_usage_event_context_id_id", "context_id", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("usage_context.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    day: Mapped[date]
    units: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(8))
    micros: Mapped[int] = mapped_column(BigInteger)


class Day(Base):
    """The sum of one day's calls of one context, written with the calls themselves; it stays when they are gone."""

    __tablename__ = "usage_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("usage_context.id"), primary_key=True, index=True, autoincrement=False)
    calls: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(BigInteger)
    micros: Mapped[int] = mapped_column(BigInteger)


class Latency(Base):
    """How many of a day's calls of a service took about so long (``rules.bucket_of``)."""

    __tablename__ = "usage_latency"

    day: Mapped[date] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ID, primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calls: Mapped[int] = mapped_column(BigInteger)


class Log(Base):
    """How far a log file has become rows. Written in the unit of work that writes the rows."""

    __tablename__ = "usage_log"

    name: Mapped[str] = mapped_column(String(160), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)
    drained_at: Mapped[datetime] = mapped_column(UtcTime)


class Counter(Base):
    """What was used of one quota by one subject in one period, by processes that are gone; the living have leases."""

    __tablename__ = "usage_counter"

    counter: Mapped[str] = mapped_column(COUNTER, primary_key=True)
    period: Mapped[str] = mapped_column(PERIOD, primary_key=True)
    settled: Mapped[int] = mapped_column(BigInteger)
    is_wanted: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Lease(Base):
    """What one process (``run``) may use of a counter without asking; ``used`` is what its drained log says that it has used."""

    __tablename__ = "usage_lease"
    __table_args__ = (Index("ix_usage_lease_run", "run"),)

    counter: Mapped[str] = mapped_column(COUNTER, primary_key=True)
    period: Mapped[str] = mapped_column(PERIOD, primary_key=True)
    run: Mapped[str] = mapped_column(ID, primary_key=True)
    units: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


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


class Invoice(Base):
    """What somebody owes for a month: of an organisation, or of an account that is in none. A ``number`` only when it is issued.

    ``part`` is 1, and more where rows of the month came after an invoice of it was issued.
    """

    __tablename__ = "usage_invoice"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'issued', 'void')", name="state"),
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="numbered"),
        Index("ix_usage_invoice_month", "month"),
        Index("ix_usage_invoice_account_id", "account_id"),
        Index("ix_usage_invoice_organisation_id", "organisation_id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(24), unique=True)
    organisation_id: Mapped[str] = mapped_column(ID, default="")
    account_id: Mapped[str] = mapped_column(ID, default="")
    payer: Mapped[str] = mapped_column(String(200))
    month: Mapped[str] = mapped_column(String(7))
    part: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[Decimal] = mapped_column(Exact)
    state: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
    issued_at: Mapped[datetime | None] = mapped_column(UtcTime)
    issued_by: Mapped[str | None] = mapped_column(String(96))
    voided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    voided_by: Mapped[str | None] = mapped_column(String(96))
    void_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def ref(self) -> str:
        """How the ledger names the invoice."""
        return f"invoice/{self.id}"


class InvoiceLine(Base):
    """One service at one price on an invoice. ``amount`` is exact: units times price, divided by ``per``."""

    __tablename__ = "usage_invoice_line"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("usage_invoice.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_id: Mapped[str] = mapped_column(ID)
    service: Mapped[str] = mapped_column(String(200))
    plan: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(24))
    calls: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal] = mapped_column(Exact)
    per: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal] = mapped_column(Exact)
