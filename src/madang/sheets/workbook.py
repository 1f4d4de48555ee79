# SPDX-License-Identifier: Apache-2.0
"""Excel's .xlsx (ECMA-376, SpreadsheetML): a zip of XML, read in one pass with no tree in memory.

Only the parts that a list needs are opened: the sheets' names, the texts, the formats that make a number a date, and one sheet. Formulas,
macros, links and pictures are not looked at. Every part is counted as it is unpacked, whatever it states of itself.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, TypeVar
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from madang.sheets import parts
from madang.sheets.dates import Dates
from madang.sheets.errors import DamagedSheet, EmptySheet, LockedSheet, NoSuchSheet, NotAList
from madang.sheets.limits import Limits
from madang.sheets.rows import SheetPart
from madang.sheets.table import Row, Table, bounded, headed

_CHUNK = 1 << 16
_ENTRY = b"PK\x01\x02"
"""What every entry of a zip's directory begins with: they are counted before anything is made of them."""
_LOCKED = 0x1
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BOOK = "xl/workbook.xml"
P = TypeVar("P", bound=parts.Part)


def read(file: BinaryIO, size: int, *, name: str, limits: Limits, sheet: str | None) -> Table:
    """The list in the workbook ``file`` of ``size`` bytes."""
    if file.read().count(_ENTRY) > limits.max_parts:
        raise limits.exceeded("max_parts", name)
    try:
        with zipfile.ZipFile(file) as packed:
            return _Workbook(packed, size, name, limits).table(sheet)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as fault:
        raise DamagedSheet(field="file", name=name) from fault
    except (ParseError, DefusedXmlException, parts.Malformed, ValueError) as fault:
        raise DamagedSheet(field="file", name=name) from fault


@dataclass
class _Workbook:
    packed: zipfile.ZipFile
    size: int
    name: str
    limits: Limits
    unpacked: int = field(default=0)

    def __post_init__(self) -> None:
        entries = self.packed.infolist()
        if any(entry.flag_bits & _LOCKED for entry in entries):
            raise LockedSheet(field="file", name=self.name)
        if any(entry.compress_type not in _READ for entry in entries):
            raise DamagedSheet(field="file", name=self.name)
        if _BOOK not in self.packed.namelist():
            raise NotAList(field="file", name=self.name)

    def table(self, sheet: str | None) -> Table:
        """The table of the sheet that was asked for, or of the first visible one that holds something."""
        book = self._read(_BOOK, parts.Book())
        targets = self._read("xl/_rels/workbook.xml.rels", parts.Links()).targets
        visible = tuple(title for title, _, is_shown in book.sheets if is_shown)
        chosen = [(title, target) for title, link, is_shown in book.sheets if is_shown and (target := targets.get(link))]
        if sheet is not None:
            chosen = [(title, target) for title, target in chosen if title == sheet]
            if not chosen:
                raise NoSuchSheet(field="sheet", name=self.name, sheet=sheet[:80], sheets=", ".join(visible)[:400])
        texts = self._read("xl/sharedStrings.xml", parts.Texts(self.limits.max_cell)).texts
        styles = self._read("xl/styles.xml", parts.Styles())
        for title, target in chosen:
            part = SheetPart(texts, Dates(styles, since_1904=book.since_1904), self.limits.max_columns)
            found = list(bounded(self._rows(posixpath.normpath(posixpath.join("xl", target)), part), self.limits, self.name))
            if found:
                return replace(headed(_with_merges(found, part), self.name), sheet=title, sheets=visible)
        raise EmptySheet(field="file", name=self.name)

    def _rows(self, path: str, part: SheetPart) -> Iterator[Row]:
        for _ in self._parsed(path.lstrip("/"), part):
            yield from part.taken()

    def _read(self, path: str, part: P) -> P:
        """The whole part; one that the workbook does without reads as empty."""
        if path in self.packed.namelist():
            for _ in self._parsed(path, part):
                pass
        return part

    def _parsed(self, path: str, part: parts.Part) -> Iterator[None]:
        """Feed the part to its reader, a chunk at a time."""
        try:
            stream = self.packed.open(path)
        except KeyError as fault:
            raise DamagedSheet(field="file", name=self.name) from fault
        with stream:
            parser = DefusedXMLParser(target=part, forbid_dtd=True)
            while chunk := stream.read(_CHUNK):
                self._count(len(chunk))
                parser.feed(chunk)
                yield
            parser.close()
            yield

    def _count(self, came: int) -> None:
        self.unpacked += came
        if self.unpacked > self.limits.max_unpacked:
            raise self.limits.exceeded("max_unpacked", self.name)
        if self.unpacked > self.limits.ratio_floor_bytes and self.unpacked > self.size * self.limits.max_ratio:
            raise self.limits.exceeded("max_ratio", self.name)


def _with_merges(rows: list[Row], part: SheetPart) -> list[Row]:
    """The rows, each told which of its cells a neighbour covers: a sheet lists its merges after its rows."""
    covered = part.covered({row.number for row in rows})
    return [replace(row, merged=covered[row.number]) if row.number in covered else row for row in rows]
