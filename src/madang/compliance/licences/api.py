# SPDX-License-Identifier: Apache-2.0
"""JSON doors of licences: the list, and one with its cells."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import kit, web
from madang.compliance.licences import queries

router = web.api_router(tags=["licences"])
InLicence = Annotated[str, Path(description="An SPDX id, perhaps `WITH` an exception, or a `LicenseRef-…`.", examples=["Apache-2.0"])]


class CellOut(BaseModel):
    """One thing that a licence says: the value, where it says so, and the day on which somebody compared the two."""

    value: str
    source: str
    date: str


class LicenceRow(BaseModel):
    """A licence in the list."""

    key: str
    name: str
    family: str
    share_alike: str
    patent: str
    kinds: list[str]


class LicenceList(BaseModel):
    """A page of licences."""

    items: list[LicenceRow]
    next: str | None


class OpinionOut(BaseModel):
    """Who says what of the pair; ``of`` is the plain licence where the source speaks of that only."""

    source: str
    value: str
    sentence: str
    date: str
    of: str


class AgainstOut(BaseModel):
    """What the adopted sources say of this licence as a part of a work under ``outbound``, and what that is together."""

    outbound: str
    together: str
    opinions: list[OpinionOut]


class LicenceOut(BaseModel):
    """Everything that a licence says: actions, duties (with when each bites) and properties, each cell with source and day."""

    key: str
    name: str
    family: str
    is_reviewed: bool
    versions: list[str]
    outbound_class: str
    actions: dict[str, CellOut]
    duties: dict[str, CellOut]
    properties: dict[str, CellOut]
    sources: dict[str, str]
    against: AgainstOut | None = None


@router.get("/licences", response_model=LicenceList)
def list_licences(
    request: Request,
    session: Session,
    actor: kit.Actor,
    family: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Any:
    """The licences that somebody has compared with their text, by family and id."""
    rows = queries.licences(family=family, q=q)
    after = max(web.position(cursor, int)[0], 0) if cursor else 0
    shown = web.page_of(rows[after : after + limit + 1], limit, lambda _row: [after + limit])
    return {"items": list(shown.items), "next": web.next_address(request, shown.cursor)}


@router.get("/licences/{licence}", response_model=LicenceOut)
def show_licence(
    request: Request,
    session: Session,
    actor: kit.Actor,
    licence: InLicence,
    against: Annotated[str, Query(max_length=200, description="The licence under which the whole goes out.")] = "",
) -> Any:
    """One licence with every cell, and what is held of it in a work under ``against``."""
    return {"against": None, **queries.get(licence, against=against.strip())}
