# SPDX-License-Identifier: Apache-2.0
"""JSON doors: the same three arguments as pages, and OpenAPI from the rest of their signature."""

import inspect
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit
from madang.web.answers import json_answer
from madang.web.bodies import check_json
from madang.web.gate import READS, within_unit_of_work

GIVEN = ("session", "actor")
InId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-z]{26}$"}, examples=["01jd3v8qk2m5n7p9r1s3t5v7x9"])]
"""A row's id in an address. What has another form is not there: this says so to programs and refuses nothing."""
NAME = {"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"}
InName = Annotated[str, Path(json_schema_extra=dict(NAME), examples=["lab"])]
"""A name in an address, told as ``InId`` is."""


class JsonRoute(APIRoute):
    """A route that tells a body of another type apart from a body that is wrong."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind a look at what the body is said to be."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def looking(request: Request) -> Response:
            check_json(request)
            return await handle(request)

        return looking


class ApiRouter(APIRouter):
    """A router whose endpoints are doors: ``def show(request, session, actor, …)``; what they
    return is answered as JSON after the commit."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Register ``endpoint``; one that takes no session (an async stream) is left as it is."""
        if "session" in inspect.signature(endpoint).parameters:
            endpoint = _door(endpoint, methods=set(options.get("methods") or ("GET",)), status=options.get("status_code") or 200)
        super().add_api_route(path, endpoint, **options)


def api_router(**options: Any) -> ApiRouter:
    """A router for a room's JSON doors; their addresses begin with ``/api/v1``."""
    return ApiRouter(prefix="/api/v1", route_class=JsonRoute, **options)


def _door(endpoint: Callable[..., Any], *, methods: set[str], status: int) -> Callable[..., Response]:
    signature = inspect.signature(endpoint, eval_str=True)
    writes = not READS.issuperset(methods)

    def answered(request: Request, **values: Any) -> Response:
        def door(request: Request, session: Session, actor: kit.Actor) -> Response:
            result = endpoint(request, session, actor, **values)
            return result if isinstance(result, Response) else json_answer(result, status=status)

        return within_unit_of_work(request, door, writes=writes)

    parameters = [p for name, p in signature.parameters.items() if name not in GIVEN]
    answered.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    answered.__name__, answered.__doc__, answered.__module__ = endpoint.__name__, endpoint.__doc__, endpoint.__module__
    return answered
