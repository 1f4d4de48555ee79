# SPDX-License-Identifier: Apache-2.0
"""JSON doors: the list of assets, one asset, registering one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, web
from madang.catalog import actions, addresses, queries
from madang.catalog.models import Asset

router = web.api_router(tags=["assets"])
Kind = Literal["software", "dataset", "model", "api", "pipeline", "equipment", "patent", "document"]
Exposure = Literal["private", "inner", "partner", "open"]


class NewAsset(BaseModel):
    """What it takes to register an asset."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    namespace: str
    name: str
    title: str = ""
    exposure: Exposure = "private"


class AssetChange(BaseModel):
    """What of an asset can be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    exposure: Exposure | None = None


class AssetOut(BaseModel):
    """An asset with the little that is known of its newest version."""

    kind: str
    namespace: str
    name: str
    title: str
    exposure: str
    state: str
    version: str | None
    label: str
    declared_license_expression: str | None
    license_expression: str | None
    versions: int
    files: int | None
    conflicts: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    url: str


class AssetList(BaseModel):
    """Some assets and the address of the next ones."""

    items: list[AssetOut]
    facets: dict[str, dict[str, int]]
    next: str | None


def _out(asset: Asset) -> AssetOut:
    return AssetOut(
        kind=asset.kind, namespace=asset.namespace, name=asset.name, title=asset.title, exposure=asset.exposure, state=asset.state,
        license_expression=asset.license_expression, declared_license_expression=asset.declared,
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
    q: str = "",
    kind: Annotated[list[Kind] | None, Query()] = None,
    exposure: Annotated[list[Exposure] | None, Query()] = None,
    state: Annotated[list[str] | None, Query()] = None,
    licence: Annotated[list[str] | None, Query(alias="license")] = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AssetList:
    """Assets that you may see, last changed first. ``q`` looks in namespace, name and title; repeat a filter for any of several values."""
    asked = queries.Filter(q[:200], tuple(kind or ()), tuple(exposure or ()), tuple(state or ()), tuple(licence or ()))
    rows = queries.assets(session, asked, viewer=actor, limit=limit + 1, after=_position(cursor))
    shown = web.page_of(rows, limit, lambda asset: [asset.changed_at.isoformat(), asset.id])
    facets = {
        ("license" if name == "licence" else name): dict(values) for name, values in queries.facets(session, asked, viewer=actor).items()
    }
    return AssetList(items=[_out(asset) for asset in shown.items], facets=facets, next=web.next_address(request, shown.cursor))


def _position(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    at, row_id = web.position(cursor, str, str)
    try:
        return datetime.fromisoformat(at), row_id
    except ValueError as fault:
        raise web.BadCursor(field="cursor") from fault


@router.post("/assets", status_code=201, response_model=AssetOut)
def create_asset(request: Request, session: Session, actor: kit.Actor, asset: NewAsset) -> Response:
    """Register an asset. Its namespace is opened when it is missing and you may (an operator any, a person their own name)."""
    made = actions.register(session, **asset.model_dump(), by=actor)
    return web.json_answer(_out(made), status=201, headers={"Location": "/api/v1" + addresses.asset_address(made)})


@router.get("/assets/{kind}/{namespace}/{name}", response_model=AssetOut)
def show_asset(request: Request, session: Session, actor: kit.Actor, kind: str, namespace: str, name: str) -> Any:
    """One asset."""
    return _out(queries.get_asset(session, kind, namespace, name, viewer=actor))


@router.patch("/assets/{kind}/{namespace}/{name}", response_model=AssetOut)
def update_asset(request: Request, session: Session, actor: kit.Actor, kind: str, namespace: str, name: str, change: AssetChange) -> Any:
    """Change the title or to whom the asset is shown."""
    asset = queries.get_asset(session, kind, namespace, name, viewer=actor)
    queries.check_changeable(session, asset, by=actor)
    if change.title is not None:
        actions.set_title(session, asset, change.title, by=actor)
    if change.exposure is not None:
        actions.set_exposure(session, asset, change.exposure, by=actor)
    return _out(asset)
