# SPDX-License-Identifier: Apache-2.0
"""Server-sent events of an upstream that speaks OpenAI's wire, out of pieces of any size, with the tokens that they tell."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from madang.serving.errors import EngineFailed

DONE = b"[DONE]"


class Counted(bytes):
    """A piece of an answer with how many tokens it adds. ``is_told``: the upstream said so; else one a piece of text is reckoned."""

    tokens: int
    is_told: bool

    @classmethod
    def of(cls, data: bytes, tokens: int, *, is_told: bool = False) -> "Counted":
        """The piece."""
        made = cls(data)
        made.tokens, made.is_told = tokens, is_told
        return made


class Events:
    """Gathers pieces to whole events. ``longest``: an event over so many bytes is ``EngineFailed``, as is one that is no JSON object."""

    def __init__(self, longest: int) -> None:
        self.longest, self.rest, self.used, self.is_done = longest, b"", 0, False

    def feed(self, piece: bytes) -> Iterator[Counted]:
        """The events that are whole now, each as it goes on; what follows the last one of all is left out."""
        *whole, self.rest = (self.rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
        if len(self.rest) > self.longest:
            raise EngineFailed
        for event in whole:
            data = data_of(event)
            if data == DONE:
                self.is_done = True
            if data and not self.is_done:
                yield self._counted(data)

    def _counted(self, data: bytes) -> Counted:
        told = object_of(data)
        if "error" in told:
            raise EngineFailed
        total = total_of(told)
        tokens = total - self.used if total is not None else int(_has_text(told))
        self.used += tokens
        return Counted.of(b"data: " + data + b"\n\n", tokens, is_told=total is not None)


def data_of(event: bytes) -> bytes:
    """What an event carries, on one line; b"" for a comment."""
    lines = [line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:")]
    return b" ".join(lines)


def object_of(data: bytes) -> dict[str, Any]:
    """The JSON object; ``EngineFailed`` for anything else."""
    try:
        told = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise EngineFailed from error
    if not isinstance(told, dict):
        raise EngineFailed
    return told


def total_of(told: Mapping[str, Any]) -> int | None:
    """All tokens that were used until now, if it says so."""
    usage = told.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, Mapping) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None


def text_of(told: Mapping[str, Any]) -> bytes:
    """The text of a completion that came whole; ``EngineFailed`` where there is none."""
    try:
        text = told["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError) as error:
        raise EngineFailed from error
    if not isinstance(text, str):
        raise EngineFailed
    return text.encode("utf-8", "replace")


def _has_text(told: Mapping[str, Any]) -> bool:
    """Whether a piece of the answer came with it, and not only its beginning or end."""
    choices = told.get("choices")
    if not isinstance(choices, list):
        return False
    deltas = [each.get("delta") or each.get("text") for each in choices if isinstance(each, Mapping)]
    return any(
        any(value for name, value in delta.items() if name != "role") if isinstance(delta, Mapping) else bool(delta) for delta in deltas
    )
