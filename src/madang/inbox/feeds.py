# SPDX-License-Identifier: Apache-2.0
"""The same tasks and notifications for programs: Atom (RFC 4287) for readers of news, JSON for others."""

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from sqlalchemy.orm import Session

from madang import kit, web
from madang.inbox import pages, queries
from madang.inbox.models import Notice, Task
from madang.kit import _

ENTRIES = 50
ATOM = "http://www.w3.org/2005/Atom"
TITLE = _("Madang: tasks and notifications")
TASK = _("To do")
NEWS = _("News")


def as_json(session: Session, *, viewer: kit.Actor) -> dict[str, Any]:
    """The open tasks and the newest notifications, with their sentences in the language of the request."""
    tasks = queries.tasks(session, viewer=viewer, limit=ENTRIES)
    told = queries.notifications(session, viewer=viewer, limit=ENTRIES)
    return {
        "tasks": [task_out(row, task) for row, task in zip(pages.task_rows(session, tasks, viewer=viewer), tasks, strict=True)],
        "notifications": [notice_out(each) for each in told],
        "unread": queries.count_unread(session, viewer=viewer),
    }


def task_out(row: pages.TaskRow, task: Task) -> dict[str, Any]:
    """One task for machines."""
    return {
        "id": task.id,
        "kind": task.kind,
        "about": task.about,
        "text": row.text,
        "url": task.address,
        "who": row.who,
        "state": task.state,
        "asked_at": task.asked_at,
        "asked_by": task.asked_by,
        "times": task.times,
        "due_at": task.due_at,
    }


def notice_out(told: queries.Told) -> dict[str, Any]:
    """One notification for machines."""
    notice = told.notice
    return {
        "id": notice.id,
        "kind": notice.kind,
        "about": notice.about,
        "text": pages.sentence(notice),
        "url": notice.address,
        "at": notice.at,
        "by": notice.by,
        "read": told.is_read,
    }


def as_atom(session: Session, *, viewer: kit.Actor, address: str) -> str:
    """The viewer's feed: open tasks and the newest notifications, newest first. ``address`` is the platform's."""
    tasks = queries.tasks(session, viewer=viewer, limit=ENTRIES)
    told = [each.notice for each in queries.notifications(session, viewer=viewer, limit=ENTRIES)]
    events: list[Task | Notice] = [*tasks, *told]
    events = sorted(events, key=lambda event: event.id, reverse=True)[:ENTRIES]
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": web.current_language()})
    _text(feed, "id", f"urn:madang:inbox:{viewer.account_id}")
    _text(feed, "title", web.translate(TITLE))
    _text(feed, "updated", _moment(max((_at(event) for event in events), default=kit.now())))
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{address}/me/inbox"})
    for event in events:
        _entry(feed, event, address)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode")


def _entry(feed: Element, event: Task | Notice, address: str) -> None:
    is_task = isinstance(event, Task)
    entry = SubElement(feed, "entry")
    _text(entry, "id", f"urn:madang:{'task' if is_task else 'notice'}:{event.id}")
    _text(entry, "title", pages.sentence(event))
    _text(entry, "updated", _moment(_at(event)))
    _text(SubElement(entry, "author"), "name", event.asked_by if isinstance(event, Task) else event.by)
    SubElement(entry, "category", {"term": event.kind, "label": web.translate(TASK if is_task else NEWS)})
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address + event.address})


def _text(parent: Element, name: str, text: str) -> None:
    # XML has no place for control characters, whatever a title once held.
    SubElement(parent, name).text = "".join(c for c in text if c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")


def _at(event: Task | Notice) -> datetime:
    return event.asked_at if isinstance(event, Task) else event.at


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
