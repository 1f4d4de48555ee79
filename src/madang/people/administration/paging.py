# SPDX-License-Identifier: Apache-2.0
"""What these doors share: pages of a list by number, and a refusal beside its field."""

from typing import TypedDict
from urllib.parse import urlencode

from starlette.requests import Request

from madang import web
from madang.kit import Refusal

ROWS = 50
MOST_PAGES = 2000


class Around(TypedDict):
    """The addresses of the pages before and after."""

    previous: str | None
    next: str | None


def offset_of(request: Request) -> int:
    """How many rows stand before the page that is asked for."""
    return (web.place_of(request, MOST_PAGES) - 1) * ROWS


def around(request: Request, path: str, total: int) -> Around:
    """The addresses of the pages before and after this one, with the same filter."""
    place = web.place_of(request, MOST_PAGES)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "lang", "theme", "done")]

    def address(to: int) -> str:
        query = urlencode([*kept, *([("page", str(to))] if to > 1 else [])])
        return path + (f"?{query}" if query else "")

    return Around(previous=address(place - 1) if place > 1 else None, next=address(place + 1) if place * ROWS < total else None)


def faults_of(refusal: Refusal | None, field: str) -> dict[str, str]:
    """The refusal's sentence at its field, or at ``field``."""
    return {refusal.field or field: refusal.sentence(web.translate)} if refusal else {}
