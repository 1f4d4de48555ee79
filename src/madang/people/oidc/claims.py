# SPDX-License-Identifier: Apache-2.0
"""What may be believed of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). Pure, but for the signature's arithmetic."""

import base64
import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from madang.people.oidc.fetching import lie

LEEWAY = 120
"""Seconds that the two clocks may differ."""
OLDEST = 900
"""Seconds since an ID token was written."""
KINDS = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP", "Ed25519": "OKP",
}  # fmt: skip
"""The algorithms that are taken, and the kind of key of each: public keys only, so no secret is ever checked against one."""
LONGEST = 16_000
MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Claims:
    """Somebody, as the provider knows them. ``email`` is "" unless the provider has verified it."""

    issuer: str
    subject: str
    name: str = ""
    display_name: str = ""
    email: str = ""

    @property
    def shown(self) -> str:
        """What the person knows this identity by."""
        return (self.email or self.name or self.display_name or self.subject)[:254]

    @property
    def wished_name(self) -> str:
        """A name for a new account, from what the provider calls the person: in the form of names, never empty."""
        for text in (self.name.partition("@")[0], self.email.partition("@")[0], self.display_name):
            plain = re.sub(r"[^a-z0-9._-]+", "-", text.lower().strip())
            plain = re.sub(r"\.{2,}", ".", plain).strip("-._").removesuffix(".git")[:MOST_LETTERS].strip("-._")
            if plain and plain[0].isalnum():
                return plain
        return "person"


def head_of(token: object) -> Mapping[str, Any]:
    """The head of a signed token, unchecked; ``LyingProvider`` when it is none or of an algorithm that is not taken."""
    if not isinstance(token, str) or len(token) > LONGEST or token.count(".") != 2:
        raise lie("token")
    try:
        part = token.partition(".")[0]
        head = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:
        raise lie("token") from error
    if not isinstance(head, dict) or head.get("alg") not in KINDS or "crit" in head:
        raise lie("algorithm", head)
    if not isinstance(head.get("kid"), str | None):
        raise lie("key")
    return head


def signed(token: str, head: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a key of the right kind has signed; ``LyingProvider`` when none has."""
    algorithm = str(head["alg"])
    fitting = [key for key in keys if key.get("kty") == KINDS[algorithm] and key.get("alg", algorithm) == algorithm]
    for key in fitting:
        try:
            return jwt.decode(token, import_key(dict(key)), algorithms=[algorithm]).claims
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    raise lie("signature" if fitting else "key", head.get("kid"))


def check(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, at: float) -> None:
    """The token is from this issuer, for this client, for this round, and of now."""
    if claims.get("iss") != issuer:
        raise lie("issuer", claims.get("iss"))
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences or (len(audiences) > 1 and "azp" not in claims) or claims.get("azp", client_id) != client_id:
        raise lie("audience", audience)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode("utf-8", "replace"), nonce.encode()):
        raise lie("nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise lie("subject")
    if _time(claims, "exp") <= at - LEEWAY:
        raise lie("expired")
    written = _time(claims, "iat")
    if not at - OLDEST - LEEWAY <= written <= at + LEEWAY or ("nbf" in claims and _time(claims, "nbf") > at + LEEWAY):
        raise lie("time", written)


def check_access(claims: Mapping[str, Any], head: Mapping[str, Any], access_token: object) -> None:
    """Where the token names its access token's hash (section 3.1.3.6), it is this access token."""
    if "at_hash" not in claims:
        return
    algorithm = str(head["alg"])
    digest = hashlib.new("sha512" if algorithm in ("EdDSA", "Ed25519") else f"sha{algorithm[2:]}", str(access_token).encode()).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not hmac.compare_digest(str(claims["at_hash"]).encode("utf-8", "replace"), expected):
        raise lie("at_hash")


def person(claims: Mapping[str, Any], issuer: str) -> Claims:
    """The person in checked claims; what is not text, or cannot be printed, is left out."""
    verified = claims.get("email_verified") in (True, "true")
    return Claims(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=_text(claims, "preferred_username", 96),
        display_name=_text(claims, "name", 200),
        email=_text(claims, "email", 254) if verified else "",
    )


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    text = claims.get(name)
    return text.strip() if isinstance(text, str) and len(text) <= longest and text.isprintable() else ""


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise lie("time", name)
    return float(value)
