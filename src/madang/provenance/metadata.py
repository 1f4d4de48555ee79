# SPDX-License-Identifier: Apache-2.0
"""What packages that are installed beside the platform declare of themselves: their own metadata, read where they lie, and nothing fetched.

Only for the very version that is asked for, or where none is. It is as good as a manifest that a scan reads: declared, not checked.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.resources import files

from madang import licensing

PYPI = "pkg:pypi/"
CLASSIFIER = "License :: "


@dataclass(frozen=True, slots=True)
class Declared:
    """An SPDX expression, and where it stands."""

    license: str
    source: str


def declared_here(purl: str) -> Declared | None:
    """The licence that the installed package of that name and version declares, where it says one that can be read."""
    if not purl.startswith(PYPI):
        return None
    name, _at, version = purl.removeprefix(PYPI).partition("?")[0].partition("#")[0].partition("@")
    return _declared(re.sub(r"[-_.]+", "-", name).lower(), version)


@cache
def _declared(name: str, version: str) -> Declared | None:
    found = _installed().get(name)
    if found is None or version not in ("", found.version):
        return None
    told = found.metadata
    words = [told["License-Expression"], *_classified(told.get_all("Classifier") or []), told["License"]]
    readable = next((each for word in words if word and (each := _readable(word))), None)
    return Declared(readable, f"{name} {found.version}") if readable else None


@cache
def _installed() -> Mapping[str, metadata.Distribution]:
    return {re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each for each in metadata.distributions() if each.metadata["Name"]}


def _readable(word: str) -> str | None:
    try:
        found = licensing.normalise(word.strip()[:400])
    except licensing.InvalidExpression:
        return None
    return found if all(licensing.is_known(key) for key in licensing.keys(found)) else None


def _classified(classifiers: list[str]) -> list[str | None]:
    """The licence that classifiers name, where each has one meaning; several hold together, for none says that one may choose."""
    told = [each.strip() for each in classifiers if each.startswith(CLASSIFIER) and each.strip() != "License :: OSI Approved"]
    known = [_classifiers().get(each) for each in told]
    return [" AND ".join(dict.fromkeys(each for each in known if each))] if known and all(known) else []


@cache
def _classifiers() -> Mapping[str, str]:
    text = files("madang.provenance").joinpath("data/classifiers.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["classifier"]: row["license"] for row in rows}
