# SPDX-License-Identifier: Apache-2.0
"""The Open Inference Protocol, version 2, over HTTP, with its extension for tensors as bytes. A model's name has two segments."""

from typing import Any

from starlette.types import Send

from madang import catalog, kit, serving
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked, json_object
from madang.gateway.errors import NoSuchAddress, NoSuchService, NotJson, WrongMethod, WrongValue
from madang.gateway.oip.mapping import described, inputs_of, outputs_of
from madang.gateway.oip.tensors import read_tensor, to_bytes, to_json
from madang.gateway.replies import PROBLEM, Problem, Reply, encode
from madang.gateway.wires import Address

HEAD_LENGTH = b"inference-header-content-length"
BYTES = b"application/octet-stream"
STATUS = {422: 400, 415: 400}
"""What this wire's clients know by another number."""
MODEL = "/v2/models/{namespace}/{name}"
VERSION = f"{MODEL}/versions/{{version}}"


class OpenInference:
    """Health, metadata, inference."""

    name = "oip"
    addresses = (
        *(Address("GET", path) for path in ("/v2", "/v2/health/live", "/v2/health/ready", MODEL, VERSION)),
        *(Address("GET", f"{path}/ready") for path in (MODEL, VERSION)),
        *(Address("POST", f"{path}/infer") for path in (MODEL, VERSION)),
    )

    def claims(self, path: str) -> bool:
        """All of ``/v2``."""
        return path.startswith("/v2/") or path == "/v2"

    async def answer(self, asked: Asked, admission: Admission, send: Send) -> Reply | None:  # noqa: ARG002  # every wire's signature
        """What the model gives, or what is known of it."""
        path = asked.path
        if not path.startswith("/v2/models/"):
            return _of_server(asked)
        namespace, _slash, rest = path[len("/v2/models/") :].partition("/")
        name, _slash, rest = rest.partition("/")
        version = ""
        if rest.startswith("versions/"):
            version, _slash, rest = rest[len("versions/") :].partition("/")
        if rest == "infer":
            _check_method(asked, "POST")
            asked.check_size(admission.limits.body)
            grant = admission.grant(asked.bearer)
            return await _infer(asked, admission, grant, admission.offer(grant, namespace, name, version))
        if rest not in ("", "ready"):
            raise NoSuchAddress(path=path[:200])
        _check_method(asked, "GET")
        offer = _seen(asked, admission, namespace, name, version)
        return _ready(offer) if rest else _metadata(offer)

    def refusal(self, asked: Asked, problem: Problem) -> Reply:  # noqa: ARG002  # every wire's signature
        """A problem document (RFC 9457) that carries this wire's ``error``."""
        status = STATUS.get(problem.status, problem.status)
        return Reply(status, encode({**problem.members(), "status": status, "error": problem.detail}), PROBLEM)


def _check_method(asked: Asked, wanted: str) -> None:
    if asked.method != wanted:
        raise WrongMethod(allowed=wanted)


def _of_server(asked: Asked) -> Reply:
    """What is told of the server to everybody."""
    if asked.path not in ("/v2", "/v2/", "/v2/health/live", "/v2/health/ready"):
        raise NoSuchAddress(path=asked.path[:200])
    _check_method(asked, "GET")
    told: dict[str, Any] = {"live": True} if asked.path.endswith("live") else {"ready": True}
    if not asked.path.startswith("/v2/health"):
        told = {"name": "madang", "version": "2", "extensions": ["binary_tensor_data"]}
    return Reply(200, encode(told))


def _seen(asked: Asked, admission: Admission, namespace: str, name: str, version: str) -> serving.Offer:
    """The service, as far as the key, or everybody where none came, may know of it."""
    if asked.bearer:
        return admission.offer(admission.grant(asked.bearer), namespace, name, version)
    offer = admission.switchboard.find(namespace, name)
    nobody = kit.anonymous()
    if offer is None or not catalog.may_see(offer.exposure, offer.owner_id, nobody) or (version and version != offer.version):
        raise NoSuchService(name=f"{namespace}/{name}"[:200])
    return offer


