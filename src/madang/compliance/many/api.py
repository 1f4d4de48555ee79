# SPDX-License-Identifier: Apache-2.0
"""JSON doors of lists: give one as a file or as rows, see what will happen, confirm, watch, cancel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, web
from madang.compliance import intake
from madang.compliance.many import actions, pages, planning, queries
from madang.compliance.many.web import MOST_BYTES, SETTING, read_file

router = web.api_router(tags=["registrations"])
ONE = "/registrations/{list_id}"
ROW = {name: {"type": "string"} for name in planning.FIELDS}
MEMBERS = ("rows", "name", "namespace", "exposure")
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "additionalProperties": False,
                    "properties": {
                        "rows": {"type": "array", "items": {"type": "object", "properties": ROW, "additionalProperties": False}},
                        "name": {"type": "string"},
                        "namespace": {"type": "string"},
                        "exposure": {"type": "string"},
                    },
                }
            },
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}


class RegistrationOut(BaseModel):
    """A list: how many of its rows are in each state, and of its versions."""

    id: str
    name: str
    state: str
    created_at: datetime
    created_by: str
    confirmed_at: datetime | None
    ended_at: datetime | None
    rows: dict[str, int]
    versions: dict[str, int]
    url: str


class RegistrationList(BaseModel):
    """Some lists and the address of the next ones."""

    items: list[RegistrationOut]
    next: str | None


class RowOut(BaseModel):
    """A row and what happens with it, or why not."""

    number: int
    state: str
    action: str
    source: str
    ref: str
    kind: str
    namespace: str
    name: str
    reason: str
    url: str | None


class RowList(BaseModel):
    """Some rows and the address of the next ones."""

    items: list[RowOut]
    next: str | None


async def create_registration(request: Request) -> Response:
    """Give a list: a CSV or Excel file in the part ``file``, or ``rows`` as JSON. It stands as a draft until it is confirmed."""
    await web.reading(request, lambda _session, actor: actions.check_may_register(actor))
    upload = await web.read_upload(request, limit=MOST_BYTES + (1 << 20), setting=SETTING)
    await web.confirm(request)
    given = upload.fields
    if upload.is_form:
        rows, told = await run_in_threadpool(read_file, upload, intake.text_of(given, "sheet") or None)
        name = intake.shown_name(upload.file_name)
    else:
        intake.check_members(given, MEMBERS)
        rows, told, name = _rows_of(given.get("rows")), "", intake.text_of(given, "name") or "API"
    namespace, exposure = intake.text_of(given, "namespace"), intake.text_of(given, "exposure")

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        guard = intake.of(request).guard
        made = actions.draft(session, rows, guard, name=name, told=told, namespace=namespace, exposure=exposure, by=actor)
        body = RegistrationOut(**pages.as_out(session, made))
        return web.json_answer(body, status=201, headers={"Location": f"/api/v1/registrations/{made.id}"})

    return await web.perform(request, door, writes=True, fingerprint=f"{rows}")


def _rows_of(value: Any) -> list[tuple[int, dict[str, str]]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise kit.Invalid(kit.marked("“rows” must be a list of objects."), field="rows")
    return [(number, _cells(each)) for number, each in enumerate(value[: actions.MOST_ROWS + 1], 1)]


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    intake.check_members(row, planning.FIELDS)
    return {name: text[:2000] for name in planning.FIELDS if (text := intake.text_of(row, name))}


router.add_api_route(
    "/registrations", create_registration, methods=["POST"], status_code=201, response_model=RegistrationOut, openapi_extra=BODY
)


@router.get("/registrations", response_model=RegistrationList)
def list_registrations(
    request: Request, session: Session, actor: kit.Actor, cursor: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Any:
    """Your lists, newest first."""
    if not actor.is_signed_in:
        raise kit.NotSignedIn
    before = web.position(cursor, str)[0] if cursor else None
    shown = web.page_of(queries.lists(session, viewer=actor, limit=limit + 1, before=before), limit, lambda made: [made.id])
    return {"items": [pages.as_out(session, made) for made in shown.items], "next": web.next_address(request, shown.cursor)}


@router.get(ONE, response_model=RegistrationOut)
def show_registration(request: Request, session: Session, actor: kit.Actor, list_id: web.InId) -> Any:
    """One list, and how far it is."""
    return pages.as_out(session, queries.get_list(session, list_id, viewer=actor))


@router.get(ONE + "/rows", response_model=RowList)
def list_rows(
    request: Request,
    session: Session,
    actor: kit.Actor,
    list_id: web.InId,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Any:
    """The rows in the file's order, each with what happens or has happened with it."""
    made = queries.get_list(session, list_id, viewer=actor)
    after = web.position(cursor, int)[0] if cursor else 0
    shown = web.page_of(queries.rows(session, made, limit=limit + 1, after=after), limit, lambda row: [row.number])
    items = [pages.row_out(row) for row in pages.shown_rows(session, shown.items)]
    return {"items": items, "next": web.next_address(request, shown.cursor)}


@router.post(ONE + "/confirmation", status_code=202, response_model=RegistrationOut)
def create_confirmation(request: Request, session: Session, actor: kit.Actor, list_id: web.InId) -> Any:
    """Register what is ready; the work is done behind. Confirmed again it changes nothing."""
    made = queries.get_list(session, list_id, viewer=actor, action="change")
    actions.confirm(session, made, intake.of(request).guard, by=actor)
    return pages.as_out(session, made)


@router.post(ONE + "/attempts", status_code=202, response_model=RegistrationOut)
def create_attempt(request: Request, session: Session, actor: kit.Actor, list_id: web.InId) -> Any:
    """Try again what failed or was cancelled."""
    made = queries.get_list(session, list_id, viewer=actor, action="change")
    actions.retry(session, made, by=actor)
    return pages.as_out(session, made)


@router.delete(ONE, status_code=202, response_model=RegistrationOut)
def cancel_registration(request: Request, session: Session, actor: kit.Actor, list_id: web.InId) -> Any:
    """Cancel what has not ended."""
    made = queries.get_list(session, list_id, viewer=actor, action="change")
    actions.cancel(session, made, by=actor)
    return pages.as_out(session, made)
