# SPDX-License-Identifier: Apache-2.0
"""From the outbox to the mail server, one letter at a time.

A letter is claimed in a unit of work of its own before it is sent, so several drainers never have the same one in hand. A process that
is killed between the server's answer and the row sends that letter a second time when the claim has run out; it carries the same
Message-ID then, by which mail systems know it again.
"""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from madang.db import Database
from madang.kit import now, unseal
from madang.mail import rules
from madang.mail.actions import PURPOSE
from madang.mail.delivery import Connection, written
from madang.mail.errors import Undelivered
from madang.mail.models import Letter
from madang.mail.post import held, is_possible

log = logging.getLogger("madang.mail")
CLAIM = timedelta(minutes=10)
AT_ONCE = 200
UNREADABLE = "its text was sealed with another key file"


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: str
    to: str
    subject: str
    text: str | None


def drain(database: Database, *, at_most: int = AT_ONCE) -> int:
    """What is due has been sent, put off or given up; how many letters left. A server that is down is asked once."""
    if not is_possible():
        return 0
    sent = 0
    with ExitStack() as stack:
        connection: Connection | None = None
        for _turn in range(at_most):
            letter = _claim(database)
            if letter is None:
                break
            try:
                if letter.text is None:
                    raise Undelivered(UNREADABLE, is_final=True)
                connection = connection or stack.enter_context(Connection(held()))
                connection.send(written(held(), letter.id, to=letter.to, subject=letter.subject, text=letter.text))
            except Undelivered as fault:
                _put_off(database, letter.id, fault)
                if fault.is_down:
                    break
            else:
                _finish(database, letter.id)
                sent += 1
    return sent


def _claim(database: Database) -> _Claimed | None:
    at = now()
    with database.writing() as session:
        due = (Letter.due_at <= at, Letter.claimed_until.is_(None) | (Letter.claimed_until < at))
        letter = session.scalars(select(Letter).where(*due).order_by(Letter.due_at).limit(1).with_for_update(skip_locked=True)).first()
        if letter is None:
            return None
        letter.claimed_until, letter.tries = at + CLAIM, letter.tries + 1
        return _Claimed(letter.id, letter.to, letter.subject, unseal(held().key, letter.sealed_text, purpose=PURPOSE))


def _finish(database: Database, letter_id: str) -> None:
    with database.writing() as session:
        done = {"sent_at": now(), "due_at": None, "claimed_until": None, "sealed_text": "", "reason": ""}
        session.execute(update(Letter).where(Letter.id == letter_id).values(done))
    log.info("mail.sent", extra={"letter": letter_id})


def _put_off(database: Database, letter_id: str, fault: Undelivered) -> None:
    """The letter waits for its next try or is given up; when the server is down, so is every other letter whose day is over."""
    reason, at = rules.one_line(fault.reason, rules.LONGEST_REASON), now()
    with database.writing() as session:
        letter = session.get_one(Letter, letter_id)
        letter.reason, letter.claimed_until = reason, None
        letter.due_at = at + rules.pause_after(letter.tries)
        if fault.is_final or at >= letter.give_up_at:
            letter.due_at, letter.failed_at = None, at
        if fault.is_down:
            _give_up_the_old(session, reason)
    log.warning("mail.undelivered", extra={"letter": letter_id, "reason": reason, "final": fault.is_final})


def _give_up_the_old(session: Session, reason: str) -> None:
    at = now()
    free = Letter.claimed_until.is_(None) | (Letter.claimed_until < at)
    session.execute(
        update(Letter)
        .where(Letter.due_at.is_not(None), Letter.give_up_at <= at, free)
        .values(failed_at=at, due_at=None, claimed_until=None, reason=reason)
    )
