# SPDX-License-Identifier: Apache-2.0
"""What a file is beside its findings: binary, minified, generated, vendored, data. Labels by rule, for people who sort what was found.

A class takes nothing from the scan: every file that can be read is looked at as any other, because licences stand in minified and
generated files too. The rules are rows of ``classes.csv``; the first that holds gives its class, and a file may have several. How a rule
looks (``by``): ``type`` (the engine says so), ``name``, ``ending`` (both without regard to case), ``folder`` (one on the path, the root
left out), ``says`` (in the first lines, without regard to case), ``long-lines`` (so many letters a line on average, in files that end so),
``size`` (so many bytes, in files that end so), ``unread`` (why it was not read).
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

_FIRST_LINES = 40
_FIRST_BYTES = 8192
_MOST_BYTES = 1 << 20
"""So much of a file says how long its lines are."""
_FEW_BYTES = 2000
"""In a file of less, one long line says nothing."""
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Rule(NamedTuple):
    """A row of the table."""

    name: str
    by: str
    what: str
    least: int
    why: str

    @property
    def said(self) -> str:
        """The rule in short, as reports give it: ``ending: .min.js``."""
        return f"{self.by}: {self.what}"


@cache
def rules() -> tuple[Rule, ...]:
    """Every row, in the file's order."""
    text = files("madang.scan").joinpath("classes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(Rule(row["class"], row["by"], row["what"], int(row["least"] or 0), row["why"]) for row in rows)


@cache
def names() -> tuple[str, ...]:
    """Every class, in the file's order."""
    return tuple(dict.fromkeys(rule.name for rule in rules()))


@cache
def _by(kind: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if rule.by == kind)


@cache
def _called(kind: str) -> Mapping[str, Rule]:
    return {rule.what: rule for rule in _by(kind)}


@cache
def _longest_ending() -> int:
    return max(len(rule.what) for rule in _by("ending"))


def of_content(path: Path, *, is_text: bool) -> dict[str, str]:
    """Class → rule, for what stands in the file at ``path``: its first lines, and how long its lines are. ``OSError`` when it is gone."""
    if not is_text:
        return {}
    name = path.name.lower()
    shapes = [rule for rule in _by("long-lines") if name.endswith(tuple(rule.what.split()))]
    with path.open("rb") as stream:
        start = stream.read(_MOST_BYTES if shapes else _FIRST_BYTES)
    found = _first(rule for rule in shapes if len(start) >= _FEW_BYTES and len(start) >= rule.least * (start.count(b"\n") + 1))
    said = start[:_FIRST_BYTES].decode(_MARKS.get(start[:2], "utf-8"), "replace").lower()
    said = " ".join(" ".join(said.splitlines()[:_FIRST_LINES]).split())
    return found | _first(rule for rule in _by("says") if rule.what in said)


def of_file(raw: str, size: int, found: Mapping[str, Any]) -> dict[str, str]:
    """Class → rule of the file at ``raw``, seen from the root; ``found`` is what the engine said of it and what ``of_content`` gave."""
    *folders, name = raw.lower().split("/")
    rules = [rule for rule in _by("type") if found.get(rule.what)]
    rules += [each for each in (_called("name").get(name), _ending(name)) if each]
    rules += [each for folder in folders if (each := _called("folder").get(folder))]
    rules += [rule for rule in _by("size") if size >= rule.least and name.endswith(tuple(rule.what.split()))]
    classes = _first(rules)
    for each, said in (found.get("classes") or {}).items():
        classes.setdefault(each, said)
    return {each: classes[each] for each in names() if each in classes}


def of_unread(reason: str) -> dict[str, str]:
    """Class → rule of a file that was left unread for ``reason``."""
    return _first(rule for rule in _by("unread") if rule.what == reason)


def counted(classes: Iterable[Iterable[str]]) -> Mapping[str, int]:
    """Class → number of files, in the file's order of classes."""
    counts = Counter(each for some in classes for each in some)
    return {name: counts[name] for name in names() if name in counts}


def _ending(name: str) -> Rule | None:
    """The rule of the longest ending that begins with one of ``._-``."""
    endings = _called("ending")
    for at in range(max(1, len(name) - _longest_ending()), len(name)):
        if name[at] in "._-" and name[at:] in endings:
            return endings[name[at:]]
    return None


def _first(rules: Iterable[Rule]) -> dict[str, str]:
    found: dict[str, str] = {}
    for rule in rules:
        found.setdefault(rule.name, rule.said)
    return found
