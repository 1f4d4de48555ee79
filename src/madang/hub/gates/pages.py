# SPDX-License-Identifier: Apache-2.0
"""What the page of access shows: plain values, filled by its doors, read by its templates as ``page``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from madang.hub.pages import Head
from madang.web.pictures import Drawing


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Somebody's access. ``answers`` are (what was asked, what was answered); ``is_over`` once its end has come."""

    id: str
    account: str
    state: str
    purpose: str
    answers: Sequence[tuple[str, str]]
    text_number: int
    revision: str
    asked_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    reason: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """How many files were taken in the last days: ``sums`` by sector, ``rows`` (day, a number for each sector) for the table."""

    total: int
    lying: Drawing
    standing: Drawing
    sums: Sequence[tuple[str, int]]
    rows: Sequence[tuple[str, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class OwnerPart:
    """What the owner's side sees: how files are given, as a form takes it, and who asked. ``text`` and ``fields`` are the owner's own
    words, "" where the card's hold. ``embargo`` is a time as a form's field takes it."""

    mode: str
    text: str
    fields: str
    embargo: str
    card_has_words: bool
    requests: Sequence[RequestRow]
    taken: Taken
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class AccessPage:
    """``hub/access.html``: the conditions, how the viewer stands, and a form to ask with. ``state`` is that of the viewer's own request:
    "", or a word of rows, or ``anew`` where the conditions have to be accepted anew. ``asks``: what can be done now: "", ``accept`` or
    ``request``. ``refused`` says why a file was not given that was asked for. ``fields`` are (name, kind)."""

    head: Head
    mode: str
    text: Markup
    text_number: int
    fields: Sequence[tuple[str, str]]
    embargo_until: datetime | None
    is_within: bool
    state: str
    mine: RequestRow | None
    asks: str
    owner: OwnerPart | None
    refused: str
    faults: Mapping[str, str]
    given: Mapping[str, str]
    done: str
