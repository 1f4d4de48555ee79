# SPDX-License-Identifier: Apache-2.0
"""safetensors: eight bytes of length, a JSON object, then the tensors (https://github.com/huggingface/safetensors, "Format")."""

import json
from typing import Any, BinaryIO

from madang.weights.bounds import Source
from madang.weights.errors import HeaderTooLarge
from madang.weights.facts import MOST_TENSORS, Facts, State, Tensor, shown

FORM = "safetensors"
LONGEST = 32 << 20
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16,
    "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
"""Bits of a value."""


def looks_like(head: bytes, size: int) -> bool:
    """Whether a file may begin so."""
    length = int.from_bytes(head[:8], "little")
    return len(head) > 8 and head[8:9] == b"{" and 2 <= length <= size - 8


def read(file: BinaryIO, size: int) -> Facts:
    """The header. Offsets must lie in the file, one after the other without a gap, and be as long as type and shape say."""
    source = Source(file, size, FORM)
    length = source.number("Q")
    if length > LONGEST:
        raise HeaderTooLarge(form=FORM, limit=f"{LONGEST >> 20} MiB")
    told = _json(source, source.take(length))
    own = told.pop("__metadata__", {})
    if not isinstance(own, dict) or not all(isinstance(value, str) for value in own.values()):
        raise source.bad("__metadata__ is no list of names and texts")
    room, parameters = size - 8 - length, 0
    spans, tensors = list[tuple[int, int]](), list[Tensor]()
    for name, each in told.items():
        tensor, begin, end = _tensor(source, name, each, room)
        spans.append((begin, end))
        parameters += tensor.count
        if len(tensors) < MOST_TENSORS:
            tensors.append(tensor)
    _check_spans(source, spans, room)
    metadata = {shown(name)[:200]: shown(value) for name, value in list(own.items())[:200]}
    return Facts(FORM, State.PLAIN, metadata, tensors, len(told), parameters)


def _json(source: Source, data: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("a name stands twice")
        return made

    try:
        told = json.loads(data.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as fault:
        raise source.bad("its JSON cannot be read") from fault
    if not isinstance(told, dict):
        raise source.bad("it is no JSON object")
    return told


def _tensor(source: Source, name: str, told: Any, room: int) -> tuple[Tensor, int, int]:
    if not isinstance(told, dict):
        raise source.bad(f"{shown(name)[:80]} is described by no object")
    type_, shape, offsets = told.get("dtype"), _numbers(told.get("shape")), _numbers(told.get("data_offsets"))
    if not isinstance(type_, str) or type_ not in BITS or shape is None or len(shape) > 64 or offsets is None or len(offsets) != 2:
        raise source.bad(f"{shown(name)[:80]} has no known type, shape and place")
    begin, end = offsets
    tensor = Tensor(shown(name)[:400], type_, tuple(shape), end - begin)
    if not 0 <= begin <= end <= room:
        raise source.bad(f"{tensor.name[:80]} lies outside of the file")
    if tensor.count * BITS[type_] != (end - begin) * 8:
        raise source.bad(f"{tensor.name[:80]} is not as long as its type and shape say")
    return tensor, begin, end


def _numbers(value: Any) -> list[int] | None:
    is_good = isinstance(value, list) and all(type(each) is int and 0 <= each < 1 << 62 for each in value)
    return value if is_good else None


def _check_spans(source: Source, spans: list[tuple[int, int]], room: int) -> None:
    at = 0
    for begin, end in sorted(spans):
        if begin != at:
            raise source.bad("two tensors lie over each other" if begin < at else "there are bytes that no tensor has")
        at = end
    if at != room:
        raise source.bad("there are bytes that no tensor has")
