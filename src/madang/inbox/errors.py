# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from madang import kit
from madang.kit import _


class NoTask(kit.NotFound):
    """There is no such task, or it waits for others."""

    code = "no-such-task"
    message = _("There is no such task, or it does not wait for you.")


class NoNotice(kit.NotFound):
    """There is no such notification, or it was told to others."""

    code = "no-such-notification"
    message = _("There is no such notification, or it was not told to you.")


class NoFeed(kit.NotFound):
    """The secret address is none, or is shut."""

    code = "no-such-feed"
    message = _("There is no feed at this address. It may have been shut; make a new one on the page of your notifications.")


class TaskOver(kit.Conflict):
    """The task was done or withdrawn before."""

    code = "task-over"
    message = _("This task is over already: %(by)s was quicker.")


class UnknownMail(kit.Invalid):
    """That is no way for letters."""

    code = "unknown-mail-choice"
    message = _("“%(given)s” is no choice here. Choose one of: once, daily, never.")


class UnknownKind(kit.Invalid):
    """There is no such kind of news."""

    code = "unknown-kind"
    message = _("“%(given)s” is no kind of task or notification.")
