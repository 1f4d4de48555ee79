# SPDX-License-Identifier: Apache-2.0
"""The Open Inference Protocol, through NVIDIA's client, unchanged, and as raw requests."""

import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from hypothesis import given, settings
from hypothesis import strategies as st
from tritonclient.utils import InferenceServerException

from madang.gateway.errors import WrongValue
from madang.gateway.oip.tensors import SIZES, Tensor, nested, read_tensor, to_bytes
from rooms.gateway.yard import Yard, bearer, post

INFER = "/v2/models/lab/{}/infer"


@pytest.fixture
def client(yard: Yard) -> Iterator[triton.InferenceServerClient]:
    made = triton.InferenceServerClient(f"127.0.0.1:{yard.port}")
    yield made
    made.close()


def tensors(*, in_bytes: bool) -> list[triton.InferInput]:
    made = []
    for name in ("left", "right"):
        each = triton.InferInput(name, [2, 3], "FP32")
        each.set_data_from_numpy(np.array([[1, 2, 3], [4, 5, 6.5]], dtype=np.float32), binary_data=in_bytes)
        made.append(each)
    return made


def test_the_server_and_its_models_are_told(client: triton.InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    assert client.is_model_ready("lab/add")
    assert not client.is_model_ready("lab/hidden")
    told = client.get_model_metadata("lab/add")
    assert told["inputs"] == [{"name": name, "datatype": "FP32", "shape": [-1, -1]} for name in ("left", "right")]
    assert client.get_model_metadata("lab/add", "1") == told
    with pytest.raises(InferenceServerException, match="lab/add"):
        client.get_model_metadata("lab/add", "2")


@pytest.mark.parametrize("in_bytes", [True, False])
@pytest.mark.parametrize("out_bytes", [True, False])
@pytest.mark.parametrize("packing", [None, "gzip", "deflate"])
def test_tensors_go_in_and_come_out(
    yard: Yard, client: triton.InferenceServerClient, in_bytes: bool, out_bytes: bool, packing: str
) -> None:
    outputs = [triton.InferRequestedOutput(name, binary_data=out_bytes) for name in ("sum", "word")]
    made = client.infer(
        "lab/add",
        tensors(in_bytes=in_bytes),
        outputs=outputs,
        request_id="7",
        headers=bearer(yard.key()),
        request_compression_algorithm=packing,
    )
    assert made.as_numpy("sum").tolist() == [[2, 4, 6], [8, 10, 13]]
    assert made.as_numpy("sum").dtype == np.float32
    assert [each if isinstance(each, str) else each.decode() for each in made.as_numpy("word").tolist()] == ["하나", "two"]
    assert made.get_response()["id"] == "7"


def test_the_clients_defaults_suffice_and_a_version_can_be_named(yard: Yard, client: triton.InferenceServerClient) -> None:
    made = client.infer("lab/add", tensors(in_bytes=True), model_version="1", headers=bearer(yard.key()))
    assert made.as_numpy("sum").shape == (2, 3)


def test_a_service_of_texts_is_called_with_bytes(yard: Yard, client: triton.InferenceServerClient) -> None:
    text = triton.InferInput("text", [1], "BYTES")
    text.set_data_from_numpy(np.array(["abc 가"], dtype=object))
    assert client.infer("lab/shout", [text], headers=bearer(yard.key())).as_numpy("text").tolist() == ["ABC 가".encode()]


def test_refusals_are_the_clients_own_errors(yard: Yard, client: triton.InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException) as nobody:
        client.infer("lab/add", tensors(in_bytes=True))
    assert nobody.value.status() == "401"
    with pytest.raises(InferenceServerException) as hidden:
        client.infer("lab/hidden", tensors(in_bytes=True), headers=bearer(yard.key()))
    assert hidden.value.status() == "404"
    with pytest.raises(InferenceServerException) as over:
        client.infer("lab/add", tensors(in_bytes=True), headers=bearer(yard.key(units=0)))
    assert over.value.status() == "429"
    with pytest.raises(InferenceServerException, match="none"):
        client.infer("lab/add", tensors(in_bytes=True), outputs=[triton.InferRequestedOutput("none")], headers=bearer(yard.key()))


def tensor(**changed: Any) -> dict[str, Any]:
    return {"name": "left", "datatype": "FP32", "shape": [1, 1], "data": [1.0], **changed}


BAD: list[Any] = [
    {},
    {"inputs": {}},
    {"inputs": [7]},
    {"inputs": [{}]},
    {"inputs": [tensor(name=7)]},
    {"inputs": [tensor(datatype="FP8")]},
    {"inputs": [tensor(shape=[-1])]},
    {"inputs": [tensor(shape=[True])]},
    {"inputs": [tensor(shape=[2])]},
    {"inputs": [tensor(shape=[1 << 40, 1 << 40], data=[])]},
    {"inputs": [tensor(data=["x"])]},
    {"inputs": [tensor(data=[True])]},
    {"inputs": [tensor(data=7)]},
    {"inputs": [tensor(datatype="INT8", data=[300])]},
    {"inputs": [tensor(datatype="BYTES", data=[1])]},
    {"inputs": [tensor(datatype="BOOL", data=[2])]},
    {"inputs": [tensor(parameters={"binary_data_size": 4})]},
    {"inputs": [tensor(), tensor()]},
    {"inputs": [tensor(name="none")]},
    {"inputs": [], "parameters": {"operation": 7}},
    {"inputs": [], "outputs": {}},
]


@pytest.mark.parametrize("place", range(len(BAD)))
def test_what_is_no_inference_is_refused(yard: Yard, place: int) -> None:
    status, _headers, told = post(yard, INFER.format("add"), json.dumps(BAD[place]).encode(), **bearer(yard.key()))
    assert status == 400
    assert isinstance(told["error"], str)


@pytest.mark.parametrize(("length", "tail"), [("x", b""), ("9999999", b""), ("", b"\0" * 3), ("", b"\0" * 5), ("-1", b"")])
def test_a_head_of_another_length_is_refused(yard: Yard, length: str, tail: bytes) -> None:
    head = json.dumps({"inputs": [tensor(data=None, parameters={"binary_data_size": 4})]}).encode()
    told = {"Inference_Header_Content_Length": length or str(len(head))}
    assert post(yard, INFER.format("add"), head + tail, **bearer(yard.key()), **told)[0] == 400


def test_lengths_of_texts_that_lie_are_refused() -> None:
    for data in (b"\x05\0\0\0ab", b"\x01\0", b"\xff\xff\xff\xffa", b"\x01\0\0\0ab"):
        given = tensor(datatype="BYTES", shape=[1], parameters={"binary_data_size": len(data)})
        with pytest.raises(WrongValue):
            read_tensor(given, memoryview(data), 0)


def test_addresses_that_the_protocol_has_and_we_do_not_are_told_so(yard: Yard, client: triton.InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException) as none:
        client.get_model_config("lab/add")
    assert none.value.status() == "404"


@settings(deadline=None)
@given(st.sampled_from(sorted({*SIZES, "BYTES"})), st.lists(st.integers(0, 5), max_size=3), st.randoms(use_true_random=False))
def test_what_is_written_as_bytes_is_read_back(datatype: str, shape: list[int], chance: Any) -> None:
    count = int(np.prod(shape))
    if datatype == "BYTES":
        values: list[Any] = [chance.randbytes(chance.randrange(9)) for _ in range(count)]
    elif datatype == "BOOL":
        values = [chance.random() < 0.5 for _ in range(count)]
    else:
        letter, width = SIZES[datatype]
        values = [chance.randrange(100) / 4 if letter in "efd" else chance.randrange(1 << (8 * width - 1)) for _ in range(count)]
    made = to_bytes(Tensor("t", datatype, tuple(shape), values))
    read, place = read_tensor(
        {"name": "t", "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(made)}}, memoryview(made), 0
    )
    assert (read.values, place) == (values, len(made))
    if datatype not in ("BYTES", "BOOL") and count:
        assert struct.pack(f"<{count}{SIZES[datatype][0]}", *np.array(nested(values, tuple(shape))).reshape(-1).tolist()) == made
