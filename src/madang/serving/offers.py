# SPDX-License-Identifier: Apache-2.0
"""What a service is to those who call it, and what comes back. Plain values; nothing here knows how a service runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

UNITS = ("call", "character", "audio-second", "image", "token")
"""What a service may count in. Characters are those of the text, seconds are begun seconds of sound."""
TASKS = ("function", "chat", "embeddings", "transcription", "tensor", "morphology")
EMPTY: Mapping[str, object] = {}
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as callers know it. ``inputs`` and ``outputs`` are JSON Schema; ``counts`` names the input that the unit is counted in;
    ``schemas`` has inputs, outputs and ``about`` of every operation, and ``card`` is the card of the version that most calls go to."""

    id: str
    namespace: str
    name: str
    version: str
    unit: str = "call"
    task: str = "function"
    operations: tuple[str, ...] = ()
    counts: str = ""
    is_paused: bool = False
    streams: bool = False
    exposure: str = "private"
    owner_id: str | None = None
    organisation_id: str | None = None
    max_body_bytes: int = MIB
    seconds: float = 30.0
    title: str = ""
    inputs: Mapping[str, object] = field(default_factory=lambda: EMPTY, hash=False)
    outputs: Mapping[str, object] = field(default_factory=lambda: EMPTY, hash=False)
    example: Mapping[str, object] = field(default_factory=lambda: EMPTY, hash=False)

    schemas: Mapping[str, object] = field(default_factory=lambda: EMPTY, hash=False)
    card: Mapping[str, object] = field(default_factory=lambda: EMPTY, hash=False)
    full_name: str = field(init=False)
    """``namespace/name``, as keys, rows of usage and foreign wires name it."""

    def __post_init__(self) -> None:
        """What every call asks for is put together once."""
        object.__setattr__(self, "full_name", f"{self.namespace}/{self.name}")


@dataclass(frozen=True, slots=True)
class Route:
    """One version that takes calls now: how it runs, and its share of the calls in per cent."""

    id: str
    version: str
    engine: str
    share: int = 100
    config: Mapping[str, object] = field(default_factory=lambda: EMPTY, hash=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """A service with the versions that take its calls."""

    offer: Offer
    routes: tuple[Route, ...]


class Answer(msgspec.Struct, frozen=True):
    """What a call came to: ``outputs`` are plain JSON values, or bytes of ``media_type``; ``units`` is what the call cost."""

    outputs: object
    units: int
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stream, and what it cost beyond the pieces before it."""

    data: bytes
    units: int
