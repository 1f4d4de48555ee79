# SPDX-License-Identifier: Apache-2.0
"""What must be read again but not by whoever holds the rows alone: sealed with a key that the rows do not hold (AES-256-GCM)."""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(key: bytes, text: str, *, purpose: str) -> str:
    """``text``, readable with this key of 32 bytes and for this purpose only, in letters that a cookie or a column can hold."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, purpose.encode())).decode("ascii")


def unseal(key: bytes, sealed: str, *, purpose: str) -> str | None:
    """The text behind ``sealed``; None when it was sealed with another key, for another purpose, or was changed."""
    try:
        raw = base64.b64decode(sealed.encode("ascii"), altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode("utf-8", "surrogatepass")
    except (InvalidTag, ValueError, binascii.Error):
        return None
