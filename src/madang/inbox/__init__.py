# SPDX-License-Identifier: Apache-2.0
"""What waits for whom: tasks that somebody must do, and news that somebody should know.

A task is asked of an account, of whoever has a role or a duty, or of an organisation's people; it is open until it is done or withdrawn.
A notification is told to the same. Each is one row however many people it reaches, and its words are kept untranslated, so that everybody
reads them in their own language, on the page, by mail and in a feed.

This room does not know what tasks and news are about: an address and a name of the thing are all it keeps. Rooms above call it; for rooms
below, the composition listens to their events.
"""

from madang.inbox.actions import (
    ask,
    end_feed,
    end_feeds,
    finish,
    finish_task,
    mark_all_read,
    mark_read,
    open_feed,
    prefer,
    set_language,
    shut_feed,
    sweep,
    tell,
    withdraw,
)
from madang.inbox.api import router
from madang.inbox.errors import NoFeed, NoNotice, NoTask, TaskOver
from madang.inbox.kinds import MAILS, Kind, declare, kinds
from madang.inbox.letters import Postman
from madang.inbox.models import Notice, Task
from madang.inbox.queries import asked, count_open, count_unread, count_waiting, get_task, known_abouts, notifications, open_abouts, tasks
from madang.inbox.rules import nested, to_account, to_duty, to_organisation, to_role
from madang.inbox.web import routes

__all__ = [
    "MAILS",
    "Kind",
    "NoFeed",
    "NoNotice",
    "NoTask",
    "Notice",
    "Postman",
    "Task",
    "TaskOver",
    "ask",
    "asked",
    "count_open",
    "count_unread",
    "count_waiting",
    "declare",
    "finish",
    "finish_task",
    "get_task",
    "kinds",
    "known_abouts",
    "mark_all_read",
    "mark_read",
    "nested",
    "notifications",
    "open_abouts",
    "end_feed",
    "end_feeds",
    "open_feed",
    "prefer",
    "router",
    "routes",
    "set_language",
    "shut_feed",
    "sweep",
    "tasks",
    "tell",
    "to_account",
    "to_duty",
    "to_organisation",
    "to_role",
    "withdraw",
]
