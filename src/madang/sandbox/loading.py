# SPDX-License-Identifier: Apache-2.0
"""Foreign code and models, read within the process that is shut in."""

import importlib
import inspect
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from madang.sandbox.targets import Target

Call = Callable[..., object]


class Operation:
    """One function with its types: what it takes is checked, what it gives is plain."""

    def __init__(self, name: str, call: Call, many: Callable[[Sequence[Any]], Sequence[Any]] | None = None) -> None:
        self.name, self.call, self.many = name, call, many
        hints = get_type_hints(call, include_extras=True)
        self.gives = hints.pop("return", Any)
        parameters = inspect.signature(call).parameters.values()
        self.takes = msgspec.defstruct(
            "Inputs",
            [
                (each.name, hints.get(each.name, Any))
                if each.default is inspect.Parameter.empty
                else (each.name, hints.get(each.name, Any), each.default)
                for each in parameters
            ],
            forbid_unknown_fields=True,
            kw_only=True,
        )
        self.raw = next((each.name for each in parameters if hints.get(each.name) is bytes), "")

    def read(self, inputs: object) -> dict[str, object]:
        """The function's arguments; ``ValueError`` says what does not fit. A whole body in bytes goes to the input that takes bytes."""
        if isinstance(inputs, bytes):
            if not self.raw:
                raise ValueError("JSON is wanted, not a file")
            inputs = {self.raw: inputs}
        try:
            made = msgspec.convert(inputs, self.takes)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error
        return {name: getattr(made, name) for name in made.__struct_fields__}

    def describe(self) -> dict[str, object]:
        """What it takes and gives as JSON Schema, and what its docstring says first."""
        (takes, gives), parts = msgspec.json.schema_components([self.takes, self.gives], ref_template="#/$defs/{name}")
        takes = parts.pop("Inputs", takes)
        about = (inspect.getdoc(self.call) or "").partition("\n\n")[0]
        return {"inputs": takes, "outputs": gives, "parts": parts, "about": about}


def load(target: Target) -> dict[str, Operation]:
    """Every operation of the target by name, the usual one first. Whatever the foreign code raises passes."""
    if target.kind == "onnx":
        return {"infer": _onnx(target)}
    sys.path.insert(0, target.folder)
    if target.kind == "pickle":
        return {"predict": _pickled(target)}
    module = importlib.import_module(target.module)
    operations = {}
    for name, function in (target.operations or {"call": "call"}).items():
        call = getattr(module, function, None)
        if not callable(call):
            raise LookupError(f"{target.module}.py has no function {function}")
        operations[name] = Operation(name, call, getattr(module, f"{function}_many", None))
    return operations


def _onnx(target: Target) -> Operation:
    """An ONNX model as one operation on tensors, which are named lists with shapes."""
    import numpy  # noqa: PLC0415 (only where a model is served)
    import onnxruntime  # noqa: PLC0415 (only where a model is served)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(Path(target.folder, target.file)), options, providers=["CPUExecutionProvider"])
    types = {each.name: _NUMPY.get(each.type, "float32") for each in session.get_inputs()}
    names = [each.name for each in session.get_outputs()]

    def infer(inputs: dict[str, Any]) -> dict[str, Any]:
        """Run the model on named tensors, written as nested lists or as {"data", "shape"}."""
        if set(inputs) != set(types):
            raise ValueError(f"the model takes {', '.join(types)}")
        given = {}
        for name, value in inputs.items():
            data, shape = (value.get("data"), value.get("shape")) if isinstance(value, dict) else (value, None)
            if isinstance(data, bytes):
                made = numpy.frombuffer(data, dtype=types[name])
            else:
                made = numpy.asarray(data, dtype=types[name])
            given[name] = made.reshape(shape) if shape else made
        try:
            made = session.run(names, given)
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument as error:
            raise ValueError(str(error)[:300]) from error
        return {name: {"data": value.ravel().tolist(), "shape": list(value.shape)} for name, value in zip(names, made, strict=True)}

    return Operation("infer", infer)


_NUMPY = {
    "tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16", "tensor(int64)": "int64",
    "tensor(int32)": "int32", "tensor(int16)": "int16", "tensor(int8)": "int8", "tensor(uint8)": "uint8", "tensor(bool)": "bool",
    "tensor(string)": "str",
}  # fmt: skip


def _pickled(target: Target) -> Operation:
    """A pickled model with ``predict``, as one operation on rows. Reading it runs code, which is why it is read here and only here."""
    with Path(target.folder, target.file).open("rb") as file:
        model = pickle.load(file)  # noqa: S301 (the operator allowed it; this process is shut in)

    def predict(rows: list[list[float]]) -> list[Any]:
        """What the model says of each row."""
        made = model.predict(rows)
        return list(made.tolist() if hasattr(made, "tolist") else made)

    return Operation("predict", predict)


def describe(target: Target) -> Mapping[str, object]:
    """Every operation with its schemas."""
    return {name: each.describe() for name, each in load(target).items()}
