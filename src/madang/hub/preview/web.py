# SPDX-License-Identifier: Apache-2.0
"""The page of a table: its first rows, search, sort and filter, what its columns hold, and a box of SQL that only reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import kit, sheets, tables, web
from madang.hub import actions, contents, presenting
from madang.hub.desk import Desk, desk_of
from madang.hub.errors import NoTables
from madang.hub.gates import showing
from madang.hub.gates.checking import check_open
from madang.hub.gates.errors import Closed
from madang.hub.pages import Head
from madang.hub.preview import drawing, kept
from madang.hub.preview.pages import Grid, Summary, TablePage
from madang.hub.web import seen_of

ROWS, COLUMNS, FILES, ASKED = 20, 60, 50, 100
SHOWN = 160
MOST_PAGES = 99_999
FIELDS = ("q", "column", "comparison", "value", "sort", "down")
ADDRESS = "/datasets/{namespace}/{name}/preview/{rest:path}"
Faults = (kit.Invalid, kit.TooLarge, kit.Unavailable)


@dataclass(frozen=True, slots=True)
class Found:
    """The table that an address names, with the others; ``source`` is None where the revision has none."""

    head: Head
    source: kept.Source | None
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the table, and what was refused: of the rows, of the SQL."""

    facts: tables.Facts | None = None
    shown: kept.Shown | None = None
    answer: kept.Shown | None = None
    refused: kit.Refusal | None = None
    refused_sql: kit.Refusal | None = None


async def show_preview(request: Request) -> Response:
    """The page; with ``?as=csv`` or ``json`` the rows that it shows, or those that the SQL answers."""
    try:
        found = await web.reading(request, partial(_found, request))
    except Closed as refusal:
        return await web.perform(request, partial(_show_closed, refusal=refusal), writes=False)
    given = {name: request.query_params.get(name, "")[:1000] for name in FIELDS} | {"sql": request.query_params.get("sql", "")[:20_000]}
    place = web.place_of(request, MOST_PAGES)
    looked = await run_in_threadpool(_looked, desk_of(request), found.source, given, (place - 1) * ROWS) if found.source else Looked()
    if request.query_params.get("as") in ("csv", "json") and found.source is not None:
        return _file(found.source, looked, given, request.query_params["as"])

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        is_wrong = any(isinstance(each, kit.Invalid | kit.TooLarge) for each in (looked.refused_sql, _asked_fault(found, looked)))
        return web.render(request, "hub/preview.html", _page(request, found, looked, given, place), status=422 if is_wrong else 200)

    return await web.perform(request, door, writes=False)


def _show_closed(request: Request, session: Session, actor: kit.Actor, *, refusal: Closed) -> Response:
    """How to have the files, in the place of a table that is not shown."""
    seen, _path = seen_of(request, session, actor)
    return showing.page(request, session, seen, actor, refused=refusal)


