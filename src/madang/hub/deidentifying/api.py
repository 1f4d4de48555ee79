# SPDX-License-Identifier: Apache-2.0
"""JSON door: a plan is tried, or carried out into a dataset of its own."""

from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, privacy, web
from madang.hub import rules
from madang.hub.deidentifying import making
from madang.hub.desk import desk_of

router = web.api_router(tags=["datasets"])
Full = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]


class DeidentificationIn(BaseModel):
    """``plan``: ``{"k": 5, "columns": {"이름": {"role": "identifier"}, …}}`` as the guide on de-identification describes it. Without
    ``into`` nothing is kept and the report is told. ``evidence``: the report stands at the new version as proof."""

    model_config = ConfigDict(extra="forbid")

    dataset: Full
    file: Annotated[str, Field(min_length=1, max_length=rules.LONGEST_PATH)]
    revision: Annotated[str, Field(max_length=200)] = rules.MAIN
    plan: dict[str, Any]
    into: Full | None = None
    evidence: bool = False


class DeidentificationOut(BaseModel):
    """What the table gave away before and after and what it lost; ``into`` and ``commit`` where it was kept."""

    report: dict[str, Any]
    into: str | None
    commit: str | None


async def create_deidentification(request: Request, asked: DeidentificationIn) -> Response:
    """Take out of a table of people (CSV or TSV, at most 100,000 rows and 32 MiB; longer ones with ``madang privacy apply``) what says who
    they are, by a plan. Tried without ``into`` (200); kept as a private dataset with it (201)."""
    desk, plan = desk_of(request), privacy.read_plan(asked.plan)
    namespace, _slash, name = asked.dataset.partition("/")
    find = partial(_find, desk=desk, namespace=namespace, name=name, revision=asked.revision, path=asked.file)
    source = await web.reading(request, find)
    made = await run_in_threadpool(making.make, desk, source, plan)
    if asked.into is None:
        return web.json_answer(DeidentificationOut(report=made.report, into=None, commit=None))
    into = asked.into

    def door(_request: Request, session: Session, actor: kit.Actor) -> Response:
        fresh = find(session, actor)
        commit = making.keep(session, desk, fresh, made, into=into, evidence=asked.evidence, by=actor)
        return web.json_answer(DeidentificationOut(report=made.report, into=into, commit=commit.id), status=201)

    return await web.perform(request, door, writes=True, fingerprint=asked.model_dump_json())


def _find(session: Session, actor: kit.Actor, *, desk: Any, namespace: str, name: str, revision: str, path: str) -> making.Source:
    found = making.find(session, desk.store, namespace, name, revision=revision, path=path, viewer=actor)
    if not actor.is_signed_in:
        raise kit.NotSignedIn
    return found


router.add_api_route(
    "/deidentifications", create_deidentification, methods=["POST"], response_model=DeidentificationOut, responses={201: {}}
)
