# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document says what the gate does for every door: who may come in, retries, and what refusals look like (RFC 9457)."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "A sentence in the language that the request reads."},
        "instance": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}},
        },
    },
}
REFUSALS = {
    "400": "The request cannot be read at all.",
    "401": "Nobody is signed in, or the token is not good.",
    "403": "Not for this account.",
    "404": "Not there, or not shown to this account.",
    "409": "It does not fit what is there now.",
    "412": "It has changed since it was looked at.",
    "413": "Over a limit, which is named.",
    "415": "A body of another type than this address takes.",
    "422": "Something in the request is to be mended; `errors` says what.",
    "429": "Too many; `Retry-After` says when to come again.",
    "503": "Something that this needs does not answer now.",
}
READS = ("401", "403", "404", "409", "422", "429", "503")
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "A request sent again with the same key gets the same answer and is not done twice.",
}


def describe(app: FastAPI) -> None:
    """``app.openapi()`` gives the document with what the gate does written into it; made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _complete(made)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to change the document


def _complete(made: dict[str, Any]) -> None:
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": "`madang token create` makes one."}}
    made["security"] = [{"token": []}, {}]
    for method, operation in _operations(made):
        reads = method == "get"
        for status in READS if reads else REFUSALS:
            content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            operation["responses"][status] = {"description": REFUSALS[status], "content": content}
        if not reads:
            operation.setdefault("parameters", []).append(KEY)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)


def _operations(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in made["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield method, operation
