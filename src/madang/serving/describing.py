# SPDX-License-Identifier: Apache-2.0
"""A service's own OpenAPI document. Pure: from the offer to the document."""

from collections.abc import Mapping
from typing import Any

from madang.serving.offers import Offer

PROBLEM = {
    "description": "A problem document (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"type": "object", "properties": {"title": {"type": "string"}}}}},
}
KEY = {"type": "http", "scheme": "bearer", "description": "A key of yours, as `madang key create` or the page of keys gives it."}
REFUSED = ("400", "401", "403", "404", "413", "422", "429", "503", "504")


def openapi_of(offer: Offer, base: str) -> dict[str, Any]:
    """The document (OpenAPI 3.1): one address, and of each operation what it takes and gives. ``base`` is the platform's address."""
    schemas: dict[str, Any] = dict(offer.schemas)
    many = len(schemas) > 1
    asked: dict[str, Any] = {"oneOf": [told.get("inputs", {}) for told in schemas.values()]} if many else _first(schemas, "inputs")
    given: dict[str, Any] = {"oneOf": [told.get("outputs", {}) for told in schemas.values()]} if many else _first(schemas, "outputs")
    parameters = [_operations(offer)] if offer.operations else []
    call = {
        "operationId": "call",
        "summary": offer.title or offer.name,
        "description": f"Counted in: {offer.unit}.",
        "parameters": parameters,
        "requestBody": {"required": True, "content": {"application/json": {"schema": asked, "example": dict(offer.example)}}},
        "responses": {
            "200": {"description": "What the service gives.", "content": {"application/json": {"schema": given}}},
            **dict.fromkeys(REFUSED, PROBLEM),
        },
        "security": [{"key": []}],
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": offer.title or f"{offer.namespace}/{offer.name}", "version": offer.version},
        "servers": [{"url": base}],
        "paths": {f"/api/v1/services/{offer.namespace}/{offer.name}/calls": {"post": call}},
        "components": {"securitySchemes": {"key": KEY}},
    }


def _first(schemas: Mapping[str, Mapping[str, Any]], part: str) -> dict[str, Any]:
    return dict(next(iter(schemas.values()), {}).get(part, {}))


def _operations(offer: Offer) -> dict[str, Any]:
    known = list(offer.operations)
    return {
        "name": "operation", "in": "query", "required": False, "description": "Which function; the first where none is named.",
        "schema": {"type": "string", "enum": known, "default": known[0]},
    }  # fmt: skip
