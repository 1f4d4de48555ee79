# SPDX-License-Identifier: Apache-2.0
"""How things are named: ids that sort by time, and the names people choose."""

import os
import re
import time

from madang.kit.errors import Invalid
from madang.kit.words import _

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_NAME = re.compile(NAME_PATTERN)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class InvalidName(Invalid):
    """A name that people chose does not have the form of names."""

    code = "invalid-name"
    message = _(
        "“%(name)s” cannot be a name: 1 to 96 letters a-z, digits, dot, hyphen or underscore, beginning with a letter or digit, "
        "without “..” and not ending in “.git” or a dot."
    )


def new_id() -> str:
    """A new id: 26 characters of Crockford's base 32, 48 bits of milliseconds and 80 of chance, so ids sort by time (the ULID layout)."""
    value = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10))
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def check_name(name: str, *, field: str = "name") -> str:
    """Hand back ``name`` if it can be a namespace's or an asset's; ``InvalidName`` otherwise."""
    if not _NAME.fullmatch(name) or ".." in name or name.endswith((".", ".git")):
        raise InvalidName(field=field, name=name[:96])
    return name
