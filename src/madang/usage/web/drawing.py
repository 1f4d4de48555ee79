# SPDX-License-Identifier: Apache-2.0
"""From days of usage to the pictures of a month and the rows beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import catalog, kit, web
from madang.kit import _
from madang.usage import queries, rules
from madang.usage.models import Quota
from madang.usage.pages import QuotaRow, Total
from madang.usage.queries import KeyRow, ServiceDay

MOST_KEYS = 6
OTHERS = _("others")


def today_of(request: Request) -> date:
    """The institute's day."""
    return (kit.now() + timedelta(seconds=web.offset_seconds(request))).date()


def plan_titles(session: Session, *, viewer: kit.Actor) -> dict[str, Mapping[str, str]]:
    """The plans' titles by name and language."""
    return {plan.name: {"ko": plan.title_ko, "en": plan.title_en} for plan in queries.plans(session, viewer=viewer)}


def service_names(session: Session, *, viewer: kit.Actor) -> Iterator[str]:
    """The services that the viewer may see."""
    for asset in catalog.assets(session, catalog.Filter(kind=("api",)), viewer=viewer, limit=500):
        yield f"{asset.namespace}/{asset.name}"


@dataclass(frozen=True, slots=True)
class _Line:
    """One service on one plan: its days, and the quota that is nearest to its end."""

    service: str
    plan: str
    unit: str
    days: tuple[ServiceDay, ...]
    quota: Quota | None

    @property
    def counts_calls(self) -> bool:
        return self.quota is not None and self.quota.unit == "call"

    def value(self, row: ServiceDay) -> int:
        return row.calls if self.counts_calls else row.units


def month_of(
    session: Session, days: Sequence[ServiceDay], keys: Sequence[KeyRow], today: date, *, chosen: str, viewer: kit.Actor
) -> tuple[tuple[QuotaRow, ...], Total | None]:
    """A row for each service and plan that was used, and the picture of the chosen one: of the fullest where none is chosen."""
    lines = [_line(session, group, today, viewer) for group in _groups(days)]
    rows = [_row(session, line, today, viewer) for line in lines]
    if not lines:
        return (), None
    order = sorted(range(len(lines)), key=lambda place: (rows[place].service != chosen, -(rows[place].share or 0), -rows[place].used))
    first = order[0]
    notes = {key.id: key.note or key.beginning for key in keys}
    total = _total(lines[first], notes, today)
    shown = tuple(_marked(rows[place], is_chosen=place == first) for place in sorted(order, key=lambda place: -(rows[place].share or 0)))
    return shown, total


def _groups(days: Sequence[ServiceDay]) -> list[list[ServiceDay]]:
    found: dict[tuple[str, str, str], list[ServiceDay]] = {}
    for row in days:
        found.setdefault((row.service, row.plan, row.unit), []).append(row)
    return list(found.values())


def _line(session: Session, days: Sequence[ServiceDay], today: date, viewer: kit.Actor) -> _Line:
    first = days[0]
    plan = queries.get_plan(session, first.plan, viewer=viewer)
    holding = [
        each
        for each in queries.quotas(session, plan, viewer=viewer)
        if each.unit in ("call", first.unit) and each.every != "minute" and each.account_id in ("", viewer.account_id)
    ]

    def fullness(quota: Quota) -> float:
        used = sum(row.calls if quota.unit == "call" else row.units for row in days if quota.every == "month" or row.day == today)
        return used / quota.amount if quota.amount else 1.0

    quota = max(holding, key=lambda each: (fullness(each), each.every == "month"), default=None)
    return _Line(first.service, first.plan, first.unit, tuple(days), quota)


def _row(session: Session, line: _Line, today: date, viewer: kit.Actor) -> QuotaRow:
    every = line.quota.every if line.quota else "month"
    used = sum(line.value(row) for row in line.days if every == "month" or row.day == today)
    cap = line.quota.amount if line.quota else None
    end = None
    if every == "month":
        end = web.pictures.forecast(_daily(line, today), steps=_length(today), cap=cap).end
    cost = _cost(session, line, today, viewer)
    unit = "call" if line.counts_calls else line.unit
    return QuotaRow(
        line.service,
        line.plan,
        unit,
        every,
        used,
        cap,
        web.pictures.bar(used, cap, end),
        cost,
        is_chosen=False,
        address=f"?service={line.service}",
    )


def _marked(row: QuotaRow, *, is_chosen: bool) -> QuotaRow:
    return QuotaRow(row.service, row.plan, row.unit, row.every, row.used, row.cap, row.bar, row.cost, is_chosen, row.address)


