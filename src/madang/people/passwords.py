# SPDX-License-Identifier: Apache-2.0
"""Passwords: argon2id with the least that OWASP names (19 MiB, two passes), two at a time in a process, so that a flood cannot eat it."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from madang.people.errors import SignInBusy, WeakPassword
from madang.people.limits import Limits

AT_ONCE = 2
WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs whoever makes it: the least that OWASP names."""

    passes: int = 2
    kibibytes: int = 19 * 1024


def _hasher_of(cost: Cost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.kibibytes, parallelism=1)


_hasher = _hasher_of(Cost())
_places = BoundedSemaphore(AT_ONCE)


def use(cost: Cost) -> None:
    """Every hash costs this much from now on. No setting leads here: it is for tests, whose thousands of passwords guard nothing."""
    global _hasher
    _hasher = _hasher_of(cost)
    _nobodys.cache_clear()


def make_hash(password: str) -> str:
    """The argon2id hash of ``password`` with the parameters of today."""
    with _place():
        return _hasher.hash(_plain(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``kept``. Takes as long when there is no password or no such account (``kept`` None)."""
    with _place():
        try:
            _hasher.verify(kept or _nobodys(), _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether ``kept`` was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(kept)


def check(password: str, *, name: str, limits: Limits) -> None:
    """``WeakPassword`` when this cannot be the password of ``name`` (length only, after NIST SP 800-63B section 3.1.1.2)."""
    if not limits.password_min <= len(_plain(password)) <= limits.password_max or password.casefold() == name.casefold():
        raise WeakPassword(field="password", shortest=limits.password_min, longest=limits.password_max)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise SignInBusy
    try:
        yield
    finally:
        _places.release()


def _plain(password: str) -> str:
    """One form for what looks the same, whatever keyboard typed it; broken letters are written out."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "backslashreplace").decode("utf-8"))


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
