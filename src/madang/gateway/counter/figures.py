# SPDX-License-Identifier: Apache-2.0
"""What came of a service, for its owner: this year on one sheet, and the same as a file."""

from collections import defaultdict
from datetime import date

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, sheets, usage, web
from madang.gateway.counter import reading
from madang.gateway.counter.pages import SECTORS, FiguresPage

WEEK = 7


def show_figures(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Calls, time, faults, users by sector and organisation, of one year."""
    asset = _own(request, session, actor)
    today = reading.today_of(request)
    year = _year(request, today)
    begins, ends = date(year, 1, 1), min(date(year, 12, 31), today)
    series = usage.sector_days(session, begins=begins, ends=ends, services=[asset.id])
    weeks = [begins.fromordinal(day) for day in range(begins.toordinal(), ends.toordinal() + 1, WEEK)]
    names = tuple(web.pictures.day_word(week, web.current_language()) if place % 8 == 0 else "" for place, week in enumerate(weeks))
    users = usage.users_of(session, asset.id, begins=begins, ends=ends)
    before = usage.sector_days(session, begins=date(year - 1, 1, 1), ends=_same_day(ends), services=[asset.id])
    page = FiguresPage(
        namespace=asset.namespace,
        name=asset.name,
        title=asset.title or asset.name,
        unit=next((each.unit for each in users), ""),
        years=tuple(range(today.year, max(asset.created_at.year, today.year - 4) - 1, -1)),
        year=year,
        use=reading.use_of(_by_week(series, weeks), weeks, names=names),
        speed=reading.speed_of(usage.timings(session, asset.id, begins=begins, ends=ends), reading.lately(ends)),
        calls=sum(amount.calls for amount in series.values()),
        units=sum(amount.units for amount in series.values()),
        failed=sum(amount.failed for amount in series.values()),
        users=sum(each.accounts for each in users),
        organisations=tuple((each.organisation, each.sector, each.calls, each.units) for each in users),
        before=sum(amount.calls for amount in before.values()),
    )
    return web.render(request, "gateway/figures.html", page)


def list_figures_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Every day of the year by sector."""
    asset = _own(request, session, actor)
    today = reading.today_of(request)
    year = _year(request, today)
    series = usage.sector_days(session, begins=date(year, 1, 1), ends=min(date(year, 12, 31), today), services=[asset.id])
    rows = ((day.isoformat(), sector, amount.calls, amount.failed, amount.units) for (day, sector), amount in sorted(series.items()))
    text = sheets.write_csv(rows, header=("day", "sector", "calls", "failed", "units"))
    return web.attachment(text, name=f"{asset.name}-{year}.csv", media_type="text/csv; charset=utf-8")


def _own(request: Request, session: Session, actor: kit.Actor) -> catalog.Asset:
    asset = catalog.get_asset(session, "api", request.path_params["namespace"], request.path_params["name"], viewer=actor)
    catalog.check_changeable(session, asset, by=actor)
    return asset


def _year(request: Request, today: date) -> int:
    given = request.query_params.get("year", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) == 4 and 2000 <= int(given) <= today.year else today.year


def _same_day(day: date) -> date:
    """The same day of the year before."""
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


def _by_week(series: dict[tuple[date, str], usage.Amount], weeks: list[date]) -> dict[tuple[date, str], usage.Amount]:
    """The days summed by the week that they are in."""
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (day, sector), amount in series.items():
        week = weeks[(day.toordinal() - weeks[0].toordinal()) // WEEK]
        for place, value in enumerate((amount.calls, amount.failed, amount.units)):
            sums[week, sector if sector in SECTORS else "other"][place] += value
    return {key: usage.Amount(*values) for key, values in sums.items()}