def _cost(session: Session, line: _Line, today: date, viewer: kit.Actor) -> str:
    """What the month has cost until now, at the prices that stood when it was used; "0" where it is free."""
    asked = queries.Asked(
        service=line.service, plan=line.plan, account_id=viewer.account_id or "-", begins=today.replace(day=1), ends=today
    )  # fmt: skip
    found = queries.costs(session, asked, viewer=viewer)
    return " + ".join(f"{rules.total_of([amount], currency):,f} {currency}" for currency, amount in sorted(found.items())) or "0"


def _length(day: date) -> int:
    return (rules.next_month(day) - day.replace(day=1)).days


def _daily(line: _Line, today: date) -> list[float]:
    sums = [0.0] * today.day
    for row in line.days:
        sums[row.day.day - 1] += line.value(row)
    return sums


def _total(line: _Line, notes: Mapping[str, str], today: date) -> Total:
    language = web.current_language()
    layers = _layers(line, notes, today, language)
    cap = line.quota.amount if line.quota else None
    is_monthly = line.quota is None or line.quota.every == "month"
    ahead = web.pictures.forecast(_daily(line, today), steps=_length(today), cap=cap if is_monthly else None)
    meets_on = today.replace(day=1) + timedelta(days=int(ahead.at)) if ahead.at is not None else None
    draw = _monthly if is_monthly else _daily_bars
    lying, standing = draw(line, layers, ahead, meets_on, today, language)
    table = tuple(
        (f"{today.replace(day=place + 1).isoformat()}", tuple(int(layer.values[place]) for layer in layers)) for place in range(today.day)
    )
    used = sum(line.value(row) for row in line.days if is_monthly or row.day == today)
    unit = "call" if line.counts_calls else line.unit
    names = tuple(layer.name for layer in layers)
    return Total(line.service, line.service, unit, line.plan, used, cap, ahead, meets_on, lying, standing, names, table)


def _layers(line: _Line, notes: Mapping[str, str], today: date, language: str) -> list[web.pictures.Layer]:
    """A layer for each key, most used at the foot; keys beyond the sixth are one layer."""
    sums: dict[str, list[float]] = {}
    for row in line.days:
        sums.setdefault(row.key, [0.0] * today.day)[row.day.day - 1] += line.value(row)
    ordered = sorted(sums, key=lambda key: -sum(sums[key]))
    named = ordered if len(ordered) <= MOST_KEYS else ordered[: MOST_KEYS - 1]
    made = [(notes.get(key, key[:8]), sums[key]) for key in named]
    if len(ordered) > MOST_KEYS:
        rest = [sum(values) for values in zip(*(sums[key] for key in ordered[MOST_KEYS - 1 :]), strict=True)]
        made.append((web.translate(OTHERS), rest))
    return [web.pictures.Layer(name, tuple(values), web.pictures.compact(sum(values), language)) for name, values in made]


def _names(today: date, language: str) -> list[str]:
    first = today.replace(day=1)
    days = [first + timedelta(days=place) for place in range(_length(today))]
    said = {1, 8, 15, 22, len(days)}
    names = [web.pictures.day_word(day, language) if day.day in said and abs(day.day - today.day) > 2 else "" for day in days]
    names[today.day - 1] = web.translate(_("today, %(day)s")) % {"day": web.pictures.day_word(today, language)}
    return names


def _monthly(
    line: _Line, layers: Sequence[web.pictures.Layer], ahead: web.pictures.Forecast, meets_on: date | None, today: date, language: str
) -> tuple[web.pictures.Drawing, web.pictures.Drawing]:
    cap = line.quota.amount if line.quota else None
    words = web.translate(_("cap %(amount)s")) % {"amount": f"{cap:,}"} if cap is not None else ""
    meeting = ""
    if meets_on is not None:
        told = _("reached on %(day)s") if ahead.is_past else _("at this pace it is reached on %(day)s")
        meeting = web.translate(told) % {"day": web.pictures.day_word(meets_on, language)}
    total = f"{sum(sum(layer.values) for layer in layers):,.0f}"
    limit = web.pictures.Limit(cap, words, total, meeting)
    return web.pictures.quota(_names(today, language), layers, limit, ahead, language=language)


def _daily_bars(
    line: _Line, layers: Sequence[web.pictures.Layer], ahead: web.pictures.Forecast, meets_on: date | None, today: date, language: str
) -> tuple[web.pictures.Drawing, web.pictures.Drawing]:
    """A cap for each day: bars by day against it."""
    names = _names(today, language)
    padded = [web.pictures.Layer(each.name, (*each.values, *[0.0] * (len(names) - today.day)), each.said) for each in layers]
    words = web.translate(_("cap a day %(amount)s")) % {"amount": f"{line.quota.amount:,}" if line.quota else ""}
    cap = (float(line.quota.amount), words) if line.quota else None
    return web.pictures.bars(names, padded, language=language, cap=cap)
