# SPDX-License-Identifier: Apache-2.0
"""What a repository states of its own files in ``REUSE.toml`` (REUSE Specification 3.3, "REUSE.toml").

A file that names many licences, such as a table of them, is not under all of them; no detector can know. ``precedence = "override"`` is
the standard's way to say so. What is stated is shown as stated, never as found.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from madang import licensing

FILE = "REUSE.toml"
LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Statements:
    """The overriding annotations of one ``REUSE.toml``, in their order; the last that matches a path holds."""

    rows: tuple[tuple[re.Pattern[str], str], ...] = field(default=())

    def about(self, path: str) -> str | None:
        """The expression stated for ``path`` (slashes, relative to the root), or None."""
        return next((expression for pattern, expression in reversed(self.rows) if pattern.fullmatch(path)), None)


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
    return Statements(tuple(row for each in annotations if isinstance(each, Mapping) for row in _rows(each)))


def _rows(annotation: Mapping[str, Any]) -> Iterable[tuple[re.Pattern[str], str]]:
    licences = _texts(annotation.get("SPDX-License-Identifier"))
    if annotation.get("precedence") != "override" or not licences:
        return
    try:
        expression = licensing.combine(licensing.validate(licence) for licence in licences)
    except (licensing.InvalidExpression, licensing.UnknownLicence):
        return
    for path in _texts(annotation.get("path")):
        if expression:
            yield _pattern(path), expression


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """``*`` is anything but a slash, ``**`` anything; a backslash takes the next character as it stands."""
    parts = re.findall(r"\\.|\*\*+|\*|[^*\\]+|\\$", path, flags=re.DOTALL)
    return re.compile("".join(_part(part) for part in parts), flags=re.DOTALL)


def _part(part: str) -> str:
    if part.startswith("**"):
        return ".*"
    if part == "*":
        return "[^/]*"
    return re.escape(part[1:] if len(part) == 2 and part.startswith("\\") else part)
