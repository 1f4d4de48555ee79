# SPDX-License-Identifier: Apache-2.0
"""Pure decisions: what an address is, what fits in one line of a head, when a letter is tried again."""

import re
from datetime import timedelta

from madang.mail.errors import BadMailAddress

LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200
LONGEST_REASON = 300
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def read_address(text: str) -> str:
    """The address as the wire has it, its host in ASCII; ``BadMailAddress`` for what no server takes (RFC 5321, without quoted names)."""
    plain = text.strip()
    local, _at, host = plain.rpartition("@")
    try:
        labels = host.encode("idna").decode("ascii").split(".") if host and not host.startswith(".") else []
    except UnicodeError:
        labels = []
    good = _LOCAL.fullmatch(local) is not None and len(local) <= 64 and bool(labels) and all(map(_LABEL.fullmatch, labels))
    address = f"{local}@{'.'.join(labels)}"
    if not good or len(address) > LONGEST_ADDRESS:
        raise BadMailAddress(address=plain[:100], field="address")
    return address


def one_line(text: str, longest: int) -> str:
    """The text in one line without anything that a terminal or a mail's head could take for a command."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: a minute, then twice as long each time, an hour at most."""
    doublings = min(max(tries - 1, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
