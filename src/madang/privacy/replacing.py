# SPDX-License-Identifier: Apache-2.0
"""Taking findings out of a text."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from madang.privacy import proofs
from madang.privacy.errors import KeyMissing, NoSuchMethod
from madang.privacy.findings import Found

METHODS = ("mask", "remove", "pseudonym", "generalise")
LEAST_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Replaced:
    """Where a finding was, in the new text, and what stands there."""

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The text without what was found."""

    text: str
    replaced: tuple[Replaced, ...]


def apply(text: str, found: Sequence[Found], *, method: str, key: bytes = b"") -> Applied:
    """The text with each finding replaced. ``mask``: stars, as long as it was, with its separators; ``remove``: nothing; ``pseudonym``: the
    same word for the same number, which only ``key`` ties to it; ``generalise``: the little of it that says nothing of one person."""
    if method not in METHODS:
        raise NoSuchMethod(method=method[:40], methods=", ".join(METHODS))
    if method == "pseudonym" and len(key) < LEAST_KEY_BYTES:
        raise KeyMissing(least=LEAST_KEY_BYTES)
    pieces: list[str] = []
    replaced: list[Replaced] = []
    at = length = 0
    for each in found:
        kept, made = text[at : each.start], _instead(each, method, key)
        pieces += [kept, made]
        start = length + len(kept)
        length = start + len(made)
        replaced.append(Replaced(each.kind, start, length, made))
        at = each.end
    pieces.append(text[at:])
    return Applied("".join(pieces), tuple(replaced))


def _instead(found: Found, method: str, key: bytes) -> str:
    if method == "remove":
        return ""
    if method == "mask":
        return "".join("*" if character.isalnum() else character for character in found.text)
    if method == "pseudonym":
        told = f"{found.kind}\0{_bare(found)}".encode()
        return f"[{found.kind}:{hmac.new(key, told, hashlib.sha256).hexdigest()[:16]}]"
    return _general(found)


def _bare(found: Found) -> str:
    """The number alone, so that it has one pseudonym however it is parted."""
    if found.kind in ("email", "ip-address"):
        plain = unicodedata.normalize("NFKC", found.text)
        return "".join(character for character in plain if character.isprintable()).lower()
    return "".join(str(int(each)) if each.isdecimal() else each.upper() for each in found.text if each.isalnum())


def _general(found: Found) -> str:
    bare = _bare(found)
    if found.kind in ("resident-number", "foreigner-number"):
        return f"[{found.kind}:{(proofs.CENTURIES[bare[6]] + int(bare[:2])) // 10 * 10}s]"
    if found.kind == "birth-date":
        return f"[{found.kind}:{bare[:4]}]"
    if found.kind == "card":
        return f"[{found.kind}:{proofs.issuer(bare) or 'other'}]"
    if found.kind == "email":
        return f"[{found.kind}:@{bare.rpartition('@')[2]}]"
    if found.kind == "ip-address":
        address = ip_address(bare)
        return f"[{found.kind}:{ip_network((address, 24 if address.version == 4 else 48), strict=False)}]"
    return f"[{found.kind}]"
