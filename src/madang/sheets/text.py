# SPDX-License-Identifier: Apache-2.0
"""CSV as people have it: in one of several encodings, with one of several separators, and nothing in the file says which."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from madang.sheets.errors import BrokenQuotes, UnknownEncoding
from madang.sheets.limits import Limits
from madang.sheets.table import Row

SEPARATORS = (",", ";", "\t")
_LOOKED_AT = 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SAID = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding: what a mark at the start says; without one UTF-8, UTF-16 where every other byte is zero, or CP949.

    CP949 holds EUC-KR. ``UnknownEncoding`` when none of them reads all of it.
    """
    for encoding in _candidates(content):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnknownEncoding(field="file", name=name)


def _candidates(content: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return (encoding,)
    start = content[:2000]
    if start[1::2].count(0) > len(start) // 4:
        return ("utf-16-le",)
    if start[::2].count(0) > len(start) // 4:
        return ("utf-16-be",)
    return ("utf-8", "cp949")


def holds_control_characters(words: str) -> bool:
    """Whether there is something that no list holds, as in a picture or a program."""
    return _CONTROL.search(words) is not None


def separator_of(words: str) -> tuple[str, str]:
    """The separator and the text to read with it: what a first line ``sep=`` says, else the one that cuts most first lines alike."""
    if said := _SAID.match(words):
        return said[1], words[said.end() :]
    lines = [line for line in _QUOTED.sub("", words[:64_000]).splitlines() if line.strip()][:_LOOKED_AT]

    def likeness(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        first = counts[0] if counts else 0
        return sum(1 for count in counts if count == first and count), sum(counts)

    return max(SEPARATORS, key=likeness), words


def rows(words: str, separator: str, limits: Limits, name: str) -> Iterator[Row]:
    """Every row of the text, empty ones too, numbered as a spreadsheet would."""
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            # csv's own bound on a field is 131,072 characters; ours is far below.
            if "field larger" in str(fault):
                raise limits.exceeded("max_cell", name, row=number) from fault
            raise BrokenQuotes(field="file", name=name, row=number) from fault
        if len(cells) > limits.max_columns and not any(cells[limits.max_columns :]):
            cells = cells[: limits.max_columns]
        yield Row(number, tuple(cells))
