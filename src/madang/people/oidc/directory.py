# SPDX-License-Identifier: Apache-2.0
"""What the provider says of itself: its addresses and its keys, kept for an hour and fetched again when an unknown key signs."""

import ipaddress
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from madang.people.oidc.errors import ProviderDown
from madang.people.oidc.fetching import fetch, lie
from madang.people.oidc.provider import Provider

FRESH_SECONDS = 3600.0
STALE_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 30.0
MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Metadata:
    """The provider's addresses, and whether it takes the client's secret in the form instead of the head."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    posts_secret: bool
    says_issuer: bool


@dataclass
class Directory:
    """One provider's metadata and keys. Used from one event loop; two refreshes at once do no harm."""

    provider: Provider
    _metadata: Metadata | None = None
    _metadata_at: float = float("-inf")
    _keys: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    _keys_at: float = float("-inf")
    _asked_at: float = float("-inf")

    async def metadata(self) -> Metadata:
        """The addresses, at most an hour old; a day when the provider does not answer."""
        age = time.monotonic() - self._metadata_at
        if self._metadata is not None and age < FRESH_SECONDS:
            return self._metadata
        try:
            _status, document = await fetch("GET", f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        except ProviderDown:
            if self._metadata is not None and age < STALE_SECONDS:
                return self._metadata
            raise
        self._metadata, self._metadata_at = read_metadata(document, self.provider.issuer), time.monotonic()
        return self._metadata

    async def keys_for(self, key_id: str | None) -> Sequence[Mapping[str, Any]]:
        """The keys that may have signed with that id; fetched again when it is unknown, but not oftener than every ``AGAIN_SECONDS``."""
        found = _of(self._keys, key_id)
        at = time.monotonic()
        is_fresh = at - self._keys_at < FRESH_SECONDS
        if (not found or not is_fresh) and at - self._asked_at >= AGAIN_SECONDS:
            self._asked_at = at
            try:
                _status, document = await fetch("GET", (await self.metadata()).keys)
            except ProviderDown:
                self._asked_at = float("-inf")
                if not found or at - self._keys_at > STALE_SECONDS:
                    raise
                return found
            self._keys, self._keys_at = read_keys(document), time.monotonic()
            found = _of(self._keys, key_id)
        return found


def read_metadata(document: Mapping[str, Any], issuer: str) -> Metadata:
    """The addresses in a discovery document (OpenID Connect Discovery 1.0, section 3); ``LyingProvider`` for another issuer's."""
    if document.get("issuer") != issuer:
        raise lie("issuer", document.get("issuer"))
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Metadata(
        authorization=_address(document, "authorization_endpoint", issuer),
        token=_address(document, "token_endpoint", issuer),
        keys=_address(document, "jwks_uri", issuer),
        userinfo=_address(document, "userinfo_endpoint", issuer) if document.get("userinfo_endpoint") else "",
        posts_secret=isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods,
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def read_keys(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The public signing keys in a set; keys of other kinds are left out."""
    keys = document.get("keys")
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise lie("keys")
    return [key for key in keys if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]


def _of(keys: Sequence[Mapping[str, Any]], key_id: str | None) -> list[Mapping[str, Any]]:
    return [key for key in keys if key_id is None or key.get("kid") == key_id]


def _address(document: Mapping[str, Any], name: str, issuer: str) -> str:
    """An address on the issuer's own host, or over https on a host with a public name: none by which it would reach inside."""
    text = document.get(name)
    parts = _parts(text) if isinstance(text, str) and text.isascii() and text.isprintable() else None
    own = urlsplit(issuer)
    if parts is None or parts.username or parts.fragment or not parts.hostname:
        raise lie("address", text)
    if (parts.scheme, parts.netloc) != (own.scheme, own.netloc) and (parts.scheme != "https" or not _is_a_public_name(parts.hostname)):
        raise lie("address", text)
    return str(text)


def _parts(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _is_a_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))
    return False
