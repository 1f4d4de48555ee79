# SPDX-License-Identifier: Apache-2.0
"""ONNX: a message of Protocol Buffers (https://github.com/onnx/onnx, onnx.proto3), walked without making it; raw data is passed over."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from madang.weights.bounds import Source
from madang.weights.facts import MOST_FINDINGS, MOST_TENSORS, Facts, Finding, State, Tensor, shown

FORM = "ONNX"
TYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool", 10: "float16",
    11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
    19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
}  # fmt: skip
MOST_NODES, MOST_TAKEN = 2_000_000, 8 << 20
TEXTS = {1: "ir_version", 2: "producer", 3: "producer_version", 4: "domain", 5: "model_version", 6: "doc"}


@dataclass
class _Found:
    metadata: dict[str, str] = field(default_factory=dict)
    tensors: list[Tensor] = field(default_factory=list)
    tensors_in_all: int = 0
    parameters: int = 0
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    operators: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    nodes: int = 0
    has_graph: bool = False


def looks_like(head: bytes) -> bool:
    """Whether a file may begin so: an IR version of one byte first, then another field of a model."""
    return len(head) > 3 and head[0] == 0x08 and 1 <= head[1] <= 20 and head[2] >> 3 in (*range(2, 9), 14, 20, 25) and head[2] & 7 in (0, 2)


def read(file: BinaryIO, size: int) -> Facts:
    """What the graph takes, gives, is made of and keeps. A tensor whose data lie elsewhere than beside the file is a finding."""
    source, found = Source(file, size, FORM, MOST_TAKEN), _Found()
    for number, kind, value, end in _fields(source, size):
        if number == 7 and kind == 2:
            found.has_graph = True
            _graph(source, end, found)
        elif number == 8 and kind == 2:
            _opset(source, end, found)
        elif number == 14 and kind == 2:
            _pair(source, end, found)
        elif number in TEXTS:
            found.metadata[TEXTS[number]] = str(value) if kind == 0 else _text(source, end)
    if not found.has_graph:
        raise source.bad("it has no graph")
    state = max((each.state for each in found.findings), key=lambda each: each.rank, default=State.PLAIN)
    return Facts(
        FORM, state, found.metadata, found.tensors, found.tensors_in_all, found.parameters, found.inputs, found.outputs,
        dict(found.operators.most_common(200)), (), found.findings,
    )  # fmt: skip


def _fields(source: Source, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields up to ``end``: number, wire type, the value of a number, and where a text or message ends. What the one who asks leaves
    unread is passed over."""
    while source.at < end:
        key = _varint(source)
        number, kind = key >> 3, key & 7
        value, stop = 0, source.at
        if kind == 0:
            value = _varint(source)
            stop = source.at
        elif kind == 2:
            stop = _varint(source) + source.at
        elif kind in (1, 5):
            stop = source.at + (8 if kind == 1 else 4)
        else:
            raise source.bad(f"byte {source.at}: it is no such message")
        if stop > end or number == 0:
            raise source.bad(f"byte {source.at}: a part reaches beyond its whole")
        yield number, kind, value, stop
        if source.at > stop:
            raise source.bad(f"byte {source.at}: a part reaches beyond its whole")
        source.skip(stop - source.at)


