# SPDX-License-Identifier: Apache-2.0
"""The page on which somebody says what each column of a table is, sees what it gives away before and after, and makes the dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import catalog, kit, privacy, web
from madang.hub import contents, presenting
from madang.hub.deidentifying import making
from madang.hub.deidentifying.pages import ColumnRow, DeidentifyPage, Figure
from madang.hub.desk import Desk, desk_of
from madang.hub.pages import Head
from madang.hub.web import seen_of

ADDRESS = "/datasets/{namespace}/{name}/deidentify/{rest:path}"
COLUMNS, LOOKED_AT, FORM_ROOM = 30, 200, 1 << 20
GIVEN = {
    "mask": "keep", "prefix": "keep", "parts": "keep", "range": "width", "round": "step", "round-up": "step", "round-down": "step",
    "round-random": "step", "date": "unit", "bounds": "most", "group-mean": "group", "noise": "scale", "swap": "group", "rare": "rare",
}  # fmt: skip
"""What the one field beside a method gives it."""
Faults = (kit.Invalid, kit.TooLarge, kit.Conflict, kit.NotAllowed, kit.Unavailable)


@dataclass(frozen=True, slots=True)
class Found:
    """The table that the address names; None where the revision has none that can be worked on."""

    head: Head
    source: making.Source | None
    paths: Sequence[str]
    namespaces: Sequence[str]


def _found(session: Session, actor: kit.Actor, *, request: Request) -> Found:
    seen, path = seen_of(request, session, actor)
    store = desk_of(request).store
    paths = making.paths_of(contents.entries_of(store, seen.commit))
    chosen, head = path or next(iter(paths), ""), presenting.head_of(seen)
    found = None
    if chosen:
        found = making.find(session, store, head.namespace, head.name, revision=seen.commit.id, path=chosen, viewer=actor)
    if not actor.is_signed_in:  # it takes work that nobody who is nobody can ask for
        raise kit.NotSignedIn
    return Found(head, found, paths, catalog.namespaces_of(session, actor))


async def show_form(request: Request) -> Response:
    """The form, with what the columns seem to be."""
    found = await web.reading(request, partial(_found, request=request))
    return await _page(request, found, {}, None, "", 200)


async def create_dataset(request: Request) -> Response:
    """The plan is tried and shown, or carried out; what is wrong is said beside the form, and what was given stays."""
    upload = await web.read_upload(request, limit=FORM_ROOM, setting="1 MiB")
    await web.confirm(request)
    given = {name: value for name, value in upload.fields.items() if isinstance(value, str)}
    found, desk = await web.reading(request, partial(_found, request=request)), desk_of(request)
    made = None
    try:
        if found.source is None:
            return await _page(request, found, given, None, "", 200)
        source = found.source
        header, _rows = await run_in_threadpool(making.rows_of, desk.store, source)
        made = await run_in_threadpool(making.make, desk, source, _plan(header, given))
        if given.get("deed") != "make":
            return await _page(request, found, given, made, "", 200)
        into = f"{given.get('namespace', '').strip()}/{given.get('name', '').strip()}"
        return await web.perform(request, partial(_keep, desk=desk, source=source, made=made, into=into, given=given), writes=True)
    except Faults as refusal:
        status = 403 if isinstance(refusal, kit.NotAllowed) else 422
        return await _page(request, found, given, made, refusal.sentence(web.translate), status)


def _keep(
    request: Request, session: Session, actor: kit.Actor, *, desk: Desk, source: making.Source, made: making.Made, into: str,
    given: Mapping[str, str],
) -> Response:  # fmt: skip
    fresh = _found(session, actor, request=request).source or source
    making.keep(session, desk, fresh, made, into=into, evidence=given.get("evidence") == "1", by=actor)
    return web.see_other(f"/datasets/{quote(into)}")


def _plan(header: Sequence[str], given: Mapping[str, str]) -> privacy.Plan:
    columns = {}
    for number, name in enumerate(header[:COLUMNS]):
        role, method = given.get(f"role-{number}", "plain"), given.get(f"method-{number}", "keep")
        told: dict[str, object] = {"role": role, "method": method}
        value, member = given.get(f"given-{number}", "").strip(), GIVEN.get(method, "")
        if member and value:
            told[member] = value if member == "unit" else _number(name, value)
        columns[name] = told
    text = given.get("k", "").strip() or "0"
    return privacy.read_plan({"k": int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1, "columns": columns})


def _number(name: str, value: str) -> float:
    try:
        found = float(value)
    except ValueError as fault:
        raise privacy.BadPlan(reason=f"{name[:80]}: {value[:40]}") from fault
    return int(found) if found.is_integer() and abs(found) < 1e15 else found


async def _page(request: Request, found: Found, given: Mapping[str, str], made: making.Made | None, fault: str, status: int) -> Response:
    rows: list[ColumnRow] = []
    more = 0
    if found.source is not None:
        try:
            rows, more = await run_in_threadpool(_columns, desk_of(request), found.source, given)
        except Faults as refusal:
            fault, status = fault or refusal.sentence(web.translate), max(status, 422)

    def door(request: Request, _session: Session, actor: kit.Actor) -> Response:
        page = DeidentifyPage(
            head=found.head,
            path=found.source.entry.path if found.source else "",
            here=_here(found.head, found.source.entry.path if found.source else ""),
            files=[(path, _here(found.head, path)) for path in found.paths[:50]],
            columns=rows,
            more=more,
            figures=_figures(made) if made else (),
            removed=made.table.removed_rows if made else 0,
            unread=tuple(made.table.unread.items()) if made else (),
            k=given.get("k", "5"),
            name=given.get("name", f"{found.head.name}-deidentified"),
            namespace=given.get("namespace", ""),
            namespaces=tuple(found.namespaces),
            evidence=given.get("evidence") == "1",
            fault=fault,
            is_signed_in=actor.is_signed_in,
        )
        return web.render(request, "hub/deidentify.html", page, status=status)

    return await web.perform(request, door, writes=False)


def _here(head: Head, path: str) -> str:
    return f"{head.base}/deidentify/{head.at}" + (f"/{quote(path, errors='replace')}" if path else "")


def _columns(desk: Desk, source: making.Source, given: Mapping[str, str]) -> tuple[list[ColumnRow], int]:
    """The first columns, and how many more there are."""
    header, lines = making.rows_of(desk.store, source)
    return [_column(number, name, lines, given) for number, name in enumerate(header[:COLUMNS])], max(0, len(header) - COLUMNS)


def _column(number: int, name: str, rows: Sequence[Sequence[str]], given: Mapping[str, str]) -> ColumnRow:
    values = [row[number] for row in rows[:LOOKED_AT]]
    found = privacy.detect("\n".join(values)[:20_000])
    seems = "identifier" if values and len(found) * 2 >= len([each for each in values if each]) > 0 else "plain"
    example = next((value for value in values if value), "")
    return ColumnRow(
        number=number,
        name=name,
        example=example[:40],
        distinct=len({row[number] for row in rows}),
        kinds=tuple(dict.fromkeys(each.kind for each in found)),
        role=given.get(f"role-{number}", seems),
        method=given.get(f"method-{number}", "remove" if seems == "identifier" else "keep"),
        given=given.get(f"given-{number}", ""),
    )


def _figures(made: making.Made) -> tuple[Figure, ...]:
    before, after = made.table.before, made.table.after
    shares = [(name, f"{getattr(before, name):.1%}", f"{getattr(after, name):.1%}") for name in ("highest", "average", "unique", "small")]
    figures = [Figure("rows", "", f"{before.rows:,}", f"{after.rows:,}"), Figure("k", "", str(before.k), str(after.k))]
    figures += [Figure(name, "", old, new) for name, old, new in shares]
    for column, told in after.diversity.items():
        old = before.diversity.get(column)
        figures.append(Figure("l", column, str(old.distinct) if old else "–", str(told.distinct)))
        figures.append(Figure("t", column, f"{old.closeness:.3f}" if old else "–", f"{told.closeness:.3f}"))
    return (*figures, Figure("cells", "", "", f"{made.table.loss.cells:.1%}"))


routes = [
    Route(ADDRESS, show_form, methods=["GET"], name=f"{__name__}.show_form"),
    Route(ADDRESS, create_dataset, methods=["POST"], name=f"{__name__}.create_dataset"),
]
