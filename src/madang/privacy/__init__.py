# SPDX-License-Identifier: Apache-2.0
"""Personal data in Korean and English text: where it is, why it counts as that, and how it is taken out.

Numbers are proved where they carry proof in themselves: checksums, dates, ranges. Names and addresses of people are not looked for, since
nothing in them proves what they are. The core needs no rows, no network and no clock.
"""

from madang.privacy.detecting import LEAST, MOST_CHARACTERS, detect
from madang.privacy.errors import KeyMissing, NoSuchKind, NoSuchMethod, NotText, TextTooLong
from madang.privacy.findings import KINDS, Found, Kind
from madang.privacy.replacing import METHODS, Applied, Replaced, apply

__all__ = [
    "KINDS",
    "LEAST",
    "METHODS",
    "MOST_CHARACTERS",
    "Applied",
    "Found",
    "KeyMissing",
    "Kind",
    "NoSuchKind",
    "NoSuchMethod",
    "NotText",
    "Replaced",
    "TextTooLong",
    "apply",
    "detect",
]
