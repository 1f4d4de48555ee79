# SPDX-License-Identifier: Apache-2.0
"""Headers of safetensors, GGUF and ONNX: what they say is told, what cannot be is refused, and no length is believed."""

import io
import json
import random
import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import weights
from madang.weights import BadHeader, HeaderTooLarge, NoModelFile, State, safetensors


def look(data: bytes, name: str) -> weights.Facts:
    return weights.look(io.BytesIO(data), name=name, size=len(data))


def tensors(told: dict[str, Any], room: int = 24) -> bytes:
    header = json.dumps(told).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * room


GOOD = {
    "__metadata__": {"format": "pt"},
    "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
    "b": {"dtype": "BF16", "shape": [4], "data_offsets": [16, 24]},
}


def test_safetensors_tell_their_tensors() -> None:
    told = look(tensors(GOOD), "m.safetensors")
    assert (told.form, told.state, told.parameters, told.tensors_in_all, told.metadata) == (
        "safetensors", State.PLAIN, 8, 2, {"format": "pt"},
    )  # fmt: skip
    assert (told.tensors[1].name, told.tensors[1].type, told.tensors[1].shape, told.tensors[1].bytes) == ("b", "BF16", (4,), 8)
    assert look(tensors({}, 0), "m.safetensors").parameters == 0


@pytest.mark.parametrize(
    "change",
    [
        {"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 999]}},
        {"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [16, 0]}},
        {"a": {"dtype": "F33", "shape": [2, 2], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 16]}},
        {"b": {"dtype": "BF16", "shape": [4], "data_offsets": [8, 16]}},
        {"b": {"dtype": "BF16", "shape": [2], "data_offsets": [20, 24]}},
        {"a": {"dtype": "F32", "shape": [-2, -2], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [2.0, 2], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [True, 4], "data_offsets": [0, 16]}},
        {"a": 3},
        {"a": {"dtype": [], "shape": {}, "data_offsets": None}},
        {"a": {"dtype": "F32", "shape": [1 << 40] * 4, "data_offsets": [0, 16]}},
        {"__metadata__": {"x": 1}},
        {"__metadata__": []},
    ],
)
def test_safetensors_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadHeader):
        look(tensors(GOOD | change), "m.safetensors")


def test_a_header_of_four_gigabytes_takes_no_memory() -> None:
    tracemalloc.start()
    try:
        for length in (4 << 30, 1 << 62, (1 << 64) - 1, 100):
            with pytest.raises((BadHeader, HeaderTooLarge)):
                look(struct.pack("<Q", length) + b"{}", "m.safetensors")
        for data in (
            b"",
            b"\0",
            struct.pack("<Q", 2) + b"[]",
            struct.pack("<Q", 60_000) + b"[" * 60_000,
            struct.pack("<Q", 13) + b'{"a":1,"a":2}',
        ):
            with pytest.raises(BadHeader):
                look(data, "m.safetensors")
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(pairs: bytes = b"", count: int = 0, infos: bytes = b"", tensors: int = 0, version: int = 3, room: int = 64) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, count) + pairs + infos + b"\0" * room


def test_gguf_tells_pairs_and_tensors() -> None:
    pairs = text("general.architecture") + struct.pack("<I", 8) + text("llama") + text("llama.context_length") + struct.pack("<II", 4, 4096)
    pairs += text("tokens") + struct.pack("<IIQ", 9, 8, 30) + b"".join(text(f"t{n}") for n in range(30))
    pairs += (
        text("scores")
        + struct.pack("<IIQ", 9, 6, 30)
        + struct.pack("<30f", *range(30))
        + text("short")
        + struct.pack("<IIQBB", 9, 0, 2, 1, 2)
    )
    infos = text("blk.0.weight") + struct.pack("<IQQIQ", 2, 32, 2, 8, 0)
    told = look(gguf(pairs, 5, infos, 1, room=128), "m.gguf")
    assert told.metadata == {
        "version": "3",
        "general.architecture": "llama",
        "llama.context_length": "4096",
        "tokens": "[30]",
        "scores": "[30]",
        "short": "[1, 2]",
    }
    assert (told.tensors[0].name, told.tensors[0].type, told.tensors[0].shape, told.tensors[0].bytes) == (
        "blk.0.weight",
        "Q8_0",
        (2, 32),
        68,
    )
    assert told.parameters == 64


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF",
        gguf(version=1),
        gguf(count=1 << 60),
        gguf(tensors=1 << 60),
        gguf(text("a") + struct.pack("<I", 99), 1),
        gguf(struct.pack("<Q", 1 << 60), 1),
        gguf(text("a") + struct.pack("<IIQ", 9, 8, 1 << 60), 1),
        gguf(text("a") + struct.pack("<IIQ", 9, 4, 1 << 60), 1),
        gguf(text("a") + struct.pack("<IIQ", 9, 9, 1) * 9, 1),
        gguf(infos=text("t") + struct.pack("<I", 4_000_000_000), tensors=1),
        gguf(infos=text("t") + struct.pack("<IQIQ", 1, 1 << 60, 0, 0), tensors=1),
        gguf(infos=text("t") + struct.pack("<IQIQ", 1, 1, 0, 1 << 60), tensors=1),
    ],
)
def test_gguf_that_cannot_be_is_refused(data: bytes) -> None:
    with pytest.raises(BadHeader):
        look(data, "m.gguf")


def varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def field(number: int, value: bytes | int | str) -> bytes:
    """A field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def value_info(name: str, type_: int, *shape: int | str) -> bytes:
    sizes = b"".join(field(1, field(1, size) if isinstance(size, int) else field(2, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, type_) + field(2, sizes)))


def model(graph: bytes) -> bytes:
    return (
        field(1, 9)
        + field(2, "pytorch")
        + field(7, graph)
        + field(8, field(1, "") + field(2, 17))
        + field(14, field(1, "who") + field(2, "나"))
    )


GRAPH = (
    field(1, field(1, "x") + field(4, "Conv")) + field(1, field(4, "Relu")) + field(1, field(4, "Conv") + field(7, "com.example"))
    + field(2, "main") + field(5, field(1, 2) + field(1, 3) + field(2, 1) + field(8, "w") + field(9, b"\0" * 24))
    + field(5, varint(1 << 3 | 2) + varint(2) + b"\x04\x05" + field(2, 7) + field(8, "p"))
    + field(11, value_info("in", 1, "batch", 3)) + field(12, value_info("out", 1, 10))
)  # fmt: skip


def test_onnx_tells_its_graph() -> None:
    told = look(model(GRAPH), "m.onnx")
    assert (told.form, told.state, told.parameters, told.tensors_in_all) == ("ONNX", State.PLAIN, 26, 2)
    assert told.operators == {"Conv": 1, "Relu": 1, "com.example.Conv": 1}
    assert [(each.name, each.type, each.shape) for each in (*told.inputs, *told.outputs)] == [
        ("in", "float32", (-1, 3)), ("out", "float32", (10,)),
    ]  # fmt: skip
    assert told.metadata == {"ir_version": "9", "producer": "pytorch", "opset ai.onnx": "17", "who": "나", "graph": "main"}
    assert look(model(GRAPH), "model").form == "ONNX"


@pytest.mark.parametrize("place", ["../../etc/passwd", "/etc/passwd", "C:\\x", "a/../../b", "..\\x"])
def test_onnx_whose_data_lie_above_it_is_unsafe(place: str) -> None:
    tensor = field(5, field(8, "w") + field(13, field(1, "location") + field(2, place)))
    assert look(model(tensor), "m.onnx").state is State.UNSAFE
    beside = field(5, field(8, "w") + field(13, field(1, "location") + field(2, "weights/w.bin")))
    assert look(model(beside), "m.onnx").state is State.PLAIN


def test_onnx_that_cannot_be_is_refused() -> None:
    whole = model(GRAPH)
    for data in (
        b"",
        b"\x08",
        field(1, 9),
        whole[:-3],
        b"\xff" * 100,
        field(7, b"")[:-1] + b"\xff\xff",
        field(7, field(5, field(1, 1) * 65)),
    ):
        with pytest.raises(BadHeader):
            look(data, "m.onnx")


def test_other_files_are_none(tmp_path: Any) -> None:
    for name, data in (("a.txt", b"hello"), ("b", b""), ("c.png", b"\x89PNG\r\n\x1a\n"), ("d.csv", b"a,b\n")):
        with pytest.raises(NoModelFile):
            look(data, name)


SEEDS = [
    (tensors(GOOD), "m.safetensors"), (gguf(text("a") + struct.pack("<I", 8) + text("b"), 1), "m.gguf"), (model(GRAPH), "m.onnx"),
]  # fmt: skip


@given(st.integers(0, 2), st.integers(0, 1 << 32))
def test_whatever_is_changed_it_is_told_or_refused(which: int, seed: int) -> None:
    data, name = SEEDS[which]
    chance, changed = random.Random(seed), bytearray(data)
    for _each in range(chance.randrange(1, 6)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    cut = bytes(changed[: chance.randrange(len(changed) + 1)]) if chance.random() < 0.3 else bytes(changed)
    try:
        told = look(cut, name)
    except (BadHeader, HeaderTooLarge, NoModelFile):
        return
    assert told.form
    assert safetensors.FORM
