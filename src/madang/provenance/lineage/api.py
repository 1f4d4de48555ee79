# SPDX-License-Identifier: Apache-2.0
"""The lineage of a version for programs."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import catalog, kit, web
from madang.provenance import api
from madang.provenance.lineage.reading import read

router = api.router


class WayOut(BaseModel):
    """Into what a thing goes, and how."""

    to: str
    kind: str


class ThingOut(BaseModel):
    """A thing: ``step`` steps from the version, below nought what it is made of, above nought what is made with it. What you may not see
    has an id that begins with ``hidden:``."""

    id: str
    step: int
    type: str
    license: str | None
    url: str | None
    hidden: bool
    ways: list[WayOut]


class ThingList(BaseModel):
    """Some things, nearest first, and the address of the next ones."""

    items: list[ThingOut]
    next: str | None


@router.get(api.VERSION + "/lineage")
def list_lineage(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: api.InVersion, cursor: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> ThingList:  # fmt: skip
    """What a version is made of and what is made with it, over all steps."""
    found = catalog.get_version(session, catalog.get_asset(session, kind, namespace, name, viewer=actor), version)
    start = max(0, web.position(cursor, int)[0]) if cursor else 0
    lineage = read(session, found, viewer=actor)
    items = list(enumerate(lineage.items.values(), 1))[start : start + limit + 1]
    page = web.page_of(items, limit, lambda each: [each[0]])
    told = [
        ThingOut(
            id=item.id, step=item.step, type=item.type, license=item.license, hidden=item.is_hidden,
            url=f"/api/v1{item.address}" if item.address else None,
            ways=[WayOut(to=way.target, kind=way.kind) for way in lineage.out_of.get(item.id, ())],
        ) for _place, item in page.items
    ]  # fmt: skip
    return ThingList(items=told, next=web.next_address(request, page.cursor))
