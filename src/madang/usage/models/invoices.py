# SPDX-License-Identifier: Apache-2.0
"""Invoices and what stands on them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime
from madang.usage.models.columns import ID, Exact


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
