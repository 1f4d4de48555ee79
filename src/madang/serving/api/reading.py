# SPDX-License-Identifier: Apache-2.0
"""JSON doors: which services there are, what each takes and gives, and its own OpenAPI document."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, web
from madang.serving import queries
from madang.serving.describing import openapi_of
from madang.serving.models import Release
from madang.serving.offers import Offer

router = web.api_router(tags=["services"])
ONE = "/services/{namespace}/{name}"


class ServiceOut(BaseModel):
    """A service. ``operations`` has the JSON Schema of what each takes and gives; the first is the usual one."""

    namespace: str
    name: str
    title: str
    version: str
    unit: str
    task: str
    field: str
    exposure: str
    state: str
    streams: bool
    operations: list[str]
    max_body_bytes: int
    calls_url: str
    openapi_url: str
    url: str


class ReleaseOut(BaseModel):
    """One of its versions, and how many of a hundred calls go to it."""

    version: str
    engine: str
    share: int


class ServiceCard(ServiceOut):
    """A service with its card and its versions. Texts are by language."""

    summary: dict[str, str]
    can: dict[str, str]
    cannot: dict[str, str]
    terms: dict[str, str]
    measured: dict[str, str]
    license_expression: str
    example: dict[str, Any]
    schemas: dict[str, Any]
    versions: list[ReleaseOut]


class ServiceList(BaseModel):
    """Some services, and the address of the next ones."""

    items: list[ServiceOut]
    next: str | None


@router.get("/services")
def list_services(
    request: Request, session: Session, actor: kit.Actor, cursor: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ServiceList:
    """Services that you may see, by name."""
    after = tuple(web.position(cursor, str, str)) if cursor else ("", "")
    found = [each for each in queries.offers(session, viewer=actor) if _place(each) > list(after)]
    shown = web.page_of(found[: limit + 1], limit, _place)
    return ServiceList(items=[ServiceOut(**_told(each)) for each in shown.items], next=web.next_address(request, shown.cursor))


@router.get(ONE)
def show_service(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName
) -> ServiceCard:  # fmt: skip
    """One service: its card, what its operations take and give, and its versions."""
    return service_card(session, namespace, name, actor)


@router.get(ONE + "/openapi.json", response_model=dict[str, Any])
def show_openapi(request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName) -> Response:
    """The service's own OpenAPI document, made from the types of its functions."""
    offer = queries.get_offer(session, namespace, name, viewer=actor)
    return Response(msgspec.json.encode(openapi_of(offer, str(request.base_url).rstrip("/"))), media_type="application/json")


def service_out(session: Session, namespace: str, name: str, viewer: kit.Actor) -> ServiceOut:
    """The service as lists tell it."""
    return ServiceOut(**_told(queries.get_offer(session, namespace, name, viewer=viewer)))


def service_card(session: Session, namespace: str, name: str, viewer: kit.Actor) -> ServiceCard:
    """The service with its card and its versions."""
    offer = queries.get_offer(session, namespace, name, viewer=viewer)
    service, _asset = queries.get_service(session, namespace, name, viewer=viewer)
    return ServiceCard(**_told(offer), **_card(offer), versions=_versions(queries.releases_of(session, service)))


def _place(offer: Offer) -> list[str]:
    return [offer.namespace.lower(), offer.name.lower()]


def _told(offer: Offer) -> dict[str, Any]:
    address = f"/api/v1/services/{offer.namespace}/{offer.name}"
    return {
        "namespace": offer.namespace, "name": offer.name, "title": offer.title, "version": offer.version, "unit": offer.unit,
        "task": offer.task, "field": str(offer.card.get("field", "")), "exposure": offer.exposure,
        "state": "paused" if offer.is_paused else "on", "streams": offer.streams, "operations": list(offer.operations),
        "max_body_bytes": offer.max_body_bytes, "calls_url": f"{address}/calls", "openapi_url": f"{address}/openapi.json", "url": address,
    }  # fmt: skip


def _card(offer: Offer) -> dict[str, Any]:
    card: Mapping[str, Any] = offer.card
    texts = {name: dict(card.get(name, {})) for name in ("summary", "can", "cannot", "terms", "measured")}
    return {**texts, "license_expression": card.get("license", ""), "example": dict(offer.example), "schemas": dict(offer.schemas)}


def _versions(releases: Sequence[Release]) -> list[ReleaseOut]:
    return [ReleaseOut(version=each.label, engine=each.engine, share=each.share) for each in releases]
