# SPDX-License-Identifier: Apache-2.0
"""What was found in a text, marked in it where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.results.shown import Shown
from madang.kit import _


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; ``kind`` is "" where nothing was found in it."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Marked:
    """The text in pieces; ``is_new`` where it is what came back and not what was sent."""

    pieces: tuple[Piece, ...]
    is_new: bool


def draw(inputs: Mapping[str, object] | bytes, outputs: Any, media_type: str) -> Shown | None:  # noqa: ARG001  # a family's signature
    """The picture of ``{"text", "replaced": [{"kind", "start", "end"}]}``, the places in the new text; or of a list of these, the places in
    the text that was sent; both in characters."""
    if isinstance(outputs, Mapping):
        found, text = outputs.get("replaced"), outputs.get("text")
    else:
        found, text = outputs, None if isinstance(inputs, bytes) else inputs.get("text")
    if not isinstance(found, list) or not isinstance(text, str) or not all({"kind", "start", "end"} <= set(each) for each in found):
        return None
    ordered = sorted(found, key=lambda each: (each["start"], each["end"]))
    rows = tuple(
        (str(each["kind"]), text[each["start"] : each["end"]], f"{each['start']}–{each['end']}", _confidence(each)) for each in ordered
    )
    heads = (_("Kind"), _("Text"), _("Characters"), _("Confidence"))
    value = Marked(tuple(_pieces(text, ordered)), isinstance(outputs, Mapping))
    return Shown("gateway/_spans.html", value, ((_("found"), len(rows)),), heads, rows)


def _confidence(each: Mapping[str, Any]) -> str:
    return f"{each['confidence']:.2f}" if isinstance(each.get("confidence"), int | float) else "–"


def _pieces(text: str, found: list[dict[str, Any]]) -> Iterator[Piece]:
    at = 0
    for each in found:
        if each["start"] < at:
            continue
        if each["start"] > at:
            yield Piece(text[at : each["start"]], "")
        yield Piece(text[each["start"] : each["end"]], str(each["kind"]))
        at = each["end"]
    if at < len(text):
        yield Piece(text[at:], "")
