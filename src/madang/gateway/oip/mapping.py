# SPDX-License-Identifier: Apache-2.0
"""A service's inputs and outputs as tensors: by the JSON Schema that it states, and where it states none by the values themselves."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from madang import kit, serving
from madang.gateway.errors import WrongValue
from madang.gateway.oip.tensors import Tensor, nested
from madang.gateway.replies import encode

SCALARS = {"string": "BYTES", "integer": "INT64", "number": "FP64", "boolean": "BOOL", "object": "BYTES"}
ONE = kit.marked("it takes one value, so its shape is [1]")


def described(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tensors of an object's schema, as the protocol's metadata tells them; -1 for a size that may vary."""
    return [{"name": name, **_described(each)} for name, each in _properties(schema).items()]


def _described(schema: Mapping[str, Any]) -> dict[str, Any]:
    shape: list[int] = []
    while schema.get("type") == "array" and isinstance(schema.get("items"), Mapping):
        shape.append(schema["maxItems"] if schema.get("maxItems") == schema.get("minItems") and "maxItems" in schema else -1)
        schema = schema["items"]
    return {"datatype": schema.get("datatype") or SCALARS.get(str(schema.get("type")), "BYTES"), "shape": shape or [1]}


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def inputs_of(offer: serving.Offer, tensors: list[Tensor]) -> dict[str, object]:
    """The tensors as the service's inputs."""
    known = _properties(offer.inputs)
    made: dict[str, object] = {}
    for tensor in tensors:
        if known and tensor.name not in known:
            raise WrongValue(tensor.name, kit.marked("the service has no input of this name"))
        if tensor.name in made:
            raise WrongValue(tensor.name, kit.marked("it came twice"))
        made[tensor.name] = _value(tensor, known.get(tensor.name, {}))
    return made


def _value(tensor: Tensor, schema: Mapping[str, Any]) -> object:
    kind = schema.get("type")
    if kind not in ("array", None) and len(tensor.values) != 1:
        raise WrongValue(tensor.name, ONE)
    if tensor.datatype != "BYTES":
        return tensor.values[0] if kind not in ("array", None) else nested(tensor.values, tensor.shape)
    if schema.get("contentEncoding") == "base64":
        return base64.b64encode(tensor.values[0]).decode()
    try:
        texts: list[Any] = [each.decode() for each in tensor.values]
        if kind in ("object", "integer", "number", "boolean"):
            return json.loads(texts[0])
    except ValueError:
        raise WrongValue(tensor.name, kit.marked("it is no text in UTF-8, or no JSON where the service takes an object")) from None
    return texts[0] if kind == "string" else nested(texts, tensor.shape)


def outputs_of(offer: serving.Offer, outputs: object) -> list[Tensor]:
    """The service's outputs as tensors. What is no number, text or even list of these is told as JSON in BYTES."""
    if isinstance(outputs, Mapping) and isinstance(outputs.get("outputs"), list):
        return [_told(each) for each in outputs["outputs"]]
    known = _properties(offer.outputs)
    named = outputs if isinstance(outputs, Mapping) else {"output": outputs}
    return [_tensor(str(name), value, known.get(str(name), {})) for name, value in named.items()]


def _told(given: Mapping[str, Any]) -> Tensor:
    """A tensor that an engine gave in the protocol's own form."""
    shape, values = tuple(given["shape"]), list(given["data"])
    if given["datatype"] == "BYTES":
        values = [each.encode() if isinstance(each, str) else bytes(each) for each in values]
    return Tensor(given["name"], given["datatype"], shape, values)


def _tensor(name: str, value: object, schema: Mapping[str, Any]) -> Tensor:
    shape, values = _even(value)
    kinds = {type(each) for each in values}
    while schema.get("type") == "array" and isinstance(schema.get("items"), Mapping):
        schema = schema["items"]
    stated = schema.get("datatype") or (SCALARS.get(str(schema.get("type"))) if not values else None)
    if kinds <= {int, float}:
        return Tensor(name, str(stated or ("FP64" if float in kinds else "INT64")), shape, values)
    if kinds == {bool}:
        return Tensor(name, "BOOL", shape, values)
    if kinds == {str}:
        return Tensor(name, "BYTES", shape, [each.encode() for each in values])
    if kinds == {bytes}:
        return Tensor(name, "BYTES", shape, values)
    return Tensor(name, "BYTES", (1,), [encode(value)])


def _even(value: object) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of lists in lists that are all of one length, and what they hold; ``[1]`` and the value itself for anything else."""
    shape: list[int] = []
    level: list[Any] = [value]
    while level and all(isinstance(each, list) for each in level):
        lengths = {len(each) for each in level}
        if len(lengths) != 1:
            return (1,), [value]
        shape.append(lengths.pop())
        level = [inner for each in level for inner in each]
    return (tuple(shape) or (1,)), level
