# SPDX-License-Identifier: Apache-2.0
"""Allowed hosts: what is open, why and since when, and what was refused of late."""

from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import institute, kit, sheets, web
from madang.operations import queries
from madang.operations.pages import HostRow, HostsPage

DAYS = 14
COLUMNS = ("host", "reason", "since", "by", "fixed")


def list_hosts(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The list, and a form for one more."""
    done = request.query_params.get("done", "")
    asked = request.query_params.get("host", "")[:200]
    return _page(request, session, actor, host=asked, done=done if done in ("opened", "shut") else "")


def _page(
    request: Request,
    session: Session,
    actor: kit.Actor,
    *,
    refusal: kit.Refusal | None = None,
    host: str = "",
    reason: str = "",
    done: str = "",
) -> Response:
    rows = institute.hosts(session, viewer=actor)
    listed = {row.host for row in rows}
    refused = queries.refused_hosts(session, since=kit.now() - timedelta(days=DAYS))
    page = HostsPage(
        rows=tuple(HostRow(row.host, row.reason, row.at, row.by_name, row.is_fixed) for row in rows),
        refused=tuple((name, count, last, name if name not in listed else "") for name, count, last in refused),
        version=institute.get_setting(session, "allowed_hosts", viewer=actor).version,
        host=host,
        reason=reason,
        faults={refusal.field or "host": refusal.sentence(web.translate)} if refusal else {},
        done=done,
    )
    return web.render(request, "operations/hosts.html", page, status=422 if refusal else 200)


def list_hosts_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The list as a file for a spreadsheet."""
    rows = institute.hosts(session, viewer=actor)
    cells = ((row.host, row.reason, row.at.isoformat() if row.at else None, row.by_name, row.is_fixed) for row in rows)
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="hosts.csv", media_type="text/csv; charset=utf-8")


def create_host(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Open a host."""
    form = web.form(request)
    try:
        institute.allow_host(session, form["host"], reason=form["reason"], version=version_of(form["version"]), by=actor)
    except (kit.Invalid, kit.Conflict, kit.Stale) as refusal:
        return _page(request, session, actor, refusal=refusal, host=form["host"][:200], reason=form["reason"][:300])
    return web.see_other("/admin/hosts?done=opened")


def delete_host(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Shut a host."""
    form = web.form(request)
    try:
        institute.shut_host(session, form["host"], version=version_of(form["version"]), by=actor)
    except kit.Stale as refusal:
        return _page(request, session, actor, refusal=refusal)
    return web.see_other("/admin/hosts?done=shut")


def version_of(text: str) -> int:
    """The version that a form names; one that is no number is none that a setting ever has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
