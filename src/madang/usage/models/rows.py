# SPDX-License-Identifier: Apache-2.0
"""What was used, how far the logs are drained, and what processes have leased."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime
from madang.usage.models.columns import COUNTER, ID, PERIOD, Exact, Number, one_of
from madang.usage.words import OUTCOMES


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
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
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
