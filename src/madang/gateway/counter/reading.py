# SPDX-License-Identifier: Apache-2.0
"""From rows to what the pages of services show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import catalog, kit, people, serving, usage, web
from madang.gateway.counter.pages import GROUPS, SECTORS, Allowance, Mine, ServiceRow, Speed, Use
from madang.kit import _

DAYS = 30
OWN, CLASSIC = "madang", "morp"
SECTOR_WORDS = {
    "industry": _("Industry"),
    "university": _("University"),
    "public": _("Public sector"),
    "individual": _("Individual"),
    "other": _("Other"),
}
PARTS = (0.5, 0.95, 0.99)


def today_of(request: Request) -> date:
    """The institute's day."""
    return (kit.now() + timedelta(seconds=web.offset_seconds(request))).date()


def lately(today: date, days: int = DAYS) -> list[date]:
    """The last days up to today."""
    return [today - timedelta(days=place) for place in reversed(range(days))]


def use_of(series: Mapping[tuple[date, str], usage.Amount], days: Sequence[date], *, names: Sequence[str] = ()) -> Use:
    """Calls by day and sector, drawn and as rows; a sector that a row does not name is among the others."""
    language = web.current_language()
    by_day = [[_calls(series, day, sector) for sector in SECTORS] for day in days]
    sums = [sum(row[place] for row in by_day) for place in range(len(SECTORS))]
    total = sum(sums)
    layers = [
        web.pictures.Layer(web.translate(SECTOR_WORDS[sector]), tuple(float(row[place]) for row in by_day), _share(sums[place], total))
        for place, sector in enumerate(SECTORS)
        if sums[place] or sector != "other"
    ]
    titles = [f"{day.isoformat()}: {sum(row):,}" for day, row in zip(days, by_day, strict=True)]
    named = names or web.pictures.named_days(days, language)
    lying, standing = web.pictures.bars(named, layers, language=language, titles=titles)
    rows = tuple((day.isoformat(), tuple(row)) for day, row in zip(days, by_day, strict=True) if any(row))
    return Use(lying, standing, total, rows, tuple(sums), days[0], days[-1])


def _calls(series: Mapping[tuple[date, str], usage.Amount], day: date, sector: str) -> int:
    if sector != "other":
        return series[day, sector].calls if (day, sector) in series else 0
    return sum(amount.calls for (when, whose), amount in series.items() if when == day and (whose == "other" or whose not in SECTORS))


def _share(part: int, total: int) -> str:
    return f"{100 * part / total:.1f} %" if total else "0 %"


def speed_of(timings: Mapping[date, usage.Timings], days: Sequence[date]) -> Speed | None:
    """How long answers took by day; None where nobody called."""
    language = web.current_language()
    found = [timings.get(day) for day in days]
    if not any(each and each.calls for each in found):
        return None
    drawn = [web.pictures.Timing(*each.milliseconds) if each and each.calls else None for each in found]
    lying, standing = web.pictures.latency(web.pictures.named_days(days, language), drawn)
    rows = tuple((day.isoformat(), each.calls, *each.milliseconds) for day, each in zip(days, found, strict=True) if each and each.calls)
    known = [each for each in found if each]
    return Speed(lying, standing, rows, sum(each.failed for each in known), sum(each.calls + each.failed for each in known))


def service_rows(
    assets: Iterable[catalog.Asset], offers: Mapping[str, serving.Offer], calls: Mapping[str, int]
) -> tuple[tuple[str, tuple[ServiceRow, ...]], ...]:
    """The services by field, most called first; fields of our own four, the last of which takes all others."""
    groups: dict[str, list[ServiceRow]] = {group: [] for group in GROUPS}
    for asset in assets:
        offer = offers.get(asset.id)
        state = "missing" if offer is None else "paused" if offer.is_paused else "open"
        row = ServiceRow(
            address=catalog.asset_address(asset),
            full_name=f"{asset.namespace}/{asset.name}",
            title=asset.title or asset.name,
            about=about_of(offer),
            unit=offer.unit if offer else "",
            calls=calls.get(asset.id, 0),
            exposure=asset.exposure,
            state=state,
            field=asset.field,
            version=offer.version if offer else "",
        )
        groups[asset.field if asset.field in GROUPS else "data"].append(row)
    return tuple((group, tuple(sorted(rows, key=lambda row: (-row.calls, row.full_name)))) for group, rows in groups.items() if rows)


