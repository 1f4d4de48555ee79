# SPDX-License-Identifier: Apache-2.0
"""Forms that came from our own pages.

A token is bound to the cookie of the session, or of the visit when nobody is signed in, and is another one each time it is shown, so that
compressed pages do not leak it (the BREACH attack). A request that names another origin is refused before the token is looked at.
"""

import hmac
import secrets
from hashlib import sha256

from starlette.requests import Request

from madang import kit

SESSION_COOKIES = ("__Host-madang", "madang")
VISIT_COOKIE = "madang_visit"


class ForgedForm(kit.NotAllowed):
    """A form did not come from a page of ours, or the page was too old."""

    code = "forged-form"
    message = kit.marked("This form did not come from this page, or the page is too old. Open it again and send it once more.")


def identity(request: Request) -> str:
    """What a token is bound to: the session's cookie, else the visit's."""
    for name in SESSION_COOKIES:
        if name in request.cookies:
            return request.cookies[name]
    return getattr(request.state, "visit", "") or request.cookies.get(VISIT_COOKIE, "")


def token(key: bytes, bound_to: str) -> str:
    """A fresh token for a form."""
    nonce = secrets.token_hex(8)
    return nonce + _mark(key, nonce, bound_to)


def _mark(key: bytes, nonce: str, bound_to: str) -> str:
    return hmac.new(key, f"{nonce}\0{bound_to}".encode(errors="surrogateescape"), sha256).hexdigest()[:40]


def check(request: Request, key: bytes, given: str) -> None:
    """Refuse a form that does not carry a token of ours or that another site sent."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    own = (request.headers.get("host", ""), request.app.state.gate.host)
    foreign = origin is not None and origin.partition("://")[2] not in own
    expected = _mark(key, given[:16], identity(request))
    if site == "cross-site" or foreign or not identity(request) or not hmac.compare_digest(given[16:].encode(), expected.encode()):
        raise ForgedForm()


def token_for(request: Request) -> str:
    """A fresh token for a form on the page that answers ``request``."""
    return token(request.app.state.gate.csrf_key, identity(request))
