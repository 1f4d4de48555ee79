# SPDX-License-Identifier: Apache-2.0
"""The picture that a request for production is decided on: what the key used by day and service, against what is asked for."""

from collections.abc import Sequence
from datetime import date, timedelta

from madang import web
from madang.kit import _
from madang.usage.models import ProductionRequest
from madang.usage.pages import Use
from madang.usage.queries import ServiceDay

MOST_SERVICES = 5
OTHERS = _("others")


def drawn(request: ProductionRequest, used: Sequence[ServiceDay], begins: date, ends: date) -> Use | None:
    """The days' use in the unit that is asked for; None where nothing of it was used."""
    days = [begins + timedelta(days=place) for place in range((ends - begins).days + 1)]
    sums: dict[str, list[int]] = {}
    for row in used:
        if request.unit in ("call", row.unit) and begins <= row.day <= ends:
            value = row.calls if request.unit == "call" else row.units
            sums.setdefault(row.service, [0] * len(days))[(row.day - begins).days] += value
    if not sums:
        return None
    named = sorted(sums, key=lambda name: -sum(sums[name]))
    series = [(_short(name, named), sums[name]) for name in named[:MOST_SERVICES]]
    if len(named) > MOST_SERVICES:
        rest = [sum(values) for values in zip(*(sums[name] for name in named[MOST_SERVICES:]), strict=True)]
        series.append((web.translate(OTHERS), rest))
    language = web.current_language()
    layers = [
        web.pictures.Layer(name, tuple(map(float, values)), web.pictures.compact(sum(values), language)) for name, values in series
    ]  # fmt: skip
    asked = web.translate(_("asked for a day %(amount)s")) % {"amount": f"{request.wanted:,}"}
    cap = (float(request.wanted), asked) if request.every == "day" else None
    lying, standing = web.pictures.bars(web.pictures.named_days(days, language), layers, language=language, cap=cap)
    rows = tuple((day.isoformat(), tuple(values[place] for _name, values in series)) for place, day in enumerate(days))
    return Use(lying, standing, tuple(name for name, _values in series), tuple(row for row in rows if any(row[1])))


def _short(name: str, names: Sequence[str]) -> str:
    """The service's own name, where no other of these services has the same."""
    own = name.partition("/")[2]
    return own if sum(each.partition("/")[2] == own for each in names) == 1 else name
