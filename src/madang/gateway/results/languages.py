# SPDX-License-Identifier: Apache-2.0
"""Which languages a text may be in, each with its share as a bar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.results.shown import Shown
from madang.kit import _
from madang.web import pictures

MOST = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A language by its code, and how likely it is."""

    code: str
    share: str
    bar: pictures.Drawing


@dataclass(frozen=True, slots=True)
class Candidates:
    """The languages, the likeliest first."""

    rows: tuple[Candidate, ...]


def draw(inputs: Mapping[str, object] | bytes, outputs: Any, media_type: str) -> Shown | None:  # noqa: ARG001  # a family's signature
    """The picture of ``{"language", "likely": [{"language", "name", "confidence"}]}``."""
    if not isinstance(outputs, Mapping) or not isinstance(outputs.get("likely"), list):
        return None
    found = sorted(outputs["likely"], key=lambda each: -each["confidence"])[:MOST]
    rows = tuple(
        Candidate(str(each["language"]), f"{100 * each['confidence']:.1f} %", pictures.bar(each["confidence"], None, 1)) for each in found
    )
    table = tuple((row.code, row.share) for row in rows)
    return Shown("gateway/_languages.html", Candidates(rows), (), (_("Language"), _("Confidence")), table) if rows else None
