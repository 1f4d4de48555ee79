# SPDX-License-Identifier: Apache-2.0
"""Operators' pages for people from a list: give it, look at what will happen, do it."""

from typing import BinaryIO, cast

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import sheets, web
from madang.db import Database
from madang.kit import Actor, Refusal, TooMany
from madang.people import actions, queries, rules
from madang.people.actions.lists import VOCABULARY
from madang.people.administration import pages
from madang.people.administration.paging import ROWS, around, offset_of
from madang.people.errors import NoFile

LIMITS = sheets.Limits()


def show_upload(request: Request, session: Session, actor: Actor) -> Response:
    """The form for a list of people."""
    rules.check_may(actor, "people-list", "create")
    return _upload_page(request)


async def create_list(request: Request) -> Response:
    """Keep a list that was given, and lead to what will happen. Its own units of work write it, a slice each."""
    await web.reading(request, lambda _session, actor: rules.check_may(actor, "people-list", "create"))
    upload = await web.read_upload(request, limit=LIMITS.max_bytes, setting="1 MB = 1,000,000 bytes")
    request.state.upload = upload
    return await web.perform(request, _keep, writes=True)


def _keep(request: Request, session: Session, actor: Actor) -> Response:
    rules.check_may(actor, "people-list", "create")
    upload = request.state.upload
    try:
        if upload.file is None:
            raise NoFile(field="file")
        with sheets.turn():
            table = sheets.read(cast(BinaryIO, upload.file), name=upload.file_name[:200], limits=LIMITS)
            kept = actions.keep_list(_database(request), table, name=upload.file_name, by=actor)
            del table
    except TooMany:
        raise
    except Refusal as refusal:
        return _upload_page(request, refusal)
    return web.see_other(f"/admin/people/lists/{kept}")


def show_list(request: Request, session: Session, actor: Actor) -> Response:
    """What will happen to each row, or has happened."""
    kept = queries.get_list(session, request.path_params["list"], viewer=actor)
    offset = offset_of(request)
    page = pages.ListPage(
        id=kept.id,
        name=kept.name,
        rows=tuple(_row(row) for row in actions.plan(session, kept, first=offset, limit=ROWS, by=actor)),
        total=kept.total,
        done=kept.done,
        first=offset + 1,
        **around(request, f"/admin/people/lists/{kept.id}", kept.total),
    )
    return web.render(request, "people/list.html", page)


def carry_out_list(request: Request, session: Session, actor: Actor) -> Response:
    """Do the next rows, a few in each unit of work."""
    database = _database(request)
    with database.reading() as beside:
        list_id = queries.get_list(beside, request.path_params["list"], viewer=actor).id
    actions.carry_out(database, list_id, by=actor)
    return web.see_other(f"/admin/people/lists/{list_id}")


def _database(request: Request) -> Database:
    return cast(Database, request.app.state.gate.database)


def _upload_page(request: Request, refusal: Refusal | None = None) -> Response:
    columns = tuple((name, tuple(words)) for name, words in VOCABULARY.items())
    page = pages.UploadPage(columns, LIMITS.max_rows, refusal.sentence(web.translate) if refusal else None)
    return web.render(request, "people/upload.html", page, status=web.status_of(refusal) if refusal else 200)


def _row(row: actions.Planned) -> pages.ListedRow:
    given = row.given
    reason = row.refusal.sentence(web.translate) if row.refusal else None
    return pages.ListedRow(
        row.number, given["name"], given["display_name"], given["email"], given["role"], given["organisation"], row.outcome, reason
    )  # fmt: skip


routes: list[Route] = [
    web.page("/admin/people/lists", show_upload),
    Route("/admin/people/lists", create_list, methods=["POST"], name="people.create_list"),
    web.page("/admin/people/lists/{list}", show_list),
    web.page("/admin/people/lists/{list}", carry_out_list, methods=["POST"]),
]
