# SPDX-License-Identifier: Apache-2.0
"""JSON doors: invoices."""

from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import Actor
from madang.usage import actions, queries, schemas
from madang.usage.api.asking import somebody
from madang.usage.models import Invoice

router = web.api_router(tags=["usage"])
INVOICE = "/invoices/{invoice_id}"
Named = Annotated[str, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/invoices")
def list_invoices(
    request: Request, session: Session, actor: Actor, month: Named = "", state: Named = "", cursor: str = "", limit: Limit = 50
) -> schemas.InvoiceList:  # fmt: skip
    """My and my organisation's invoices, the newest month first; an operator's list has everybody's, and drafts."""
    after = web.position(cursor, str, str, int, str) if cursor else ()
    rows = queries.invoices(session, month=month, state=state, viewer=somebody(actor), after=after, limit=limit + 1)
    shown = web.page_of(rows, limit, queries.invoice_place)
    items = [schemas.InvoiceOut(**_invoice(row)) for row in shown.items]
    return schemas.InvoiceList(items=items, next=web.next_address(request, shown.cursor))


@router.post("/invoices", status_code=201)
def create_invoices(request: Request, session: Session, actor: Actor, body: schemas.MonthIn) -> schemas.InvoiceList:
    """Draft the invoices of a month. For operators."""
    rows = actions.draft_invoices(session, body.month, by=actor)
    return schemas.InvoiceList(items=[schemas.InvoiceOut(**_invoice(row)) for row in rows])


@router.get(INVOICE)
def show_invoice(request: Request, session: Session, actor: Actor, invoice_id: web.InId) -> schemas.WholeInvoice:
    """An invoice with its lines."""
    return _whole(session, queries.get_invoice(session, invoice_id, viewer=somebody(actor)))


@router.get(INVOICE + "/csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def show_invoice_csv(request: Request, session: Session, actor: Actor, invoice_id: web.InId) -> Response:
    """An invoice as CSV."""
    found = queries.get_invoice(session, invoice_id, viewer=somebody(actor))
    text = queries.invoice_csv(found, queries.invoice_lines(session, found))
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{found.id}.csv"'})


@router.put(INVOICE + "/issue")
def update_issue(request: Request, session: Session, actor: Actor, invoice_id: web.InId) -> schemas.WholeInvoice:
    """Issue a draft: it has a number, and does not change any more. For operators."""
    found = queries.get_invoice(session, invoice_id, viewer=somebody(actor))
    actions.issue_invoice(session, found, by=actor)
    return _whole(session, found)


@router.put(INVOICE + "/voidance")
def update_voidance(
    request: Request, session: Session, actor: Actor, invoice_id: web.InId, body: schemas.ReasonIn
) -> schemas.WholeInvoice:  # fmt: skip
    """Void an issued invoice, with a reason. For operators."""
    found = queries.get_invoice(session, invoice_id, viewer=somebody(actor))
    actions.void_invoice(session, found, reason=body.reason, by=actor)
    return _whole(session, found)


def _invoice(row: Invoice) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schemas.InvoiceOut.model_fields if name != "total"} | {"total": f"{row.total:f}"}


def _whole(session: Session, row: Invoice) -> schemas.WholeInvoice:
    lines = [
        schemas.InvoiceLineOut(
            service=each.service, plan=each.plan, calls=each.calls, units=each.units, unit=each.unit, price=f"{each.price:f}",
            per=each.per, amount=f"{each.amount:f}",
        ) for each in queries.invoice_lines(session, row)
    ]  # fmt: skip
    return schemas.WholeInvoice(**_invoice(row), lines=lines)
