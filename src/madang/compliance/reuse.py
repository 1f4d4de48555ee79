# SPDX-License-Identifier: Apache-2.0
"""What a repository states of its own files in ``REUSE.toml`` (REUSE Specification 3.3, "REUSE.toml").

A file that names many licences, such as a table of them, is not under all of them; no detector can know. ``precedence = "override"`` is
the standard's way to say so. What is stated is shown as stated, never as found.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from madang import licensing

FILE = "REUSE.toml"
LARGEST = 1 << 20
MOST = 1000
"""Patterns that are heard; what comes after them states nothing."""
_Parts = tuple[tuple[str | None, bool], ...]
"""A glob: pieces of text, or None for a star and whether it crosses slashes."""


@dataclass(frozen=True, slots=True)
class Statements:
    """The overriding annotations of one ``REUSE.toml``, in their order; the last that matches a path holds."""

    rows: tuple[tuple[_Parts, str], ...] = ()

    def about(self, path: str) -> str | None:
        """The expression stated for ``path`` (slashes, relative to the root), or None."""
        return next((expression for parts, expression in reversed(self.rows) if _fits(parts, path)), None)


NOTHING_STATED = Statements()


def read(text: str) -> Statements:
    """The overriding statements in the text of a ``REUSE.toml``. What is not of the standard's form states nothing."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return Statements()
    annotations = document.get("annotations")
    if document.get("version") != 1 or not isinstance(annotations, list):
        return Statements()
    rows = (row for each in annotations if isinstance(each, Mapping) for row in _rows(each))
    return Statements(tuple(islice(rows, MOST)))


def _rows(annotation: Mapping[str, Any]) -> Iterable[tuple[_Parts, str]]:
    licences = _texts(annotation.get("SPDX-License-Identifier"))
    if annotation.get("precedence") != "override" or not licences:
        return
    try:
        expression = licensing.combine(licensing.validate(licence) for licence in licences)
    except (licensing.InvalidExpression, licensing.UnknownLicence):
        return
    for path in _texts(annotation.get("path")):
        if expression:
            yield _parts(path), expression


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _parts(path: str) -> _Parts:
    """``*`` is anything but a slash, ``**`` anything; a backslash takes the next character as it stands."""
    return tuple(_part(part) for part in re.findall(r"\\.|\*\*+|\*|[^*\\]+|\\$", path, flags=re.DOTALL))


def _part(part: str) -> tuple[str | None, bool]:
    if part.startswith("*"):
        return None, len(part) > 1
    return (part[1:] if len(part) == 2 and part.startswith("\\") else part), False


def _fits(parts: _Parts, path: str) -> bool:
    """Whether the glob takes the whole path. Every place that it can have reached is kept, so no glob is slow: stars × letters at most."""
    places = {0}
    for text, crosses in parts:
        if text is not None:
            places = {at + len(text) for at in places if path.startswith(text, at)}
            continue
        reached: set[int] = set()
        for at in sorted(places):
            if at not in reached:
                slash = -1 if crosses else path.find("/", at)
                reached.update(range(at, (len(path) if slash < 0 else slash) + 1))
        places = reached
    return len(path) in places
