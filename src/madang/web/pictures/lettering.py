# SPDX-License-Identifier: Apache-2.0
"""How much room words take in a picture, which has no other way to know.

The advances are those of Noto Sans KR at weight 700 in thousandths of an em, the widest that the pages use; another font differs by little.
"""

import unicodedata

_ASCII = (
    227, 370, 574, 590, 590, 963, 740, 325, 378, 378, 507, 590, 325, 370, 325, 387, 590, 590, 590, 590, 590, 590, 590, 590,
    590, 590, 325, 325, 590, 590, 590, 514, 1007, 641, 681, 656, 714, 615, 585, 717, 757, 330, 568, 686, 578, 853, 749, 770,
    667, 770, 682, 624, 625, 748, 619, 915, 627, 580, 613, 378, 387, 378, 590, 567, 626, 591, 644, 527, 644, 581, 372, 597,
    640, 304, 306, 604, 315, 964, 641, 626, 644, 644, 437, 495, 421, 637, 576, 863, 562, 574, 511, 378, 296, 378, 590,
)  # fmt: skip
_HANGUL, _WIDE, _OTHER = 920, 1000, 640
ELLIPSIS = "…"


def width_of(text: str, size: float = 13) -> float:
    """How many pixels ``text`` takes in bold letters of ``size`` pixels."""
    return sum(map(_advance, text)) * size / 1000


def _advance(letter: str) -> int:
    code = ord(letter)
    if 32 <= code < 127:
        return _ASCII[code - 32]
    if 0xAC00 <= code <= 0xD7A3:
        return _HANGUL
    if unicodedata.combining(letter):
        return 0
    wide = "WFA" if code >= 0x2000 else "WF"  # a Korean font draws dots and circled figures as wide as ideographs
    return _WIDE if unicodedata.east_asian_width(letter) in wide else _OTHER


def clipped(text: str, room: float, size: float = 13, least: int = 4) -> str:
    """``text``, or as much of it as fits into ``room`` pixels before an ellipsis; empty when fewer than ``least`` letters would stand."""
    if width_of(text, size) <= room:
        return text
    left = room - width_of(ELLIPSIS, size)
    kept = 0
    for letter in text:
        left -= _advance(letter) * size / 1000
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS if kept >= least else ""
