# SPDX-License-Identifier: Apache-2.0
"""``madang invoice draft | list | show | issue | void``."""

import json
from typing import Any

import click

from madang.kit import SYSTEM
from madang.usage import actions, queries
from madang.usage.cli.place import Opener, Translate, opened
from madang.usage.draining import drain
from madang.usage.log import FOLDER
from madang.usage.models import Invoice, InvoiceLine

FORMS = click.Choice(["text", "json", "csv"])


def invoice_group(open_house: Opener, _translate: Translate = str) -> click.Group:
    """``madang invoice``."""
    group = click.Group("invoice", help="Draft, issue and void invoices of what was used.")

    @group.command("draft")
    @click.argument("month")
    def draft(month: str) -> None:
        """Draft the invoices of MONTH (2026-11) from what was used, and print them."""
        with opened(open_house) as house:
            drain(house.database, house.home / FOLDER)
            with house.database.writing() as session:
                for row in actions.draft_invoices(session, month, by=SYSTEM):
                    click.echo(_line(row))

    @group.command("list")
    @click.option("--month", default="", help="Of one month, such as 2026-11.")
    def list_(month: str) -> None:
        """Print every invoice."""
        with opened(open_house) as house, house.database.reading() as session:
            for row in queries.invoices(session, month=month, viewer=SYSTEM):
                click.echo(_line(row))

    @group.command("show")
    @click.argument("invoice")
    @click.option("--format", "form", type=FORMS, default="text", show_default=True, help="How it is printed.")
    def show(invoice: str, form: str) -> None:
        """Print one invoice, by its id or number, with its lines."""
        with opened(open_house) as house, house.database.reading() as session:
            row = queries.get_invoice(session, invoice, viewer=SYSTEM)
            lines = queries.invoice_lines(session, row)
        if form == "csv":
            click.echo(queries.invoice_csv(row, lines), nl=False)
        elif form == "json":
            click.echo(json.dumps(told(row) | {"lines": [told_line(each) for each in lines]}, ensure_ascii=False))
        else:
            click.echo(_line(row))
            for each in lines:
                click.echo(f"  {each.service}  {each.plan}  {each.units} {each.unit}  {each.price:f}/{each.per}  {each.amount:f}")

    _add_deeds(group, open_house)
    return group


def _add_deeds(group: click.Group, open_house: Opener) -> None:
    @group.command("issue")
    @click.argument("invoice")
    def issue(invoice: str) -> None:
        """Issue a draft: it gets a number, which is printed, and does not change any more."""
        with opened(open_house) as house:
            drain(house.database, house.home / FOLDER)
            with house.database.writing() as session:
                row = queries.get_invoice(session, invoice, viewer=SYSTEM)
                actions.issue_invoice(session, row, by=SYSTEM)
                click.echo(row.number)

    @group.command("void")
    @click.argument("invoice")
    @click.option("--reason", required=True, help="Why.")
    def void(invoice: str, reason: str) -> None:
        """Void an issued invoice; what stood on it can be drafted again."""
        with opened(open_house) as house, house.database.writing() as session:
            actions.void_invoice(session, queries.get_invoice(session, invoice, viewer=SYSTEM), reason=reason, by=SYSTEM)


def told(row: Invoice) -> dict[str, Any]:
    """The invoice as JSON; money is text."""
    return {
        "id": row.id, "number": row.number, "payer": row.payer, "month": row.month, "part": row.part, "state": row.state,
        "total": f"{row.total:f}", "currency": row.currency,
    }  # fmt: skip


def told_line(row: InvoiceLine) -> dict[str, Any]:
    """One line as JSON."""
    return {
        "service": row.service, "plan": row.plan, "calls": row.calls, "units": row.units, "unit": row.unit, "price": f"{row.price:f}",
        "per": row.per, "amount": f"{row.amount:f}",
    }  # fmt: skip


def _line(row: Invoice) -> str:
    return f"{row.id}  {row.number or '-'}  {row.month}  {row.state}  {row.total:f} {row.currency}  {row.payer}"
