# SPDX-License-Identifier: Apache-2.0
"""The operator's first page: is it healthy, and how a colleague gets in."""

from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import institute, jobs, kit, web
from madang.operations import desk, pictures, presenting, queries, rules
from madang.operations.pages import HealthPage

DAYS = 21


def show_health(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Health at a glance."""
    queries.check_sees(actor)
    at = desk.of(request)
    offset = web.offset_seconds(request)
    ended = jobs.ended_by_day(session, since=kit.now() - timedelta(days=DAYS + 1), offset_seconds=offset)
    today = int((kit.now().timestamp() + offset) // 86_400)
    counts = jobs.count_by_state(session)
    free, disk = at.store.free_bytes(), at.store.disk_bytes()
    history = [(row.at, row.disk_bytes - row.free_bytes) for row in queries.measures(session, since=kit.now() - timedelta(days=60))]
    page = HealthPage(
        signs=presenting.signs_of(session, at, viewer=actor, failed_today=ended.get((today, jobs.State.FAILED), 0)),
        bars=pictures.bars(ended, last=today, days=DAYS),
        free=free,
        disk=disk,
        days_left=rules.days_left(history, free),
        running=counts[jobs.State.RUNNING],
        waiting=counts[jobs.State.QUEUED],
        url=at.url,
        host=at.host,
        port=at.port,
        is_open=at.is_open_to_the_network,
        is_secure=at.is_secure,
        has_provider=at.has_provider,
        sign_up=web.translate(institute.SIGN_UP_WORDS[institute.current(session).sign_up]),
    )
    return web.render(request, "operations/health.html", page)
