# SPDX-License-Identifier: Apache-2.0
"""What a line's bytes and hash are, how a head is signed, and which facts may stand in a line.

Canonical JSON here: keys sorted, no spaces, only ASCII, no floating numbers, times in UTC to the microsecond. So SQLite and PostgreSQL give
back the same bytes.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST_HASH = "0" * 64
MAX_FACTS = 4000
SECRET_WORDS = ("password", "secret", "cookie", "credential")


@dataclass(frozen=True, slots=True)
class Content:
    """What a line says, apart from its place in the chain."""

    id: int
    at: datetime
    deed: str
    target: str
    by_id: str | None
    by_name: str
    via: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of the chain at a time, with its signature."""

    sequence: int
    hash: str
    at: datetime
    signature: str


def line_hash(content: Content, *, sequence: int, previous: str, sealed_at: datetime) -> str:
    """The SHA-256, in hex, of the line in its place: content, number, the hash before it and the time of sealing."""
    return hashlib.sha256(
        canonical(
            {
                "at": instant(content.at),
                "by": content.by_id,
                "deed": content.deed,
                "facts": content.facts,
                "id": content.id,
                "name": content.by_name,
                "previous": previous,
                "sealed": instant(sealed_at),
                "sequence": sequence,
                "target": content.target,
                "via": content.via,
            }
        )
    ).hexdigest()


def signed(sequence: int, line: str, at: datetime, key: bytes) -> Head:
    """The head with its signature."""
    return Head(sequence, line, at, _signature(sequence, line, at, key))


def is_genuine(head: Head, key: bytes) -> bool:
    """Whether the head was signed with this key."""
    return hmac.compare_digest(_signature(head.sequence, head.hash, head.at, key), head.signature)


def canonical(value: object) -> bytes:
    """The one way to write ``value`` as JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def instant(at: datetime) -> str:
    """A time as the canonical form writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def clean_facts(facts: Mapping[str, object]) -> dict[str, Any]:
    """The facts as every database keeps them. ``ValueError``, a fault of the caller, when they are no small, plain, harmless JSON."""
    for name in facts:
        if any(word in name for word in SECRET_WORDS):
            raise ValueError(f"a ledger line never holds a secret: {name}")
    cleaned = {name: _plain(value) for name, value in facts.items()}
    if len(canonical(cleaned)) > MAX_FACTS:
        raise ValueError(f"facts of a ledger line are longer than {MAX_FACTS} bytes")
    return cleaned


def clean_text(text: str) -> str:
    """``text`` as every database can keep it: what is no letter of Unicode, and NUL, are written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {clean_text(str(name)): _plain(part) for name, part in value.items()}
    raise ValueError(f"a fact is text, a whole number, true, false, nothing, or lists and mappings of these: {type(value).__name__}")


def _signature(sequence: int, line: str, at: datetime, key: bytes) -> str:
    return hmac.new(key, canonical({"at": instant(at), "hash": line, "sequence": sequence}), hashlib.sha256).hexdigest()
