# SPDX-License-Identifier: Apache-2.0
"""What every request is given and every answer carries: an id, a language, a theme, a visit, strict headers, a line in the log."""

import logging
import re
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madang import kit
from madang.web import csrf
from madang.web.languages import LANGUAGES, preferred, set_language

log = logging.getLogger("madang.access")

THEMES = ("auto", "light", "dark")
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SECRET = re.compile(r"^(/link/|/invitations/|/me/feed/)[^/?]+")
YEAR = 365 * 24 * 3600


class Envelope:
    """ASGI: the outermost of ours."""

    def __init__(self, app: ASGIApp, *, language: str, is_secure: bool) -> None:
        self.app, self.language, self.is_secure = app, language, is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Prepare the request, pass it on, and complete the answer's head."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state, cookies = scope.setdefault("state", {}), self._prepare(scope)
        began, status = time.perf_counter(), 0

        async def completing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self.is_secure:
                    headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
                headers["X-Request-Id"] = state["request_id"]
                headers["Content-Language"] = state["language"]
                _keep_private(headers)
                if headers.get("content-encoding") == "identity":
                    del headers["content-encoding"]  # it kept the answer from being compressed, and says nothing to whoever gets it
                for cookie in cookies:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        try:
            await self.app(scope, receive, completing)
        finally:
            self._write_down(scope, status, time.perf_counter() - began)

    def _prepare(self, scope: Scope) -> list[str]:
        """Fill the request's state; hand back the cookies that the answer sets."""
        headers, state = Headers(scope=scope), scope["state"]
        given = headers.get("x-request-id", "")
        state["request_id"] = given if _GIVEN_ID.fullmatch(given) else kit.new_id()
        jar = _cookies(headers.get("cookie", ""))
        asked = parse_qs(scope["query_string"].decode("latin-1")) if scope["method"] == "GET" else {}
        cookies: list[str] = []
        language = self._choice("language", asked.get("lang", [""])[-1], LANGUAGES, jar, cookies)
        state["language"] = language or preferred(headers.get("accept-language", ""), self.language)
        state["theme"] = self._choice("theme", asked.get("theme", [""])[-1], THEMES, jar, cookies) or "auto"
        set_language(state["language"])
        state["visit"] = jar.get(csrf.VISIT_COOKIE, "")
        if not state["visit"] and "text/html" in headers.get("accept", "") and not any(name in jar for name in csrf.SESSION_COOKIES):
            state["visit"] = secrets.token_urlsafe(16)
            cookies.append(f"{_cookie(csrf.VISIT_COOKIE, state['visit'], is_secure=self.is_secure)}; HttpOnly")
        return cookies

    def _choice(self, name: str, asked: str, known: tuple[str, ...], jar: dict[str, str], cookies: list[str]) -> str:
        """What was asked for in the address, which is then remembered, or what is remembered."""
        if asked in known:
            cookies.append(preference_cookie(name, asked, is_secure=self.is_secure))
            return asked
        kept = jar.get(f"madang_{name}", "")
        return kept if kept in known else ""

    def _write_down(self, scope: Scope, status: int, seconds: float) -> None:
        facts = {
            "request_id": scope["state"]["request_id"],
            "trace_id": scope["state"].get("trace_id") or None,
            "method": scope["method"],
            "path": plain_path(scope["path"]),
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        log.info("request", extra=facts)


def plain_path(path: str) -> str:
    """The path as it may be written down: whoever has the secret in an address that opens something once, or a feed, is let in by it."""
    return _SECRET.sub(r"\1…", path)


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _keep_private(headers: MutableHeaders) -> None:
    """What is not said to be for everybody is for whoever asked: no shared cache may keep it."""
    headers.setdefault("Cache-Control", "private, no-cache")
    if "public" not in headers["Cache-Control"]:
        headers.add_vary_header("Cookie")
        headers.add_vary_header("Authorization")


def preference_cookie(name: str, value: str, *, is_secure: bool) -> str:
    """A cookie that remembers for a year what a reader chose."""
    return f"{_cookie(f'madang_{name}', value, is_secure=is_secure)}; Max-Age={YEAR}"


def _cookie(name: str, value: str, *, is_secure: bool) -> str:
    return f"{name}={value}; Path=/; SameSite=Lax" + ("; Secure" if is_secure else "")