def _varint(source: Source) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = source.take(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF
    raise source.bad(f"byte {source.at}: a number does not end")


def _text(source: Source, end: int) -> str:
    return shown(source.take(min(end - source.at, 8_000)).decode("utf-8", "replace"))


def _opset(source: Source, end: int, found: _Found) -> None:
    domain, version = "", 0
    for number, kind, value, stop in _fields(source, end):
        if number == 1 and kind == 2:
            domain = _text(source, stop)
        elif number == 2 and kind == 0:
            version = value
    found.metadata[f"opset {domain or 'ai.onnx'}"[:200]] = str(version)


def _pair(source: Source, end: int, found: _Found) -> None:
    told = {number: _text(source, stop) for number, kind, _value, stop in _fields(source, end) if number in (1, 2) and kind == 2}
    if len(found.metadata) < 200:
        found.metadata[told.get(1, "")[:200]] = told.get(2, "")


def _graph(source: Source, end: int, found: _Found) -> None:
    for number, kind, _value, stop in _fields(source, end):
        if kind != 2:
            continue
        if number == 1:
            found.nodes += 1
            if found.nodes > MOST_NODES:
                raise source.bad(f"it has more than {MOST_NODES} nodes")
            _node(source, stop, found)
        elif number == 2:
            found.metadata["graph"] = _text(source, stop)
        elif number == 5:
            _tensor(source, stop, found)
        elif number in (11, 12):
            (found.inputs if number == 11 else found.outputs).append(_value_info(source, stop))


def _node(source: Source, end: int, found: _Found) -> None:
    name, domain = "", ""
    for number, kind, _value, stop in _fields(source, end):
        if kind == 2 and number in (4, 7):
            name, domain = (_text(source, stop), domain) if number == 4 else (name, _text(source, stop))
    whole = f"{domain}.{name}"[:120] if domain and domain != "ai.onnx" else name[:120]
    if whole in found.operators or len(found.operators) < 1000:
        found.operators[whole] += 1


def _tensor(source: Source, end: int, found: _Found) -> None:
    begin, shape, type_, name = source.at, list[int](), 0, ""
    for number, kind, value, stop in _fields(source, end):
        if number == 1 and kind == 0:
            shape.append(_signed(value))
        elif number == 1 and kind == 2:
            while source.at < stop and len(shape) < 64:
                shape.append(_signed(_varint(source)))
        elif number == 2 and kind == 0:
            type_ = value
        elif number == 8 and kind == 2:
            name = _text(source, stop)
        elif number == 13 and kind == 2:
            _elsewhere(source, stop, found)
        if len(shape) > 64:
            raise source.bad("a tensor of more than 64 dimensions")
    tensor = Tensor(name[:400], TYPES.get(type_, f"type {type_}"), tuple(shape), end - begin)
    found.tensors_in_all += 1
    found.parameters += tensor.count
    if len(found.tensors) < MOST_TENSORS:
        found.tensors.append(tensor)


def _elsewhere(source: Source, end: int, found: _Found) -> None:
    """Data beside the file: a place above it, or from the root, would have whoever loads it read another file."""
    told = {number: _text(source, stop) for number, kind, _value, stop in _fields(source, end) if number in (1, 2) and kind == 2}
    place = told.get(2, "").replace("\\", "/")
    leads_out = place.startswith("/") or ".." in place.split("/") or (len(place) > 1 and place[1] == ":")
    if told.get(1) == "location" and leads_out and len(found.findings) < MOST_FINDINGS:
        found.findings.append(Finding(State.UNSAFE, f"data at {place[:200]}", at=source.at))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _value_info(source: Source, end: int) -> Tensor:
    name, type_, shape = "", 0, list[int]()
    for number, kind, _value, stop in _fields(source, end):
        if number == 1 and kind == 2:
            name = _text(source, stop)
        elif number == 2 and kind == 2:
            for inner, inner_kind, _inner, inner_stop in _fields(source, stop):
                if inner == 1 and inner_kind == 2:
                    type_, shape = _tensor_type(source, inner_stop)
    return Tensor(name[:400], TYPES.get(type_, f"type {type_}") if type_ else "", tuple(shape), 0)


def _tensor_type(source: Source, end: int) -> tuple[int, list[int]]:
    type_, shape = 0, list[int]()
    for number, kind, value, stop in _fields(source, end):
        if number == 1 and kind == 0:
            type_ = value
        elif number == 2 and kind == 2:
            for inner, inner_kind, _inner, inner_stop in _fields(source, stop):
                if inner == 1 and inner_kind == 2 and len(shape) < 64:
                    told = [size for part, part_kind, size, _stop in _fields(source, inner_stop) if part == 1 and part_kind == 0]
                    shape.append(_signed(told[0]) if told else -1)
    return type_, shape
