# SPDX-License-Identifier: Apache-2.0
"""The keys under which a scan remembers."""

import hashlib


def digest_of(*parts: str) -> str:
    """One key of several parts, in hexadecimal."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
