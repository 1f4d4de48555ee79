# SPDX-License-Identifier: Apache-2.0
"""NumPy's ``.npy``: a Python literal that says type and shape, then values; values that are objects are a pickle (numpy.lib.format)."""

import ast
import re
from dataclasses import dataclass
from typing import BinaryIO

from madang.weights import pickles
from madang.weights.bounds import Source
from madang.weights.facts import Facts, Tensor, shown
from madang.weights.pickles import Machine

FORM = "NumPy"
MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 64 << 10


@dataclass(frozen=True, slots=True)
class Told:
    """An array, and what its pickle names where its values are objects."""

    tensor: Tensor
    machine: Machine | None


def read(file: BinaryIO, size: int) -> Facts:
    """One array."""
    told = read_array(file, size, "")
    made = pickles.facts_of(FORM, [told.machine] if told.machine else [])
    return Facts(FORM, made.state, {}, [told.tensor], 1, told.tensor.count, calls=made.calls, findings=made.findings)


def read_array(file: BinaryIO, size: int, name: str) -> Told:
    """The array that stands in the file from its beginning."""
    source = Source(file, size, FORM)
    if source.take(6) != MAGIC:
        raise source.bad("it does not begin as one")
    version = source.number("B")
    source.skip(1)
    length = source.number("H" if version == 1 else "I")
    if length > LONGEST_HEADER:
        raise source.bad(f"a header of {length} bytes")
    text = source.take(length).decode("utf-8" if version >= 3 else "latin-1", "replace")
    try:
        told = ast.literal_eval(text.strip()) if text.count("(") + text.count("[") + text.count("{") < 2000 else None
    except (ValueError, SyntaxError, RecursionError, MemoryError) as fault:
        raise source.bad("its header cannot be read") from fault
    if not isinstance(told, dict) or not isinstance(told.get("shape"), tuple) or "descr" not in told:
        raise source.bad("its header has no type and shape")
    shape = told["shape"]
    if len(shape) > 64 or not all(type(each) is int and 0 <= each < 1 << 62 for each in shape):
        raise source.bad("its shape cannot be")
    type_ = told["descr"] if isinstance(told["descr"], str) else str(told["descr"])
    holds_objects = bool(re.search(r"O", type_))
    machine = pickles.inspect(file, size - source.at, name) if holds_objects else None
    return Told(Tensor(name.removesuffix(".npy"), shown(type_)[:200], shape, size - source.at), machine)