def about_of(offer: serving.Offer | None) -> str:
    """What a service does, in the reader's language, as its card says."""
    return said_of(offer, "summary") if offer is not None else ""


def said_of(offer: serving.Offer, name: str) -> str:
    """One of a card's texts in the reader's language, else in the other; "" where it has none."""
    told = offer.card.get(name)
    return str(told.get(web.current_language()) or next(iter(told.values()), "")) if isinstance(told, Mapping) else ""


def card_of(offer: serving.Offer) -> tuple[tuple[str, str], ...]:
    """The card's texts with their heads, those that there are."""
    heads = (("can", _("What it can do")), ("cannot", _("What it cannot do")), ("measured", _("Measured")), ("terms", _("Terms")))
    return tuple((web.translate(head), text) for name, head in heads if (text := said_of(offer, name)))


def is_classic(offer: serving.Offer) -> bool:
    """Whether the classic address of Korean analysis answers with this service: it is the platform's own, and makes that analysis."""
    return offer.task == "morphology" and offer.namespace == OWN and CLASSIC in offer.operations


def inputs_of_all(offer: serving.Offer) -> dict[str, object]:
    """What the operations take, as one schema: those of the first, then what others take besides; needed is what the first needs."""
    made: dict[str, object] = dict(offer.inputs)
    parts: dict[str, object] = dict(offer.inputs.get("properties", {}))  # type: ignore[call-overload]  # a JSON Schema
    for each in offer.schemas.values():
        inputs = each.get("inputs", {}) if isinstance(each, Mapping) else {}
        parts = {**inputs.get("properties", {}), **parts}
    if parts:
        made["properties"] = parts
    return made


def allowances(session: Session, offer: serving.Offer, mine: str, *, viewer: kit.Actor) -> tuple[Allowance, ...]:
    """What each plan allows of the service, and its price."""
    made = []
    for plan in usage.plans(session, viewer=viewer):
        holding = [
            each
            for each in usage.quotas(session, plan, viewer=viewer)
            if each.service_id in ("", offer.id) and each.unit in ("call", offer.unit)
        ]
        priced = [
            each for each in usage.prices(session, plan, viewer=viewer) if each.service_id in ("", offer.id) and each.unit == offer.unit
        ]
        price = max(priced, key=lambda each: (bool(each.account_id), bool(each.service_id)), default=None)
        told = f"{price.amount.normalize():f} {price.currency} / {price.per:,}" if price is not None and price.amount else ""
        quotas = tuple((each.every, each.amount, each.unit, each.scope) for each in holding)
        made.append(Allowance(plan.name, {"ko": plan.title_ko, "en": plan.title_en}, plan.given, quotas, told, plan.name == mine))
    return tuple(made)


def mine_of(session: Session, offer: serving.Offer, today: date, *, viewer: kit.Actor) -> Mine | None:
    """What the viewer used of the service today, against the nearest quota of the plan that they use it on."""
    if not viewer.account_id:
        return None
    asked = usage.Asked(service=offer.full_name, begins=today, ends=today, account_id=viewer.account_id)
    rows = [row for row in usage.sums(session, asked, viewer=viewer) if row.key]
    own = usage.keys(session, account=people.find_account(session, viewer.name), viewer=viewer)
    fitting = [key for key in own if key.state == "valid" and key.service in ("", offer.full_name)]
    if not fitting:
        return None
    plan = usage.get_plan(session, rows[0].plan if rows else fitting[0].plan, viewer=viewer)
    daily = [each for each in usage.quotas(session, plan, viewer=viewer) if each.every == "day" and each.service_id in ("", offer.id)]
    quota = min((each for each in daily if each.unit in ("call", offer.unit)), key=lambda each: each.unit == "call", default=None)
    counts_calls = quota is None or quota.unit == "call"
    used = sum(row.calls if counts_calls else row.units for row in rows if row.plan == plan.name)
    most = quota.amount if quota else None
    return Mine(used, most, "call" if counts_calls else offer.unit, plan.name, web.pictures.bar(used, most))
