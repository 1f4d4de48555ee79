# SPDX-License-Identifier: Apache-2.0
"""YAML and JSON as plain values that know where they stand. Nothing is constructed: no tags, no objects, no expansion."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from madang.terms.errors import BadEntry, NoGraph

FLAGS = {"true": True, "false": False, "yes": True, "no": False}
NOTHING = ("", "~", "null", "Null", "NULL")
DEEPEST = 6
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands: a mapping, a list of places, a text, or None. ``at`` is line and column, or a path in JSON."""

    value: Any
    at: str

    def fields(self, what: str, known: tuple[str, ...]) -> Mapping[str, "Place"]:
        """The mapping, of which every name is one of ``known``."""
        if not isinstance(self.value, dict):
            raise BadEntry(BadEntry.not_entry, place=self.at, name=what)
        for name, place in self.value.items():
            if name not in known:
                raise BadEntry(BadEntry.unexpected, place=place.at, name=name[:60], known=", ".join(known))
        found: dict[str, Place] = self.value
        return found

    def entries(self, what: str) -> list["Place"]:
        """The list; nothing is an empty one."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise BadEntry(BadEntry.not_list, place=self.at, name=what)
        return self.value

    def text(self, what: str) -> str:
        """The text."""
        if not isinstance(self.value, str):
            raise BadEntry(BadEntry.not_text, place=self.at, name=what)
        return self.value

    def flag(self, what: str) -> bool:
        """True or false, as YAML 1.1 and JSON write it."""
        flag = FLAGS.get(self.value.lower()) if isinstance(self.value, str) else None
        if flag is None:
            raise BadEntry(BadEntry.not_flag, place=self.at, name=what)
        return flag

    def number(self, what: str) -> int:
        """A whole number from 1 to a million."""
        if isinstance(self.value, str) and self.value.isascii() and self.value.isdecimal() and 1 <= len(self.value) <= 7:
            number = int(self.value)
            if 1 <= number <= 1_000_000:
                return number
        raise BadEntry(BadEntry.not_number, place=self.at, name=what)

    def day(self, what: str) -> date:
        """A date, written as ISO 8601 has it."""
        try:
            return date.fromisoformat(self.text(what))
        except ValueError as error:
            raise BadEntry(BadEntry.not_date, place=self.at, name=what) from error


def read(text: str) -> Place:
    """The whole text as places; JSON where it begins with a brace, else YAML. ``NoGraph`` when it is neither."""
    if text.lstrip()[:1] == "{":
        return _json(text)
    try:
        return _Tree().read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NoGraph(place=_at(mark) if mark else "1:1") from error


def _json(text: str) -> Place:
    try:
        return _walked(json.loads(text, object_pairs_hook=_Pairs, parse_int=str), "", 0)
    except json.JSONDecodeError as error:
        raise NoGraph(place=f"{error.lineno}:{error.colno}") from error
    except RecursionError as error:
        raise NoGraph(place="1:1") from error


class _Pairs(list[tuple[str, Any]]):
    """The names and values of a JSON object, so that a name that stands twice is seen."""


def _walked(value: object, path: str, depth: int) -> Place:
    at = path or "1:1"
    if depth > DEEPEST:
        raise BadEntry(what=path[:60], place=at)
    if isinstance(value, _Pairs):
        return Place(_unique([(name, _walked(each, f"{path}.{name}"[:200].lstrip("."), depth + 1)) for name, each in value]), at)
    if isinstance(value, list):
        return Place([_walked(each, f"{path}[{place}]", depth + 1) for place, each in enumerate(value)], at)
    if isinstance(value, bool):
        return Place("true" if value else "false", at)
    return Place(None if value is None else str(value), at)


class _Tree:
    """The first document of a YAML text, built from the parser's events: nothing is called within itself, so no depth harms."""

    def __init__(self) -> None:
        self.open: list[tuple[list[Place], str, str | None, bool]] = [([], "1:1", None, False)]
        self.anchors: dict[str, Place] = {}

    def read(self, text: str) -> Place:
        """The document; nothing at all is None."""
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._begin(event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self._end()
            elif isinstance(event, yaml.ScalarEvent):
                self._add(Place(_scalar(event), _at(event.start_mark)), event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._meant(event), None)
        rows = self.open[0][0]
        return rows[0] if rows else Place(None, "1:1")

    def _begin(self, event: Any) -> None:
        if len(self.open) > DEEPEST:
            raise BadEntry(what="…", place=_at(event.start_mark))
        self.open.append(([], _at(event.start_mark), event.anchor, isinstance(event, yaml.MappingStartEvent)))

    def _end(self) -> None:
        rows, at, anchor, is_mapping = self.open.pop()
        pairs = [(str(name.value), value) for name, value in zip(rows[::2], rows[1::2], strict=True)] if is_mapping else []
        self._add(Place(_unique(pairs) if is_mapping else rows, at), anchor)

    def _add(self, place: Place, anchor: str | None) -> None:
        self.open[-1][0].append(place)
        if anchor:
            self.anchors[anchor] = place

    def _meant(self, event: Any) -> Place:
        if event.anchor not in self.anchors:
            raise NoGraph(place=_at(event.start_mark))
        return self.anchors[event.anchor]


def _scalar(event: Any) -> str | None:
    return None if event.style in (None, "") and event.value in NOTHING else str(event.value)


def _unique(pairs: list[tuple[str, Place]]) -> dict[str, Place]:
    found = dict(pairs)
    if len(found) < len(pairs):
        name, place = next((name, place) for name, place in pairs if found[name] is not place)
        raise BadEntry(BadEntry.twice, place=place.at, name=name[:60])
    return found


def _at(mark: Any) -> str:
    return f"{mark.line + 1}:{mark.column + 1}"
