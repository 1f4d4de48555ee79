# SPDX-License-Identifier: Apache-2.0
"""Letters: written into an outbox in the deed's own unit of work, and brought to the institute's mail server afterwards.

A letter exists only if its deed did, and a mail server that does not answer holds nobody up. This room does not know why a letter is
written or who may read the outbox, and it keeps no letter's text once it has left.
"""

from madang.mail import errors
from madang.mail.actions import retry, send_later, sweep
from madang.mail.drain import drain
from madang.mail.errors import BadMailAddress, NoLetter
from madang.mail.models import Letter
from madang.mail.post import Post, Server, is_possible, read_sender, read_server, use
from madang.mail.queries import count_failed, count_waiting, failed, get, waiting

__all__ = [
    "BadMailAddress",
    "Letter",
    "NoLetter",
    "Post",
    "Server",
    "count_failed",
    "count_waiting",
    "drain",
    "errors",
    "failed",
    "get",
    "is_possible",
    "read_sender",
    "read_server",
    "retry",
    "send_later",
    "sweep",
    "use",
    "waiting",
]
