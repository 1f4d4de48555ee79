# SPDX-License-Identifier: Apache-2.0
"""A series with what is out of the ordinary in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.results.shown import Shown
from madang.kit import _
from madang.web import pictures


@dataclass(frozen=True, slots=True)
class Series:
    """The series, drawn for a desk and a phone."""

    lying: pictures.Drawing
    standing: pictures.Drawing


def draw(inputs: Mapping[str, object] | bytes, outputs: Any, media_type: str) -> Shown | None:  # noqa: ARG001  # a family's signature
    """The picture of ``{"anomalies": [{"index", "score"}], "low": […], "high": […]}`` over the values that were sent."""
    if isinstance(inputs, bytes) or not isinstance(outputs, Mapping) or not isinstance(outputs.get("anomalies"), list):
        return None
    series = next((value for value in inputs.values() if isinstance(value, list | tuple)), None)
    if series is None:
        return None
    values = [float(value) for value in series if value is not None]
    found = [each if isinstance(each, Mapping) else {"index": each} for each in outputs["anomalies"]]
    marked = [int(each["index"]) for each in found if 0 <= int(each["index"]) < len(values)]
    low, high = _band(outputs, ("low", "lower"), values), _band(outputs, ("high", "upper"), values)
    lying, standing = pictures.series(values, marked, low=low, high=high)
    rows = tuple(
        (f"{int(each['index']):,}", f"{values[int(each['index'])]:,.6g}", _score(each)) for each in found if int(each["index"]) in marked
    )
    heads = (_("Place"), _("Value"), _("Score"))
    facts = ((_("values"), len(values)), (_("out of the ordinary"), len(marked)))
    return Shown("gateway/_series.html", Series(lying, standing), facts, heads, rows)


def _band(outputs: Mapping[str, Any], names: tuple[str, ...], values: list[float]) -> list[float]:
    given: list[float] = next((outputs[name] for name in names if isinstance(outputs.get(name), list)), [])
    return [float(value) for value in given] if len(given) == len(values) else []


def _score(each: Mapping[str, Any]) -> str:
    return f"{each['score']:.2f}" if isinstance(each.get("score"), int | float) else "–"
