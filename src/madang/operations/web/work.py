# SPDX-License-Identifier: Apache-2.0
"""Jobs: what waits, runs, failed and was done."""

from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import institute, jobs, kit, sheets, web
from madang.operations import actions, presenting, queries
from madang.operations.pages import JobRow, JobsPage

ROWS = 30
CSV_ROWS = 10_000
MOST_PAGES = 1000
COLUMNS = ("id", "job", "state", "lane", "queued_at", "started_at", "finished_at", "attempts", "by", "version", "reason")
STATES = tuple(state.value for state in jobs.State)


def _asked(request: Request) -> tuple[str, str]:
    state, kind = request.query_params.get("state", ""), request.query_params.get("kind", "")[:80].replace("\0", "")
    return state if state in STATES else "", kind


def rows_of(session: Session, state: str, kind: str, *, limit: int, offset: int = 0) -> list[JobRow]:
    """The tasks of that state and kind as rows, newest first."""
    states = [jobs.State(state)] if state else []
    tasks = jobs.tasks(session, states=states, name=kind or None, limit=limit, offset=offset)
    subjects = queries.subjects_of(session, tasks)
    return [presenting.job_row(task, subjects.get(task.id)) for task in tasks]


def list_jobs(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Tasks of a state, newest first."""
    queries.check_sees(actor)
    state, kind = _asked(request)
    place = web.place_of(request, MOST_PAGES)
    rows = rows_of(session, state, kind, limit=ROWS + 1, offset=(place - 1) * ROWS)
    counts = {word.value: count for word, count in jobs.count_by_state(session).items()}
    asked = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    page = JobsPage(
        rows=tuple(rows[:ROWS]),
        state=state,
        kind=kind,
        kinds=tuple(jobs.names(session)),
        counts=counts,
        who=tuple(queries.waiting_by_account(session)),
        most_waiting=institute.current(session).max_waiting,
        first=(place - 1) * ROWS + 1,
        total=counts[state] if state else sum(counts.values()),
        previous=address_of("/admin/jobs", asked | {"page": place - 1}) if place > 1 else None,
        next=address_of("/admin/jobs", asked | {"page": place + 1}) if len(rows) > ROWS else None,
        csv=address_of("/admin/jobs.csv", asked),
        json=address_of("/api/v1/admin/jobs", asked),
    )
    return web.render(request, "operations/jobs.html", page)


def address_of(path: str, asked: Mapping[str, object]) -> str:
    """The address with what is asked of it."""
    return path + (f"?{urlencode(asked)}" if asked else "")


def list_jobs_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same tasks as a file for a spreadsheet."""
    queries.check_sees(actor)
    rows = rows_of(session, *_asked(request), limit=CSV_ROWS)
    text = sheets.write_csv((_cells(row) for row in rows), header=COLUMNS)
    return web.attachment(text, name="jobs.csv", media_type="text/csv; charset=utf-8")


def _cells(row: JobRow) -> tuple[object, ...]:
    times = (at.isoformat(timespec="seconds") if at else None for at in (row.queued_at, row.started_at, row.finished_at))
    return (row.id, row.name, row.state, row.lane, *times, row.attempts, row.who, row.what, row.reason)


def create_retry(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Do a job again."""
    actions.retry(session, request.path_params["task"], by=actor)
    return web.see_other(web.local_path(web.form(request)["back"] or "/admin/jobs"))


def create_cancellation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Cancel a job."""
    actions.cancel(session, request.path_params["task"], by=actor)
    return web.see_other(web.local_path(web.form(request)["back"] or "/admin/jobs"))
