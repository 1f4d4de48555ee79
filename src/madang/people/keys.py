# SPDX-License-Identifier: Apache-2.0
"""The one secret of a home, and the keys that are derived from it.

Whoever has the database but not this file can forge neither sessions nor tokens nor heads of the ledger. Losing the file signs everybody
out and ends every token; rows and files stay.
"""

import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from madang.people.errors import NoKeys, UnreadableKeys
from madang.people.limits import Limits

FILE = "secret.key"
BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The master key of a home. It is only used to derive others and is never shown."""

    master: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """The 32 bytes for one purpose; other purposes tell nothing of them (HMAC-SHA256 as in NIST SP 800-108)."""
        return hmac.new(self.master, b"madang key 1\0" + purpose.encode(), sha256).digest()

    def mark(self, purpose: str, value: str) -> str:
        """The keyed hash, in hex, under which ``value`` is kept and found again."""
        return hmac.new(self.derive(purpose), value.encode("utf-8", "backslashreplace"), sha256).hexdigest()

    def marker(self, purpose: str) -> Callable[[str], str]:
        """``mark`` for one purpose, many times: its key is derived once."""
        key = self.derive(purpose)
        return lambda value: hmac.digest(key, value.encode("utf-8", "backslashreplace"), "sha256").hex()


@dataclass(frozen=True, slots=True)
class _InUse:
    keys: Keys
    limits: Limits
    reserved: frozenset[str]


_in_use: _InUse | None = None


def load(home: Path) -> Keys:
    """The keys of this home; its key file is made once, readable by its owner only, and the disk has it before this returns.

    Two processes that begin at once end with the same file: each writes its own under another name and only one name wins.
    """
    path = home / FILE
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        _make(path)
    try:
        master = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, OSError) as error:
        raise UnreadableKeys(path=str(path)) from error
    if len(master) != BYTES:
        raise UnreadableKeys(path=str(path))
    return Keys(master)


def use(keys: Keys, limits: Limits | None = None, reserved: frozenset[str] = frozenset()) -> None:
    """Everything in this room hashes with these keys and keeps to these limits from now on: said once, where the process starts.

    ``reserved`` are the words of the platform's own addresses, in lower case; nobody new is called so.
    """
    global _in_use
    _in_use = _InUse(keys, limits or Limits(), reserved)


def held() -> Keys:
    """The keys in use; ``NoKeys`` before ``use``."""
    return _in_use_now().keys


def limits() -> Limits:
    """The limits in use; ``NoKeys`` before ``use``."""
    return _in_use_now().limits


def reserved() -> frozenset[str]:
    """The words that nobody new is called; ``NoKeys`` before ``use``."""
    return _in_use_now().reserved


def _in_use_now() -> _InUse:
    if _in_use is None:
        raise NoKeys
    return _in_use


def _make(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_hex(BYTES).encode("ascii") + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
