# SPDX-License-Identifier: Apache-2.0
"""The list of assets as a page, and the same rows as CSV."""

from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, sheets, web
from madang.catalog import queries, search
from madang.catalog.models import Asset
from madang.catalog.pages import AssetRow, AssetsPage, Facet, FacetValue, Share

ROWS = 25
MOST_PAGES = 400
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
    """The assets that the viewer may see, newest first; the filter lives in the address."""
    asked, place = _asked(request), web.place_of(request, MOST_PAGES)
    found = search.find(session, asked, viewer=actor)
    rows, total = found.page(ROWS, offset=(place - 1) * ROWS), found.total
    page = AssetsPage(
        rows=tuple(row_of(hit.asset) for hit in rows),
        facets=tuple(_facet(name, values, asked) for name, values in found.facets().items()),
        total=total,
        visible=found.visible,
        first=(place - 1) * ROWS + 1,
        q=asked.q,
        is_filtered=asked.asks,
        is_by_words=bool(asked.q.strip()) and not asked.by_time,
        previous=_address(request, place - 1) if place > 1 else None,
        next=_address(request, place + 1) if place * ROWS < total and place < MOST_PAGES else None,
        csv=_address(request, None, "/assets.csv"),
        json=_address(request, None, "/api/v1/assets", licence="license"),
    )
    return web.render(request, "catalog/assets.html", page)


def _address(request: Request, place: int | None, path: str = "", **renamed: str) -> str:
    kept = [(renamed.get(name, name), value) for name, value in request.query_params.multi_items() if name not in ("page", "lang", "theme")]
    kept += [("page", str(place))] if place and place > 1 else []
    return (path or request.url.path) + (f"?{urlencode(kept)}" if kept else "")


def _facet(name: str, values: list[tuple[str, int]], asked: search.Filter) -> Facet:
    chosen = getattr(asked, name)
    shown = [FacetValue(value, count, value in chosen) for value, count in values]
    shown += [FacetValue(value, 0, is_chosen=True) for value in chosen if value not in {row.value for row in shown}]
    return Facet(name, tuple(shown))


def row_of(asset: Asset) -> AssetRow:
    """What the list shows of one asset."""
    return AssetRow(
        kind=asset.kind, namespace=asset.namespace, name=asset.name, title=asset.title or asset.name,
        exposure=asset.exposure, state=asset.state,
        changed_at=asset.changed_at, version=str(asset.number) if asset.number else None, label=asset.label,
        licence=asset.declared, files=asset.files, conflicts=asset.conflicts, strip=tuple(Share(*share) for share in asset.strip),
    )  # fmt: skip


def list_assets_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same rows as a file for a spreadsheet; cells that a spreadsheet would compute are given a quote."""
    rows = queries.assets(session, _asked(request), viewer=actor, limit=CSV_ROWS)
    text = sheets.write_csv((_cells(asset) for asset in rows), header=COLUMNS)
    return web.attachment(text, name="assets.csv", media_type="text/csv; charset=utf-8")


def _cells(asset: Asset) -> tuple[object, ...]:
    head = (asset.kind, asset.namespace, asset.name, asset.title, asset.exposure, asset.state)
    return (*head, asset.declared, asset.license_expression, asset.files, asset.conflicts, asset.changed_at.isoformat(timespec="seconds"))


routes = [web.page("/assets", list_assets), web.page("/assets.csv", list_assets_csv)]
