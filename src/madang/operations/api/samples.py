# SPDX-License-Identifier: Apache-2.0
"""JSON doors of samples."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import compliance, kit, web
from madang.operations import queries, sampling

router = web.api_router(tags=["operations"])


class Sampled(BaseModel):
    """What the samples of one engine add up to. ``share`` is the part that differs, 0 to 1, with its 95 % interval (Wilson's score
    interval) from ``low`` to ``high``; ``times`` is how many times as much processor time the thorough way takes."""

    engine: str
    rules: str
    release: str
    sampled: int
    equal: int
    different: int
    unfinished: int
    share: float | None
    low: float
    high: float
    fast_seconds: float
    thorough_seconds: float
    times: float | None
    first_at: datetime
    last_at: datetime


class SampleOut(BaseModel):
    """One content that was looked at both ways. ``version_url`` and ``path`` are null where one may not see the version."""

    id: str
    at: datetime
    result: str
    version_url: str | None
    path: str | None
    sha256: str
    size: int
    engine: str
    rules: str
    release: str
    differs: list[str]
    fast: dict[str, Any]
    thorough: dict[str, Any]
    fast_seconds: float
    thorough_seconds: float


class SampleList(BaseModel):
    """Some samples, newest first, what each engine's add up to, and the address of the next ones."""

    items: list[SampleOut]
    engines: list[Sampled]
    next: str | None


class Asked(BaseModel):
    """The task that looks at some contents."""

    task: str


@router.get("/admin/samples")
def list_samples(
    request: Request,
    session: Session,
    actor: kit.Actor,
    result: Literal["equal", "different", "unfinished", ""] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SampleList:
    """Contents that were looked at both ways, newest first."""
    queries.check_sees(actor)
    after = web.position(cursor, str)[0] if cursor else None
    found = compliance.samples(session, viewer=actor, result=result, after=after, limit=limit + 1)
    page = web.page_of(found, limit, lambda each: [each.sample.id])
    engines = [_engine(each) for each in compliance.sample_figures(session)]
    return SampleList(items=[_sample(each) for each in page.items], engines=engines, next=web.next_address(request, page.cursor))


@router.post("/admin/samples", status_code=202)
def create_sampling(request: Request, session: Session, actor: kit.Actor) -> Asked:
    """Look at some contents now, whatever the day's number is."""
    return Asked(task=compliance.sample_later(session, by=actor))


def _engine(found: compliance.Figures) -> Sampled:
    low, high = found.interval
    names = ("engine", "rules", "release", "sampled", "equal", "different", "unfinished", "share", "fast_seconds", "thorough_seconds",
             "times", "first_at", "last_at")  # fmt: skip
    return Sampled(low=low, high=high, **{name: getattr(found, name) for name in names})


def _sample(shown: compliance.Shown) -> SampleOut:
    sample, row = shown.sample, sampling.sample_row(shown)
    names = ("id", "at", "result", "sha256", "size", "engine", "rules", "release", "differs", "fast", "thorough", "fast_seconds",
             "thorough_seconds")  # fmt: skip
    url = f"/api/v1{row.address}" if row.address else None
    return SampleOut(version_url=url, path=row.path or None, **{name: getattr(sample, name) for name in names})
