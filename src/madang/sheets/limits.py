# SPDX-License-Identifier: Apache-2.0
"""How much of a list is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from madang.kit import _
from madang.sheets.errors import SheetTooLarge

_MIB = 1024 * 1024
_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "max_bytes": _("“%(name)s” is larger than %(limit)s bytes. Give the list in several files."),
        "max_rows": _("“%(name)s” has more than %(limit)s rows. Give the list in several files."),
        "max_columns": _("“%(name)s” has more than %(limit)s columns. Keep only the columns that are needed."),
        "max_cell": _("Row %(row)s of “%(name)s” has a cell of more than %(limit)s characters. Shorten it."),
        "max_unpacked": _("“%(name)s” holds more than %(limit)s bytes when it is unpacked. Copy the list alone into a new workbook."),
        "max_ratio": _("“%(name)s” grows to more than %(limit)s times its size when it is unpacked, as only a trap does."),
        "max_parts": _("“%(name)s” is made of more than %(limit)s parts. Copy the list alone into a new workbook."),
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one list may hold. ``max_rows`` counts rows with something in them, ``max_cell`` characters; sizes are bytes.

    ``max_unpacked``, ``max_ratio`` and ``max_parts`` are of a workbook, which is a zip; the ratio counts beyond ``ratio_floor_bytes``.
    """

    max_bytes: int = 16 * _MIB
    max_rows: int = 20_000
    max_columns: int = 200
    max_cell: int = 8_000
    max_unpacked: int = 128 * _MIB
    max_ratio: int = 200
    ratio_floor_bytes: int = 16 * _MIB
    max_parts: int = 2_000

    def exceeded(self, field: str, name: str, *, row: int = 0) -> SheetTooLarge:
        """The refusal for the limit ``field`` of the file ``name``."""
        return SheetTooLarge(_SENTENCES[field], field="file", limit=getattr(self, field), name=name, row=row)
