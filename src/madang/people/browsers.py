# SPDX-License-Identifier: Apache-2.0
"""What doors take from a browser and give it: cookies, its network, and what it says of itself."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.people import keys
from madang.people.credentials import cookie_name
from madang.people.joining.given import lead_to_conditions
from madang.people.models import Account
from madang.people.ways import Preference


def is_secure(request: Request) -> bool:
    """Whether pages are served over https."""
    return bool(request.app.state.gate.is_secure)


def cookie(request: Request) -> str | None:
    """The session's cookie."""
    return request.cookies.get(cookie_name(is_secure(request)))


def network(request: Request) -> str:
    """The client's address."""
    return request.client.host if request.client else ""


def agent(request: Request) -> str:
    """What the browser says of itself."""
    return request.headers.get("user-agent", "")


def signed_in(request: Request, session: Session, answer: Response, account: Account, value: str) -> Response:
    """The answer, with the new session's cookie and with the language and theme that the person chose elsewhere."""
    age = int(keys.limits().session.total_seconds())
    name, secure = cookie_name(is_secure(request)), is_secure(request)
    answer.set_cookie(name, value, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")
    chosen = session.get(Preference, account.id)
    for word, wish in (("language", chosen.language), ("theme", chosen.theme)) if chosen else ():
        if wish:
            answer.headers.append("Set-Cookie", web.preference_cookie(word, wish, is_secure=secure))
    answer.headers["Cache-Control"] = "no-store"
    return lead_to_conditions(request, answer, account)


def signed_out(request: Request, answer: Response) -> Response:
    """The answer, which takes the session's cookie away."""
    secure = is_secure(request)
    answer.delete_cookie(cookie_name(secure), path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def kept(request: Request, name: str) -> str | None:
    """A cookie of ours for a few minutes."""
    return request.cookies.get(_short_name(request, name))


def keep(request: Request, answer: Response, name: str, value: str, *, seconds: int) -> Response:
    """The answer, with a cookie for a few minutes that only this site gets, also when another site sends the browser back."""
    answer.set_cookie(
        _short_name(request, name), value, max_age=seconds, path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def drop(request: Request, answer: Response, name: str) -> Response:
    """The answer, which takes that cookie away."""
    answer.delete_cookie(_short_name(request, name), path="/", secure=is_secure(request), httponly=True, samesite="lax")
    return answer


def _short_name(request: Request, name: str) -> str:
    return f"__Host-{name}" if is_secure(request) else name
