# SPDX-License-Identifier: Apache-2.0
"""``POST /v1/embeddings``. The official client asks for base64 unless it is told otherwise."""

import base64
import sys
from array import array
from collections.abc import Mapping
from typing import Any

from starlette.types import Send

from madang import kit, serving, usage
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked, json_object
from madang.gateway.errors import WrongValue
from madang.gateway.openai.shapes import offer_of, used_tokens
from madang.gateway.replies import Reply, encode

OURS = frozenset({"model", "encoding_format", "input"})
MOST_INPUTS = 2048


async def answer(asked: Asked, admission: Admission, grant: usage.Grant, send: Send) -> Reply:  # noqa: ARG001  # every deed's signature
    """A vector for each input, as numbers or as base64 of 32-bit floats."""
    given = json_object(await asked.body(admission.limits.body))
    offer = offer_of(admission, grant, given.get("model"), "embeddings")
    texts = given.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not 0 < len(texts) <= MOST_INPUTS or not all(isinstance(each, str) and each for each in texts):
        raise WrongValue("input", kit.marked("it must be a text or a list of 1 to 2048 texts, none of them empty"))
    form = given.get("encoding_format") or "float"
    if form not in ("float", "base64"):
        raise WrongValue("encoding_format", kit.marked("it must be float or base64"))
    inputs = {"input": texts, **{name: value for name, value in given.items() if name not in OURS}}

    def shape(made: serving.Answer) -> Reply:
        vectors = vectors_of(made.outputs)
        if len(vectors) != len(texts):
            raise ValueError("not one vector for each text")
        return _reply(offer, vectors, made, packs=form == "base64")

    return await admission.call(asked, grant, offer, inputs, shape=shape)


def _reply(offer: serving.Offer, vectors: list[list[float]], made: serving.Answer, *, packs: bool) -> Reply:
    data = [
        {"object": "embedding", "index": place, "embedding": packed(vector) if packs else vector} for place, vector in enumerate(vectors)
    ]
    told: dict[str, Any] = {"object": "list", "data": data, "model": offer.full_name}
    used = made.outputs.get("usage") if isinstance(made.outputs, Mapping) else None
    told["usage"] = used or used_tokens(offer, made.units) or {"prompt_tokens": 0, "total_tokens": 0}
    return Reply(200, encode(told))


def vectors_of(outputs: object) -> list[list[float]]:
    """The vectors that an engine gave: in this wire's own shape, under ``embeddings``, or alone."""
    if isinstance(outputs, Mapping):
        rows = [each["embedding"] for each in outputs["data"]] if "data" in outputs else outputs["embeddings"]
    else:
        rows = outputs
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise TypeError("no vectors")
    return [array("d", row).tolist() for row in rows]


def packed(vector: list[float]) -> str:
    """The vector as 32-bit floats, little end first, in base64."""
    numbers = array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()
