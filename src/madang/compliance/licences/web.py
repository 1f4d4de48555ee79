# SPDX-License-Identifier: Apache-2.0
"""Pages of licences: the list by family, and one with its cells. Everybody may read them."""

from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, licensing, sheets, web
from madang.compliance.licences import pages, queries

ROWS = 50
MOST_PAGES = 999
COLUMNS = ("licence", "name", "family", "share_alike", "patent", "kinds")


def list_licences(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The licences that somebody has compared with their text; ``?family=`` and ``?q=`` choose among them."""
    family, q = _asked(request)
    place = web.place_of(request, MOST_PAGES)
    rows = queries.licences(family=family, q=q)
    shown = rows[(place - 1) * ROWS : place * ROWS]
    page = pages.ListPage(
        rows=[pages.list_row(row) for row in shown],
        families=[(word, pages.meaning("family", word), word == family) for word in licensing.phrases("family") if word != "unknown"],
        q=q,
        total=len(rows),
        first=(place - 1) * ROWS + 1,
        previous=_address(request, place - 1) if place > 1 else None,
        next=_address(request, place + 1) if place * ROWS < len(rows) else None,
        sources=licensing.adopt().dates,
    )
    return web.render(request, "compliance/licences.html", page)


def list_licences_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same rows as a file for a spreadsheet."""
    family, q = _asked(request)
    rows = queries.licences(family=family, q=q)
    cells = ((row["key"], row["name"], row["family"], row["share_alike"], row["patent"], " ".join(row["kinds"])) for row in rows)
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="licences.csv", media_type="text/csv; charset=utf-8")


def show_licence(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One licence: its cells with their sources, and what is held of it in a work under ``?against=``."""
    licence, against = request.path_params["licence"], request.query_params.get("against", "").strip()
    try:
        page = pages.licence_page(queries.get(licence, against=against))
    except kit.Invalid as refusal:
        page = pages.licence_page(queries.get(licence), against=against[:200], fault=refusal.sentence(web.translate))
        return web.render(request, "compliance/licence.html", page, status=422)
    return web.render(request, "compliance/licence.html", page)


def _asked(request: Request) -> tuple[str, str]:
    family = request.query_params.get("family", "")
    return family if family in licensing.phrases("family") else "", request.query_params.get("q", "").strip()[:200]


def _address(request: Request, place: int) -> str:
    family, q = _asked(request)
    asked = {"family": family, "q": q, "page": str(place) if place > 1 else ""}
    return "/licences?" + urlencode({name: value for name, value in asked.items() if value})


routes = [
    web.page("/licences", list_licences),
    web.page("/licences.csv", list_licences_csv),
    web.page("/licences/{licence}", show_licence),
]
