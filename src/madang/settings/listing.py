# SPDX-License-Identifier: Apache-2.0
"""The settings as people and programs read them."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from madang.settings.fields import Settings, shown_default, variable, written

_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s]+(?=@)")


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: its variable, its value (passwords masked), its default, what it takes, what it does, and whether it is set."""

    variable: str
    value: str
    default: str
    accepts: str
    sentence: str
    is_set: bool


def listed(chosen: Settings, environ: Mapping[str, str] | None = None) -> list[Row]:
    """Every setting, in the order of the file, as it holds now."""
    given = os.environ if environ is None else environ
    rows = []
    for each in fields(chosen):
        name, value = variable(each), written(getattr(chosen, each.name))
        if each.metadata["hidden"]:
            value = _PASSWORD.sub(r"\1***", value)
        told = (shown_default(each), each.metadata["accepts"].accepted, each.metadata["help"])
        rows.append(Row(name, value, *told, is_set=bool(given.get(name))))
    return rows
