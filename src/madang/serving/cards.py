# SPDX-License-Identifier: Apache-2.0
"""A service's card: what it is, can and cannot do, in what it counts, and how it runs. Written by people as TOML, kept as JSON."""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import msgspec

from madang import kit, sandbox
from madang.serving.errors import BadService
from madang.serving.offers import TASKS, UNITS

FILE = "card.toml"
TEXTS = frozenset({"title", "summary", "can", "cannot", "terms", "measured"})
LONGEST = 64 << 10
MOST_SECONDS, MOST_BODY = 3600, 100 << 20


@dataclass(frozen=True, slots=True)
class EngineCard:
    """How it runs: ``process`` (functions in ``module``), ``onnx`` or ``pickle`` (``file``), ``upstream`` (``url``, ``wire``, ``model``),
    ``ray`` (``app``, ``deployment``). ``most`` calls are with it at once."""

    kind: str = "process"
    module: str = "function"
    function: str = ""
    file: str = ""
    url: str = ""
    wire: str = "json"
    model: str = ""
    app: str = ""
    most: int = 1
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class MadeWith:
    """A part that the service answers with: a package by its purl, and under which licence it stands."""

    purl: str
    license: str = ""
    kind: str = "served-as"


@dataclass(frozen=True, slots=True)
class Card:
    """The card. Texts are by language (``ko``, ``en``)."""

    name: str
    version: str = "1"
    unit: str = "call"
    counts: str = ""
    task: str = "function"
    license: str = ""
    field: str = ""
    max_body_bytes: int = 1 << 20
    seconds: float = 0.0
    streams: bool = False
    title: dict[str, str] = dataclasses.field(default_factory=dict)
    summary: dict[str, str] = dataclasses.field(default_factory=dict)
    can: dict[str, str] = dataclasses.field(default_factory=dict)
    cannot: dict[str, str] = dataclasses.field(default_factory=dict)
    terms: dict[str, str] = dataclasses.field(default_factory=dict)
    measured: dict[str, str] = dataclasses.field(default_factory=dict)
    operations: dict[str, str] = dataclasses.field(default_factory=dict)
    example: dict[str, Any] = dataclasses.field(default_factory=dict)
    engine: EngineCard = EngineCard()
    made_with: tuple[MadeWith, ...] = ()

    def kept(self) -> dict[str, Any]:
        """The card as rows keep it."""
        return asdict(self)

    def text(self, name: str, language: str) -> str:
        """One of the card's texts in that language, else in the other; "" where it has none."""
        told: Mapping[str, str] = getattr(self, name)
        return told.get(language) or next(iter(told.values()), "")

    def target(self, folder: str, *, idle_seconds: float = 600.0, longest: int = sandbox.LONGEST) -> sandbox.Target:
        """What the process is told to run."""
        kind = {"process": "function"}.get(self.engine.kind, self.engine.kind)
        return sandbox.Target(
            kind, folder, self.engine.module, dict(self.operations), self.engine.file, self.engine.most, idle_seconds, longest
        )


def read(folder: Path) -> Card:
    """The card in the folder; ``BadService`` says what is wrong with it."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
        told = tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadService(reason=f"{FILE}: {getattr(error, 'strerror', None) or error}"[:300]) from error
    if len(data) > LONGEST:
        raise BadService(reason=f"{FILE}: {len(data)} > {LONGEST}")
    return made(told)


def made(told: Mapping[str, Any]) -> Card:
    """The card of these values, checked."""
    given = {name: {"en": value} if name in TEXTS and isinstance(value, str) else value for name, value in told.items()}
    unknown = sorted(set(given) - {each.name for each in fields(Card)})
    if unknown:
        raise BadService(reason=f"{FILE}: {unknown[0][:60]}?")
    try:
        card = msgspec.convert(given, Card)
    except msgspec.ValidationError as error:
        raise BadService(reason=f"{FILE}: {error}"[:300]) from error
    return check(card)


def check(card: Card) -> Card:
    """The card, if it can be published."""
    kit.check_name(card.name)
    if b"\\u0000" in msgspec.json.encode(card):
        raise BadService(reason=f"{FILE}: U+0000")
    faults = {
        "unit": card.unit not in UNITS and ", ".join(UNITS),
        "task": card.task not in TASKS and ", ".join(TASKS),
        "seconds": not 0 <= card.seconds <= MOST_SECONDS and f"0 … {MOST_SECONDS}",
        "max_body_bytes": not 0 < card.max_body_bytes <= MOST_BODY and f"1 … {MOST_BODY}",
        "engine.most": not 1 <= card.engine.most <= 1024 and "1 … 1024",
        "engine.memory_bytes": card.engine.memory_bytes < 0 and "0 …",
        "version": not (0 < len(card.version) <= 60) and "1 … 60",
        "operations": any(not name.isidentifier() or not function.isidentifier() for name, function in card.operations.items()) and "a-z_",
        "engine.module": not card.engine.module.isidentifier() and "a-z_",
        "engine.file": (".." in card.engine.file or card.engine.file.startswith("/")) and "model.onnx",
    }
    for name, wanted in faults.items():
        if wanted:
            raise BadService(reason=f"{FILE}: {name} ({wanted})")
    return card
