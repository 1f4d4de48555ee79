# SPDX-License-Identifier: Apache-2.0
"""Doors for people: one's tasks and notifications, how they reach one, and the feed."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, mail, people, web
from madang.inbox import actions, feeds, pages, queries, rules
from madang.inbox.errors import NoFeed
from madang.inbox.kinds import kinds

ROWS = 25
TASKS = 50
ASKED = 20
MOST_PAGES = 400
HERE = "/me/inbox"
SETTINGS = "/me/inbox/settings"
DONE = frozenset({"saved", "shut"})


def show_inbox(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What waits for the reader, and what they were told."""
    place = web.place_of(request, MOST_PAGES)
    only_unread = request.query_params.get("unread") == "1"
    tasks = queries.tasks(session, viewer=actor, limit=TASKS)
    total = queries.count_notifications(session, viewer=actor, unread=only_unread)
    told = queries.notifications(session, viewer=actor, limit=ROWS, offset=(place - 1) * ROWS, unread=only_unread)
    page = pages.InboxPage(
        tasks=pages.task_rows(session, tasks, viewer=actor),
        more_tasks=queries.count_tasks(session, viewer=actor) - len(tasks) if len(tasks) == TASKS else 0,
        asked=pages.task_rows(session, queries.asked(session, viewer=actor, limit=ASKED), viewer=actor),
        notices=pages.notice_rows(told),
        unread=queries.count_unread(session, viewer=actor),
        only_unread=only_unread,
        first=(place - 1) * ROWS + 1,
        total=total,
        previous=_address(place - 1, only_unread) if place > 1 else None,
        next=_address(place + 1, only_unread) if place * ROWS < total and place < MOST_PAGES else None,
    )
    return web.render(request, "inbox/inbox.html", page)


def _address(place: int, only_unread: bool) -> str:
    return f"{HERE}?page={place}{'&unread=1' if only_unread else ''}"


def show_inbox_json(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same for programs: the open tasks and the newest notifications."""
    return web.json_answer(feeds.as_json(session, viewer=actor))


def finish_task(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Say that a task is done."""
    task = queries.get_task(session, request.path_params["task_id"], viewer=actor)
    actions.finish_task(session, task, by=actor)
    return web.see_other(HERE)


def mark_read(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Mark one notification as read, and look at it if asked."""
    notice = queries.get_notice(session, request.path_params["notice_id"], viewer=actor)
    actions.mark_read(session, notice, by=actor)
    return web.see_other(notice.address if web.form(request)["open"] else HERE)


def mark_all_read(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Mark everything as read."""
    queries.check_may_see(actor)
    actions.mark_all_read(session, by=actor)
    return web.see_other(HERE)


def show_settings(request: Request, session: Session, actor: kit.Actor) -> Response:
    """How tasks and notifications reach the reader."""
    return _settings(request, session, actor)


def update_settings(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Change it."""
    queries.check_may_see(actor)
    form = web.form(request)
    chosen = {name: form[f"mail.{name}"] for name in kinds() if form[f"mail.{name}"]}
    try:
        for name, way in chosen.items():
            rules.check_mail(name, way)
    except kit.Invalid as refusal:
        return _settings(request, session, actor, refusal=refusal)
    for name, way in chosen.items():
        actions.prefer(session, name, way, by=actor)
    if form["language"] in web.LANGUAGES:
        actions.set_language(session, form["language"], by=actor)
    return web.see_other(f"{SETTINGS}?done=saved")


def open_feed(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Make a feed, or a new address for it; it is shown this once."""
    secret = actions.open_feed(session, by=actor)
    answer = _settings(request, session, actor, secret=secret)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def shut_feed(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Shut the feed: its address leads nowhere any more."""
    actions.shut_feed(session, by=actor)
    return web.see_other(f"{SETTINGS}?done=shut")


def show_feed(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The feed at a secret address, for programs that read news."""
    try:
        reader, whose = queries.reader_by_feed(session, request.path_params["secret"])
    except NoFeed as refusal:
        return Response(refusal.sentence(web.translate) + "\n", status_code=410, media_type="text/plain; charset=utf-8")
    with web.use_language(reader.language or web.current_language()):
        text = feeds.as_atom(session, viewer=whose, address=web.printed_address(request))
    headers = {"Cache-Control": "private, max-age=60", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return Response(text, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _settings(
    request: Request, session: Session, actor: kit.Actor, *, secret: str | None = None, refusal: kit.Refusal | None = None
) -> Response:
    queries.check_may_see(actor)
    reader = queries.reader_of(session, actor)
    account = people.get_self(session, viewer=actor)
    done = request.query_params.get("done", "")
    page = pages.SettingsPage(
        kinds=pages.kind_rows(queries.preferences(session, account.id)),
        language=(reader.language if reader else None) or web.current_language(),
        address=account.email if account.email_verified_at else None,
        is_mail_set=mail.is_possible(),
        feed_made_at=reader.feed_made_at if reader else None,
        secret_address=f"{web.printed_address(request)}/me/feed/{secret}.atom" if secret else None,
        done=done if done in DONE else "",
        faults={refusal.field or "": refusal.sentence(web.translate)} if refusal else {},
    )
    return web.render(request, "inbox/settings.html", page, status=422 if refusal else 200)


routes = [
    web.page(HERE, show_inbox),
    web.page("/me/inbox.json", show_inbox_json),
    web.page(SETTINGS, show_settings),
    web.page(SETTINGS, update_settings, methods=["POST"]),
    web.page("/me/inbox/readings", mark_all_read, methods=["POST"]),
    web.page("/me/tasks/{task_id}/end", finish_task, methods=["POST"]),
    web.page("/me/notifications/{notice_id}/reading", mark_read, methods=["POST"]),
    web.page("/me/feed", open_feed, methods=["POST"]),
    web.page("/me/feed/end", shut_feed, methods=["POST"]),
    web.page("/me/feed/{secret}.atom", show_feed),
]
