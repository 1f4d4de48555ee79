# SPDX-License-Identifier: Apache-2.0
"""libmagic without the questions whose answer is known to be no.

Four fifths of its time for a text goes into some forty regular expressions that it compiles anew for each file, most of the rest into
searching for some two hundred words. Here its table lies in memory that we may write to; before a file is asked about, every expression
and word that cannot be in it is struck out, and afterwards libmagic says what it would have said. What can be in it is decided by
``SIGNS``: a row holds for exactly the expression that it names, so that of another libmagic's table what is not known here stays in.
"""

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from typecode import magic2

VERSION, SIZE, HEAD = 16, 376, 0xF11E041C
"""Of the compiled table: the version that is known here, the bytes of an entry (``struct magic`` of libmagic 5.39), the first word."""
REGEX, SEARCH = 17, 20
MODES = 0x60
"""An entry without these flags is asked neither of text nor of other files: libmagic goes on to the next."""
BLANKS, CASE, WHICH = 0x03, 0x0C, 0x60
"""Flags of a search: blanks count less, letters may be of the other case, and for which files it is."""
LONGEST = 1 << 20
"""Bytes that libmagic reads of a file. Of a larger file nothing is struck out."""
NEAR = 8192 + 64
"""Bytes of a file from its beginning on that an expression sees (libmagic's own limit), and that a search may see to be struck out."""
SHORTEST_RANGE = 64
"""A search over less is done sooner than decided."""
Test = Callable[[bytes], bool]


def _any(*words: bytes) -> Test:
    return lambda text: any(word in text for word in words)


def _fits(word: bytes, pattern: bytes) -> Test:
    fits = re.compile(pattern, re.MULTILINE).search
    return lambda text: word in text and fits(text) is not None


def _assembler(word: bytes) -> tuple[bytes, Test]:
    return b"^[ \t]{0,50}\\." + word, _fits(b"." + word, rb"^[ \t]{0,50}\." + word)


_CLASS = re.compile(rb"^[ \t\r\f\v]*(?:class|module)\s[A-Z]", re.MULTILINE).search
_REQUEST = rb"^\.[A-Za-z][A-Za-z0-9]"
SIGNS: dict[bytes, Test] = {
    rb"P[0-9][0-9]\.[0-9][0-9][0-9][0-9]\.[0-9][0-9][0-9][0-9]\.[0-9]": lambda text: re.search(rb"P[0-9][0-9]\.", text) is not None,
    rb"^[[:space:]]*(class|module)[[:space:]][A-Z]": lambda text: (b"class" in text or b"module" in text) and _CLASS(text) is not None,
    rb"^:[[:space:]].*[[:space:]]\(([[:space:]].*)? -- (.*[[:space:]])?\)[[:space:]].*[[:space:]];$": _any(b"\n:"),
    rb"[[:space:]]\(([[:space:]].*)? -- (.*[[:space:]])?\)": _fits(b" -- ", rb"\s\((?:\s.*)? -- (?:.*\s)?\)"),
    rb"^\.include": _any(b"\n.include"),
    rb"^SUBDIRS": _any(b"\nSUBDIRS"),
    rb"^\.BEGIN": _any(b"\n.BEGIN"),
    rb"^\.endif": _any(b"\n.endif"),
    b"^%?[ \t]*SiSU[ \t]+insert": _any(b"SiSU"),
    b"^%[ \t]+SiSU[ \t]+master": _any(b"SiSU"),
    b"^%?[ \t]*SiSU[ \t]+text": _any(b"SiSU"),
    b"^%?[ \t]*SiSU[ \t][0-9.]+": _any(b"SiSU"),
    b"^%*[ \t]*sisu-[0-9.]+": _any(b"sisu-"),
    b"^[!-?A-~]{1,255}(\t[^\t]+){11}": _fits(b"\t", rb"(?:\t[^\t\n]+){11}"),
    rb"^(:|;)": _any(b"\n:", b"\n;"),
    b"\x08REF[\t ]": _any(b"\x08REF"),
    b"\x08FLEX[\t ]*\\[": _any(b"\x08FLEX"),
    b"\x08MODE[\t ]": _any(b"\x08MODE"),
    b"^[ \t]*0\r?\x00$": _any(b"\0"),
    rb"^VPATH": _any(b"\nVPATH"),
    rb"^\.PRECIOUS": _any(b"\n.PRECIOUS"),
    _REQUEST + b"$": _fits(b"\n.", _REQUEST + b"$"),
    _REQUEST + b"[ \t]": _fits(b"\n.", _REQUEST + b"[ \t]"),
    rb"^PROC": _any(b"\nPROC"),
    rb"^\(ns[[:space:]]+\^\{:": _any(b"\n(ns"),
    rb"^\(ns[[:space:]]+[a-z]": _any(b"\n(ns"),
    rb"^\(defn-?[[:space:]]": _any(b"\n(defn"),
    b"^[ \t\x0c\r\n]{0,100}BEGIN[ \t\x0c\r\n]{0,100}[{]": _any(b"BEGIN"),
    rb"^all:": _any(b"\nall:"),
    rb"^MAX=[0-9]+,[0-9]+$": _any(b"\nMAX="),
    rb"\(;.*GM\[[0-9]{1,2}\]": _any(b"GM[", b"gm[", b"Gm[", b"gM["),
    rb"^import.*;$": _fits(b"\nimport", rb"^import.*;$"),
    rb"^LDFLAGS": _any(b"\nLDFLAGS"),
    rb"^CFLAGS": _any(b"\nCFLAGS"),
    **dict(_assembler(word) for word in (b"asciiz", b"globl", b"byte", b"even", b"text", b"file", b"type")),
}
"""Expression → whether it may be found in a text; the text has a line's end before its first line."""


