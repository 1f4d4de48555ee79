# SPDX-License-Identifier: Apache-2.0
"""Refusals as answers: problem documents for programs (RFC 9457), a page for people. Only this module knows status codes."""

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madang import kit
from madang.web.answers import see_other
from madang.web.bodies import UnsupportedBody
from madang.web.languages import translate
from madang.web.middleware import plain_path
from madang.web.templating import render

log = logging.getLogger(__name__)

STATUS: dict[type[kit.Refusal], int] = {
    kit.NotSignedIn: 401,
    kit.NotAllowed: 403,
    kit.NotFound: 404,
    kit.Conflict: 409,
    kit.Stale: 412,
    kit.TooLarge: 413,
    UnsupportedBody: 415,
    kit.Invalid: 422,
    kit.TooMany: 429,
    kit.Unavailable: 503,
}
TITLES = {
    400: kit.marked("The request cannot be read"),
    401: kit.marked("Sign in first"),
    403: kit.marked("Not for this account"),
    404: kit.marked("Nothing here"),
    405: kit.marked("Not done this way"),
    409: kit.marked("It does not fit what is there now"),
    412: kit.marked("It has changed meanwhile"),
    413: kit.marked("Too large"),
    415: kit.marked("A body of another type"),
    422: kit.marked("Something to mend"),
    429: kit.marked("Too many"),
    500: kit.marked("A fault of ours"),
    503: kit.marked("Not available now"),
}


