# SPDX-License-Identifier: Apache-2.0
"""The office's page of components: what nobody has stated yet, with what could be; several are stated at once, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, catalog, kit, sheets, web
from madang.provenance import actions, components
from madang.provenance.components import queries, stating
from madang.provenance.cones import cone

ROWS, MOST_PAGES, MOST_CSV = 50, 10_000, 10_000
HERE = "/admin/components"
COLUMNS = ("purl", "license", "uses", "declared", "declared_in", "suggested")


@dataclass(frozen=True)
class ComponentsPage:
    """Components in a state, most used first. ``of`` is the version whose parts alone are shown."""

    rows: tuple[queries.Component, ...]
    state: str
    q: str
    of: str
    total: int
    waiting: int
    first: int
    previous: str | None
    next: str | None
    here: str
    done: int
    fault: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def list_components(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The components that wait for somebody to say what they stand under."""
    return _page(request, session, actor)


def _page(request: Request, session: Session, actor: kit.Actor, fault: str = "", values: Mapping[str, str] | None = None) -> Response:
    access.check(actor, "component", "state")
    asked = _asked(request)
    only = _only(session, asked["of"], actor) if asked["of"] else None
    place = web.place_of(request, MOST_PAGES)
    chosen = {"state": asked["state"], "q": asked["q"], "only": only}
    rows = queries.components(session, **chosen, offset=(place - 1) * ROWS, limit=ROWS, viewer=actor)  # type: ignore[arg-type]  # by name
    total = queries.count_components(session, **chosen, viewer=actor)  # type: ignore[arg-type]  # by name
    done = request.query_params.get("done", "")
    page = ComponentsPage(
        tuple(rows), asked["state"], asked["q"], asked["of"], total, queries.count_components(session, viewer=actor),
        (place - 1) * ROWS + 1, _address(asked, place - 1) if place > 1 else None,
        _address(asked, place + 1) if place * ROWS < total else None,
        _address(asked, 1), int(done) if done.isascii() and done.isdigit() and len(done) < 5 else 0, fault, values or {},
    )  # fmt: skip
    return web.render(request, "provenance/components.html", page, status=422 if fault else 200)


def _asked(request: Request) -> dict[str, str]:
    get = request.query_params.get
    state = get("state", "open")
    return {"state": state if state in queries.STATES else "open", "q": get("q", "").strip()[:200], "of": get("of", "").strip()[:300]}


def _address(asked: Mapping[str, str], place: int, **more: str) -> str:
    told = {**asked, "state": "" if asked["state"] == "open" else asked["state"], "page": str(place) if place > 1 else "", **more}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{HERE}?{query}" if query else HERE


def _only(session: Session, of: str, actor: kit.Actor) -> list[str]:
    """The package URLs in a version that stand under nothing; ``NoSuchAsset`` where the viewer may not see it."""
    ref, _at, number = of.partition("@")
    kind, namespace, name = [*ref.split("/"), "", "", ""][:3]
    version = catalog.get_version(session, catalog.get_asset(session, kind, namespace, name, viewer=actor), number or "latest")
    return queries.purls_of(queries.open_in(cone(session, version, viewer=actor)))


def list_components_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same for a spreadsheet: its first two columns, filled in, can be sent back as a list."""
    asked = _asked(request)
    only = _only(session, asked["of"], actor) if asked["of"] else None
    rows = components.components(session, state=asked["state"], q=asked["q"], only=only, limit=MOST_CSV, viewer=actor)
    cells = ((each.purl, each.stated or "", each.uses, each.declared or "", each.declared_in or "", _first(each)) for each in rows)
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="components.csv", media_type="text/csv; charset=utf-8")


def _first(each: queries.Component) -> str:
    return each.suggestions[0].license if each.suggestions else ""


def update_components(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What is ticked, or the one whose button was pressed, or a pasted list, is stated for everybody."""
    access.check(actor, "component", "state")
    given = dict(web.form(request))
    try:
        with session.begin_nested():
            rows = stating.lines_of(given["list"]) if given.get("list", "").strip() else stating.chosen_of(given, given.get("one", ""))
            done = stating.state_all(session, rows, by=actor)
    except kit.Invalid as refusal:
        return _page(request, session, actor, refusal.sentence(web.translate), given)
    return web.see_other(_address(_asked(request), 1, done=str(done)))


def delete_statement(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What was stated of a component is taken back: what its package declares counts again, or nothing."""
    actions.state_component(session, web.form(request)["purl"], license="", by=actor)
    return web.see_other(_address(_asked(request), 1))


routes = [
    web.page(HERE, list_components),
    web.page(HERE + ".csv", list_components_csv),
    web.page(HERE, update_components, methods=["POST"]),
    web.page(HERE + "/withdrawal", delete_statement, methods=["POST"]),
]
