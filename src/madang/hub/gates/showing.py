# SPDX-License-Identifier: Apache-2.0
"""The page of access, made from rows: asked for itself, or shown where a file is not given."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, web
from madang.hub import contents, presenting
from madang.hub.desk import desk_of
from madang.hub.gates import downloads, queries, rules
from madang.hub.gates.errors import Closed
from madang.hub.gates.models import AccessRequest, Gate
from madang.hub.gates.pages import AccessPage, OwnerPart, RequestRow, Taken
from madang.hub.gates.queries import Standing
from madang.hub.presenting import Seen
from madang.hub.prose import rendered
from madang.kit import _

ROWS = 40
DONE = frozenset({"set", "asked", "accepted", "decided", "withdrawn"})
BOX = "[ ]"
WORDS = {
    "industry": _("Industry"), "university": _("University"), "public": _("Public sector"), "individual": _("Individual"),
    "other": _("Other"), downloads.VISITOR: _("Visitor"),
}  # fmt: skip


def page(
    request: Request,
    session: Session,
    seen: Seen,
    actor: kit.Actor,
    *,
    refused: Closed | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; with ``refused`` in the place of a file that is not given (403)."""
    stands, head = queries.standing(session, seen.place.asset, viewer=actor), presenting.head_of(seen)
    done = request.query_params.get("done", "")
    mine = stands.request
    shown = AccessPage(
        head=head,
        mode=stands.mode,
        text=rendered(stands.text, base=head.base),
        text_number=stands.gate.text_number if stands.gate else 0,
        fields=tuple((field["name"], field["kind"]) for field in stands.gate.fields) if stands.gate else (),
        embargo_until=stands.embargo_until,
        is_within=stands.is_within,
        state=state_of(stands),
        mine=row_of(mine) if mine is not None else None,
        asks=asks_of(stands),
        owner=_owner_part(request, session, seen, actor, stands) if seen.may_change else None,
        refused=refused.sentence(web.translate) if refused is not None else "",
        faults=faults or {},
        given=dict(web.form(request)),
        done=done if done in DONE else "",
    )
    return web.render(request, "hub/access.html", shown, status=403 if refused is not None else status)


def state_of(stands: Standing) -> str:
    """A word for how the viewer's own request stands: one of rows, ``anew``, or "" for none."""
    if stands.request is None:
        return ""
    is_over = stands.request.state == "accepted" and not rules.holds("accepted", stands.request.ends_at, 1 << 30, least=0, now=kit.now())
    return "anew" if stands.owes_anew else "ended" if is_over else stands.request.state


def asks_of(stands: Standing) -> str:
    """What the viewer can do to have the files: ``accept`` the conditions, ``request`` access, or "" for nothing."""
    if stands.mode == "open" or stands.is_within or state_of(stands) in ("pending", "accepted"):
        return ""
    return "accept" if stands.mode == "auto" or stands.owes_anew else "request"


def row_of(request: AccessRequest) -> RequestRow:
    """A request as pages show it."""
    told = [(name, "✓" if value is True else str(value)) for name, value in request.answers.items()]
    return RequestRow(
        request.id, request.account, request.state, request.purpose, told, request.text_number, request.revision[:10], request.asked_at,
        request.accepted_at, request.decided_at, request.decided_by or "", request.reason, request.ends_at,
    )  # fmt: skip


def _owner_part(request: Request, session: Session, seen: Seen, actor: kit.Actor, stands: Standing) -> OwnerPart:
    cursor, gate = request.query_params.get("cursor", ""), stands.gate
    before = web.position(cursor, str)[0] if cursor else ""
    found = queries.requests(session, seen.place, viewer=actor, before=before, limit=ROWS + 1)
    shown = web.page_of(found, ROWS, lambda row: [row.id])
    prompt, asked = rules.asked_by_card(contents.card_of(desk_of(request).store, seen.commit.tree).data)
    return OwnerPart(
        mode=stands.mode,
        text=stands.text if gate is not None and gate.is_own_text else "",
        fields=lines_of(gate) if gate is not None and gate.is_own_fields else "",
        embargo=web.local_text(request, stands.embargo_until),
        card_has_words=bool(prompt or asked),
        requests=tuple(row_of(row) for row in shown.items),
        taken=taken_of(session, seen),
        first=request.url.path if cursor else None,
        next=web.next_address(request, shown.cursor),
    )


def taken_of(session: Session, seen: Seen) -> Taken:
    """How many files were taken in the last days, drawn by day and sector."""
    ends = kit.now().date()
    days = [ends - timedelta(days=back) for back in range(downloads.DAYS - 1, -1, -1)]
    found, language = downloads.days_of(session, seen.place, begins=days[0], ends=ends), web.current_language()
    sums = [(sector, sum(found.get((day, sector), 0) for day in days)) for sector in downloads.SECTORS]
    layers = [
        web.pictures.Layer(web.translate(WORDS[sector]), tuple(float(found.get((day, sector), 0)) for day in days), f"{count:,}")
        for sector, count in sums
    ]
    lying, standing = web.pictures.bars(web.pictures.named_days(days, language), layers, language=language)
    rows = [(day.isoformat(), [found.get((day, sector), 0) for sector in downloads.SECTORS]) for day in days]
    return Taken(sum(count for _sector, count in sums), lying, standing, sums, rows)


def lines_of(gate: Gate) -> str:
    """What is asked, one on a line, as the owner's form takes it."""
    return "\n".join(f"{BOX} {field['name']}" if field["kind"] == "checkbox" else field["name"] for field in gate.fields)


def fields_in(text: str) -> list[dict[str, str]]:
    """What the owner's form asks: one on a line; a line that begins with a box is one to tick."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [
        {"name": line.removeprefix(BOX).strip(), "kind": "checkbox" if line.startswith(BOX) else "text"}
        for line in lines[: rules.MOST_FIELDS + 1]
    ]
