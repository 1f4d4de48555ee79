# SPDX-License-Identifier: Apache-2.0
"""Days and times that a reader writes in a form, as the clock on the pages shows them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from starlette.requests import Request


def _written(value: object) -> object:
    """A bare number is no time here, though the parser would count seconds from 1970."""
    if isinstance(value, str) and "-" not in value[1:]:
        raise ValueError(value)
    return value


InTime = Annotated[datetime | None, BeforeValidator(_written)]
"""A time in a query, as ISO 8601 writes it."""


def moment_in(request: Request, text: str, *, next_day: bool = False) -> datetime | None:
    """The time that ``text`` (a day, or a day and a time of day) writes, in UTC; None when it writes none.

    With ``next_day`` a day alone means the end of it.
    """
    try:
        read = datetime.fromisoformat(text.strip())
        local = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(request.app.state.gate.zone))
        return (local + timedelta(days=next_day and len(text.strip()) == 10)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def in_utc(at: datetime | None) -> datetime | None:
    """A time that a program wrote: without a zone it is UTC. What lies outside the calendar once turned to UTC is its edge."""
    if at is None or at.tzinfo is None:
        return at.replace(tzinfo=UTC) if at else None
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if at.year == 1 else datetime.max.replace(tzinfo=UTC)


def local_text(request: Request, at: datetime | None) -> str:
    """A time as a form's field of day and time of day takes it."""
    return f"{at.astimezone(ZoneInfo(request.app.state.gate.zone)):%Y-%m-%dT%H:%M}" if at else ""


def offset_seconds(request: Request) -> int:
    """How far the clock on the pages is ahead of UTC now."""
    offset = datetime.now(ZoneInfo(request.app.state.gate.zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0
