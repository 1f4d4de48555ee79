# SPDX-License-Identifier: Apache-2.0
"""What is told of a model's file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MOST_TENSORS, MOST_FINDINGS, LONGEST_VALUE = 20_000, 200, 2_000


class State(StrEnum):
    """Whether loading the file can run something: ``plain`` (the form holds no code), ``clean`` (it calls only what is known to build
    values), ``unknown`` (it calls what nobody here knows, or could not be read to its end), ``unsafe`` (it calls what can do anything)."""

    PLAIN = "plain"
    CLEAN = "clean"
    UNKNOWN = "unknown"
    UNSAFE = "unsafe"

    @property
    def rank(self) -> int:
        """Worse is higher."""
        return list(State).index(self)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor by its name: its type, its shape (a dimension that is only named is -1) and its bytes in the file."""

    name: str
    type: str
    shape: tuple[int, ...]
    bytes: int

    @property
    def count(self) -> int:
        """How many values it has."""
        product = 1
        for each in self.shape:
            product *= max(each, 0)
        return product


@dataclass(frozen=True, slots=True)
class Finding:
    """What would be called, or why one cannot know. ``where`` is the part of the file, ``at`` the byte in it."""

    state: State
    what: str
    where: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """A file: its form, its own words, its tensors (``tensors_in_all`` may be more than are listed), and what loading it would call."""

    form: str
    state: State
    metadata: Mapping[str, str] = field(default_factory=dict)
    tensors: Sequence[Tensor] = ()
    tensors_in_all: int = 0
    parameters: int | None = None
    inputs: Sequence[Tensor] = ()
    outputs: Sequence[Tensor] = ()
    operators: Mapping[str, int] = field(default_factory=dict)
    calls: Sequence[str] = ()
    findings: Sequence[Finding] = ()


def shown(text: str) -> str:
    """``text`` without what cannot be shown, up to some length."""
    cut = text[:LONGEST_VALUE]
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in cut) + ("…" if len(text) > LONGEST_VALUE else "")
