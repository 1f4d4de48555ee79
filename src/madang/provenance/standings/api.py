# SPDX-License-Identifier: Apache-2.0
"""The JSON door of the list of what may be done."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import catalog, kit, web
from madang.provenance import api
from madang.provenance.standings import queries

router = api.router
Goal = Literal["", "use", "change", "pass-on", "sell", "serve", "train", "publish-output"]
Verdict = Literal["", "yes", "no", "contested", "unknown"]


class StandingOut(BaseModel):
    """The newest version of an asset with the verdict of each goal. ``due``: something changed and it is being worked out anew."""

    name: str
    url: str
    verdicts: dict[str, str]
    due: bool


class StandingList(BaseModel):
    """Some of them, and the address of the next ones."""

    items: list[StandingOut]
    next: str | None


@router.get("/terms/standings")
def list_standings(
    request: Request, session: Session, actor: kit.Actor, goal: Goal = "", verdict: Verdict = "",
    kind: Annotated[str, Query(max_length=40)] = "", cursor: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> StandingList:  # fmt: skip
    """What may be done with the newest version of each asset, in both readings, as last worked out; chosen by a goal and its verdict."""
    offset = max(0, min(web.position(cursor, int)[0], 10_000_000)) if cursor else 0
    rows = queries.standings(session, goal=goal, verdict=verdict, kind=kind, offset=offset, limit=limit + 1, viewer=actor)
    page = web.page_of(rows, limit, lambda _each: [offset + limit])
    items = [
        StandingOut(
            name=f"{each.asset.ref}@{each.version.number}", url=f"/api/v1{catalog.version_address(each.asset, each.version)}",
            verdicts=dict(each.verdicts), due=each.is_due,
        ) for each in page.items
    ]  # fmt: skip
    return StandingList(items=items, next=web.next_address(request, page.cursor))
