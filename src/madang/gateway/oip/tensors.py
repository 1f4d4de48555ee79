# SPDX-License-Identifier: Apache-2.0
"""Tensors of the Open Inference Protocol: from JSON and from bytes to plain values, and back."""

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from madang import kit
from madang.gateway.errors import WrongValue

SIZES = {
    "BOOL": ("?", 1), "UINT8": ("B", 1), "UINT16": ("H", 2), "UINT32": ("I", 4), "UINT64": ("Q", 8), "INT8": ("b", 1), "INT16": ("h", 2),
    "INT32": ("i", 4), "INT64": ("q", 8), "FP16": ("e", 2), "FP32": ("f", 4), "FP64": ("d", 8),
}  # fmt: skip
"""The types of fixed size: their letter for ``struct`` and their bytes."""
MOST_DIMENSIONS, MOST_VALUES = 16, 1 << 26
BAD_SHAPE = kit.marked("its shape must be a list of whole numbers, none below zero")
BAD_COUNT = kit.marked("it does not hold as many values as its shape says")
BAD_TYPE = kit.marked("its values are not of its datatype")
BAD_BYTES = kit.marked("its bytes end before its values do, or after them")


@dataclass(frozen=True, slots=True)
class Tensor:
    """Values in rows, flat. ``values`` of BYTES are bytes, of all others numbers or truths."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: list[Any]


def read_tensor(given: Mapping[str, Any], tail: memoryview | None, place: int) -> tuple[Tensor, int]:
    """The tensor that ``given`` describes, from its ``data`` or from the bytes behind the head, and where the next one's bytes begin."""
    name, datatype, shape = given.get("name"), given.get("datatype"), given.get("shape")
    if not isinstance(name, str) or not name:
        raise WrongValue("inputs", kit.marked("each input has a name"))
    if datatype != "BYTES" and datatype not in SIZES:
        raise WrongValue(name, kit.marked("its datatype is not one of the protocol's that are known here"))
    if not isinstance(shape, list) or len(shape) > MOST_DIMENSIONS or not all(type(each) is int and each >= 0 for each in shape):
        raise WrongValue(name, BAD_SHAPE)
    count = prod(shape)
    if count > MOST_VALUES:
        raise WrongValue(name, BAD_COUNT)
    parameters = given.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is None:
        values = _from_json(name, datatype, given.get("data"))
    else:
        if type(size) is not int or size < 0 or tail is None or place + size > len(tail):
            raise WrongValue(name, BAD_BYTES)
        values = _from_bytes(name, datatype, tail[place : place + size], count)
        place += size
    if len(values) != count:
        raise WrongValue(name, BAD_COUNT)
    return Tensor(name, datatype, tuple(shape), values), place


def _from_json(name: str, datatype: str, data: object) -> list[Any]:
    if not isinstance(data, list):
        raise WrongValue(name, BAD_COUNT)
    values = list(_flat(data))
    if datatype == "BYTES":
        if not all(isinstance(each, str) for each in values):
            raise WrongValue(name, BAD_TYPE)
        return [each.encode() for each in values]
    if datatype == "BOOL":
        if not all(each is True or each is False or (type(each) is int and each in (0, 1)) for each in values):
            raise WrongValue(name, BAD_TYPE)
        return [bool(each) for each in values]
    allowed = (int, float) if datatype.startswith("FP") else (int,)
    if not all(type(each) in allowed for each in values):
        raise WrongValue(name, BAD_TYPE)
    try:
        # Through the type's own bytes, so that what does not fit is refused and what is rounded is rounded as by a client that sends bytes.
        return list(struct.unpack(form := f"<{len(values)}{SIZES[datatype][0]}", struct.pack(form, *values)))
    except (struct.error, OverflowError):
        raise WrongValue(name, BAD_TYPE) from None


def _flat(data: list[Any]) -> Iterator[Any]:
    """The values of lists in lists, in their order."""
    waiting = [iter(data)]
    while waiting:
        for each in waiting[-1]:
            if isinstance(each, list):
                if len(waiting) > MOST_DIMENSIONS:
                    raise WrongValue("data", BAD_SHAPE)
                waiting.append(iter(each))
                break
            yield each
        else:
            waiting.pop()


def _from_bytes(name: str, datatype: str, data: memoryview, count: int) -> list[Any]:
    if datatype == "BYTES":
        return _texts(name, data, count)
    letter, width = SIZES[datatype]
    if len(data) != count * width:
        raise WrongValue(name, BAD_BYTES)
    if letter == "e" or letter == "?" or sys.byteorder == "big":
        return list(struct.unpack(f"<{count}{letter}", data))
    numbers = array("q" if letter == "q" else "Q" if letter == "Q" else letter)
    numbers.frombytes(data)
    return numbers.tolist()


def _texts(name: str, data: memoryview, count: int) -> list[bytes]:
    """Each value with its length before it, four bytes, little end first."""
    found: list[bytes] = []
    place, end = 0, len(data)
    while place < end and len(found) < count:
        stop = place + 4
        if stop > end:
            raise WrongValue(name, BAD_BYTES)
        length = int.from_bytes(data[place:stop], "little")
        place = stop + length
        if place > end:
            raise WrongValue(name, BAD_BYTES)
        found.append(bytes(data[stop:place]))
    if place != end:
        raise WrongValue(name, BAD_BYTES)
    return found


def to_bytes(tensor: Tensor) -> bytes:
    """The tensor's values as the binary extension writes them."""
    if tensor.datatype == "BYTES":
        return b"".join(struct.pack("<I", len(each)) + each for each in tensor.values)
    return struct.pack(f"<{len(tensor.values)}{SIZES[tensor.datatype][0]}", *tensor.values)


def to_json(tensor: Tensor) -> list[Any]:
    """The tensor's values as JSON has them. Bytes that are no text are refused: they can only be asked for as bytes."""
    if tensor.datatype != "BYTES":
        return tensor.values
    try:
        return [each.decode() for each in tensor.values]
    except UnicodeDecodeError:
        raise WrongValue(tensor.name, kit.marked("it is no text; ask for it with binary_data")) from None


def nested(values: list[Any], shape: tuple[int, ...]) -> Any:
    """The flat values as lists in lists; the one value where there are no dimensions."""
    if not shape:
        return values[0]
    for size in reversed(shape[1:]):
        values = [values[start : start + size] for start in range(0, len(values), size)] if size else [[] for _ in range(shape[0])]
    return values
