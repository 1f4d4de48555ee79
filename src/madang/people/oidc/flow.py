# SPDX-License-Identifier: Apache-2.0
"""To the provider with a question, back with a code, and the code for what may be believed."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from madang.kit import now
from madang.people.oidc import claims
from madang.people.oidc.claims import Claims
from madang.people.oidc.directory import Directory, Metadata
from madang.people.oidc.errors import ProviderBusy, ProviderDown, ProviderSaidNo
from madang.people.oidc.fetching import fetch, lie
from madang.people.oidc.rounds import Begun

AT_ONCE = 16
SECONDS = 15.0
BUSY_SECONDS = 5
_under_way = 0


async def authorization_address(directory: Directory, begun: Begun) -> str:
    """Where the browser is sent (section 3.1.2.1)."""
    metadata, provider = await directory.metadata(), directory.provider
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.return_address,
        "scope": provider.scopes,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
    }
    return f"{metadata.authorization}{'&' if '?' in metadata.authorization else '?'}{urlencode(asked)}"


async def exchange(directory: Directory, begun: Begun, answer: Mapping[str, str]) -> Claims:
    """Who came back, when everything about the answer can be believed.

    ``ProviderSaidNo``, ``LyingProvider`` or ``ProviderDown`` otherwise; ``ProviderBusy`` when many are under way, so that a slow provider
    costs this house no more than that.
    """
    global _under_way
    if _under_way >= AT_ONCE:
        raise ProviderBusy(retry_after=BUSY_SECONDS)
    _under_way += 1
    try:
        async with asyncio.timeout(SECONDS):
            return await _exchange(directory, begun, answer)
    except TimeoutError as error:
        raise ProviderDown from error
    finally:
        _under_way -= 1


async def _exchange(directory: Directory, begun: Begun, answer: Mapping[str, str]) -> Claims:
    metadata, provider = await directory.metadata(), directory.provider
    if answer.get("iss", provider.issuer) != provider.issuer or (metadata.says_issuer and "iss" not in answer):
        raise lie("issuer", answer.get("iss"))
    if "error" in answer or not answer.get("code"):
        raise ProviderSaidNo(why=_word(answer.get("error")))
    status, tokens = await _tokens(directory, metadata, begun, answer["code"])
    if status != 200:
        raise ProviderSaidNo(why=_word(tokens.get("error")))
    token = tokens.get("id_token")
    head = claims.head_of(token)
    signed = claims.signed(str(token), head, await directory.keys_for(head.get("kid")))
    claims.check(signed, issuer=provider.issuer, client_id=provider.client_id, nonce=begun.nonce, at=now().timestamp())
    claims.check_access(signed, head, tokens.get("access_token"))
    return claims.person({**await _more(metadata, signed, tokens), **signed}, provider.issuer)


async def _tokens(directory: Directory, metadata: Metadata, begun: Begun, code: str) -> tuple[int, dict[str, Any]]:
    provider = directory.provider
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.return_address,
        "code_verifier": begun.verifier,
    }
    headers: dict[str, str] = {}
    if not provider.client_secret:
        form["client_id"] = provider.client_id
    elif metadata.posts_secret:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    else:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return await fetch("POST", metadata.token, form=form, headers=headers)


async def _more(metadata: Metadata, signed: Mapping[str, Any], tokens: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider says of the person beside the ID token, where that says neither a name nor an address (section 5.3)."""
    if not metadata.userinfo or "preferred_username" in signed or "email" in signed or not isinstance(tokens.get("access_token"), str):
        return {}
    status, told = await fetch("GET", metadata.userinfo, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    if status != 200:
        return {}
    if told.get("sub") != signed.get("sub"):
        raise lie("userinfo")
    return told


def _word(error: object) -> str:
    """The provider's own word for what went wrong (RFC 6749), if it is one."""
    text = error if isinstance(error, str) else ""
    return text if text.isascii() and text.replace("_", "").isalnum() and len(text) <= 60 else "-"