@dataclass(frozen=True, slots=True)
class Question:
    """An entry that may be struck out: where its flags stand in the table, what they are, and whether it may be found in a text."""

    at: int
    flags: int
    may_be: Test


class Table:
    """libmagic's compiled table in memory that can be written to. ``ValueError`` when it is of another make."""

    def __init__(self, compiled: bytes) -> None:
        word, version = (int.from_bytes(compiled[at : at + 4], "little") for at in (0, 4))
        if (word, version) != (HEAD, VERSION) or len(compiled) % SIZE:
            raise ValueError("not a table that is known here")
        self.buffer = ctypes.create_string_buffer(compiled, len(compiled))
        self._flags = (ctypes.c_ubyte * len(compiled)).from_buffer(self.buffer)
        self.questions = [found for at in range(SIZE, len(compiled), SIZE) if (found := _question(compiled[at : at + SIZE], at))]

    def strike_out(self, data: bytes | None) -> None:
        """What cannot be found in ``data`` is not asked; without data everything is."""
        text = None if data is None else b"\n" + data[:NEAR]
        for each in self.questions:
            self._flags[each.at] = each.flags if text is None or each.may_be(text) else each.flags & ~MODES


def _question(entry: bytes, at: int) -> Question | None:
    """The entry, if it stands for itself and asks only whether something plain is found."""
    level, kind, relation, length = int.from_bytes(entry[0:2], "little"), entry[6], entry[4:5], entry[5]
    if level or relation != b"=" or not entry[2] & MODES or entry[2] & ~(MODES | 0x08):
        return None
    value = entry[32 : 32 + length]
    if kind == REGEX and value in SIGNS:  # at the beginning of the file, or a few bytes behind it
        return Question(at + 2, entry[2], SIGNS[value])
    offset, reach, how = (int.from_bytes(entry[start : start + 4], "little") for start in (12, 24, 28))
    is_near = reach >= SHORTEST_RANGE and offset + reach + length <= NEAR
    if kind == SEARCH and is_near and not how & ~(BLANKS | CASE | WHICH) and length > 1:
        return Question(at + 2, entry[2], _searched(value, how))
    return None


def _searched(value: bytes, how: int) -> Test:
    """Whether the value may be found; of one in which blanks count less, its longest piece without any."""
    word = max(value.split() or [value], key=len) if how & BLANKS else value
    if not how & CASE:
        return _any(word)
    word = word.lower()
    return lambda text: word in lowered(text)


@lru_cache(maxsize=1)
def lowered(text: bytes) -> bytes:
    """The text in small letters; that of the last one is remembered."""
    return text.lower()


class _Quick(magic2.Detector):  # type: ignore[misc]
    """A detector of ScanCode's on our table."""

    def __init__(self, flags: int, table: Table) -> None:
        self.flags = flags
        self.cookie = magic2._magic_open(flags)
        load = magic2.libmagic.magic_load_buffers
        load.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.c_size_t]
        load.restype = ctypes.c_int
        where, size = ctypes.c_void_p(ctypes.addressof(table.buffer)), ctypes.c_size_t(len(table.buffer))
        if load(self.cookie, ctypes.byref(where), ctypes.byref(size), 1):
            raise ValueError("libmagic does not take the table")


@cache
def _table() -> Table | None:
    """The table that ScanCode has libmagic load; None where it is of another make."""
    place = magic2.get_magicdb_location()
    try:
        return Table(Path(place if isinstance(place, str) else place.decode()).read_bytes()) if place else None
    except (OSError, ValueError):
        return None


@cache
def _quick(flags: int) -> Any:
    try:
        table = _table()
        return None if table is None else _Quick(flags, table)
    except (AttributeError, ValueError):
        return None


def readable(location: Any) -> bytes | None:
    """The file's bytes where they are all that libmagic reads, in an encoding in which signs stand as they are: ASCII and UTF-8."""
    try:
        with Path(location).open("rb") as stream:
            data = stream.read(LONGEST + 1)
        if len(data) > LONGEST or b"\0" in data:
            return None
        data.decode("utf-8")
    except (OSError, ValueError):
        return None
    return data


_detect = magic2._detect
_about: list[Any] = [None]


def forget() -> None:
    """Another file is looked at from now on."""
    _about[0] = None


def detect(location: Any, flags: int) -> str:
    """What ``typecode.magic2._detect`` answers."""
    quick, table = _quick(flags), _table()
    if quick is None or table is None:
        return str(_detect(location, flags))
    if _about[0] != location:
        table.strike_out(readable(location))
        _about[0] = location
    answer = (quick.get(location) or b"").decode("ascii", "ignore")
    return " ".join(answer.split())
