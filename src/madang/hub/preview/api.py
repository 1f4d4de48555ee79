# SPDX-License-Identifier: Apache-2.0
"""JSON doors on the tables of a dataset: rows, what they hold, and answers in SQL."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, tables, web
from madang.hub import actions, rules
from madang.hub.desk import desk_of
from madang.hub.errors import StillReading
from madang.hub.preview import kept

router = web.api_router(tags=["datasets"])
DATASET = "/datasets/{namespace}/{name}"
Comparison = Literal["", *tables.COMPARISONS]  # type: ignore[valid-type]  # the words of the core
File = Annotated[str, Query(max_length=rules.LONGEST_PATH, description="The table's path; without it, the first table that there is.")]
Revision = Annotated[str, Query(max_length=200, description="A branch, a tag or a commit.")]
Cell = str | int | float | bool | None


class ColumnName(BaseModel):
    """A column and the type of its values."""

    name: str
    type: str


class Preview(BaseModel):
    """Some rows of a table. ``total`` is how many answer, null where nobody counted; with ``is_whole`` false the table is not read to its
    end, and these are the first rows of its beginning. ``cut`` values are shown by their first 500 letters."""

    file: str
    commit: str
    form: str
    state: Literal["unread", "reading", "read", "refused"]
    is_whole: bool
    columns: list[ColumnName]
    rows: list[list[Cell]]
    offset: int
    total: int | None
    has_more: bool
    cut: int


class BarOut(BaseModel):
    """So many values are ``start``, or lie from there up to ``end``."""

    start: Cell
    end: Cell
    count: int


class ColumnStatistics(BaseModel):
    """What a column holds. ``distinct`` is an estimate (about 2 % off) unless ``is_exact``. ``by`` says what ``bars`` are of: each
    ``value`` (of many the most frequent), equal ``step``s, or the ``length`` of texts."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    type: str
    kind: str
    missing: int | None
    distinct: int | None
    is_exact: bool
    least: Cell
    most: Cell
    mean: Cell
    by: str
    bars: list[BarOut]


class Statistics(BaseModel):
    """What a table holds: ``duplicates`` are rows that say the same as an earlier one; of very many columns the first are told."""

    file: str
    commit: str
    form: str
    encoding: str
    rows: int | None
    duplicates: int | None
    columns_in_all: int
    columns: list[ColumnStatistics]


class QueryIn(BaseModel):
    """One SELECT over the table ``data``."""

    model_config = ConfigDict(extra="forbid")

    sql: Annotated[str, Field(min_length=1, max_length=20_000, examples=["SELECT count(*) FROM data"])]
    file: Annotated[str, Field(max_length=rules.LONGEST_PATH)] = ""
    revision: Annotated[str, Field(max_length=200)] = rules.MAIN
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class Answered(BaseModel):
    """The rows that answer."""

    file: str
    commit: str
    columns: list[ColumnName]
    rows: list[list[Cell]]
    has_more: bool
    cut: int


def _finding(request: Request, namespace: str, name: str, revision: str, path: str) -> Any:
    store = desk_of(request).store

    def find(session: Session, actor: kit.Actor) -> kept.Source:
        return kept.find(session, store, namespace, name, revision=revision, path=path, viewer=actor)

    return find


def _names(columns: Any) -> list[ColumnName]:
    return [ColumnName(name=name, type=type_) for name, type_ in columns]


async def show_preview(
    request: Request,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    file: File = "",
    revision: Revision = rules.MAIN,
    q: Annotated[str, Query(max_length=200, description="Rows in which this stands somewhere.")] = "",
    column: Annotated[str, Query(max_length=1000)] = "",
    comparison: Comparison = "",
    value: Annotated[str, Query(max_length=1000)] = "",
    sort: Annotated[str, Query(max_length=1000, description="The column that rows are sorted by.")] = "",
    descending: bool = False,
    offset: Annotated[int, Query(ge=0, le=10**12)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> Response:
    """Rows of a table of the dataset (CSV, TSV, JSON or Parquet): in their order, or those that a search or a filter leaves, sorted. The
    first rows are there at once; what looks at all rows is there when the table was read, a moment after it was pushed (503 before)."""
    source = await web.reading(request, _finding(request, namespace, name, revision, file))
    desk = desk_of(request)
    question = tables.Question("", q, column, comparison, value, sort, descending, limit, offset)
    shown = await run_in_threadpool(kept.look, desk.store, desk.table_limits(), source, question)
    told = Preview(
        file=source.path,
        commit=source.commit,
        form=source.form,
        state=source.state,
        is_whole=shown.is_whole,
        columns=_names(shown.columns),
        rows=[list(row) for row in shown.rows],
        offset=offset,
        total=shown.total,
        has_more=shown.has_more,
        cut=shown.cut,
    )
    return web.json_answer(told)


async def show_statistics(
    request: Request, namespace: catalog.InNamespace, name: catalog.InName, file: File = "", revision: Revision = rules.MAIN
) -> Response:
    """What a table of the dataset holds: rows, duplicates, and of each column its type, what is missing, how many values there are, the
    least and the most, and how they are distributed. Worked out once, when the table was pushed (503 until then)."""
    source = await web.reading(request, _finding(request, namespace, name, revision, file))
    facts = await run_in_threadpool(kept.facts_of, desk_of(request).store, source)
    return web.json_answer(
        Statistics(
            file=source.path, commit=source.commit, form=facts.form, encoding=facts.encoding, rows=facts.rows, duplicates=facts.duplicates,
            columns_in_all=facts.columns_in_all,
            columns=[ColumnStatistics.model_validate(_plain(each), from_attributes=True) for each in facts.columns],
        )
    )  # fmt: skip


def _plain(column: tables.Column) -> dict[str, Any]:
    told = {name: getattr(column, name) for name in ColumnStatistics.model_fields}
    return told | {"bars": [BarOut(start=bar.start, end=bar.end, count=bar.count) for bar in column.bars]}


async def create_query(request: Request, namespace: catalog.InNamespace, name: catalog.InName, asked: QueryIn) -> Response:
    """What a SELECT over the table ``data`` answers. It reads this table and nothing else, for some seconds at most; what changes, loops or
    looks elsewhere is refused. A table that nobody asked for yet is read first (503; ask again)."""
    source = await web.reading(request, _finding(request, namespace, name, asked.revision, asked.file))
    if source.state == "unread":
        await web.perform(request, _begin(source), writes=True, fingerprint=asked.sql)
        raise StillReading
    desk, question = desk_of(request), tables.Question(sql=asked.sql, limit=asked.limit)
    shown = await run_in_threadpool(kept.look, desk.store, desk.table_limits(), source, question)
    return web.json_answer(
        Answered(
            file=source.path,
            commit=source.commit,
            columns=_names(shown.columns),
            rows=[list(row) for row in shown.rows],
            has_more=shown.has_more,
            cut=shown.cut,
        )
    )


def _begin(source: kept.Source) -> Any:
    def door(_request: Request, session: Session, _actor: kit.Actor) -> Response:
        actions.read_tables_later(session, {source.sha256: source.path})
        return web.no_content()

    return door


router.add_api_route(DATASET + "/preview", show_preview, methods=["GET"], response_model=Preview)
router.add_api_route(DATASET + "/statistics", show_statistics, methods=["GET"], response_model=Statistics)
router.add_api_route(DATASET + "/query", create_query, methods=["POST"], response_model=Answered)
