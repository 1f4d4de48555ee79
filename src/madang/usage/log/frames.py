# SPDX-License-Identifier: Apache-2.0
"""What stands in a log file: a line that says so, then frames. A frame is its length, the CRC-32 of what follows, and that.

The first letter of a frame says what it is: ``C`` a context and ``S`` a standing (a number and JSON, once a file, before their first use),
``E`` a call that names both by their numbers. Behind the last frame there are zeros: space that was taken from the disk beforehand. A frame
that does not fit its CRC ends a file: what was torn was never acknowledged.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from madang.usage.words import OUTCOMES

MAGIC = b"madang usage 1\n"
HEAD = struct.Struct("<II")
CALL = struct.Struct("<c16sqIIIqqB")
DEFINITION = struct.Struct("<cI")
LONGEST = 16_384
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]


@dataclass(frozen=True, slots=True)
class Called:
    """A call as the log has it: ``context`` and ``standing`` are what their definitions say, ``at`` and ``micros`` are microseconds."""

    id: str
    at: int
    day: int
    context: str
    standing: str
    units: int
    micros: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Damage:
    """From here on a file cannot be read though something stands there: what was torn, and perhaps more."""

    offset: int
    bytes: int


def framed(payload: bytes) -> bytes:
    """The payload as a frame."""
    return HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def definition(kind: bytes, number: int, told: str) -> bytes:
    """The frame that gives a context or a standing its number."""
    return framed(DEFINITION.pack(kind, number) + told.encode())


def call(id_: bytes, at: int, day: int, context: int, standing: int, units: int, micros: int, outcome: int) -> bytes:
    """The frame of one call; its length is always the same."""
    payload = CALL.pack(b"E", id_, at, day, context, standing, units, micros, outcome)
    return HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def id_text(id_: bytes) -> str:
    """The 16 bytes of an id as the house writes ids: 26 characters that sort as the bytes do."""
    value = int.from_bytes(id_)
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)])


def told(facts: Any) -> str:
    """Facts as a definition holds them: equal facts are equal texts."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass
class Reading:
    """One file as far as it was read; read on with ``calls``."""

    path: Path
    offset: int = 0
    definitions: dict[tuple[bytes, int], str] = field(default_factory=dict)
    damage: Damage | None = None

    def calls(self, most: int, *, until: int | None = None) -> list[Called]:
        """The next calls, at most so many, none behind ``until``; ``offset`` then stands behind the last frame that was read."""
        with self.path.open("rb") as file:
            if self.offset == 0:
                if file.read(len(MAGIC)) != MAGIC:
                    return []
                self.offset = len(MAGIC)
            file.seek(self.offset)
            data = file.read(most * (HEAD.size + CALL.size) + 4 * LONGEST)
        found: list[Called] = []
        begin = self.offset
        for end, payload in self._frames(data):
            if until is not None and begin + end > until:
                break
            if payload[:1] == b"E":
                called = self._called(payload)
                if called is None:
                    self.damage = Damage(self.offset, len(payload))
                else:
                    found.append(called)
            else:
                kind, number = DEFINITION.unpack_from(payload)
                self.definitions[kind, number] = payload[DEFINITION.size :].decode()
            self.offset = begin + end
            if len(found) == most:
                break
        return found

    def skip_to(self, offset: int) -> None:
        """Read up to there for the definitions alone."""
        while self.offset < offset:
            before = self.offset
            self.calls(2000, until=offset)
            if self.offset == before:
                return

    def _called(self, payload: bytes) -> Called | None:
        _kind, id_, at, day, context, standing, units, micros, outcome = CALL.unpack(payload)
        whose, counted = self.definitions.get((b"C", context)), self.definitions.get((b"S", standing))
        if whose is None or counted is None:
            return None
        return Called(id_text(id_), at, day, whose, counted, units, micros, OUTCOMES[outcome])

    def _frames(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        place, view = 0, memoryview(data)
        while place + HEAD.size <= len(data):
            length, crc = HEAD.unpack_from(data, place)
            end = place + HEAD.size + length
            if not DEFINITION.size <= length <= LONGEST or end > len(data):
                return
            payload = bytes(view[place + HEAD.size : end])
            if zlib.crc32(payload) != crc:
                return
            yield end, payload
            place = end

    def look_for_damage(self) -> Damage | None:
        """What stands behind the last frame that can be read and is no empty space; for files that nobody writes any more."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            rest = file.read().rstrip(b"\0")
        return Damage(self.offset, len(rest)) if rest else None