def create_reading(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A table that nobody asked for yet will be read."""
    found = _found(request, session, actor)
    if found.source is not None and found.source.state == "unread":
        actions.read_tables_later(session, {found.source.sha256: found.source.path})
    return web.see_other(_here(found.head, found.source.path if found.source else ""))


def _found(request: Request, session: Session, actor: kit.Actor) -> Found:
    seen, path = seen_of(request, session, actor)
    check_open(session, seen.place.asset, actor)
    store = desk_of(request).store
    paths = kept.paths_of(contents.entries_of(store, seen.commit))
    chosen = path or next(iter(paths), "")
    source = kept.source_of(session, seen.commit.id, contents.get_entry(store, seen.commit, chosen)) if chosen else None
    return Found(presenting.head_of(seen), source, paths)


def _looked(desk: Desk, source: kept.Source, given: Mapping[str, str], offset: int) -> Looked:
    facts, shown, answer, refused, refused_sql = None, None, None, None, None
    try:
        facts = kept.facts_of(desk.store, source) if source.state == "read" else None
        shown = kept.look(desk.store, desk.table_limits(), source, _question(given, offset))
    except Faults as refusal:
        refused = refusal
    if given["sql"].strip():
        try:
            answer = kept.look(desk.store, desk.table_limits(), source, tables.Question(sql=given["sql"], limit=ASKED))
        except Faults as refusal:
            refused_sql = refusal
    return Looked(facts, shown, answer, refused, refused_sql)


def _question(given: Mapping[str, str], offset: int) -> tables.Question:
    comparison = given["comparison"] if given["column"] else ""
    return tables.Question(
        "", given["q"], given["column"], comparison, given["value"], given["sort"], given["down"] == "1", limit=ROWS, offset=offset
    )


def _file(source: kept.Source, looked: Looked, given: Mapping[str, str], form: str) -> Response:
    """The rows as a file. What was refused is refused."""
    is_sql = bool(given["sql"].strip())
    refused = looked.refused_sql if is_sql else looked.refused
    shown = looked.answer if is_sql else looked.shown
    if refused is not None or shown is None:
        raise refused or NoTables()
    name = source.path.rpartition("/")[2].rpartition(".")[0] or "data"
    names = [column for column, _type in shown.columns]
    if form == "csv":
        return web.attachment(sheets.write_csv(shown.rows, header=names), name=f"{name}.csv", media_type="text/csv; charset=utf-8")
    text = json.dumps({"columns": names, "rows": [list(row) for row in shown.rows]}, ensure_ascii=False)
    return web.attachment(text.encode("utf-8", "replace"), name=f"{name}.json", media_type="application/json")


def _asked_fault(found: Found, looked: Looked) -> kit.Refusal | None:
    """What is wrong with the question, where it is not the file itself."""
    return looked.refused if found.source is not None and found.source.refusal is None else None


def _here(head: Head, path: str) -> str:
    return f"{head.base}/preview/{head.at}" + (f"/{quote(path, errors='replace')}" if path else "")


def _page(request: Request, found: Found, looked: Looked, given: Mapping[str, str], place: int) -> TablePage:
    source, head = found.source, found.head
    here = _here(head, source.path if source else "")
    own = source.refusal if source is not None else None
    asked = _asked_fault(found, looked)
    names = [each.name for each in looked.facts.columns] if looked.facts else []
    return TablePage(
        head=head,
        path=source.path if source else "",
        file=f"{head.base}/blob/{head.at}/{quote(source.path, errors='replace')}" if source else "",
        size=source.size if source else 0,
        here=here,
        files=[(path, _here(head, path)) for path in found.paths[:FILES]],
        more_files=max(0, len(found.paths) - FILES),
        state=source.state if source else "none",
        fault=own.sentence(web.translate) if own else "",
        given=given,
        names=names[:COLUMNS],
        grid=_grid(request, looked.shown, here, given, place) if looked.shown else None,
        fault_asked=asked.sentence(web.translate) if asked else "",
        summary=_summary(looked.facts) if looked.facts else None,
        answer=_grid(request, looked.answer, here, {"sql": given["sql"]}, 0) if looked.answer else None,
        fault_sql=looked.refused_sql.sentence(web.translate) if looked.refused_sql else "",
    )


def _grid(request: Request, shown: kept.Shown, here: str, given: Mapping[str, str], place: int) -> Grid:
    kept_values = {name: value for name, value in given.items() if value and (name != "sql" or not place)}
    to_file = {**kept_values, **({"page": str(place)} if place > 1 else {})}
    numbers = [tables.kind_of(type_) == "number" for _name, type_ in shown.columns]
    return Grid(
        columns=shown.columns[:COLUMNS],
        numbers=numbers[:COLUMNS],
        rows=[[_short(each) for each in row[:COLUMNS]] for row in shown.rows],
        more=max(0, len(shown.columns) - COLUMNS),
        total=shown.total,
        first=max(place - 1, 0) * ROWS + 1,
        cut=shown.cut,
        has_more=shown.has_more,
        csv=f"{here}?{urlencode({**to_file, 'as': 'csv'})}",
        json=f"{here}?{urlencode({**to_file, 'as': 'json'})}",
        previous=web.page_address(request, place - 1) if place > 1 else None,
        next=web.page_address(request, place + 1) if place and shown.has_more and shown.is_whole else None,
    )


def _short(value: tables.Cell) -> tables.Cell:
    return value[:SHOWN] + "…" if isinstance(value, str) and len(value) > SHOWN else value


def _summary(facts: tables.Facts) -> Summary:
    rows = facts.rows or 0
    columns = [drawing.row_of(each, rows) for each in facts.columns[:COLUMNS]]
    return Summary(facts.form, facts.encoding, rows, facts.duplicates or 0, columns, max(0, facts.columns_in_all - len(columns)))


routes = [
    Route(ADDRESS, show_preview, methods=["GET"], name=f"{__name__}.show_preview"),
    web.page(ADDRESS, create_reading, methods=("POST",)),
]
