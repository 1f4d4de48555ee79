# SPDX-License-Identifier: Apache-2.0
"""Which day it is in the institute's time zone, and when it and its month end. Looked up once a day, not once a call."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from madang.usage import rules

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """One day: its number (``date.toordinal``), and from when to when it and until when its month lasts, in microseconds since 1970."""

    day: int
    begins: int
    ends: int
    month_ends: int


class Days:
    """Days of one time zone."""

    def __init__(self, zone: str) -> None:
        self.zone = UTC if zone == "UTC" else ZoneInfo(zone)
        self._now = Span(0, 0, 0, 0)

    def of(self, at: int) -> Span:
        """The day of a moment. A clock that is set back finds the day of before again."""
        if not self._now.begins <= at < self._now.ends:
            here = datetime.fromtimestamp(at // MICRO, self.zone).date()
            self._now = Span(
                here.toordinal(), self._begin(here), self._begin(here + timedelta(days=1)), self._begin(rules.next_month(here))
            )
        return self._now

    def _begin(self, day: date) -> int:
        """The first moment of a day; where the zone's clocks jump over midnight, the first that there is."""
        return int(datetime.combine(day, time(), self.zone).timestamp()) * MICRO
