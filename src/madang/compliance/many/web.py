# SPDX-License-Identifier: Apache-2.0
"""Pages of lists: give one, see what will happen, mend it, confirm, watch, take the result."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import catalog, kit, sheets, web
from madang.compliance import intake
from madang.compliance.many import actions, pages, planning, queries
from madang.compliance.many.models import ROW_STATES, Registration

LIST = "/register/list/{list_id}"
ROWS = 50
MOST_BYTES = sheets.Limits().max_bytes
SETTING = "16 MiB"
COLUMNS = ("row", "state", "action", "source", "ref", "kind", "namespace", "name", "reason", "url")


def new_list(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The form for a list."""
    return _upload_page(request, session, actor, {}, {})


def _upload_page(
    request: Request, session: Session, actor: kit.Actor, values: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> Response:
    actions.check_may_register(actor)
    namespaces = tuple(catalog.namespaces_of(session, actor))
    page = pages.UploadPage(namespaces, pages.list_rows(session, actor), actions.MOST_ROWS, values, faults)
    return web.render(request, "compliance/list_new.html", page, status=status)


async def create_list(request: Request) -> Response:
    """Read a list and show what will happen with each row; nothing is registered yet."""
    await web.reading(request, lambda _session, actor: actions.check_may_register(actor))
    upload = await web.read_upload(request, limit=MOST_BYTES + (1 << 20), setting=SETTING)
    await web.confirm(request)
    values = {name: value for name, value in upload.fields.items() if isinstance(value, str)}
    try:
        rows, told = await run_in_threadpool(read_file, upload, values.get("sheet") or None)

        def door(request: Request, session: Session, actor: kit.Actor) -> Response:
            made = actions.draft(
                session, rows, intake.of(request).guard, name=intake.shown_name(upload.file_name), told=told,
                namespace=values.get("namespace", ""), exposure=values.get("exposure", ""), by=actor,
            )  # fmt: skip
            return web.see_other(f"/register/list/{made.id}")

        return await web.perform(request, door, writes=True)
    except (kit.Invalid, kit.TooLarge) as refusal:
        faults = {"file": refusal.sentence(web.translate)}

    def again(request: Request, session: Session, actor: kit.Actor) -> Response:
        return _upload_page(request, session, actor, values, faults, status=422)

    return await web.perform(request, again, writes=False)


def read_file(upload: web.Upload, sheet: str | None) -> tuple[list[tuple[int, dict[str, str]]], str]:
    """The rows of an uploaded list, and how it was read."""
    if upload.file is None:
        raise kit.Invalid(kit.marked("Give a file: CSV or Excel (.xlsx)."), field="file")
    with sheets.turn():
        table = sheets.read(upload.file, name=intake.shown_name(upload.file_name), sheet=sheet)
        return planning.read(table), " · ".join(each for each in (table.sheet, table.encoding and table.encoding.upper()) if each)


def show_list(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A draft with what will happen, or how far the work is."""
    return _list_page(request, session, _list(request, session, actor))


def _list(request: Request, session: Session, actor: kit.Actor, action: str = "see") -> Registration:
    return queries.get_list(session, request.path_params["list_id"], viewer=actor, action=action)


def _list_page(request: Request, session: Session, made: Registration, fault: str = "", status: int = 200) -> Response:
    place, state = web.place_of(request, 100), request.query_params.get("state", "")
    shown = state if state in ROW_STATES else ""
    counts = queries.counts(session, made)
    total = counts[shown] if shown else sum(counts.values())
    rows = queries.rows(session, made, limit=ROWS, offset=(place - 1) * ROWS, state=shown)
    kept = f"&state={shown}" if shown else ""
    page = pages.ListPage(
        made.id, made.name, made.told, made.state, made.made_at, counts, queries.progress(session, made), total,
        pages.shown_rows(session, rows), (place - 1) * ROWS + 1, shown,
        f"?page={place - 1}{kept}" if place > 1 else None, f"?page={place + 1}{kept}" if place * ROWS < total else None, fault,
    )  # fmt: skip
    return web.render(request, "compliance/list.html", page, status=status)


def update_row(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Mend a row of the draft, leave it out, or take it in."""
    made, form = _list(request, session, actor, "change"), web.form(request)
    text = request.path_params["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    leave = {"out": True, "in": False}.get(form["leave"])
    given = {name: intake.text_of(form, name) for name in planning.FIELDS if form[name]} or None
    actions.mend(session, made, intake.of(request).guard, number, given=given, leave_out=leave, force=form["leave"] == "force", by=actor)
    return web.see_other(f"/register/list/{made.id}#row-{number}")


def create_confirmation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Register what is ready; the work is done behind."""
    made = _list(request, session, actor, "change")
    try:
        actions.confirm(session, made, intake.of(request).guard, by=actor)
    except kit.Invalid as refusal:
        return _list_page(request, session, made, refusal.sentence(web.translate), status=422)
    return web.see_other(f"/register/list/{made.id}")


def create_cancellation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Cancel what has not ended."""
    made = _list(request, session, actor, "change")
    actions.cancel(session, made, by=actor)
    return web.see_other(f"/register/list/{made.id}")


def create_retry(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Try again what failed or was cancelled."""
    made = _list(request, session, actor, "change")
    actions.retry(session, made, by=actor)
    return web.see_other(f"/register/list/{made.id}")


def show_list_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Every row with what became of it, for a spreadsheet."""
    made = _list(request, session, actor)
    rows = (
        (row.number, row.state, row.action, row.source, row.ref, row.kind, row.namespace, row.name, row.reason, row.address)
        for row in _all_rows(session, made)
    )
    text = sheets.write_csv(rows, header=COLUMNS)
    return web.attachment(text, name=f"registration-{made.id}.csv", media_type="text/csv; charset=utf-8")


def show_list_json(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same for programs."""
    made = _list(request, session, actor)
    body: dict[str, Any] = {**pages.as_out(session, made), "items": [pages.row_out(row) for row in _all_rows(session, made)]}
    return web.json_answer(body)


def _all_rows(session: Session, made: Registration) -> tuple[pages.RowShown, ...]:
    return pages.shown_rows(session, queries.rows(session, made, limit=actions.MOST_ROWS))


routes = [
    web.page("/register/list", new_list),
    Route("/register/list", create_list, methods=["POST"]),
    web.page(LIST + "/rows.csv", show_list_csv),
    web.page(LIST + "/rows.json", show_list_json),
    web.page(LIST, show_list),
    web.page(LIST + "/rows/{number}", update_row, methods=["POST"]),
    web.page(LIST + "/confirmation", create_confirmation, methods=["POST"]),
    web.page(LIST + "/cancellation", create_cancellation, methods=["POST"]),
    web.page(LIST + "/retry", create_retry, methods=["POST"]),
]
