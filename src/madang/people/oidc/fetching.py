# SPDX-License-Identifier: Apache-2.0
"""Asking the provider: one deadline for the whole answer, a limit for its size, and no step to another address."""

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from madang.people.oidc.errors import LyingProvider, ProviderDown

log = logging.getLogger("madang.people")
SECONDS = 8.0
MOST_BYTES = 256 * 1024
MOST_DEPTH = 500


async def fetch(
    method: str, address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer. ``ProviderDown`` when it does not come whole and in time, ``LyingProvider`` when it is none.

    No thread waits meanwhile. A redirection is not followed: it is how a provider would make this house ask inside the institute.
    """
    try:
        async with asyncio.timeout(SECONDS):
            status, body = await _exchange(
                method, address, form, {"Accept": "application/json", "Accept-Encoding": "identity"} | dict(headers or {})
            )
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        log.warning("provider.down", extra={"address": address, "kind": type(error).__name__})
        raise ProviderDown from error
    if 300 <= status < 400:
        raise lie("redirection", address)
    if status >= 500:
        log.warning("provider.down", extra={"address": address, "status": status})
        raise ProviderDown
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise lie("json", address) from error
    if not isinstance(document, dict):
        raise lie("json", address)
    return status, document


def lie(why: str, what: object = "") -> LyingProvider:
    """The refusal, after the log was told what was wrong."""
    log.warning("provider.lie", extra={"why": why, "what": str(what)[:200]})
    return LyingProvider(why=why)


async def _exchange(method: str, address: str, form: Mapping[str, str] | None, headers: dict[str, str]) -> tuple[int, bytes]:
    body = bytearray()
    async with (
        httpx.AsyncClient(follow_redirects=False, timeout=SECONDS, verify=_trust()) as client,
        client.stream(method, address, data=form, headers=headers) as answer,
    ):
        async for part in answer.aiter_raw():
            body += part
            if len(body) > MOST_BYTES:
                raise lie("size", address)
        return answer.status_code, bytes(body)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
