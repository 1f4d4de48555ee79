# SPDX-License-Identifier: Apache-2.0
"""The wire of ETRI's Open API, both generations: ``/WiseNLU`` and ``/api/WiseNLU``. What clients in the wild need decides, not the portal.

They send a bare key in ``Authorization`` or as ``access_key`` in the body, JSON under any media type or none, and read an envelope. Some
read it as Python, so nothing here ever says null, true or false; some build classes from ``return_object``, so it has the known keys only.
"""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from starlette.types import Send

from madang import serving
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked, json_object
from madang.gateway.errors import NotJson, WrongMethod
from madang.gateway.etri import faces, language, speech
from madang.gateway.etri.errors import EmptyArgument, UnknownHandler, WrongArgument
from madang.gateway.replies import Problem, Reply, encode
from madang.gateway.wires import Address

LEFT = b"x-quota-remaining"
_LEFT = re.compile(rb";r=([0-9]+)")
JSON_UTF8 = b"application/json; charset=UTF-8"
STATUS = {401: 403, 422: 400, 415: 400, 502: 500, 504: 408}
REASONS = {
    408: "Handler Timeout", 413: "Request Entity Too Large", 429: "Too Many Requests", 500: "Recipient Failure",
}  # fmt: skip
"""What the portal's table says; where it has no row, our own sentence stands."""


@dataclass(frozen=True, slots=True)
class Api:
    """One of the portal's APIs, and what answers it here."""

    path: str
    task: str
    operation: str
    arguments: tuple[str, ...]


def read_apis() -> dict[str, Api]:
    """Every API by each of its addresses."""
    text = files("madang.gateway.etri").joinpath("apis.csv").read_text(encoding="utf-8")
    found: dict[str, Api] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        api = Api(row["path"], row["task"], row["operation"], tuple(row["arguments"].split()))
        found[f"/{api.path}"] = found[f"/api/{api.path.replace('/', '_')}"] = api
    return found


APIS = read_apis()
Adapter = tuple[Callable[[dict[str, Any], serving.Offer], Any], Callable[[dict[str, Any], serving.Answer], Any]]
ADAPTERS: dict[str, Adapter] = {
    "morphology": (language.inputs_of, language.returned),
    "transcription": (speech.inputs_of, speech.returned),
    "madang/faces": (faces.inputs_of, faces.returned),
}
"""For each task: from an argument to a service's inputs, and from its answer to the ``return_object``."""


class Etri:
    """The portal's APIs."""

    name = "etri"
    addresses = tuple(Address("POST", path) for path in APIS)

    def claims(self, path: str) -> bool:
        """The portal's addresses."""
        return path in APIS

    async def answer(self, asked: Asked, admission: Admission, send: Send) -> Reply | None:  # noqa: ARG002  # every wire's signature
        """The envelope with what the service gave."""
        if asked.method != "POST":
            raise WrongMethod(allowed="POST")
        api = APIS[asked.path]
        given = json_object(await asked.body(admission.limits.body))
        grant = admission.grant(key_of(asked, given))
        argument = given.get("argument")
        if not isinstance(argument, dict):
            raise EmptyArgument(argument="argument")
        if not api.task:
            raise UnknownHandler(api=api.path)
        check_argument(api, argument)
        offer = offer_for(api, admission.offers(grant))
        if offer is None:
            raise UnknownHandler(api=api.path)
        inputs_of, returned = ADAPTERS[api.task]
        request_id = echoed(given)

        def shape(answer: serving.Answer) -> Reply:
            made = {"request_id": request_id, "result": 0, "return_object": returned(argument, answer)}
            return Reply(200, encode(made), JSON_UTF8)

        inputs = inputs_of(argument, offer)
        reply = await admission.call(asked, grant, offer, inputs, argument.get("analysis_code", "") or api.operation, shape=shape)
        asked.told += left_of(asked.told)
        return reply

    def refusal(self, asked: Asked, problem: Problem) -> Reply:
        """The envelope of errors, which is a problem document (RFC 9457) too."""
        status = STATUS.get(problem.status, problem.status)
        reason = REASONS.get(status, problem.detail)
        if status == 429:
            asked.told.append((LEFT, b"0"))
        told = {**problem.members(), "status": status, "request_id": echoed_of(asked), "result": -1, "reason": reason}
        return Reply(status, encode(told), JSON_UTF8)


def offer_for(api: Api, offers: Sequence[serving.Offer]) -> serving.Offer | None:
    """The service that answers this API: by its task or name, and of several that of the platform itself."""
    found = [offer for offer in offers if api.task in (offer.task, offer.full_name)]
    return min(found, key=lambda offer: (offer.namespace != "madang", offer.full_name), default=None)


def key_of(asked: Asked, given: dict[str, Any]) -> str:
    """The first that is not empty: the key in the header, bare or after ``Bearer``; the one in the body."""
    header = asked.header(b"authorization").strip()
    if header[:7].lower() == "bearer ":
        header = header[7:].strip()
    body = given.get("access_key")
    return header or (body.strip() if isinstance(body, str) else "")


def check_argument(api: Api, argument: dict[str, Any]) -> None:
    """``EmptyArgument`` for what is missing or empty, ``WrongArgument`` for what is no text."""
    for name in api.arguments:
        value = argument.get(name)
        if value is None or value == "":
            raise EmptyArgument(argument=name)
        if not isinstance(value, str):
            raise WrongArgument(argument=name)


def left_of(told: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What is left of the quota that is nearest to its end, which clients of this wire read in a header of their own."""
    left = [int(found) for name, value in told if name == b"ratelimit" for found in _LEFT.findall(value)]
    return [(LEFT, b"%d" % min(left))] if left else []


def echoed(given: dict[str, Any]) -> str:
    """The ``request_id`` of the call, which every answer has; some clients send none."""
    found = given.get("request_id")
    return found[:200] if isinstance(found, str) else ""


def echoed_of(asked: Asked) -> str:
    """The same, of a call that was refused."""
    try:
        return echoed(json_object(asked.given)) if asked.given else ""
    except NotJson:
        return ""


wire = Etri()
