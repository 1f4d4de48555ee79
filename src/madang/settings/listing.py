# SPDX-License-Identifier: Apache-2.0
"""The settings as people and programs read them."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from madang.settings.fields import Settings, shown_default, variable, written
from madang.settings.readers import Reader

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


def listed(chosen: Settings, environ: Mapping[str, str] | None = None, *, translate: Callable[[str], str] = str) -> list[Row]:
    """Every setting, in the order of the file, as it holds now; what it does and takes in English, or as ``translate`` gives it."""
    given = os.environ if environ is None else environ
    rows = []
    for each in fields(chosen):
        name, value = variable(each), written(getattr(chosen, each.name))
        if each.metadata["hidden"] == "address":
            value = _PASSWORD.sub(r"\1***", value)
        elif each.metadata["hidden"] == "secret" and value:
            value = "***"
        accepts: Reader = each.metadata["accepts"]
        told = (translate(shown_default(each)) if each.metadata["shown"] else shown_default(each), accepts.told(translate))
        rows.append(Row(name, value, *told, translate(each.metadata["help"]), is_set=bool(given.get(name))))
    return rows
