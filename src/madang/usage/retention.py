# SPDX-License-Identifier: Apache-2.0
"""Single calls are kept for a while; the sums of each day for good."""

from datetime import timedelta

from sqlalchemy import delete, select

from madang.db import Database
from madang.kit import now
from madang.usage.limits import Limits
from madang.usage.log.frames import id_text
from madang.usage.models import Event

SLICE = 1000


def forget_calls(database: Database, *, limits: Limits = Limits()) -> int:  # noqa: B008  # frozen
    """Calls that are older than ``event_days`` are gone, and their sums stand; how many went. An id begins with its time."""
    oldest = int((now() - timedelta(days=limits.event_days)).timestamp() * 1000)
    before = id_text((oldest << 80).to_bytes(16))
    gone = 0
    while True:
        with database.writing() as session:
            some = session.scalars(select(Event.id).where(Event.id < before).order_by(Event.id).limit(SLICE)).all()
            session.execute(delete(Event).where(Event.id.in_(some)))
        gone += len(some)
        if len(some) < SLICE:
            return gone
