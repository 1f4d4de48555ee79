# SPDX-License-Identifier: Apache-2.0
"""Which numbers of a workbook are dates, and which dates they are."""

from datetime import datetime, time, timedelta
from math import isfinite

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from madang.sheets.parts import Styles


class Dates:
    """The workbook's way of writing days."""

    def __init__(self, styles: Styles, *, since_1904: bool) -> None:
        self._epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
        codes = [styles.codes.get(number) or BUILTIN_FORMATS.get(number, "General") for number in styles.formats]
        self._styles = frozenset(place for place, code in enumerate(codes) if is_date_format(code) and not is_timedelta_format(code))

    def text(self, value: str, style: int) -> str:
        """A number as plain text: the day and time if its style is one of dates, else the number without needless zeros."""
        try:
            number = float(value)
        except ValueError:
            return value
        if not isfinite(number):
            return value
        if style in self._styles and (day := self._day(number)) is not None:
            return day
        if number == int(number) and abs(number) < 10**15:
            return str(int(number))
        return repr(number)

    def _day(self, number: float) -> str | None:
        try:
            found: datetime | time | timedelta | None = from_excel(number, self._epoch)
        except (OverflowError, ValueError):
            return None
        if isinstance(found, datetime):
            return found.date().isoformat() if found.time() == time() else found.isoformat(" ", "seconds")
        return found.isoformat("seconds") if isinstance(found, time) else None
