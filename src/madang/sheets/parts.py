# SPDX-License-Identifier: Apache-2.0
"""The parts of a workbook that are read whole: which sheets there are, where they lie, their texts, and which formats are dates.

Each is fed by an XML parser as it goes (``start``, ``end``, ``data``) and keeps only what is asked later. Names are taken without their
namespace, for the strict and the usual form of the format differ in nothing else.
"""

import re

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_SHEETS = 1000
_MOST_TEXTS = 2_000_000
_MOST_FORMATS = 70_000


class Malformed(Exception):
    """The part is not built as the format says."""


class Part:
    """What every part does with the parser's calls: nothing, until one is made its own."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.begin(tag.rpartition("}")[2], {name.rpartition("}")[2]: value for name, value in attributes.items()})

    def end(self, tag: str) -> None:
        """An element ends."""
        self.finish(tag.rpartition("}")[2])

    def data(self, text: str) -> None:
        """Text within the element."""

    def close(self) -> None:
        """The part has ended."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element called ``name`` begins."""

    def finish(self, name: str) -> None:
        """An element called ``name`` ends."""


class Book(Part):
    """``sheets``: title, link, and whether it is shown; ``since_1904``: whether days are counted from 1904."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the sheets and the way of counting days."""
        if name == "sheet":
            if len(self.sheets) >= _MOST_SHEETS:
                raise Malformed("sheets")
            self.sheets.append((attributes.get("name", ""), attributes.get("id", ""), attributes.get("state", "visible") == "visible"))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true")


class Links(Part):
    """``targets``: where each link of the workbook leads, within the workbook."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Keep links to worksheets; those that lead out are not followed."""
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet") and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class Texts(Part):
    """``texts``: every text of the workbook in its order, without the readings that stand over East Asian words.

    Of a text that is longer than ``most`` only so much is kept that it is seen to be too long.
    """

    def __init__(self, most: int) -> None:
        self.texts: list[str] = []
        self._most = most
        self._pieces: list[str] = []
        self._length = 0
        self._is_text = False
        self._in_reading = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 (every part's signature)
        """A text begins."""
        if name == "si":
            if len(self.texts) >= _MOST_TEXTS:
                raise Malformed("texts")
            self._pieces, self._length = [], 0
        elif name == "rPh":
            self._in_reading = True
        elif name == "t":
            self._is_text = not self._in_reading

    def data(self, text: str) -> None:
        """Keep it if it is of the text itself."""
        if self._is_text and self._length <= self._most:
            self._pieces.append(text[: self._most + 1])
            self._length += len(text)

    def finish(self, name: str) -> None:
        """A text ends."""
        if name == "si":
            self.texts.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._in_reading = False
        elif name == "t":
            self._is_text = False


class Styles(Part):
    """``formats``: the number format's id of each style; ``codes``: the workbook's own formats by id."""

    def __init__(self) -> None:
        self.formats: list[int] = []
        self.codes: dict[int, str] = {}
        self._in_cells = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Keep formats and the styles of cells."""
        if name == "numFmt":
            self.codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            if len(self.formats) >= _MOST_FORMATS:
                raise Malformed("styles")
            self.formats.append(int(attributes.get("numFmtId", "0")))

    def finish(self, name: str) -> None:
        """The styles of cells end."""
        if name == "cellXfs":
            self._in_cells = False


def unescaped(text: str) -> str:
    """The text with its ``_x000D_`` turned to characters; those that no text has become spaces (ECMA-376, 22.9.2.19)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code in (9, 10) or (0x20 <= code < 0x7F) or (0xA0 <= code < 0xD800) or 0xE000 <= code < 0xFFFE else " "
