# SPDX-License-Identifier: Apache-2.0
"""Pages from templates: plain values in, HTML out; one environment for all languages."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from madang import access, kit
from madang.web import csrf, pictures
from madang.web.languages import current_language, translate, translate_in_context, translate_plural

EXPOSURES = {
    "private": kit.marked("Private"),
    "inner": kit.marked("Inner"),
    "partner": kit.marked("Partner"),
    "open": kit.marked("Open"),
}


def environment(folders: Iterable[Path], *, zone: str = "Asia/Seoul") -> Environment:
    """The one environment: every value escaped, every undefined name an error, words in the language of the request."""
    return _environment(tuple(folders), zone)


@cache
def _environment(folders: tuple[Path, ...], zone: str) -> Environment:
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(translate, translate_plural, newstyle=True, pgettext=translate_in_context)  # type: ignore[attr-defined]
    local = _zone(zone)
    made.globals.update(
        number=number,
        size=size,
        svg=pictures.svg,
        moment=lambda at: moment(at, local),
        ago=lambda at: ago(at, local),
        exposure_word=lambda exposure: translate(EXPOSURES[exposure]),
        zone_name=zone,
    )
    return made


def _zone(name: str) -> timezone | ZoneInfo:
    return ZoneInfo(name) if name != "UTC" else UTC


def number(value: int) -> str:
    """1234567 as 1,234,567."""
    return f"{value:,}"


def size(value: int) -> str:
    """A number of bytes with three figures and a unit of 1,000 (SI)."""
    amount = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def moment(at: datetime, zone: timezone | ZoneInfo) -> Markup:
    """Day and time of day where the reader is."""
    return Markup('<time datetime="{}">{:%Y-%m-%d %H:%M}</time>').format(at.isoformat(timespec="seconds"), at.astimezone(zone))


def ago(at: datetime, zone: timezone | ZoneInfo) -> Markup:
    """How long ago, in words, with the exact time as its title."""
    passed = max(kit.now() - at, timedelta())
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        words = translate(kit.marked("just now"))
    elif minutes < 60:
        words = translate_plural("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    elif minutes < 1440:
        words = translate_plural("%(n)s hour ago", "%(n)s hours ago", minutes // 60) % {"n": minutes // 60}
    else:
        return moment(at, zone)
    exact = f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(timespec="seconds"), exact, words)


def context_of(request: Request) -> dict[str, Any]:
    """What every template can use besides its page."""
    gate = request.app.state.gate
    masthead = gate.masthead()
    actor = getattr(request.state, "actor", None) or kit.anonymous()
    query = dict(parse_qsl(request.url.query))

    def address_with(**changes: object) -> str:
        changed = {name: str(value) for name, value in {**query, **changes}.items() if value not in (None, "")}
        return request.url.path + (f"?{urlencode(changed)}" if changed else "")

    return {
        "request": request,
        "lang": current_language(),
        "theme": getattr(request.state, "theme", "auto"),
        "actor": actor,
        "waiting": getattr(request.state, "waiting", 0),
        "csrf": csrf.token_for(request),
        "page_address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "request_id": getattr(request.state, "request_id", ""),
        "version": gate.version,
        "may": lambda thing, action: access.allows(actor, thing, action),
        "institute": masthead.name.get(current_language(), ""),
        "masthead": masthead,
        "imprint": gate.imprint(),
        "static": gate.assets.address,
        "vendor": gate.assets.is_complete,
        "address_with": address_with,
    }


def render(request: Request, template: str, page: object, *, status: int = 200) -> Response:
    """The page of ``template`` with the plain values in ``page``."""
    return HTMLResponse(render_text(request, template, page), status_code=status)


def render_text(request: Request, template: str, page: object) -> str:
    """The text of a template, when it is a part of an answer and not the whole of one."""
    found = request.app.state.gate.templates.get_template(template)
    return str(found.render(page=page, **context_of(request)))
