# SPDX-License-Identifier: Apache-2.0
"""The list of assets as a page, and the same rows as CSV."""

from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, sheets, web
from madang.catalog import queries, search
from madang.catalog.models import Asset
from madang.catalog.pages import AssetsPage, Chip, Facet, FacetValue, Square, row_of

ROWS = 25
SIDE = 27
MOST_PAGES = 40_000
CSV_ROWS = 10_000
COLUMNS = (
    "kind",
    "namespace",
    "name",
    "title",
    "exposure",
    "state",
    "declared_license_expression",
    "license_expression",
    "files",
    "conflicts",
    "updated_at",
)


def _asked(request: Request) -> search.Filter:
    get = request.query_params.getlist
    values = {name: tuple(value[:400] for value in get(name)[:20] if value) for name in search.FACETS}
    return search.Filter(q=request.query_params.get("q", ""), by_time=request.query_params.get("sort") == "newest", **values)


def list_assets(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The assets that the viewer may see, best answers or newest first; what is asked lives in the address."""
    asked, place = _asked(request), web.place_of(request, MOST_PAGES)
    found = search.find(session, asked, viewer=actor)
    total, order = found.total, {"sort": "" if asked.by_time else "newest"}
    page = AssetsPage(
        rows=tuple(row_of(hit.asset) for hit in found.page(ROWS, offset=(place - 1) * ROWS)),
        facets=tuple(_facet(name, values, asked) for name, values in found.facets().items()),
        total=total,
        visible=found.visible,
        first=(place - 1) * ROWS + 1,
        q=asked.q,
        is_filtered=asked.asks,
        is_by_words=bool(asked.q.strip()) and not asked.by_time,
        sort=_address(request, changed=order) if asked.q.strip() else None,
        yard=_squares(request, found.yard()) if place == 1 else {},
        chips=tuple(
            Chip(name, value, _address(request, without=(name, value))) for name in search.FACETS for value in getattr(asked, name)
        ),
        previous=_address(request, place - 1) if place > 1 else None,
        next=_address(request, place + 1) if place * ROWS < total and place < MOST_PAGES else None,
        csv=_address(request, path="/assets.csv"),
        json=_address(request, path="/api/v1/assets", licence="license"),
    )
    return web.render(request, "catalog/assets.html", page)


def _squares(request: Request, counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], Square]:
    most = max(counts.values(), default=1)
    return {
        (kind, exposure): Square(
            count, round(SIDE * (count / most) ** 0.5, 1), _address(request, changed={"kind": kind, "exposure": exposure})
        )
        for (kind, exposure), count in counts.items()
    }


def _address(
    request: Request,
    place: int | None = None,
    *,
    path: str = "",
    changed: Mapping[str, str] | None = None,
    without: tuple[str, str] | None = None,
    **renamed: str,
) -> str:
    left = {"page", "lang", "theme", *(changed or {})}
    asked = [(name, value) for name, value in request.query_params.multi_items() if name not in left and (name, value) != without]
    kept = [(renamed.get(name, name), value) for name, value in [*asked, *(changed or {}).items()] if value]
    kept += [("page", str(place))] if place and place > 1 else []
    return (path or request.url.path) + (f"?{urlencode(kept)}" if kept else "")


def _facet(name: str, values: list[tuple[str, int]], asked: search.Filter) -> Facet:
    chosen = getattr(asked, name)
    shown = [FacetValue(value, count, value in chosen) for value, count in values]
    shown += [FacetValue(value, 0, is_chosen=True) for value in chosen if value not in {row.value for row in shown}]
    return Facet(name, tuple(shown))


def list_assets_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same rows as a file for a spreadsheet; cells that a spreadsheet would compute are given a quote."""
    rows = queries.assets(session, _asked(request), viewer=actor, limit=CSV_ROWS)
    text = sheets.write_csv((_cells(asset) for asset in rows), header=COLUMNS)
    return web.attachment(text, name="assets.csv", media_type="text/csv; charset=utf-8")


def _cells(asset: Asset) -> tuple[object, ...]:
    head = (asset.kind, asset.namespace, asset.name, asset.title, asset.exposure, asset.state)
    return (*head, asset.declared, asset.license_expression, asset.files, asset.conflicts, asset.changed_at.isoformat(timespec="seconds"))


routes = [web.page("/assets", list_assets), web.page("/assets.csv", list_assets_csv)]