def _metadata(offer: serving.Offer) -> Reply:
    told = {"name": offer.full_name, "versions": [offer.version], "platform": "madang"}
    return Reply(200, encode({**told, "inputs": described(offer.inputs), "outputs": described(offer.outputs)}))


def _ready(offer: serving.Offer) -> Reply:
    if offer.is_paused:
        raise serving.ServicePaused
    return Reply(200, encode({"name": offer.full_name, "ready": True}))


async def _infer(asked: Asked, admission: Admission, grant: Any, offer: serving.Offer) -> Reply:
    body = await asked.body(min(admission.limits.body, offer.max_body_bytes))
    head, tail = _parted(asked, body)
    given = json_object(head)
    if not isinstance(given.get("inputs"), list) or not all(isinstance(each, dict) for each in given["inputs"]):
        raise WrongValue("inputs", kit.marked("it must be a list of tensors"))
    tensors, place = [], 0
    for each in given["inputs"]:
        tensor, place = read_tensor(each, tail, place)
        tensors.append(tensor)
    if tail is not None and place != len(tail):
        raise NotJson(reason=kit.marked("more bytes came than its inputs say"))
    parameters = given.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    inputs, operation = inputs_of(offer, tensors), parameters.get("operation", "")
    if not isinstance(operation, str):
        raise WrongValue("operation", kit.marked("it must be a text"))
    wanted = _wanted(given, parameters)
    return await admission.call(
        asked, grant, offer, inputs, operation, shape=lambda answer: _reply(offer, given.get("id"), answer.outputs, *wanted)
    )


def _parted(asked: Asked, body: bytes) -> tuple[memoryview, memoryview | None]:
    """The JSON head and the bytes behind it; None where all of it is JSON."""
    whole, told = memoryview(body), asked.headers.get(HEAD_LENGTH)
    if told is None:
        return whole, None
    if not told.isdigit() or len(told) > 12 or int(told) > len(body):
        raise NotJson(reason=kit.marked("Inference-Header-Content-Length is not the length of its head"))
    return whole[: int(told)], whole[int(told) :]


def _wanted(given: dict[str, Any], parameters: dict[str, Any]) -> tuple[dict[str, bool] | None, bool]:
    """The outputs that were asked for and whether each is wanted as bytes (None: all), and whether the others are."""
    in_bytes = parameters.get("binary_data_output") is True
    outputs = given.get("outputs")
    if outputs is None:
        return None, in_bytes
    if not isinstance(outputs, list) or not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in outputs):
        raise WrongValue("outputs", kit.marked("it must be a list of objects with a name"))
    wanted = {}
    for each in outputs:
        own = each.get("parameters")
        wanted[each["name"]] = bool(own.get("binary_data", in_bytes)) if isinstance(own, dict) else in_bytes
    return wanted, in_bytes


def _reply(offer: serving.Offer, id_: object, outputs: object, wanted: dict[str, bool] | None, in_bytes: bool) -> Reply:
    tensors = {tensor.name: tensor for tensor in outputs_of(offer, outputs)}
    if wanted is not None and (unknown := set(wanted) - set(tensors)):
        raise WrongValue(min(unknown), kit.marked("the service has no output of this name"))
    told, parts = [], []
    for name, tensor in tensors.items():
        if wanted is not None and name not in wanted:
            continue
        row: dict[str, Any] = {"name": name, "datatype": tensor.datatype, "shape": list(tensor.shape)}
        if wanted[name] if wanted is not None else in_bytes:
            parts.append(to_bytes(tensor))
            row["parameters"] = {"binary_data_size": len(parts[-1])}
        else:
            row["data"] = to_json(tensor)
        told.append(row)
    document: dict[str, Any] = {"model_name": offer.full_name, "model_version": offer.version, "outputs": told}
    if isinstance(id_, str) and id_:
        document["id"] = id_
    head = encode(document)
    if not parts:
        return Reply(200, head)
    return Reply(200, b"".join([head, *parts]), BYTES, ((HEAD_LENGTH, b"%d" % len(head)),))


wire = OpenInference()
