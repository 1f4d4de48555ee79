# SPDX-License-Identifier: Apache-2.0
"""Why a file was not read: the scan core's English sentence as a template that a page says in the reader's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from madang.kit import _

AS_IT_IS = "%(reason)s"
TEMPLATES = (
    (r"not done after (?P<seconds>\S+) seconds \((?P<limit>\w+)\)", _("Not done after %(seconds)s seconds (%(limit)s).")),
    (r"it needs more than (?P<bytes>\d+) bytes of memory \((?P<limit>\w+)\)",
     _("It needs more than %(bytes)s bytes of memory (%(limit)s).")),
    (r"it has (?P<bytes>\d+) bytes; the limit is (?P<most>\d+) \((?P<limit>\w+)\)",
     _("It has %(bytes)s bytes; the limit is %(most)s (%(limit)s).")),
    (r"the worker died \((?P<detail>[^;]*)\)", _("The process that read it ended (%(detail)s).")),
    (r"it cannot be read: (?P<detail>[^;]*)", _("It cannot be read: %(detail)s.")),
    (r"it cannot be opened: (?P<detail>[^;]*)", _("It cannot be opened: %(detail)s.")),
    (r"the folder cannot be listed: (?P<detail>[^;]*)", _("The folder cannot be listed: %(detail)s.")),
    (r"the engine failed: it did not say why", _("The engine failed and did not say why.")),
    (r"the engine failed: (?P<detail>[^;]*)", _("The engine failed: %(detail)s.")),
)  # fmt: skip
"""What the scan core says, without its first capital and its full stop, and the words of the page for it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence to be translated, and what fills its places."""

    template: str
    values: Mapping[str, str]


def reasons_in(text: str) -> tuple[Reason, ...]:
    """The reasons in ``text``, divided by semicolons; what the core did not say stands as it is. None in an empty text."""
    whole = _reason(text)
    if whole.template != AS_IT_IS or not text:
        return (whole,) if text else ()
    parts = tuple(_reason(part) for part in text.split("; "))
    return parts if any(part.template != AS_IT_IS for part in parts) else (whole,)


def _reason(text: str) -> Reason:
    for pattern, template in TEMPLATES:
        if found := re.fullmatch(pattern, text.removesuffix("."), re.IGNORECASE):
            return Reason(template, found.groupdict())
    return Reason(AS_IT_IS, {"reason": text})
