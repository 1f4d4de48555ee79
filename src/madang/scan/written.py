# SPDX-License-Identifier: Apache-2.0
"""Names as they are written. The engine turns every letter into Latin ones before it looks for copyrights; here they are found again.

A name is looked for, by its letters and figures alone, among the letters that its lines become; where it stands, the lines say how it is
written. It ends with its line: the engine, which cannot read the words, often takes the next line's along.
"""

from collections.abc import Callable, Sequence
from functools import cache

_AROUND = " \t*#/-,;.:|<>\"'"


def as_written(value: str, lines: Sequence[str], romanise: Callable[[str], str]) -> str | None:
    """``value`` as it stands in ``lines``, or None where these are plain ASCII or do not hold it."""
    text = "\n".join(lines)
    if text.isascii():
        return None
    letters, places = _letters(text, cache(romanise))
    wanted = "".join(each.lower() for each in value if each.isalnum())
    found = letters.find(wanted) if wanted else -1
    if found < 0:
        return None
    piece = text[places[found] : places[found + len(wanted) - 1] + 1].partition("\n")[0]
    piece = " ".join(piece.split()).strip(_AROUND)
    return None if piece.isascii() else piece


def _letters(text: str, romanise: Callable[[str], str]) -> tuple[str, list[int]]:
    """The Latin letters and figures that ``text`` becomes, and for each the place in ``text`` that it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for each in letter if letter.isascii() else romanise(letter):
            if each.isalnum():
                letters.append(each.lower())
                places.append(place)
    return "".join(letters), places


def lines_of(content: bytes) -> list[str]:
    """The lines of a file's content, as UTF-8 or else as CP949, which is what Korean files that are not UTF-8 mostly are."""
    try:
        return content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return content.decode("cp949", "replace").splitlines()
