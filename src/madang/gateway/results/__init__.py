# SPDX-License-Identifier: Apache-2.0
"""Results as pictures: each kind of answer has its own, JSON beside it. One module each; a module here with ``draw`` is a member, and
nothing else has to know it. What no member knows is shown as JSON alone."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from madang.gateway.results.shown import Shown

FIRST = "shown"


def members() -> list[ModuleType]:
    """Every module that draws, by name."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name != FIRST)
    return [import_module(f"{__name__}.{name}") for name in names]


def drawn(inputs: Mapping[str, object] | bytes, outputs: object, media_type: str = "application/json") -> Shown | None:
    """The picture of an answer; None where no member knows its shape. A service may answer anything, so a member that cannot read what
    it took for its own gives none either."""
    if isinstance(outputs, Mapping) and set(outputs) == {"result"}:
        outputs = outputs["result"]
    for member in members():
        try:
            shown = member.draw(inputs, outputs, media_type)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
            continue
        if isinstance(shown, Shown):
            return shown
    return None


__all__ = ["Shown", "drawn", "members"]