HIDES = frozenset({401, 403, 404})
"""What a visitor is told of what is not for visitors."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a refused request is answered: plain values for the page (``web/error.html``) and for the document.

    ``detail`` says what happened and what to do next, in the language of the request; ``field`` is the part of the input that is meant.
    """

    status: int
    code: str
    detail: str
    field: str | None = None
    retry_after: int | None = None
    errors: tuple[dict[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The kind of problem, in a few words."""
        return translate(TITLES.get(self.status, TITLES[400]))


def status_of(refusal: kit.Refusal) -> int:
    """The status code of a refusal."""
    return next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 400)


def problem_of(refusal: kit.Refusal) -> Problem:
    """The problem that says this refusal, in the language of this request."""
    status = status_of(refusal)
    sentence, field = _shown(refusal.sentence(translate)), _shown(refusal.field) if refusal.field else None
    errors = ({"field": field, "message": sentence},) if field else ()
    return Problem(status, refusal.code, sentence, field, getattr(refusal, "retry_after", None), errors)


def _shown(text: str) -> str:
    """``text`` as UTF-8 can carry it: half characters that somebody sent are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


async def answer(request: Request, problem: Problem) -> Response:
    """The problem as a page where a person reads, else as a document. Who owes something first is told that instead."""
    actor = getattr(request.state, "actor", None)
    debt = request.app.state.gate.debts.get(actor.owes) if actor and problem.status in HIDES else None
    if debt and not request.url.path.endswith(debt.address):
        problem = problem_of(debt.refusal())
        if _is_read_by_a_person(request):
            back = request.url.path if request.method == "GET" else "/"
            return see_other(f"{debt.address}?back={quote(back)}")
    if problem.status == 401 and _is_read_by_a_person(request) and request.method == "GET":
        return see_other(f"/sign-in?back={quote(str(request.url.path))}")
    response = await _page(request, problem) if _is_read_by_a_person(request) else _document(request, problem)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="madang"'
    return response


def _is_read_by_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


async def _page(request: Request, problem: Problem) -> Response:
    return await run_in_threadpool(_render, request, problem)


def _render(request: Request, problem: Problem) -> Response:
    """The page, which greets whoever is signed in even where no door was reached."""
    gate = request.app.state.gate
    if not hasattr(request.state, "actor"):
        with contextlib.suppress(kit.Refusal, SQLAlchemyError), gate.database.reading() as session:
            request.state.actor = gate.authenticate(session, request)
    return render(request, "web/error.html", problem, status=problem.status)


def _document(request: Request, problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:madang:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "instance": quote(request.url.path),
        "request_id": request.state.request_id,
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    return JSONResponse(body, status_code=problem.status, media_type="application/problem+json")


async def on_refusal(request: Request, refusal: Exception) -> Response:
    """Answer a room's refusal."""
    assert isinstance(refusal, kit.Refusal)
    return await answer(request, problem_of(refusal))


async def on_http_exception(request: Request, fault: Exception) -> Response:
    """Answer what the router itself refuses: no such address, no such method, a body that cannot be read."""
    assert isinstance(fault, HTTPException)
    if isinstance(fault.__cause__, kit.Refusal):
        return await answer(request, problem_of(fault.__cause__))
    details = {
        404: kit.NotFound.message,
        405: kit.marked("This address answers other methods."),
        400: kit.marked("The request is malformed."),
    }
    detail = translate(details.get(fault.status_code, "")) or str(fault.detail)
    codes = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
    response = await answer(request, Problem(fault.status_code, codes.get(fault.status_code, "malformed"), detail))
    for name, value in (fault.headers or {}).items():
        response.headers[name] = value
    if fault.status_code == 405:
        response.headers["Allow"] = ", ".join(sorted(_methods(request.app.routes, request.url.path)))
    return response


def _methods(routes: Iterable[BaseRoute], path: str) -> set[str]:
    """What that address answers, over all of its routes: the router itself names only the first one's."""
    found: set[str] = set()
    for route in routes:
        inner = getattr(route, "original_router", None)  # FastAPI keeps an included router as one route that holds the others
        if inner is not None:
            found |= _methods(inner.routes, path)
        elif isinstance(route, Route) and route.path_regex.match(path):
            found |= route.methods or set()
    return found


async def on_validation_error(request: Request, fault: Exception) -> Response:
    """Answer values that do not have the declared form, each with where it stands, in the language of the request."""
    assert isinstance(fault, RequestValidationError)
    errors = tuple({"field": _field(error["loc"]), "message": _meant(error)} for error in fault.errors())
    detail = translate(kit.marked("Some values do not have the form that this address takes."))
    return await answer(request, Problem(422, "invalid", detail, errors=errors))


FORMS = {
    "missing": kit.marked("This is missing."),
    "extra_forbidden": kit.marked("This is not known here."),
    "json_invalid": kit.marked("The body cannot be read as JSON."),
    "model_attributes_type": kit.marked("The body must be a JSON object (application/json)."),
    "dict_type": kit.marked("The body must be a JSON object (application/json)."),
    "literal_error": kit.marked("It must be one of: %(expected)s."),
    "enum": kit.marked("It must be one of: %(expected)s."),
    "string_type": kit.marked("It must be a text."),
    "int_type": kit.marked("It must be a whole number."),
    "int_parsing": kit.marked("It must be a whole number."),
    "bool_parsing": kit.marked("It must be true or false."),
    "greater_than_equal": kit.marked("It must be at least %(ge)s."),
    "less_than_equal": kit.marked("It must be at most %(le)s."),
}
OTHER_FORM = kit.marked("It does not have the form that is asked for.")


def _field(place: tuple[object, ...]) -> str:
    """Where the value stands: the member's or parameter's name; ``body`` for the body as a whole."""
    names = [str(part) for part in place[1:] if not isinstance(part, int)]
    return _shown(".".join(names)) or str(place[0])


def _meant(error: Mapping[str, Any]) -> str:
    """What a value should be."""
    values = {name: str(value).replace(" or ", ", ").replace("'", "") for name, value in (error.get("ctx") or {}).items()}
    return translate(FORMS.get(error["type"], OTHER_FORM)) % values


class FaultBoundary:
    """ASGI: whatever no one translated is a fault of ours: written down with the request's id, and nothing of it is shown."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in its place if it breaks before it answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def watching(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watching)
        except Exception as fault:  # the edge: everything that rooms can say has been translated below
            request = Request(scope, receive)
            log.error("fault", exc_info=fault, extra={"request_id": scope["state"]["request_id"], "path": plain_path(scope["path"])})
            if not began:
                response = await answer(request, Problem(500, "fault", translate(FAULT)))
                await response(scope, receive, send)


FAULT = kit.marked("This is a fault of the platform and it is written down. Try again; if it stays, tell the operator the number below.")
