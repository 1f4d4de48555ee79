# SPDX-License-Identifier: Apache-2.0
"""Invoices: listed for whoever pays and for the office, one as a page that prints, drafted, issued and voided by the office."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, kit, sheets, web
from madang.usage import actions, queries
from madang.usage.models import Invoice
from madang.usage.pages import InvoicePage, InvoicesPage
from madang.usage.web import drawing

DONE = frozenset({"drafted", "issued", "void"})
ROWS = 40
COLUMNS = ("number", "month", "part", "payer", "state", "total", "currency", "issued_at")


def list_invoices(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One's own invoices; everybody's, and drafts, for whoever makes them."""
    return _list(request, session, actor)


def _list(request: Request, session: Session, actor: kit.Actor, *, fault: kit.Refusal | None = None) -> Response:
    if not actor.account_id:
        raise kit.NotSignedIn
    month, cursor = request.query_params.get("month", ""), request.query_params.get("cursor", "")
    done = request.query_params.get("done", "")
    rows = _rows(request, session, actor, after=web.position(cursor, str, str, int, str) if cursor else (), limit=ROWS + 1)
    shown = web.page_of(rows, ROWS, queries.invoice_place)
    page = InvoicesPage(
        tuple(shown.items),
        month=month[:7],
        next=web.next_address(request, shown.cursor),
        is_first=not cursor,
        last_month=_last_month(request),
        manages=access.allows(actor, "invoice", "manage"),
        faults={"month": fault.sentence(web.translate)} if fault else {},
        given=dict(web.form(request)),
        done=done if done in DONE else "",
    )
    return web.render(request, "usage/invoices.html", page, status=web.status_of(fault) if fault else 200)


def _rows(
    request: Request, session: Session, actor: kit.Actor, *, after: Sequence[Any] = (), limit: int | None = None
) -> tuple[Invoice, ...]:  # fmt: skip
    month = request.query_params.get("month", "")
    try:
        return tuple(queries.invoices(session, month=month, viewer=actor, after=after, limit=limit))
    except kit.Invalid:  # what is no month was typed into the address: nothing is of it
        return ()


def _last_month(request: Request) -> str:
    first = drawing.today_of(request).replace(day=1)
    return f"{first.year - (first.month == 1)}-{(first.month - 2) % 12 + 1:02}"


def list_invoices_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same list for a spreadsheet."""
    if not actor.account_id:
        raise kit.NotSignedIn
    cells = (
        (
            row.number or "", row.month, row.part, row.payer, row.state, f"{row.total:f}", row.currency,
            row.issued_at.isoformat() if row.issued_at else "",
        ) for row in _rows(request, session, actor)
    )  # fmt: skip
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="invoices.csv", media_type="text/csv; charset=utf-8")


def create_drafts(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What was used in that month and is on no invoice has a draft. What is still on its way from the logs is in the next one."""
    access.check(actor, "invoice", "manage")
    month = web.form(request)["month"].strip()
    try:
        with session.begin_nested():
            actions.draft_invoices(session, month, by=actor)
    except (kit.Invalid, kit.NotFound) as refusal:
        return _list(request, session, actor, fault=refusal)
    return web.see_other(f"/invoices?month={month}&done=drafted")


def show_invoice(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One invoice with its lines, as it is printed."""
    return _page(request, session, actor)


def _page(request: Request, session: Session, actor: kit.Actor, *, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    row = _found(request, session, actor)
    done = request.query_params.get("done", "")
    page = InvoicePage(
        row,
        tuple(queries.invoice_lines(session, row)),
        drawing.plan_titles(session, viewer=actor),
        manages=access.allows(actor, "invoice", "manage"),
        faults=faults or {},
        given=dict(web.form(request)),
        done=done if done in DONE else "",
    )
    return web.render(request, "usage/invoice.html", page, status=status)


def _found(request: Request, session: Session, actor: kit.Actor) -> Invoice:
    if not actor.account_id:
        raise kit.NotSignedIn
    return queries.get_invoice(session, request.path_params["invoice_id"], viewer=actor)


def show_invoice_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One invoice for a spreadsheet."""
    row = _found(request, session, actor)
    text = queries.invoice_csv(row, queries.invoice_lines(session, row))
    return web.attachment(text, name=f"invoice-{row.number or row.id}.csv", media_type="text/csv; charset=utf-8")


def create_issue(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The draft has a number and is owed."""
    row = _found(request, session, actor)
    access.check(actor, "invoice", "manage")
    try:
        with session.begin_nested():
            actions.issue_invoice(session, row, by=actor)
    except (kit.Conflict, kit.NotFound) as refusal:
        return _again(request, session, actor, row, refusal, "issue")
    return web.see_other(f"/invoices/{row.id}?done=issued")


def create_voidance(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The invoice is owed by nobody, and says why."""
    row, reason = _found(request, session, actor), web.form(request)["reason"]
    access.check(actor, "invoice", "manage")
    try:
        with session.begin_nested():
            actions.void_invoice(session, row, reason=reason, by=actor)
    except (kit.Invalid, kit.Conflict) as refusal:
        return _again(request, session, actor, row, refusal, "void")
    return web.see_other(f"/invoices/{row.id}?done=void")


def _again(request: Request, session: Session, actor: kit.Actor, row: Invoice, refusal: kit.Refusal, form: str) -> Response:
    session.refresh(row)
    return _page(request, session, actor, faults={form: refusal.sentence(web.translate)}, status=web.status_of(refusal))
