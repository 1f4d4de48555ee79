# SPDX-License-Identifier: Apache-2.0
"""Looking through a text."""

import unicodedata
from collections.abc import Collection

from madang.privacy.errors import NoSuchKind, TextTooLong
from madang.privacy.findings import KINDS, Found
from madang.privacy.shapes import SHAPES

MOST_CHARACTERS = 4_000_000
LEAST = 0.6
"""What is less sure than this is not told unless it is asked for."""
_DASHES = "‐‑‒–—―−－﹣ー"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_PLAIN = {ord(each): "-" for each in _DASHES} | {ord(each): " " for each in _SPACES}


def detect(text: str, *, kinds: Collection[str] | None = None, least: float = LEAST) -> list[Found]:
    """All findings of these kinds (every one, unless told) that are at least so sure, in order and without overlap.

    Digits and dashes of other scripts count as ours, and what cannot be seen between them does not hide them. Linear in the text's length.
    """
    if len(text) > MOST_CHARACTERS:
        raise TextTooLong(limit=MOST_CHARACTERS)
    for kind in kinds or ():
        if kind not in KINDS:
            raise NoSuchKind(kind=kind[:40], kinds=", ".join(KINDS))
    plain, places = _plain(text)
    found = [each for shape in SHAPES for each in shape.find(plain) if each.confidence >= least]
    chosen: list[Found] = []
    for each in _apart(found):
        start, end = (each.start, each.end) if places is None else (places[each.start], places[each.end - 1] + 1)
        if kinds is None or each.kind in kinds:
            chosen.append(Found(each.kind, start, end, text[start:end], each.confidence, each.reason))
    return chosen


def _apart(found: list[Found]) -> list[Found]:
    """Of findings that overlap the surest, then the longest."""
    taken: list[Found] = []
    found.sort(key=lambda each: (each.start, -each.confidence, -each.end))
    for each in found:
        if taken and each.start < taken[-1].end:
            last = taken[-1]
            if (each.confidence, each.end - each.start) > (last.confidence, last.end - last.start):
                taken[-1] = each
        else:
            taken.append(each)
    return taken


def _plain(text: str) -> tuple[str, list[int] | None]:
    """The text as it is looked through, and for each of its characters the place in ``text``; None where they are the same."""
    if text.isascii():
        return text, None
    made = text.translate(_PLAIN)
    if any(character in _UNSEEN for character in made):
        places = [place for place, character in enumerate(made) if character not in _UNSEEN]
        made = "".join(made[place] for place in places)
    else:
        places = None
    return "".join(map(_ascii, made)), places


def _ascii(character: str) -> str:
    """A digit of another script as ours, letters of full width as plain ones; everything else as it is. Always one character."""
    if character < "\u0100":
        return character
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    digit = unicodedata.digit(character, None) if character.isdecimal() else None
    return character if digit is None else str(digit)
