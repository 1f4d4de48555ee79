# SPDX-License-Identifier: Apache-2.0
"""JSON doors: what waits for whoever asks, and what they were told."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, web
from madang.inbox import actions, feeds, pages, queries

router = web.api_router(tags=["inbox"])
Limit = Annotated[int, Query(ge=1, le=200)]


class TaskOut(BaseModel):
    """A task; ``who`` must act, ``url`` is the page where."""

    id: str
    kind: str
    about: str
    text: str
    url: str
    who: str
    state: str
    asked_at: datetime
    asked_by: str
    times: int
    due_at: datetime | None


class TaskList(BaseModel):
    """Some tasks and the address of the next ones."""

    items: list[TaskOut]
    next: str | None


class NotificationOut(BaseModel):
    """News."""

    id: str
    kind: str
    about: str
    text: str
    url: str
    at: datetime
    by: str
    read: bool


class NotificationList(BaseModel):
    """Some notifications and the address of the next ones."""

    items: list[NotificationOut]
    next: str | None


@router.get("/me/tasks", response_model=TaskList)
def list_tasks(request: Request, session: Session, actor: kit.Actor, cursor: str = "", limit: Limit = 50) -> Any:
    """The open tasks that wait for you, oldest first."""
    after = web.position(cursor, str)[0] if cursor else ""
    shown = web.page_of(queries.tasks(session, viewer=actor, limit=limit + 1, after=after), limit, lambda task: [task.id])
    rows = pages.task_rows(session, shown.items, viewer=actor)
    items = [feeds.task_out(row, task) for row, task in zip(rows, shown.items, strict=True)]
    return {"items": items, "next": web.next_address(request, shown.cursor)}


@router.post("/me/tasks/{task_id}/end", status_code=204)
def finish_task(request: Request, session: Session, actor: kit.Actor, task_id: web.InId) -> Response:
    """Say that a task of yours is done."""
    actions.finish_task(session, queries.get_task(session, task_id, viewer=actor), by=actor)
    return web.no_content()


@router.get("/me/notifications", response_model=NotificationList)
def list_notifications(
    request: Request, session: Session, actor: kit.Actor, unread: bool = False, cursor: str = "", limit: Limit = 50
) -> Any:
    """What you were told, newest first."""
    before = web.position(cursor, str)[0] if cursor else None
    told = queries.notifications(session, viewer=actor, limit=limit + 1, before=before, unread=unread)
    shown = web.page_of(told, limit, lambda each: [each.notice.id])
    return {"items": [feeds.notice_out(each) for each in shown.items], "next": web.next_address(request, shown.cursor)}


@router.post("/me/notifications/{notification_id}/reading", status_code=204)
def mark_read(request: Request, session: Session, actor: kit.Actor, notification_id: web.InId) -> Response:
    """Mark a notification as read."""
    actions.mark_read(session, queries.get_notice(session, notification_id, viewer=actor), by=actor)
    return web.no_content()
