# SPDX-License-Identifier: Apache-2.0
"""Invoices, and what of a month stands on none yet."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from madang import access
from madang.kit import Actor
from madang.usage import rules
from madang.usage.errors import NoInvoice
from madang.usage.models import Context, Day, Invoice, InvoiceLine


@dataclass(frozen=True, slots=True)
class Payer:
    """Who owes: an organisation, or an account that used something outside any; one invoice a currency."""

    organisation_id: str
    account_id: str
    currency: str


@dataclass(frozen=True, slots=True)
class Billable:
    """One service on one plan at one price, with what it comes to."""

    service_id: str
    service: str
    plan: str
    unit: str
    calls: int
    units: int
    price: Decimal
    per: int

    @property
    def amount(self) -> Decimal:
        """Exactly what it costs."""
        return rules.amount_of(self.units, self.price, self.per)


Ident = tuple[Payer, str, str, str, str, Decimal, int]


def billable(session: Session, month: str) -> dict[Payer, list[Billable]]:
    """What was used in that month, has a price and stands on no issued invoice, by who owes it. Guests owe nothing."""
    sums = _used(session, month)
    for ident, (calls, units) in _issued(session, month).items():
        before = sums.get(ident, (0, 0))
        sums[ident] = (before[0] - calls, before[1] - units)
    found: dict[Payer, list[Billable]] = {}
    for (payer, service_id, service, plan, unit, price, per), (calls, units) in sorted(sums.items(), key=lambda row: row[0][1:5]):
        if calls or units:
            found.setdefault(payer, []).append(Billable(service_id, service, plan, unit, calls, units, price, per))
    return found


def invoices(
    session: Session, *, month: str = "", state: str = "", viewer: Actor, after: Sequence[Any] = (), limit: int | None = None
) -> Sequence[Invoice]:
    """The invoices that the viewer may see, newest month first; drafts only for whoever makes them.

    ``after``: only those behind the place (``invoice_place``) of one of them; ``limit``: at most so many.
    """
    wanted = select(Invoice).where(_shown_to(viewer)).order_by(Invoice.month.desc(), Invoice.payer, Invoice.part, Invoice.id)
    if after:
        before, *rest = after
        behind = tuple_(Invoice.payer, Invoice.part, Invoice.id) > tuple_(*rest)
        wanted = wanted.where(or_(Invoice.month < before, (Invoice.month == before) & behind))
    if month:
        wanted = wanted.where(Invoice.month == rules.check_month(month))
    if state and "\0" not in state:
        wanted = wanted.where(Invoice.state == state)
    return session.scalars(wanted.limit(limit)).all()


def invoice_place(row: Invoice) -> tuple[str, str, int, str]:
    """Where an invoice stands in the list."""
    return row.month, row.payer, row.part, row.id


def get_invoice(session: Session, invoice_id: str, *, viewer: Actor) -> Invoice:
    """The invoice of that id or number; ``NoInvoice`` when it is not there for this viewer."""
    wanted = select(Invoice).where(or_(Invoice.id == invoice_id, Invoice.number == invoice_id), _shown_to(viewer))
    invoice = session.scalar(wanted) if "\0" not in invoice_id else None
    if invoice is None:
        raise NoInvoice
    return invoice


def invoice_lines(session: Session, invoice: Invoice) -> Sequence[InvoiceLine]:
    """What stands on an invoice that the viewer was shown."""
    return session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.place)).all()


def invoice_csv(invoice: Invoice, lines: Sequence[InvoiceLine]) -> str:
    """The invoice as a spreadsheet reads it; a text that a spreadsheet would compute is quoted."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["invoice", "month", "payer", "service", "plan", "calls", "units", "unit", "price", "per", "amount", "currency"])
    for each in lines:
        whose = [invoice.number or "", invoice.month, plain(invoice.payer), plain(each.service), each.plan]
        money = [f"{each.price:f}", each.per, f"{each.amount:f}", invoice.currency]
        rows.writerow([*whose, each.calls, each.units, each.unit, *money])
    rows.writerow(
        [invoice.number or "", invoice.month, plain(invoice.payer), "", "", "", "", "", "", "", f"{invoice.total:f}", invoice.currency]
    )
    return out.getvalue()


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _used(session: Session, month: str) -> dict[Ident, tuple[int, int]]:
    begins = date.fromisoformat(f"{month}-01")
    ends = rules.next_month(begins) - timedelta(days=1)
    columns = (
        Context.organisation_id, Context.account_id, Context.currency, Context.service_id, Context.service, Context.plan, Context.unit,
        Context.price, Context.per,
    )  # fmt: skip
    wanted = select(*columns, func.sum(Day.calls), func.sum(Day.units)).join(Day, Day.context_id == Context.id)
    wanted = wanted.where(Day.day >= begins, Day.day <= ends, Context.account_id != "").group_by(*columns)
    sums: dict[Ident, tuple[int, int]] = {}
    for organisation, account, currency, service_id, service, plan, unit, price, per, calls, units in session.execute(wanted):
        if price:
            payer = Payer(organisation, "" if organisation else account, currency)
            ident = (payer, service_id, service, plan, unit, price, per)
            before = sums.get(ident, (0, 0))
            sums[ident] = (before[0] + int(calls), before[1] + int(units))
    return sums


def _issued(session: Session, month: str) -> dict[Ident, tuple[int, int]]:
    wanted = select(Invoice, InvoiceLine).join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
    sums: dict[Ident, tuple[int, int]] = {}
    for invoice, line in session.execute(wanted.where(Invoice.month == month, Invoice.state == "issued")):
        payer = Payer(invoice.organisation_id, invoice.account_id, invoice.currency)
        ident = (payer, line.service_id, line.service, line.plan, line.unit, line.price, line.per)
        before = sums.get(ident, (0, 0))
        sums[ident] = (before[0] + line.calls, before[1] + line.units)
    return sums


def _shown_to(viewer: Actor) -> ColumnElement[bool]:
    if access.allows(viewer, "invoice", "see"):
        return true()
    ways: list[ColumnElement[bool]] = []
    if viewer.account_id is not None and access.allows(viewer, "invoice", "see", own=True):
        ways.append(Invoice.account_id == viewer.account_id)
    ways.append(
        Invoice.organisation_id.in_([id_ for id_ in viewer.organisations if access.allows(viewer, "invoice", "see", organisation=id_)])
    )
    return (Invoice.state != "draft") & or_(*ways)
