# SPDX-License-Identifier: Apache-2.0
"""The home page, and the one search."""

from collections import Counter

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, compliance, kit, web
from madang.portal import actions, queries
from madang.portal.pages import HomePage, RunningRow, SearchPage
from madang.portal.profiles import web as profiles_web

NEW_SHOWN = 8
RUNNING_SHOWN = 6
SEARCH_SHOWN = 10
ANSWERS_SHOWN = 5
OWN = ("madang", "madang")


def show_home(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What this place is, what one can do now, what is new."""
    kinds: Counter[str] = Counter()
    for (kind, _exposure), count in catalog.yard(session, viewer=actor).items():
        kinds[kind] += count
    newest = catalog.assets(session, catalog.Filter(), viewer=actor, limit=NEW_SHOWN)
    subjects = compliance.under_way(session, viewer=actor, limit=RUNNING_SHOWN + 1)
    versions, files = compliance.figures(session, viewer=actor)
    running = [running_row(subject) for subject in subjects if not _is_own(subject)]
    own = next((running_row(subject) for subject in subjects if _is_own(subject)), None)
    page = HomePage(
        kinds=tuple(kinds.most_common()),
        new=tuple(catalog.row_of(asset) for asset in newest),
        running=tuple(running[:RUNNING_SHOWN]),
        own=own,
        files_verified=files,
        versions_verified=versions,
        conflicts=sum(asset.conflicts for asset in newest),
        offers_example=actions.offers_example(session, viewer=actor),
    )
    return web.render(request, "portal/home.html", page)


def _is_own(subject: compliance.Subject) -> bool:
    return (subject.asset.namespace, subject.asset.name) == OWN


def running_row(subject: compliance.Subject) -> RunningRow:
    """Work under way, as the home page shows it."""
    verification = subject.verification
    return RunningRow(
        task=verification.task_id,
        address=subject.address,
        title=subject.asset.title or subject.asset.name,
        label=subject.version.label or str(subject.version.number),
        state=verification.state,
        files_done=verification.files_done,
        files_total=verification.files_total,
        seconds_left=verification.seconds_left,
    )


def create_example(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Register the example with a licence conflict."""
    return web.see_other(actions.register_example(session, by=actor))


def show_search(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Everything that the words may mean, as a page."""
    return web.render(request, "portal/search.html", _search(request, session, actor, SEARCH_SHOWN))


def show_answers(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same as the options of the box that opens over a page."""
    return web.render(request, "portal/_answers.html", _search(request, session, actor, ANSWERS_SHOWN))


def _search(request: Request, session: Session, actor: kit.Actor, limit: int) -> SearchPage:
    q = request.query_params.get("q", "")
    return SearchPage(q, tuple(queries.look(session, q, viewer=actor, limit=limit)))


routes = [
    web.page("/", show_home),
    web.page("/search", show_search),
    web.page("/find", show_answers),
    web.page("/examples", create_example, methods=["POST"]),
    *profiles_web.routes,
]
