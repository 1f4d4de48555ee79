# SPDX-License-Identifier: Apache-2.0
"""What the running application answers: every method and path, as registered."""

from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route


def answered(application: FastAPI) -> set[tuple[str, str]]:
    """Every (method, path) of the application. HEAD goes with GET."""
    return {(method, route.path) for route in _flat(application.routes) for method in (route.methods or {"ANY"}) if method != "HEAD"}


def _flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        # FastAPI keeps an included router as one route that holds the others.
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _flat(inner.routes)
        else:
            assert isinstance(route, Route), f"a route of another kind, which the table of rights cannot name: {route}"
            yield route
