# SPDX-License-Identifier: Apache-2.0
"""The key file of a home, apart from the backup or sealed inside it.

Sealed: scrypt (RFC 7914) makes a key of the passphrase, AES-256-GCM (NIST SP 800-38D) closes the file with it.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madang.keeping.errors import FileThere, ShortPassphrase, WrongPassphrase
from madang.people import Keys

LEAST_LETTERS = 12
COST = {"n": 1 << 15, "r": 8, "p": 1}
MOST_MEMORY = 256 << 20
FOR = b"madang key file 1"


def seal(master: bytes, passphrase: str) -> bytes:
    """The key, closed with the passphrase, as JSON; ``ShortPassphrase`` for one that anybody could guess."""
    if len(passphrase) < LEAST_LETTERS:
        raise ShortPassphrase(least=LEAST_LETTERS)
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    closed = AESGCM(_key(passphrase, salt, COST)).encrypt(nonce, master, FOR)
    parts = {"salt": salt, "nonce": nonce, "closed": closed}
    return json.dumps(COST | {name: base64.b64encode(part).decode() for name, part in parts.items()}).encode()


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The key that ``seal`` closed; ``WrongPassphrase`` when it does not open, for whatever reason."""
    try:
        told: dict[str, Any] = json.loads(sealed)
        salt, nonce, closed = (base64.b64decode(told[name]) for name in ("salt", "nonce", "closed"))
        cost = {name: int(told[name]) for name in COST}
        if any(cost[name] > COST[name] * 4 for name in COST):
            raise WrongPassphrase
        return AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, closed, FOR)
    except (ValueError, KeyError, TypeError, InvalidTag) as error:
        raise WrongPassphrase from error


def fingerprint(keys: Keys) -> str:
    """What tells two keys apart and says nothing of either."""
    return keys.derive("backup fingerprint").hex()[:16]


def signature(keys: Keys, what: bytes) -> str:
    """What only the platform with these keys can say of ``what``."""
    return hmac.new(keys.derive("backup"), what, hashlib.sha256).hexdigest()


def write_apart(path: Path, keys: Keys) -> None:
    """The key file stands at ``path``, for its owner only, and the disk has it; ``FileThere`` when another key stands there."""
    line = keys.master.hex().encode("ascii") + b"\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        if path.read_bytes() == line:
            return
        raise FileThere(path=path) from error
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def _key(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, dklen=32, maxmem=MOST_MEMORY, n=cost["n"], r=cost["r"], p=cost["p"])
