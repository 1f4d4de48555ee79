# SPDX-License-Identifier: Apache-2.0
"""The shapes of what people and programs show: tokens, cookies, links. Pure; nothing is looked up here.

A token is ``mdg_{id}_{secret}{checksum}``: a readable beginning by which leaks are found, the id of its row, 256 bits of chance, and a
CRC-32 of everything before it, so that a slip of the pen is told without asking the database.
"""

import re
import secrets
import zlib
from dataclasses import dataclass

from madang.people.errors import BadCredentials, MistypedToken

PREFIX = "mdg"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_LETTERS = 43
CHECK_LETTERS = 6
SHOWN = 12
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-z]{{26}})_([0-9A-Za-z]{{{SECRET_LETTERS}}})([0-9A-Za-z]{{{CHECK_LETTERS}}})")
_CHANCE = re.compile(rf"[0-9A-Za-z]{{{SECRET_LETTERS}}}")


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token that was read: the id of its row and the whole text."""

    id: str
    text: str


def new_token(token_id: str) -> str:
    """A new token for the row of that id."""
    body = f"{PREFIX}_{token_id}_{_letters(secrets.randbits(256), SECRET_LETTERS)}"
    return body + _checksum(body)


def read_token(text: str) -> TokenText:
    """The token in ``text``; ``MistypedToken`` when its form or checksum does not fit."""
    found = _TOKEN.fullmatch(text)
    if not found or _checksum(text[:-CHECK_LETTERS]) != found[3]:
        raise MistypedToken
    return TokenText(found[1], text)


def read_authorization(header: str) -> TokenText:
    """The token of an Authorization header (RFC 6750); ``BadCredentials`` for other schemes."""
    scheme, _space, value = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise BadCredentials
    return read_token(value.strip())


def token_beginning(token_id: str) -> str:
    """What may be shown of a token later, so that its owner knows it again."""
    return f"{PREFIX}_{token_id}"[: len(PREFIX) + 1 + SHOWN]


def new_chance() -> str:
    """256 bits for a cookie or a link, in 43 letters and digits, so that a terminal marks the whole address."""
    return _letters(secrets.randbits(256), SECRET_LETTERS)


def can_be_chance(text: str) -> bool:
    """Whether ``text`` has the form of a cookie or link of ours."""
    return _CHANCE.fullmatch(text) is not None


def cookie_name(is_secure: bool) -> str:
    """The session's cookie; over https with the prefix by which browsers keep other hosts from setting it."""
    return "__Host-madang" if is_secure else "madang"


def _checksum(body: str) -> str:
    return _letters(zlib.crc32(body.encode("ascii")), CHECK_LETTERS)


def _letters(value: int, count: int) -> str:
    letters = []
    for _ in range(count):
        value, rest = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))
