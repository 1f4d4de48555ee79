# SPDX-License-Identifier: Apache-2.0
"""The OpenAI wire: a service is a model whose name is ``namespace/name``."""

from collections.abc import Awaitable, Callable

from starlette.types import Send

from madang import serving, usage
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked
from madang.gateway.errors import NoSuchService, WrongMethod
from madang.gateway.openai import audio, chat, embeddings
from madang.gateway.openai.shapes import error_of
from madang.gateway.replies import PROBLEM, Problem, Reply, encode
from madang.gateway.wires import Address

MODELS = "/v1/models"
TASKS = ("chat", "embeddings", "transcription")
Deed = Callable[[Asked, Admission, usage.Grant, Send], Awaitable[Reply | None]]
DEEDS: dict[str, Deed] = {
    "/v1/chat/completions": chat.answer,
    "/v1/embeddings": embeddings.answer,
    "/v1/audio/transcriptions": audio.answer,
}
STATUS = {422: 400, 415: 400}
"""What this wire's clients know by another number."""


class OpenAI:
    """Models, chat, embeddings, transcriptions."""

    name = "openai"
    addresses = (
        Address("GET", MODELS),
        Address("GET", "/v1/models/{namespace}/{name}"),
        *(Address("POST", path) for path in DEEDS),
    )

    def claims(self, path: str) -> bool:
        """Its own addresses; whatever else begins with ``/v1`` is somebody else's."""
        return path in DEEDS or path == MODELS or path.startswith("/v1/models/")

    async def answer(self, asked: Asked, admission: Admission, send: Send) -> Reply | None:
        """What the model gives, or which models there are."""
        deed = DEEDS.get(asked.path)
        wanted = "POST" if deed else "GET"
        if asked.method != wanted:
            raise WrongMethod(allowed=wanted)
        asked.check_size(admission.limits.body)
        grant = admission.grant(asked.bearer)
        if deed is not None:
            return await deed(asked, admission, grant, send)
        return _models(admission, grant) if asked.path == MODELS else _model(admission, grant, asked.path[len(MODELS) + 1 :])

    def refusal(self, asked: Asked, problem: Problem) -> Reply:  # noqa: ARG002  # every wire's signature
        """A problem document (RFC 9457) that carries this wire's ``error``."""
        status = STATUS.get(problem.status, problem.status)
        return Reply(status, encode({**problem.members(), "status": status, "error": error_of(problem)}), PROBLEM)


def _models(admission: Admission, grant: usage.Grant) -> Reply:
    return Reply(200, encode({"object": "list", "data": [_told(offer) for offer in admission.offers(grant) if offer.task in TASKS]}))


def _model(admission: Admission, grant: usage.Grant, model: str) -> Reply:
    namespace, _slash, name = model.partition("/")
    offer = admission.offer(grant, namespace, name)
    if offer.task not in TASKS:
        raise NoSuchService(name=model[:200])
    return Reply(200, encode(_told(offer)))


def _told(offer: serving.Offer) -> dict[str, object]:
    return {"id": offer.full_name, "object": "model", "created": 0, "owned_by": offer.namespace}


wire = OpenAI()
