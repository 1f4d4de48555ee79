# SPDX-License-Identifier: Apache-2.0
"""What kinds of tasks and news there are: each room that asks or tells says so once, with how it reaches people who set nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

AT_ONCE, DAILY, NEVER = "once", "daily", "never"
MAILS = (AT_ONCE, DAILY, NEVER)
_known: dict[str, "Kind"] = {}


@dataclass(frozen=True, slots=True)
class Kind:
    """``name`` is a noun, a dot and what happened; ``title`` (marked for translation) stands on the page of preferences.

    ``mail``: whether a letter goes out at once, in the day's summary, or never, where the reader has chosen nothing.
    """

    name: str
    title: str
    mail: str = DAILY


def declare(*declared: Kind) -> None:
    """These kinds are known from now on; the same once more changes nothing."""
    for kind in declared:
        if kind.mail not in MAILS or _known.setdefault(kind.name, kind) != kind:
            raise ValueError(f"the kind {kind.name} cannot be declared so")


def kinds() -> Mapping[str, Kind]:
    """Every kind that is known, by name."""
    return MappingProxyType(_known)
