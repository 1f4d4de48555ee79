# SPDX-License-Identifier: Apache-2.0
"""Lists in pages: every list answers ``{"items": […], "next": address or null}``; the cursor is where the last row stood."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from madang import kit

T = TypeVar("T")


class BadCursor(kit.Invalid):
    """The cursor is not one that a list of ours gave."""

    code = "bad-cursor"
    message = kit.marked("This cursor is not one that a list gave. Begin again without it.")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and the cursor of the rows after them, None at the end."""

    items: Sequence[T]
    cursor: str | None


def page_of(rows: Sequence[T], limit: int, place: Callable[[T], Sequence[Any]]) -> Page[T]:
    """A page of at most ``limit`` from ``limit + 1`` rows read; ``place(row)`` gives the JSON values that the next page begins after."""
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], write_cursor(place(rows[limit - 1])))


def write_cursor(position: Sequence[Any]) -> str:
    """A cursor for ``position``."""
    return base64.urlsafe_b64encode(json.dumps(list(position), separators=(",", ":")).encode()).decode().rstrip("=")


def position(cursor: str, *types: type) -> list[Any]:
    """The position in ``cursor``, whose parts must be of ``types``; ``BadCursor`` otherwise."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as fault:
        raise BadCursor(field="cursor") from fault
    if not isinstance(values, list) or [type(value) for value in values] != list(types) or any(_is_huge(value) for value in values):
        raise BadCursor(field="cursor")
    return values


def _is_huge(value: object) -> bool:
    """Whether a database's whole numbers end before it, or it has characters that no row has."""
    return (isinstance(value, int) and abs(value) >= 1 << 63) or (isinstance(value, str) and ("\0" in value or not _is_text(value)))


def _is_text(value: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def next_address(request: Request, cursor: str | None) -> str | None:
    """This request's address with ``cursor`` in it, or None when there is no more."""
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


def page_address(request: Request, place: int) -> str:
    """This request's address with that page of its list, and without what was chosen on the way: language and theme."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "lang", "theme")]
    return f"{request.url.path}?{urlencode([*kept, ('page', str(place))])}"


def place_of(request: Request, most: int) -> int:
    """Which page of a list on a page is asked for (``?page=``), from 1 to ``most``; what is no number is 1."""
    given = request.query_params.get("page", "1")
    return min(max(int(given), 1), most) if given.isascii() and given.isdigit() and len(given) < 6 else 1
