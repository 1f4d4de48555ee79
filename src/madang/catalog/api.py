# SPDX-License-Identifier: Apache-2.0
"""JSON doors: the list of assets, one asset, registering one."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

import pydantic
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, web
from madang.catalog import actions, addresses, queries, search
from madang.catalog.kinds import FIELDS
from madang.catalog.models import Asset
from madang.catalog.search import LONGEST_QUESTION

MOST_VALUES = 20
router = web.api_router(tags=["assets"])
Kind = Literal["software", "dataset", "model", "api", "pipeline", "equipment", "patent", "document"]
Exposure = Literal["private", "inner", "partner", "open"]
State = Literal["verified", "declared", "scanning", "fetching", "queued", "failed", "cancelled", "empty"]
Field = Literal["", *FIELDS]  # type: ignore[valid-type]  # the words of the data file
# What has another form is not there: these say so to programs and refuse nothing.
InKind = Annotated[str, Path(json_schema_extra={"enum": list(get_args(Kind))}, examples=["software"])]
InNamespace = Annotated[str, Path(description="A person's or an organisation's name.", json_schema_extra=dict(web.NAME), examples=["lab"])]
InName = Annotated[str, Path(json_schema_extra=dict(web.NAME), examples=["speech"])]


class NewAsset(BaseModel):
    """What it takes to register an asset."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    namespace: Annotated[str, pydantic.Field(json_schema_extra=dict(web.NAME), examples=["lab"])]
    name: Annotated[str, pydantic.Field(json_schema_extra=dict(web.NAME), examples=["speech"])]
    title: Annotated[str, pydantic.Field(description="One line of at most 200 letters.")] = ""
    exposure: Exposure = "private"
    field: Field = ""


class AssetChange(BaseModel):
    """What of an asset can be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    exposure: Exposure | None = None
    field: Field | None = None


class AssetOut(BaseModel):
    """An asset with the little that is known of its newest version."""

    kind: str
    namespace: str
    name: str
    title: str
    exposure: str
    field: str
    state: str
    version: str | None
    label: str
    declared_license_expression: str | None
    license_expression: str | None
    license_family: str
    versions: int
    files: int | None
    conflicts: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    url: str


class AssetList(BaseModel):
    """Some assets, how many answer in all and by each facet, and the address of the next ones."""

    items: list[AssetOut]
    facets: dict[str, dict[str, int]]
    total: int
    next: str | None


def _out(asset: Asset) -> AssetOut:
    return AssetOut(
        kind=asset.kind, namespace=asset.namespace, name=asset.name, title=asset.title, exposure=asset.exposure, field=asset.field,
        state=asset.state, license_family=asset.family, license_expression=asset.license_expression,
        declared_license_expression=asset.declared,
        version=str(asset.number) if asset.number else None, label=asset.label,
        versions=asset.version_count, files=asset.files, conflicts=asset.conflicts,
        created_at=asset.created_at, created_by=asset.created_by, updated_at=asset.changed_at,
        url="/api/v1" + addresses.asset_address(asset),
    )  # fmt: skip


@router.get("/assets", response_model=AssetList)
def list_assets(
    request: Request,
    session: Session,
    actor: kit.Actor,
    q: Annotated[str, Query(max_length=LONGEST_QUESTION)] = "",
    kind: Annotated[list[Kind] | None, Query()] = None,
    licence: Annotated[list[str] | None, Query(alias="license", max_length=MOST_VALUES)] = None,
    exposure: Annotated[list[Exposure] | None, Query()] = None,
    organisation: Annotated[list[str] | None, Query(max_length=MOST_VALUES)] = None,
    state: Annotated[list[State] | None, Query(max_length=MOST_VALUES)] = None,
    field: Annotated[list[str] | None, Query(max_length=MOST_VALUES)] = None,
    sort: Literal["", "newest"] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AssetList:
    """Assets that you may see: those that answer the words of ``q`` best, else those changed last. ``q`` looks in names, titles, licences
    and what is known of the content; its last word may go on. Repeat a filter for any of several values. ``license`` is a family
    (``permissive``, ``conditions``, ``weak``, ``strong``, ``network``, ``restricted``, ``unknown``, ``none``) or an SPDX expression,
    ``organisation`` the name of an organisation or account. Each facet counts under the words and the other filters."""
    asked = search.Filter(
        q, tuple(kind or ()), tuple(exposure or ()), tuple(state or ()), tuple(licence or ()), tuple(organisation or ()),
        tuple(field or ()), by_time=sort == "newest",
    )  # fmt: skip
    found = search.find(session, asked, viewer=actor)
    shown = web.page_of(found.page(limit + 1, after=_position(cursor)), limit, _place)
    facets = {("license" if name == "licence" else name): dict(values) for name, values in found.facets().items()}
    return AssetList(
        items=[_out(hit.asset) for hit in shown.items], facets=facets, total=found.total, next=web.next_address(request, shown.cursor)
    )


def _place(hit: search.Hit) -> list[object]:
    return [hit.tier, hit.asset.changed_at.isoformat(), hit.asset.id]


def _position(cursor: str) -> search.Place | None:
    if not cursor:
        return None
    tier, at, row_id = web.position(cursor, int, str, str)
    try:
        return tier, datetime.fromisoformat(at).astimezone(UTC), row_id
    except (ValueError, OverflowError) as fault:
        raise web.BadCursor(field="cursor") from fault


@router.post("/assets", status_code=201, response_model=AssetOut)
def create_asset(request: Request, session: Session, actor: kit.Actor, asset: NewAsset) -> Response:
    """Register an asset. Its namespace is opened when it is missing and you may (an operator any, a person their own name)."""
    made = actions.register(session, **asset.model_dump(), by=actor)
    return web.json_answer(_out(made), status=201, headers={"Location": "/api/v1" + addresses.asset_address(made)})


@router.get("/assets/{kind}/{namespace}/{name}", response_model=AssetOut)
def show_asset(request: Request, session: Session, actor: kit.Actor, kind: InKind, namespace: InNamespace, name: InName) -> Any:
    """One asset."""
    return _out(queries.get_asset(session, kind, namespace, name, viewer=actor))


@router.patch("/assets/{kind}/{namespace}/{name}", response_model=AssetOut)
def update_asset(
    request: Request, session: Session, actor: kit.Actor, kind: InKind, namespace: InNamespace, name: InName, change: AssetChange
) -> Any:
    """Change the title or to whom the asset is shown."""
    asset = queries.get_asset(session, kind, namespace, name, viewer=actor)
    queries.check_changeable(session, asset, by=actor)
    if change.title is not None:
        actions.set_title(session, asset, change.title, by=actor)
    if change.field is not None:
        actions.set_field(session, asset, change.field, by=actor)
    if change.exposure is not None:
        actions.set_exposure(session, asset, change.exposure, by=actor)
    return _out(asset)
