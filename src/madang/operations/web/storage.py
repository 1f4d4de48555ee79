# SPDX-License-Identifier: Apache-2.0
"""Storage: what is kept, by kind and by namespace, the largest versions, and what nobody needs."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, sheets, web
from madang.operations import actions, desk, queries
from madang.operations.models import Collection
from madang.operations.pages import CollectionRow, LargeRow, SizeRow, StoragePage

COLUMNS = ("namespace", "kind", "name", "label", "files", "bytes", "created_at")
CSV_ROWS = 10_000


def show_storage(request: Request, session: Session, actor: kit.Actor, refusal: kit.Refusal | None = None) -> Response:
    """What fills the store."""
    queries.check_sees(actor)
    at, measured, collections = desk.of(request), queries.last_measure(session), queries.collections(session)
    page = StoragePage(
        objects=measured.objects if measured else 0,
        object_bytes=measured.object_bytes if measured else 0,
        database_bytes=at.database_bytes(session),
        free=at.store.free_bytes(),
        disk=at.store.disk_bytes(),
        measured_at=measured.at if measured else None,
        unmeasured=queries.count_unmeasured(session),
        kinds=_sized(queries.shares(session, "kind")),
        namespaces=_sized(queries.shares(session, "namespace")[:20]),
        large=tuple(_large(row) for row in queries.largest(session)),
        collections=tuple(_collected(row) for row in collections),
        may_collect=queries.fresh_count(session) is not None,
        is_running=any(row.state == "running" for row in collections),
        fault=refusal.sentence(web.translate) if refusal else None,
    )
    return web.render(request, "operations/storage.html", page, status=409 if refusal else 200)


def _sized(shares: list[queries.Share]) -> tuple[SizeRow, ...]:
    most = max((share.bytes for share in shares), default=0) or 1
    return tuple(SizeRow(share.word, share.bytes, share.versions, round(100 * share.bytes / most, 1)) for share in shares)


def _large(row: queries.Large) -> LargeRow:
    return LargeRow(
        address=f"/assets/{row.asset.kind}/{row.asset.namespace}/{row.asset.name}/versions/{row.version.number}",
        title=row.asset.title or row.asset.name,
        name=f"{row.asset.namespace}/{row.asset.name}",
        label=row.version.label or str(row.version.number),
        files=row.files,
        bytes=row.bytes,
        made_at=row.version.created_at,
    )


def _collected(row: Collection) -> CollectionRow:
    return CollectionRow(row.state, row.is_dry, row.asked_at, row.objects, row.bytes, row.kept, row.damaged, row.by_name)


def list_largest_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Every measured version, largest first, as a file for a spreadsheet."""
    queries.check_sees(actor)
    rows = (
        (row.asset.namespace, row.asset.kind, row.asset.name, row.version.label or row.version.number, row.files, row.bytes,
         row.version.created_at.isoformat(timespec="seconds"))
        for row in queries.largest(session, limit=CSV_ROWS)
    )  # fmt: skip
    return web.attachment(sheets.write_csv(rows, header=COLUMNS), name="storage.csv", media_type="text/csv; charset=utf-8")


def create_collection(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Count what nobody needs, or take it."""
    try:
        actions.collect_later(session, dry=web.form(request)["deed"] != "collect", by=actor)
    except kit.Conflict as refusal:
        return show_storage(request, session, actor, refusal)
    return web.see_other("/admin/storage#collections")
