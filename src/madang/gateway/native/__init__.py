# SPDX-License-Identifier: Apache-2.0
"""Madang's own wire: a service's inputs as JSON, its outputs as JSON."""

from starlette.types import Send

from madang import kit, serving, usage
from madang.gateway.admission import Admission, Inputs
from madang.gateway.asked import Asked, json_object
from madang.gateway.errors import WrongMedia, WrongMethod
from madang.gateway.events import event, send_events
from madang.gateway.multipart import read_parts
from madang.gateway.replies import JSON, PROBLEM, Problem, Reply, encode, problem_of
from madang.gateway.wires import Address

BEFORE, AFTER = "/api/v1/services/", "/calls"
READ_AS_JSON = frozenset({"", "application/json", "text/json", "text/plain", "application/x-www-form-urlencoded"})
"""Types that are read as JSON. Many a client says nothing, or what its tool says when it is told nothing."""
RAW = ("image/", "audio/", "video/", "application/octet-stream")


class Native:
    """``POST /api/v1/services/{namespace}/{name}/calls``."""

    name = "native"
    addresses = (Address("POST", f"{BEFORE}{{namespace}}/{{name}}{AFTER}"),)

    def claims(self, path: str) -> bool:
        """A service's calls and nothing else below the services."""
        return path.endswith(AFTER) and path.startswith(BEFORE) and path.count("/") == 6

    async def answer(self, asked: Asked, admission: Admission, send: Send) -> Reply | None:
        """What the service gives. Guests come in here, and only here."""
        if asked.method != "POST":
            raise WrongMethod(allowed="POST")
        asked.check_size(admission.limits.body)
        grant = await self._grant(asked, admission)
        namespace, name = asked.path[len(BEFORE) : -len(AFTER)].split("/")
        query = asked.query
        offer = admission.offer(grant, namespace, name, query.get("version", ""))
        inputs = read_inputs(asked, await asked.body(min(admission.limits.body, offer.max_body_bytes)))
        operation = query.get("operation", "")
        if offer.streams and "text/event-stream" in asked.header(b"accept"):
            await self._stream(asked, admission, send, grant, offer, inputs, operation)
            return None
        return await admission.call(asked, grant, offer, inputs, operation, shape=_reply)

    def refusal(self, asked: Asked, problem: Problem) -> Reply:  # noqa: ARG002  # every wire's signature
        """A problem document (RFC 9457)."""
        return Reply(problem.status, encode(problem.members()), PROBLEM)

    async def _grant(self, asked: Asked, admission: Admission) -> usage.Grant:
        if b"authorization" in asked.headers or admission.guests is None:
            return admission.grant(asked.bearer)
        return await admission.guests.grant(asked, admission.meter)

    async def _stream(
        self, asked: Asked, admission: Admission, send: Send, grant: usage.Grant, offer: serving.Offer, inputs: Inputs, operation: str
    ) -> None:
        pieces = admission.stream(asked, grant, offer, inputs, operation, used=lambda _units: None)
        framed = (piece if piece.startswith(b"data:") else event(encode(piece.decode("utf-8", "replace"))) async for piece in pieces)

        def refused(refusal: kit.Refusal) -> bytes:
            problem = problem_of(refusal, path=asked.path, request_id=asked.request_id.decode())
            return b"event: problem\n" + event(encode(problem.members()))

        await send_events(asked, send, framed, last=b"event: end\ndata:\n\n", refused=refused)


def read_inputs(asked: Asked, body: bytes) -> Inputs:
    """What came, by its media type: JSON, a form with files, or bytes as they are."""
    kind = asked.media_type
    if kind in READ_AS_JSON or kind.endswith("+json"):
        return json_object(body)
    if kind == "multipart/form-data":
        return read_parts(body, asked.headers[b"content-type"])
    if kind.startswith(RAW):
        return body
    raise WrongMedia(accepted="application/json, multipart/form-data, image/*, audio/*, video/*, application/octet-stream", type=kind[:80])


def _reply(answer: serving.Answer) -> Reply:
    if isinstance(answer.outputs, bytes):
        return Reply(200, answer.outputs, answer.media_type.encode("latin-1"))
    return Reply(200, encode(answer.outputs), JSON)


wire = Native()
