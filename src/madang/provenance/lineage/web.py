# SPDX-License-Identifier: Apache-2.0
"""The page of a version's lineage, and the same as rows for a spreadsheet."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, sheets, web
from madang.provenance.lineage import drawing, folding, presenting, tones
from madang.provenance.lineage.pages import LineagePage
from madang.provenance.lineage.reading import Item, Lineage, read

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
ROWS, MOST_PAGES = 50, 10_000
UP, DOWN = 3, 1
OPENED = "Apache-2.0"
COLUMNS = ("thing", "step", "type", "licence", "says", "made_into", "hidden")


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the fact that colours, the licence of the goal, how far up and down, and the group in the table."""

    by: str
    licence: str
    up: int
    down: int
    fold: str

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Read from the address; what is no number of steps is the usual one."""
        get = request.query_params.get
        return cls(
            get("by") or "licence", get("license", "").strip()[:400] or OPENED, _steps(get("up", ""), UP), _steps(get("down", ""), DOWN),
            get("fold", ""),
        )  # fmt: skip


def _steps(given: str, unless: int) -> int:
    return min(int(given), folding.FARTHEST) if given.isascii() and given.isdigit() and len(given) < 4 else unless


def show_lineage(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What a version is made of and what is made with it, as a picture and as rows."""
    version, head = presenting.subject_of(request, session, actor)
    lineage, asked, fault = read(session, version, viewer=actor), Asked.of(request), ""
    try:
        colouring = tones.colour(lineage, asked.by, asked.licence, web.translate)
    except kit.Invalid as refusal:
        fault = refusal.sentence(web.translate)
        colouring = tones.colour(lineage, "licence", None, web.translate)
    folded = folding.fold(lineage, colouring, up=asked.up, down=asked.down)
    few = folding.find(folded, asked.fold)
    words, place = presenting.vocabulary(), web.place_of(request, MOST_PAGES)
    items = list((lineage.items if few is None else few).values())
    named = presenting.naming(head, words["types"])
    page = LineagePage(
        head=head,
        by="licence" if fault else asked.by,
        licence=asked.licence,
        up=asked.up,
        down=asked.down,
        choices=tones.choices(web.translate),
        words=words,
        legend=presenting.legend_of(colouring),
        lying=drawing.lying(folded, named),
        standing=drawing.standing(folded, named),
        links={key: _link(request, asked, group) for key, group in folded.groups.items()},
        answer=colouring.answer,
        left_out=folded.left_out,
        rows=list(presenting.rows_of(lineage, colouring, items[(place - 1) * ROWS : place * ROWS])),
        total=len(items),
        first=(place - 1) * ROWS + 1,
        previous=_address(request, page=place - 1) if place > 1 else None,
        next=_address(request, page=place + 1) if place * ROWS < len(items) else None,
        fold=asked.fold if few is not None else "",
        fault=fault,
        **_counts(lineage),
    )
    return web.render(request, "provenance/lineage.html", page, status=422 if fault else 200)


def _counts(lineage: Lineage) -> dict[str, int]:
    items: list[Item] = list(lineage.items.values())
    return {
        "above": sum(item.step < 0 for item in items),
        "below": sum(item.step > 0 for item in items),
        "hidden": sum(item.is_hidden for item in items),
        "deep": -min(item.step for item in items),
    }


def _address(request: Request, **changes: object) -> str:
    kept = {name: value for name, value in request.query_params.items() if name not in ("lang", "theme", *changes)}
    given = {name: str(value) for name, value in changes.items() if value not in (None, "")}
    return f"{request.url.path}?{urlencode({**kept, **given})}"


def _link(request: Request, asked: Asked, group: folding.Group) -> str:
    return presenting.link_of(group, lambda **changes: _address(request, **changes), up=asked.up, down=asked.down)


def show_lineage_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same things for a spreadsheet, all of them."""
    version, head = presenting.subject_of(request, session, actor)
    lineage, asked = read(session, version, viewer=actor), Asked.of(request)
    colouring = tones.colour(lineage, asked.by, asked.licence, str)
    rows = presenting.rows_of(lineage, colouring, list(lineage.items.values()), most=folding.MOST_WAYS)
    cells = (
        (row.id, row.step, row.type, row.licence or "", row.tone.word, "; ".join(f"{one.kind} {one.id}" for one in row.goes), row.is_hidden)
        for row in rows
    )
    text = sheets.write_csv(cells, header=COLUMNS)
    return web.attachment(text, name=f"{head.name}-{head.number}-lineage.csv", media_type="text/csv; charset=utf-8")


routes = [
    web.page(VERSION + "/lineage", show_lineage),
    web.page(VERSION + "/lineage.csv", show_lineage_csv),
]
