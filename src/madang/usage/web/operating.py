# SPDX-License-Identifier: Apache-2.0
"""The operator's figures: who used what by sector, who is near a quota; keys paused and resumed."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, kit, sheets, web
from madang.kit import _
from madang.usage import actions, queries
from madang.usage.models import Key
from madang.usage.pages import NearRow, OperatorPage
from madang.usage.queries import Amount, KeyRow, ServiceDay
from madang.usage.web import drawing

SECTORS = ("industry", "university", "public", "individual", "other")
WORDS = {
    "industry": _("Industry"),
    "university": _("University"),
    "public": _("Public sector"),
    "individual": _("Individual"),
    "other": _("Other"),
}
DAYS, MOST_DAYS, MOST_BARS = 30, 366, 62
NEAR = 0.8
DONE = frozenset({"paused", "resumed"})


def show_usage(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Usage by sector for any period, who is near or over a quota, and the keys."""
    access.check(actor, "usage", "see")
    today = drawing.today_of(request)
    begins, ends = _period(request, today)
    series = queries.sector_days(session, begins=begins, ends=ends)
    steps, by_step = _steps(series, begins, ends)
    language = web.current_language()
    sums = {sector: [sum(part) for part in zip(*([0, 0], *_of(series, sector)), strict=True)] for sector in SECTORS}
    total = sum(calls for calls, _units in sums.values())
    layers = [
        web.pictures.Layer(
            web.translate(WORDS[sector]), tuple(float(by_step.get((step, sector), 0)) for step in steps), _share(sums[sector][0], total)
        )
        for sector in SECTORS
    ]
    lying, standing = web.pictures.bars(
        web.pictures.named_days(steps, language, every=7 if len(steps) < 63 else 4), layers, language=language
    )
    keys = queries.keys(session, viewer=actor)
    done = request.query_params.get("done", "")
    waiting = tuple(queries.production_requests(session, state="waiting", viewer=actor))
    page = OperatorPage(
        begins, ends, lying, standing, total,
        sums=tuple((sector, *sums[sector]) for sector in SECTORS),
        rows=tuple((step.isoformat(), tuple(by_step.get((step, sector), 0) for sector in SECTORS)) for step in steps),
        near=_near(session, keys, today, actor),
        keys=tuple(keys),
        requests=waiting,
        names=queries.account_names(session, {row.account_id for row in waiting}),
        plans=drawing.plan_titles(session, viewer=actor),
        done=done if done in DONE else "",
    )  # fmt: skip
    return web.render(request, "usage/admin_usage.html", page)


def _period(request: Request, today: date) -> tuple[date, date]:
    """The days that are asked for, at most a year; the last thirty where nothing, or nothing sensible, is asked."""
    begins, ends = (_day(request.query_params.get(name, "")) for name in ("from", "to"))
    ends = min(ends or today, today)
    begins = begins if begins and begins <= ends else ends - timedelta(days=DAYS - 1)
    return max(begins, ends - timedelta(days=MOST_DAYS - 1)), ends


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _of(series: dict[tuple[date, str], Amount], sector: str) -> list[list[int]]:
    others = set(SECTORS) - {"other"}
    found = (amount for (_day, whose), amount in series.items() if whose == sector or (sector == "other" and whose not in others))
    return [[amount.calls, amount.units] for amount in found]


def _steps(series: dict[tuple[date, str], Amount], begins: date, ends: date) -> tuple[list[date], dict[tuple[date, str], int]]:
    """The days, or where there are too many to be drawn the weeks, with calls by sector."""
    size = 1 if (ends - begins).days < MOST_BARS else 7
    steps = [begins + timedelta(days=place) for place in range(0, (ends - begins).days + 1, size)]
    sums: dict[tuple[date, str], int] = {}
    for (day, whose), amount in series.items():
        place = (steps[(day - begins).days // size], whose if whose in SECTORS else "other")
        sums[place] = sums.get(place, 0) + amount.calls
    return steps, sums


def _share(part: int, total: int) -> str:
    return f"{100 * part / total:.1f} %" if total else "0 %"


def _near(session: Session, keys: Sequence[KeyRow], today: date, actor: kit.Actor) -> tuple[NearRow, ...]:
    """Keys that have used four fifths of a quota or more, the fullest first."""
    known = {key.id: key for key in keys}
    days = queries.service_days(session, queries.Asked(begins=today.replace(day=1), ends=today), viewer=actor)
    groups: dict[tuple[str, str, str, str], list[ServiceDay]] = {}
    for row in days:
        if row.key in known:
            groups.setdefault((row.key, row.service, row.plan, row.unit), []).append(row)
    found = [near for (key, *_rest), rows in groups.items() if (near := _fullest(session, known[key], rows, today, actor))]
    return tuple(sorted(found, key=lambda row: -row.share))


def _fullest(session: Session, key: KeyRow, rows: list[ServiceDay], today: date, actor: kit.Actor) -> NearRow | None:
    plan = queries.get_plan(session, rows[0].plan, viewer=actor)
    best: NearRow | None = None
    for quota in queries.quotas(session, plan, viewer=actor):
        if quota.account_id or quota.every == "minute" or quota.unit not in ("call", rows[0].unit):
            continue
        within = [row for row in rows if quota.every == "month" or row.day == today]
        used = sum(row.calls if quota.unit == "call" else row.units for row in within)
        if used >= NEAR * quota.amount:
            near = NearRow(key, rows[0].service, quota.unit, quota.every, used, quota.amount, web.pictures.bar(used, quota.amount))
            best = near if best is None or near.share > best.share else best
    return best


def list_usage_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Every day of the period by sector."""
    access.check(actor, "usage", "see")
    begins, ends = _period(request, drawing.today_of(request))
    series = queries.sector_days(session, begins=begins, ends=ends)
    cells = ((day.isoformat(), sector, each.calls, each.failed, each.units) for (day, sector), each in sorted(series.items()))
    text = sheets.write_csv(cells, header=("day", "sector", "calls", "failed", "units"))
    return web.attachment(text, name="usage-by-sector.csv", media_type="text/csv; charset=utf-8")


def create_pause(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A key rests until an operator resumes it."""
    actions.pause_key(session, _key(request, session, actor), by=actor)
    return web.see_other("/admin/usage?done=paused")


def create_resumption(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The key answers again."""
    actions.resume_key(session, _key(request, session, actor), by=actor)
    return web.see_other("/admin/usage?done=resumed")


def _key(request: Request, session: Session, actor: kit.Actor) -> Key:
    key = queries.get_key(session, request.path_params["key_id"], viewer=actor)
    if not access.allows(actor, "key", "manage", organisation=key.organisation_id or None):
        raise kit.NotAllowed
    return key
