# SPDX-License-Identifier: Apache-2.0
"""Every service at a glance, for whoever operates the platform: which fail today, which rest, and pause and resume beside each."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, kit, serving, sheets, usage, web
from madang.gateway.counter import reading
from madang.gateway.counter.pages import KeptPage, KeptRow

ROWS = 50
DONE = frozenset({"paused", "resumed"})
COLUMNS = ("service", "version", "exposure", "state", "process", "calls_today", "failed_today")


def rows_of(request: Request, session: Session, actor: kit.Actor) -> tuple[KeptRow, ...]:
    """Every service: those that failed most today first, then those that were called most."""
    access.check(actor, "service", "operate")
    today = reading.today_of(request)
    amounts = usage.amounts_by_service(session, begins=today, ends=today)
    states = serving.read_states(serving.workplace_of(request).engines)
    found = [_row(each, amounts.get(each.offer.id), states) for each in serving.standing(session)]
    return tuple(sorted(found, key=lambda row: (-row.failed, -row.calls, row.full_name)))


def _row(standing: serving.Standing, amount: usage.Amount | None, states: dict[str, dict[str, object]]) -> KeptRow:
    offer = standing.offer
    told = [states[route.id] for route in standing.routes if route.id in states]
    worst = min(told, key=lambda each: ("down", "running", "idle").index(str(each.get("state")))) if told else {}
    return KeptRow(
        f"/assets/api/{offer.namespace}/{offer.name}", offer.full_name, offer.title or offer.name, offer.version, offer.exposure,
        offer.is_paused, str(worst.get("state", "")), str(worst.get("reason") or "")[:300], amount.calls if amount else 0,
        amount.failed if amount else 0,
    )  # fmt: skip


def list_services(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The services with their state, today's calls and failures, and the deed beside each."""
    rows = rows_of(request, session, actor)
    place = web.place_of(request, max(1, -(-len(rows) // ROWS)))
    shown, done = rows[(place - 1) * ROWS : place * ROWS], request.query_params.get("done", "")
    page = KeptPage(
        shown,
        first=(place - 1) * ROWS + 1,
        total=len(rows),
        calls=sum(row.calls for row in rows),
        failed=sum(row.failed for row in rows),
        previous=web.page_address(request, place - 1) if place > 1 else None,
        next=web.page_address(request, place + 1) if place * ROWS < len(rows) else None,
        done=done if done in DONE else "",
    )
    return web.render(request, "gateway/admin_services.html", page)


def _cells(request: Request, session: Session, actor: kit.Actor) -> list[tuple[object, ...]]:
    """The list as ``COLUMNS`` name it."""
    return [
        (row.full_name, row.version, row.exposure, "paused" if row.is_paused else "open", row.process, row.calls, row.failed)
        for row in rows_of(request, session, actor)
    ]


def list_services_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same list for a spreadsheet."""
    cells = _cells(request, session, actor)
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="services.csv", media_type="text/csv; charset=utf-8")


def list_services_json(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same list for programs."""
    return web.json_answer({"items": [dict(zip(COLUMNS, row, strict=True)) for row in _cells(request, session, actor)], "next": None})
