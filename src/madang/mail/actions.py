# SPDX-License-Identifier: Apache-2.0
"""Every write of this room but the drainer's."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang.db import Database
from madang.kit import new_id, now, seal
from madang.mail import queries, rules
from madang.mail.models import Letter
from madang.mail.post import held, is_possible

GIVE_UP = timedelta(days=1)
KEPT = timedelta(days=30)
PURPOSE = "letter"


def send_later(session: Session, *, to: str, subject: str, text: str, key: str | None = None) -> str | None:
    """A letter stands in the outbox if this unit of work is kept; its id. None when no mail server is set, or ``key`` was used before.

    ``BadMailAddress`` for an address that no server takes. Line breaks in the subject become blanks.
    """
    if not is_possible():
        return None
    address = rules.read_address(to)
    if key is not None and session.scalar(select(Letter.id).where(Letter.key == key)):
        return None
    letter_id, at = new_id(), now()
    letter = Letter(
        id=letter_id,
        key=key,
        to=address,
        subject=rules.one_line(subject, rules.LONGEST_SUBJECT),
        sealed_text=seal(held().key, text.encode("utf-8", "replace").decode("utf-8"), purpose=PURPOSE),
        created_at=at,
        due_at=at,
        give_up_at=at + GIVE_UP,
    )
    try:
        with session.begin_nested():
            session.add(letter)
    except IntegrityError:
        return None
    return letter_id


def retry(session: Session, letter_id: str) -> Letter:
    """A letter that was given up, or that waits, is tried again at once and for another day. What has left stays as it is.

    ``NoLetter`` when there is none. The room above says in the ledger who asked for it.
    """
    letter = queries.get(session, letter_id)
    if letter.sent_at is None:
        letter.failed_at, letter.due_at, letter.give_up_at, letter.tries = None, now(), now() + GIVE_UP, 0
    return letter


def sweep(database: Database) -> int:
    """Letters that left or were given up more than ``KEPT`` ago are forgotten; how many that were."""
    before = now() - KEPT
    with database.writing() as session:
        gone = session.execute(delete(Letter).where((Letter.sent_at < before) | (Letter.failed_at < before)))
        return int(getattr(gone, "rowcount", 0))
