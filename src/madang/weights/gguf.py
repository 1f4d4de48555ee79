# SPDX-License-Identifier: Apache-2.0
"""GGUF 2 and 3: key-value pairs, then what each tensor is (https://github.com/ggml-org/ggml, docs/gguf.md)."""

import struct
from typing import BinaryIO

from madang.weights.bounds import Source
from madang.weights.facts import MOST_TENSORS, Facts, State, Tensor, shown

FORM = "GGUF"
MAGIC = b"GGUF"
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9
MOST_PAIRS, MOST_IN_ALL, DEEPEST, SHOWN = 10_000, 1_000_000, 4, 20
TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip
"""A tensor's type: its name, how many values stand together, and in how many bytes."""


def read(file: BinaryIO, size: int) -> Facts:
    """The header: pairs and tensors. Long lists (a tokenizer's words) are passed over and told by their length."""
    source = Source(file, size, FORM)
    if source.take(4) != MAGIC:
        raise source.bad("it does not begin as one")
    version = source.number("I")
    if version not in (2, 3):
        raise source.bad(f"version {version} is not known")
    count, pairs = source.number("Q"), source.number("Q")
    if pairs > MOST_PAIRS or count > MOST_IN_ALL or count * 24 > size or pairs * 13 > size:
        raise source.bad(f"it tells of {pairs} pairs and {count} tensors")
    metadata = {"version": str(version)}
    for _number in range(pairs):
        name = shown(_text(source, 65_535))[:200]
        metadata[name] = _value(source, source.number("I"), 0)
    tensors, parameters = list[Tensor](), 0
    for _number in range(count):
        tensor = _tensor(source)
        parameters += tensor.count
        if len(tensors) < MOST_TENSORS:
            tensors.append(tensor)
    return Facts(FORM, State.PLAIN, metadata, tensors, count, parameters)


def _text(source: Source, longest: int) -> str:
    length = source.number("Q")
    if length > longest:
        raise source.bad(f"a text of {length} bytes")
    return source.take(length).decode("utf-8", "replace")


def _value(source: Source, kind: int, depth: int) -> str:
    if kind in SCALARS:
        (value,) = struct.unpack(f"<{SCALARS[kind]}", source.take(struct.calcsize(SCALARS[kind])))
        return ("true" if value else "false") if kind == 7 else f"{value:.6g}" if isinstance(value, float) else str(value)
    if kind == TEXT:
        return shown(_text(source, 4 << 20))
    if kind != LIST or depth > DEEPEST:
        raise source.bad(f"a value of kind {kind}")
    inner, length = source.number("I"), source.number("Q")
    if inner in SCALARS:
        width = struct.calcsize(SCALARS[inner])
        if length * width > source.size:
            raise source.bad(f"a list of {length} values")
        if length > SHOWN:
            source.skip(length * width)
            return f"[{length}]"
    elif length * 8 > source.size:
        raise source.bad(f"a list of {length} values")
    values = list[str]()
    for number in range(length):
        value = _value(source, inner, depth + 1)
        if number < SHOWN:
            values.append(value[:100])
    return f"[{', '.join(values)}]" if length <= SHOWN else f"[{length}]"


def _tensor(source: Source) -> Tensor:
    name = shown(_text(source, 65_535))[:400]
    dimensions = source.number("I")
    if dimensions > 8:
        raise source.bad(f"{name[:80]} has {dimensions} dimensions")
    shape = tuple(source.number("Q") for _each in range(dimensions))
    kind, offset = source.number("I"), source.number("Q")
    told, together, width = TYPES.get(kind, (f"type {kind}", 1, 0))
    tensor = Tensor(name, told, tuple(reversed(shape)), 0)
    length = -(-tensor.count // together) * width
    if offset > source.size or length > source.size:
        raise source.bad(f"{name[:80]} lies outside of the file")
    return Tensor(name, told, tensor.shape, length)
