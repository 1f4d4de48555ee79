# SPDX-License-Identifier: Apache-2.0
"""JSON member by member. A list is made into values one by one, each time that it is asked for, so that a large one is never held whole."""

import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import Any, NoReturn

from madang.scan.documents.errors import BrokenDocument, DocumentTooLarge, HostileDocument
from madang.scan.documents.limits import Limits

_SPACE = re.compile(r"[ \t\n\r]*")


class Twice(ValueError):
    """One object has two members of one name."""


class Members:
    """The members of the object that begins at ``start``. All of it is walked once, so what is damaged is refused before anything is read.

    ``BrokenDocument``, ``DocumentTooLarge``, ``HostileDocument``.
    """

    def __init__(self, text: str, name: str, limits: Limits, *, start: int = 0) -> None:
        self.name, self.limits = name, limits
        self.faults: list[tuple[str, str]] = []
        self._text = text
        self._places: dict[str, int] = {}
        self._entries = 0
        # The first walk only looks whether all is well formed; names that stand twice are found when an entry is read.
        self._walker = json.JSONDecoder(parse_constant=_no_number, parse_float=_number)
        self._reader = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_pairs)
        try:
            end = self._object(self._space(start))
            if not start and self._space(end) != len(text):
                self._broken("something follows its end", end)
        except json.JSONDecodeError as error:
            self._broken(f"line {error.lineno}, column {error.colno}: {error.msg}")
        except RecursionError as error:
            raise HostileDocument(name=name, what="lists or objects nested too deep") from error
        except ValueError as error:
            self._broken(str(error)[:200])

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def names(self) -> list[str]:
        """The names of all members, in order."""
        return list(self._places)

    def place(self, name: str) -> int:
        """Where the value of a member begins."""
        return self._places[name]

    def get(self, name: str) -> Any:
        """The whole value of a member, None where there is none or where it holds one name twice."""
        if name not in self._places:
            return None
        try:
            return self._reader.raw_decode(self._text, self._places[name])[0]
        except Twice:
            return self._walker.raw_decode(self._text, self._places[name])[0]

    def items(self, name: str) -> Iterator[tuple[Any, str | None]]:
        """Each item of a list, or the sentence that says why it is not read."""
        at = self._places.get(name)
        if at is None or self._text[at] != "[":
            return
        at = self._space(at + 1)
        while self._text[at] != "]":
            try:
                value, at = self._reader.raw_decode(self._text, at)
                yield value, None
            except Twice as error:
                value, at = self._walker.raw_decode(self._text, at)
                yield value, str(error)
            at = self._space(at)
            if self._text[at] == ",":
                at = self._space(at + 1)

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _object(self, at: int) -> int:
        at = self._expect("{", at)
        while self._at(at) != "}":
            self._expect('"', at)
            name, at = self._walker.raw_decode(self._text, at)
            at = self._expect(":", self._space(at))
            if name in self._places:
                self._broken(f"“{name[:80]}” stands twice in it", at)
            self._places[name] = at
            at = self._value(at)
            at = self._next(at, "}")
        return at + 1

    def _value(self, at: int) -> int:
        if self._at(at) != "[":
            return self._space(self._walker.raw_decode(self._text, at)[1])
        at = self._space(at + 1)
        while self._at(at) != "]":
            at = self._space(self._walker.raw_decode(self._text, at)[1])
            at = self._next(at, "]")
            self._entries += 1
            if self._entries > self.limits.max_entries:
                most = self.limits.max_entries
                raise DocumentTooLarge(name=self.name, what=f"more than {most} entries", limit=most, setting="max_entries")
        return self._space(at + 1)

    def _next(self, at: int, end: str) -> int:
        """Behind the comma, or at the end."""
        if self._at(at) == end:
            return at
        at = self._expect(",", at)
        if self._at(at) == end:
            self._broken("a comma stands before the end of a list or object", at)
        return at

    def _at(self, at: int) -> str:
        return self._text[at : at + 1]

    def _expect(self, letter: str, at: int) -> int:
        if self._at(at) != letter:
            self._broken(f"“{letter}” is missing" if at < len(self._text) else "it breaks off", at)
        return self._space(at + 1)

    def _broken(self, reason: str, at: int | None = None) -> NoReturn:
        if at is not None:
            reason = f"line {self._text.count(chr(10), 0, at) + 1}: {reason}"
        raise BrokenDocument(name=self.name, reason=reason)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _number(word: str) -> float:
    """A number that JSON can write again; what is beyond all numbers would come back as a word that it does not have."""
    number = float(word)
    if not isfinite(number):
        raise ValueError(f"{word[:40]} is no number that can be kept")
    return number


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _value in pairs]
        raise Twice(f"“{next(name for name in names if names.count(name) > 1)[:80]}” stands twice in it")
    return made
