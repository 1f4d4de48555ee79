# SPDX-License-Identifier: Apache-2.0
"""The ledger as a page, and as files of any length."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import sheets, web
from madang.audit import actions, queries, verification
from madang.audit.models import Check
from madang.audit.pages import CheckRow, LedgerPage, LineRow, told
from madang.kit import Actor

ROWS = 40
COLUMNS = ("id", "at", "deed", "target", "by", "via", "facts", "sequence", "hash")
AT_ONCE = 500


def asked_of(request: Request) -> queries.Asked:
    """What the address asks for."""
    get = request.query_params.get
    text = {name: get(name, "").replace("\0", "").strip()[:300] for name in ("q", "deed", "who", "target")}
    since = web.moment_in(request, get("since", ""))
    return queries.Asked(**text, since=since, until=web.moment_in(request, get("until", ""), next_day=True))


def show_ledger(request: Request, session: Session, actor: Actor) -> Response:
    """The lines that are asked for, newest first, and whether the ledger was whole when it was last looked at."""
    queries.check_sees(actor)
    asked, cursor = asked_of(request), request.query_params.get("cursor", "")
    before = web.position(cursor, int)[0] if cursor else None
    found = queries.lines(session, asked, viewer=actor, before=before, limit=ROWS, look=queries.LOOK)
    seal = queries.latest_seal(session)
    page = LedgerPage(
        rows=tuple(row_of(line) for line in found.items),
        asked=asked,
        since=request.query_params.get("since", "")[:10],
        until=request.query_params.get("until", "")[:10],
        total=queries.count_lines(session),
        sealed=seal.sequence if seal else None,
        seal=seal.hash[:12] if seal else "",
        sealed_at=seal.sealed_at if seal else None,
        checks=tuple(check_of(check) for check in queries.checks(session, limit=3)),
        next=web.next_address(request, web.write_cursor([found.next])) if found.next is not None else None,
        looked_to=found.looked_to,
        first=_address(request, request.url.path) if before is not None else None,
        csv=_address(request, "/admin/ledger.csv"),
        json=_address(request, "/admin/ledger.json"),
    )
    return web.render(request, "audit/ledger.html", page)


def _address(request: Request, path: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "lang", "theme") and value]
    return path + (f"?{urlencode(kept)}" if kept else "")


def row_of(line: queries.Line) -> LineRow:
    """A line as the page shows it."""
    return LineRow(
        line.id, line.at, line.deed, line.target, line.by_name, line.via, told(line.facts), line.sequence, (line.hash or "")[:12]
    )


def check_of(check: Check) -> CheckRow:
    """A verification as the page shows it."""
    seconds = (check.finished_at - check.started_at).total_seconds() if check.finished_at else 0.0
    problems = tuple(web.translate(verification.MESSAGES[kind]) % {"sequence": place} for kind, place in check.problems[:20])
    return CheckRow(
        check.state, check.started_at, seconds, check.cpu_seconds, check.lines, check.unsealed, check.heads, check.by_name, problems
    )


def export_csv(request: Request, session: Session, actor: Actor) -> Response:
    """The lines that are asked for as a file for a spreadsheet, however many they are."""
    queries.check_sees(actor)
    lines = queries.all_lines(request.app.state.gate.database, asked_of(request), viewer=actor)
    return web.streamed(_csv(lines), name="ledger.csv", media_type="text/csv; charset=utf-8")


def export_json(request: Request, session: Session, actor: Actor) -> Response:
    """The lines that are asked for as one JSON document, written while it is read."""
    queries.check_sees(actor)
    lines = queries.all_lines(request.app.state.gate.database, asked_of(request), viewer=actor)
    return web.streamed(_json(lines), name="ledger.json", media_type="application/json")


def _csv(lines: Iterator[queries.Line]) -> Iterator[str]:
    yield sheets.write_csv((), header=COLUMNS)
    while chunk := list(islice(lines, AT_ONCE)):
        yield sheets.write_csv(_cells(line) for line in chunk).removeprefix("\ufeff")


def _cells(line: queries.Line) -> tuple[object, ...]:
    facts = json.dumps(dict(line.facts), ensure_ascii=False)
    return (line.id, line.at.isoformat(), line.deed, line.target, line.by_name, line.via, facts, line.sequence, line.hash)


def _json(lines: Iterator[queries.Line]) -> Iterator[str]:
    yield '{"items": ['
    between = "\n"
    while chunk := list(islice(lines, AT_ONCE)):
        yield between + ",\n".join(json.dumps(asdict(line) | {"at": line.at.isoformat()}, ensure_ascii=False) for line in chunk)
        between = ",\n"
    yield '\n], "next": null}\n'


def create_check(request: Request, session: Session, actor: Actor) -> Response:
    """Verify the ledger now."""
    actions.verify_later(session, by=actor)
    return web.see_other("/admin/ledger#checks")


routes = [
    web.page("/admin/ledger", show_ledger),
    web.page("/admin/ledger.csv", export_csv),
    web.page("/admin/ledger.json", export_json),
    web.page("/admin/ledger/checks", create_check, methods=["POST"]),
]
