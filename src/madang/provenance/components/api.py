# SPDX-License-Identifier: Apache-2.0
"""JSON doors of components."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import kit, web
from madang.provenance import api
from madang.provenance.components import queries

router = api.router


class SuggestionOut(BaseModel):
    """A licence that could be stated. ``why``: ``stated`` (of another version of it, ``where``), ``yard`` (of a version here that is that
    package), ``found`` (what lists and manifests of ``times`` versions say)."""

    license: str
    why: str
    where: str
    times: int


class ComponentRow(BaseModel):
    """A component: what the office stated, else what its package declares, and what could be stated."""

    purl: str
    uses: int
    stated: str | None
    declared: str | None
    declared_in: str | None
    suggestions: list[SuggestionOut]


class ComponentList(BaseModel):
    """Some components, and the address of the next ones."""

    items: list[ComponentRow]
    next: str | None


@router.get("/terms/components")
def list_components(
    request: Request, session: Session, actor: kit.Actor, state: Literal["open", "declared", "stated", "all"] = "open",
    q: Annotated[str, Query(max_length=200)] = "", cursor: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ComponentList:  # fmt: skip
    """The components that versions are made of, most used first; those that nobody has stated unless said. For the office."""
    offset = web.position(cursor, int)[0] if cursor else 0
    offset = max(0, min(offset, 10_000_000))
    rows = queries.components(session, state=state, q=q, offset=offset, limit=limit + 1, viewer=actor)
    page = web.page_of(rows, limit, lambda _each: [offset + limit])
    return ComponentList(items=[_row(each) for each in page.items], next=web.next_address(request, page.cursor))


def _row(each: queries.Component) -> ComponentRow:
    told: list[Any] = [SuggestionOut(license=one.license, why=one.why, where=one.where, times=one.times) for one in each.suggestions]
    return ComponentRow(
        purl=each.purl, uses=each.uses, stated=each.stated, declared=each.declared, declared_in=each.declared_in, suggestions=told
    )
