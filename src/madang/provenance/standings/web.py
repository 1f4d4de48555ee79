# SPDX-License-Identifier: Apache-2.0
"""The list of what may be done with every asset's newest version, chosen by a goal and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, sheets, web
from madang.provenance import telling
from madang.provenance.standings import queries
from madang.provenance.standings.rows import GOALS

ROWS, MOST_PAGES, MOST_CSV = 50, 10_000, 10_000
HERE = "/terms"


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A version with the verdict of each goal; empty where it was never worked out."""

    name: str
    kind: str
    address: str
    label: str
    verdicts: tuple[tuple[str, str], ...]
    is_due: bool


@dataclass(frozen=True)
class StandingsPage:
    """The chosen rows."""

    rows: tuple[StandingRow, ...]
    goals: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...]
    goal: str
    verdict: str
    kind: str
    total: int
    first: int
    previous: str | None
    next: str | None
    words: Mapping[str, Mapping[str, str]]


def list_standings(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What may be done with the newest version of each asset."""
    asked, place, words = _asked(request), web.place_of(request, MOST_PAGES), telling.words_of()
    total = queries.count(session, **asked, viewer=actor)
    rows = queries.standings(
        session, goal=asked["goal"], verdict=asked["verdict"], kind=asked["kind"], offset=(place - 1) * ROWS, limit=ROWS, viewer=actor
    )
    page = StandingsPage(
        tuple(_row(each) for each in rows), tuple((goal, words["goals"][goal]) for goal in GOALS), catalog.KINDS, **asked, total=total,
        first=(place - 1) * ROWS + 1, previous=_address(asked, place - 1) if place > 1 else None,
        next=_address(asked, place + 1) if place * ROWS < total else None, words=words,
    )  # fmt: skip
    return web.render(request, "provenance/standings.html", page)


def _row(each: queries.Row) -> StandingRow:
    verdicts = tuple((goal, each.verdicts.get(goal, "")) for goal in GOALS)
    name, label = f"{each.asset.namespace}/{each.asset.name}", each.version.label or str(each.version.number)
    return StandingRow(name, each.asset.kind, catalog.version_address(each.asset, each.version), label, verdicts, each.is_due)


def _asked(request: Request) -> dict[str, str]:
    get = request.query_params.get
    goal, verdict, kind = get("goal", ""), get("verdict", ""), get("kind", "")
    return {
        "goal": goal if goal in GOALS else "", "verdict": verdict if verdict in queries.VERDICTS else "",
        "kind": kind if kind in catalog.KINDS else "",
    }  # fmt: skip


def _address(asked: Mapping[str, str], place: int) -> str:
    told = {**asked, "page": str(place) if place > 1 else ""}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{HERE}?{query}" if query else HERE


def list_standings_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same for a spreadsheet."""
    rows = queries.standings(session, offset=0, limit=MOST_CSV, viewer=actor, **_asked(request))
    cells = ((f"{each.asset.ref}@{each.version.number}", *(each.verdicts.get(goal, "") for goal in GOALS), each.is_due) for each in rows)
    text = sheets.write_csv(cells, header=("version", *GOALS, "due"))
    return web.attachment(text, name="terms.csv", media_type="text/csv; charset=utf-8")


routes = [web.page(HERE, list_standings), web.page(HERE + ".csv", list_standings_csv)]
