# SPDX-License-Identifier: Apache-2.0
"""Reading the outbox. Who may is for the rooms above to decide."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from madang.mail.errors import NoLetter
from madang.mail.models import Letter


def waiting(session: Session, *, after: str = "", limit: int = 50) -> Sequence[Letter]:
    """Letters that have not left, oldest first; ``after`` is the id of the last one seen before."""
    query = select(Letter).where(_waits(), Letter.id > after).order_by(Letter.id).limit(limit)
    return session.scalars(query).all()


def failed(session: Session, *, before: str = "", limit: int = 50) -> Sequence[Letter]:
    """Letters that were given up, newest first; ``before`` is the id of the last one seen before."""
    query = select(Letter).where(Letter.failed_at.is_not(None)).order_by(Letter.id.desc()).limit(limit)
    return session.scalars(query.where(Letter.id < before) if before else query).all()


def count_waiting(session: Session) -> int:
    """How many letters have not left."""
    return session.scalar(select(func.count()).select_from(Letter).where(_waits())) or 0


def count_failed(session: Session) -> int:
    """How many letters were given up and not forgotten yet."""
    return session.scalar(select(func.count()).select_from(Letter).where(Letter.failed_at.is_not(None))) or 0


def get(session: Session, letter_id: str) -> Letter:
    """The letter of that id; ``NoLetter`` when there is none."""
    letter = session.get(Letter, letter_id) if letter_id.isascii() and letter_id.isalnum() else None
    if letter is None:
        raise NoLetter
    return letter


def _waits() -> ColumnElement[bool]:
    return and_(Letter.sent_at.is_(None), Letter.failed_at.is_(None))
