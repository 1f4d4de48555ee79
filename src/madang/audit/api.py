# SPDX-License-Identifier: Apache-2.0
"""JSON doors of the ledger."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import web
from madang.audit import actions, queries
from madang.audit.models import Check
from madang.kit import Actor

router = web.api_router(tags=["operations"])


class LineOut(BaseModel):
    """One line of the ledger; ``sequence`` and ``hash`` are null until it is sealed."""

    id: int
    at: datetime
    deed: str
    target: str
    by: str
    via: str
    facts: dict[str, Any]
    sequence: int | None
    hash: str | None


class LineList(BaseModel):
    """Some lines, newest first, and the address of the next ones. ``looked_to`` is the line at which looking stopped for now, or null."""

    items: list[LineOut]
    facets: dict[str, dict[str, int]] = {}
    next: str | None
    looked_to: int | None = None


class ProblemOut(BaseModel):
    """What does not fit, and at which number of the chain."""

    kind: str
    sequence: int


class CheckOut(BaseModel):
    """One verification: ``state`` is ``running``, ``whole``, ``broken`` or ``failed``; each problem is a kind and a line's number."""

    id: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    lines: int
    unsealed: int
    heads: int
    problems: list[ProblemOut]
    cpu_seconds: float
    by: str


class CheckList(BaseModel):
    """The last verifications, newest first."""

    items: list[CheckOut]
    next: str | None = None


@router.get("/admin/ledger")
def list_lines(
    request: Request,
    session: Session,
    actor: Actor,
    q: Annotated[str, Query(max_length=300)] = "",
    deed: Annotated[str, Query(max_length=64)] = "",
    who: Annotated[str, Query(max_length=96)] = "",
    target: Annotated[str, Query(max_length=300)] = "",
    since: web.InTime = None,
    until: web.InTime = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LineList:
    """Lines of the ledger. ``deed`` may be a first part (``asset``), ``target`` what it lies below; a time without a zone is UTC."""
    queries.check_sees(actor)
    asked = queries.Asked(_plain(q), _plain(deed), _plain(who), _plain(target), web.in_utc(since), web.in_utc(until))
    before = web.position(cursor, int)[0] if cursor else None
    found = queries.lines(session, asked, viewer=actor, before=before, limit=limit, look=queries.LOOK)
    items = [
        LineOut(
            id=line.id, at=line.at, deed=line.deed, target=line.target, by=line.by_name, via=line.via, facts=dict(line.facts),
            sequence=line.sequence, hash=line.hash,
        )
        for line in found.items
    ]  # fmt: skip
    next_ = web.next_address(request, web.write_cursor([found.next]) if found.next is not None else None)
    return LineList(items=items, next=next_, looked_to=found.looked_to)


@router.get("/admin/ledger/checks")
def list_checks(request: Request, session: Session, actor: Actor) -> CheckList:
    """The last verifications of the ledger that were asked for."""
    queries.check_sees(actor)
    return CheckList(items=[_out(check) for check in queries.checks(session, limit=50)])


@router.post("/admin/ledger/checks", status_code=202)
def create_check(request: Request, session: Session, actor: Actor) -> CheckOut:
    """Verify the ledger now; the answer's ``id`` is the task's."""
    return _out(actions.verify_later(session, by=actor))


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


def _out(check: Check) -> CheckOut:
    return CheckOut(
        id=check.id, state=check.state, started_at=check.started_at, finished_at=check.finished_at, lines=check.lines,
        unsealed=check.unsealed, heads=check.heads, problems=[ProblemOut(kind=kind, sequence=place) for kind, place in check.problems],
        cpu_seconds=check.cpu_seconds, by=check.by_name,
    )  # fmt: skip
