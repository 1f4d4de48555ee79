# SPDX-License-Identifier: Apache-2.0
"""Invoices: drafted from the rows, issued once the month is over, void when they were wrong. An issued one never changes."""

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from madang import access, audit, people
from madang.kit import Actor, new_id, now
from madang.usage import queries, rules
from madang.usage.errors import MonthNotOver, NothingUsed, WrongState
from madang.usage.limits import Limits, held
from madang.usage.models import Invoice, InvoiceLine
from madang.usage.queries import Billable, Payer


def draft_invoices(session: Session, month: str, *, by: Actor) -> Sequence[Invoice]:
    """Everybody who used something with a price in that month has a draft of what is on no issued invoice; earlier drafts are made anew.

    Call it when the logs are drained. ``NothingUsed`` when there is nothing to draft.
    """
    access.check(by, "invoice", "manage")
    rules.check_month(month)
    old = session.scalars(select(Invoice.id).where(Invoice.month == month, Invoice.state == "draft")).all()
    session.execute(delete(InvoiceLine).where(InvoiceLine.invoice_id.in_(old)))
    session.execute(delete(Invoice).where(Invoice.id.in_(old)))
    drafts = [_draft(session, month, payer, lines, by) for payer, lines in queries.billable(session, month).items()]
    if drafts:
        totals = {each: str(sum(one.total for one in drafts if one.currency == each)) for each in sorted({one.currency for one in drafts})}
        audit.record(session, "invoices.drafted", target=f"invoices/{month}", by=by, invoices=len(drafts), **totals)
    session.flush()
    if not drafts and not old:
        raise NothingUsed(month=month)
    return drafts


def issue_invoice(session: Session, invoice: Invoice, *, limits: Limits | None = None, by: Actor) -> None:
    """The invoice has a number and is what is owed, with the sums of this moment. ``MonthNotOver`` while something can be added."""
    access.check(by, "invoice", "manage")
    _check_state(invoice, "draft")
    if now().astimezone(ZoneInfo((limits or held()).zone)).strftime("%Y-%m") <= invoice.month:
        raise MonthNotOver(month=invoice.month)
    payer = Payer(invoice.organisation_id, invoice.account_id, invoice.currency)
    session.execute(delete(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id))
    lines = queries.billable(session, invoice.month).get(payer, [])
    if not lines:
        raise NothingUsed(month=invoice.month)
    invoice.total = _write_lines(session, invoice, lines)
    count = (
        session.scalar(select(func.count()).select_from(Invoice).where(Invoice.month == invoice.month, Invoice.number.is_not(None))) or 0
    )
    invoice.number, invoice.state = f"{invoice.month}-{count + 1:05}", "issued"
    invoice.issued_at, invoice.issued_by = now(), by.name
    facts = {"number": invoice.number, "total": f"{invoice.total:f}", "currency": invoice.currency, "payer": invoice.payer}
    audit.record(session, "invoice.issued", target=invoice.ref, by=by, **facts)
    session.flush()


def void_invoice(session: Session, invoice: Invoice, *, reason: str, by: Actor) -> None:
    """The invoice is owed by nobody; what stood on it can be drafted again."""
    access.check(by, "invoice", "manage")
    _check_state(invoice, "issued")
    invoice.state, invoice.void_reason = "void", rules.check_reason(reason)[:500]
    invoice.voided_at, invoice.voided_by = now(), by.name
    audit.record(session, "invoice.voided", target=invoice.ref, by=by, number=invoice.number, reason=invoice.void_reason)


def _draft(session: Session, month: str, payer: Payer, lines: Sequence[Billable], by: Actor) -> Invoice:
    earlier = select(func.count()).select_from(Invoice).where(Invoice.month == month, Invoice.currency == payer.currency)
    theirs = (Invoice.organisation_id == payer.organisation_id, Invoice.account_id == payer.account_id)
    invoice = Invoice(
        id=new_id(), organisation_id=payer.organisation_id, account_id=payer.account_id, payer=_name(session, payer), month=month,
        part=(session.scalar(earlier.where(*theirs)) or 0) + 1, currency=payer.currency, total=rules.total_of([], payer.currency),
        state="draft", made_at=now(), made_by=by.name, void_reason="",
    )  # fmt: skip
    session.add(invoice)
    session.flush()
    invoice.total = _write_lines(session, invoice, lines)
    return invoice


def _write_lines(session: Session, invoice: Invoice, lines: Sequence[Billable]) -> Decimal:
    for place, each in enumerate(lines, start=1):
        session.add(
            InvoiceLine(
                invoice_id=invoice.id, place=place, service_id=each.service_id, service=each.service, plan=each.plan, unit=each.unit,
                calls=each.calls, units=each.units, price=each.price, per=each.per, amount=each.amount,
            )
        )  # fmt: skip
    session.flush()
    return rules.total_of((each.amount for each in lines), invoice.currency)


def _name(session: Session, payer: Payer) -> str:
    row: people.Organisation | people.Account | None
    if payer.organisation_id:
        row = session.get(people.Organisation, payer.organisation_id)
    else:
        row = session.get(people.Account, payer.account_id)
    return (row.display_name or row.name)[:200] if row else ""


def _check_state(invoice: Invoice, state: str) -> None:
    if invoice.state != state:
        raise WrongState(state=invoice.state)
