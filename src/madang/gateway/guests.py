# SPDX-License-Identifier: Apache-2.0
"""Guests: who tries a service on its page, without a key.

A page of ours sends its form's token with the call, so that no other site can spend what a visitor may try. The browser's cookie and its
network are what is counted; who is signed in sees what they may see.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from hashlib import sha256

from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import kit, usage, web
from madang.gateway.asked import Asked
from madang.gateway.errors import NoKey

TOKEN = b"x-csrf-token"
Authenticate = Callable[[Session, Request], kit.Actor]


class Guests:
    """Tells guests apart. ``app`` is the application whose gate gave the page its token; ``authenticate`` says who is signed in."""

    def __init__(self, app: object, authenticate: Authenticate) -> None:
        self.app, self.authenticate = app, authenticate

    async def grant(self, asked: Asked, meter: usage.Meter) -> usage.Grant:
        """What a visitor of our page may; ``NoKey`` for a call that has neither a key nor our page's token."""
        if TOKEN not in asked.headers:
            raise NoKey
        request = Request({**asked.scope, "app": self.app, "state": {}})
        return await self.of(request, meter, token=asked.header(TOKEN))

    async def of(self, request: Request, meter: usage.Meter, *, token: str) -> usage.Grant:
        """The same for a page's own form, whose token came in it."""
        gate: web.Gate = request.app.state.gate
        web.check_form(request, gate.csrf_key, token)
        browser = web.browser_of(request)
        grant = meter.guest(sha256(browser.encode("utf-8", "surrogateescape")).hexdigest(), request.client.host if request.client else "")
        actor = await asyncio.to_thread(self._actor, request, gate)
        return dataclasses.replace(grant, actor=actor) if actor.is_signed_in else grant

    def _actor(self, request: Request, gate: web.Gate) -> kit.Actor:
        with gate.database.reading() as session:
            return self.authenticate(session, request)
