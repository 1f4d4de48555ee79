# SPDX-License-Identifier: Apache-2.0
"""A text that was heard, written or answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.results.shown import Shown


@dataclass(frozen=True, slots=True)
class Said:
    """The text."""

    text: str


def draw(inputs: Mapping[str, object] | bytes, outputs: Any, media_type: str) -> Shown | None:  # noqa: ARG001  # a family's signature
    """The picture of ``{"text": …}`` alone, of a chat's first answer, and of plain text."""
    if isinstance(outputs, str):
        return Shown("gateway/_said.html", Said(outputs))
    if not isinstance(outputs, Mapping):
        return None
    if isinstance(outputs.get("choices"), list):
        return Shown("gateway/_said.html", Said(str(outputs["choices"][0]["message"]["content"])))
    return Shown("gateway/_said.html", Said(outputs["text"])) if isinstance(outputs.get("text"), str) and len(outputs) <= 3 else None
