# SPDX-License-Identifier: Apache-2.0
"""Counting in a service's own unit. We count from what was sent, so that no service can say that it did more than it was asked."""

import base64
import binascii
from collections.abc import Mapping, Sequence

MOST_TOKENS = 4096
READ = ("messages", "input", "prompt", "text")
"""Inputs whose text a model reads."""
PCM_BYTES_A_SECOND = 32_000  # 16 kHz, 16 bit, mono: what sound without a header is taken for


def count(unit: str, counts: str, inputs: Mapping[str, object] | bytes) -> int:
    """How many units these inputs are, 1 at least. For tokens an upper bound, since only the model knows how it cuts."""
    if unit == "call":
        return 1
    if unit == "token":
        return max(1, _tokens(inputs))
    what: object = inputs if isinstance(inputs, bytes | bytearray | memoryview) else inputs.get(counts) if counts else None
    if unit == "character":
        return max(1, _characters(what if what is not None else inputs))
    if unit == "audio-second":
        return max(1, _seconds(what))
    return max(1, len(what)) if isinstance(what, Sequence) and not isinstance(what, str | bytes) else 1


def _characters(what: object) -> int:
    """All characters of all texts within."""
    waiting, total = [what], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, str | bytes | bytearray | memoryview):
            total += len(each)
        elif isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, Sequence):
            waiting.extend(each)
    return total


def _seconds(what: object) -> int:
    """Begun seconds of sound: of a WAV file as its header says, of anything else as PCM of 16 kHz, 16 bit, mono."""
    if isinstance(what, str):
        try:
            what = base64.b64decode(what, validate=True)
        except (ValueError, binascii.Error):
            return 1
    if not isinstance(what, bytes | bytearray | memoryview):
        return 1
    sound = bytes(what[:64])
    rate = PCM_BYTES_A_SECOND
    if sound[:4] == b"RIFF" and sound[8:16] == b"WAVEfmt ":
        rate = int.from_bytes(sound[28:32], "little") or rate
    return -(-len(what) // rate)


def _tokens(inputs: Mapping[str, object] | bytes) -> int:
    """A token is at least one byte of text, so the bytes bound what is read; what is written is bounded by the request."""
    if isinstance(inputs, bytes):
        return len(inputs)
    asked = inputs.get("max_completion_tokens") or inputs.get("max_tokens")
    written = asked if isinstance(asked, int) and not isinstance(asked, bool) and 0 < asked < 1_000_000 else MOST_TOKENS
    read = sum([_read(inputs[name]) for name in READ if name in inputs])
    return read + (written if "messages" in inputs or "prompt" in inputs else 0)


def _read(what: object) -> int:
    """The bytes of all texts within, and a few for what holds them. The kinds that JSON has are asked for first, and exactly: the general
    questions are ten times slower."""
    waiting, read = [what], 0
    while waiting:
        each = waiting.pop()
        kind = type(each)
        if kind is str:
            text: str = each  # type: ignore[assignment]
            read += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        elif kind is list:
            waiting += each  # type: ignore[arg-type]
            read += 1
        elif kind is dict or isinstance(each, Mapping):
            waiting += each.values()  # type: ignore[attr-defined]
            read += 8
        elif isinstance(each, Sequence):
            waiting += each
            read += 1
    return read
