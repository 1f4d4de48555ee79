# SPDX-License-Identifier: Apache-2.0
"""Licences as CycloneDX writes them: expressions, ids, and names that mostly are sentences."""

import re
from collections.abc import Mapping
from typing import Any

from madang.scan.documents import texts
from madang.scan.documents.building import UNKNOWN, Stated, stated, together


def licences(value: Any, acknowledgement: str) -> Stated:
    """What a list of licences says together. Several mean all of them. ``acknowledgement``: which of them count, "" for all."""
    found = []
    for each in texts.items(value):
        licence = texts.item(each.get("license")) or each
        if not acknowledgement or (texts.word(licence.get("acknowledgement")) or "declared") == acknowledgement:
            found.append(_licence(licence))
    return together(found)


def _licence(raw: Mapping[str, Any]) -> Stated:
    """An expression or an id is read; a name only where it is written as one, for most names are sentences."""
    for name in ("expression", "id"):
        if text := texts.word(raw.get(name)):
            return stated(text)
    name = texts.word(raw.get("name"))
    if name:
        is_plain = re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*", name)
        return stated(name) if is_plain else Stated(UNKNOWN, " ".join(name.split()), is_said=True)
    return Stated(UNKNOWN, texts.word(raw.get("url")) or "a licence without a name", is_said=True)
