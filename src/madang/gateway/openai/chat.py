# SPDX-License-Identifier: Apache-2.0
"""``POST /v1/chat/completions``, in one piece and in pieces."""

import codecs
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.types import Send

from madang import kit, serving, usage
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked, json_object, json_value
from madang.gateway.errors import WrongValue
from madang.gateway.events import event, send_events
from madang.gateway.openai.shapes import error_of, offer_of, used_tokens
from madang.gateway.replies import Reply, encode, problem_of

DONE = event(b"[DONE]")
OURS = frozenset({"model", "stream", "stream_options"})


async def answer(asked: Asked, admission: Admission, grant: usage.Grant, send: Send) -> Reply | None:
    """The completion; None where it went out as events."""
    given = json_object(await asked.body(admission.limits.body))
    offer = offer_of(admission, grant, given.get("model"), "chat")
    check_messages(given.get("messages"))
    streams, options = given.get("stream") or False, given.get("stream_options") or {}
    if not isinstance(streams, bool):
        raise WrongValue("stream", kit.marked("it must be true or false"))
    if not isinstance(options, dict):
        raise WrongValue("stream_options", kit.marked("it must be an object"))
    inputs = {name: value for name, value in given.items() if name not in OURS}
    if not streams:
        return await admission.call(asked, grant, offer, inputs, shape=lambda answer: _completion(asked, offer, answer))
    stream = Stream(asked, offer, tells_usage=options.get("include_usage") is True)
    pieces = admission.stream(asked, grant, offer, inputs, used=stream.use)
    await send_events(asked, send, stream.framed(pieces), last=DONE, refused=stream.refused)
    return None


def check_messages(messages: object) -> None:
    """``WrongValue`` for what cannot be a conversation."""
    if not isinstance(messages, list) or not messages:
        raise WrongValue("messages", kit.marked("it must be a list of at least one message"))
    if not all(isinstance(each, dict) and isinstance(each.get("role"), str) for each in messages):
        raise WrongValue("messages", kit.marked("each message must be an object with a role"))


def _completion(asked: Asked, offer: serving.Offer, answer: serving.Answer) -> Reply:
    made = answer.outputs
    if isinstance(made, bytes):
        made = made.decode()
    if isinstance(made, Mapping) and "choices" in made:
        if not isinstance(made["choices"], list) or not all(isinstance(each, dict) and "message" in each for each in made["choices"]):
            raise ValueError("a completion without messages")
        told: dict[str, Any] = {**_head(asked, "chat.completion", offer), **made, "model": offer.full_name}
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": text_of(made)}, "finish_reason": "stop"}
        told = {**_head(asked, "chat.completion", offer), "choices": [choice]}
    if "usage" not in told and (used := used_tokens(offer, answer.units)):
        told["usage"] = used
    return Reply(200, encode(told))


def text_of(made: object) -> str:
    """The text that an engine of another shape gave."""
    found = made if isinstance(made, str) else made["text"] if isinstance(made, Mapping) else None
    if not isinstance(found, str):
        raise TypeError("no text")
    return found


def _head(asked: Asked, kind: str, offer: serving.Offer) -> dict[str, Any]:
    return {"id": f"chatcmpl-{asked.request_id.decode()}", "object": kind, "created": int(time.time()), "model": offer.full_name}


def is_only_usage(event_: bytes) -> bool:
    """Whether the event tells what was used and nothing of the answer: a client that did not ask for it cannot read it."""
    if b'"usage"' not in event_ or not event_.startswith(b"data: {"):
        return False
    told = json_value(event_[6:].strip())
    return isinstance(told, dict) and told.get("choices") == [] and bool(told.get("usage"))


class Stream:
    """One completion as events. Pieces that are events already pass as they are; pieces of text become this wire's chunks."""

    def __init__(self, asked: Asked, offer: serving.Offer, *, tells_usage: bool) -> None:
        self.asked, self.offer, self.tells_usage = asked, offer, tells_usage
        self.head = _head(asked, "chat.completion.chunk", offer)
        self.units = 0
        self.passes = False

    def use(self, units: int) -> None:
        """So many units were used by now."""
        self.units = units

    async def framed(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The events, but for the last one, which is sent when all is counted."""
        decoder, role = codecs.getincrementaldecoder("utf-8")("replace"), {"role": "assistant"}
        async for piece in pieces:
            if self.passes or piece.startswith(b"data:"):
                self.passes = True
                if self.tells_usage or not is_only_usage(piece):
                    yield piece.replace(DONE, b"") if DONE in piece else piece
            elif text := decoder.decode(piece):
                yield self._chunk({**role, "content": text}, None)
                role = {}
        if not self.passes:
            yield self._chunk({}, "stop")
            if self.tells_usage and (used := used_tokens(self.offer, self.units)):
                yield event(encode({**self.head, "choices": [], "usage": used}))

    def refused(self, refusal: kit.Refusal) -> bytes:
        """The event that says what went wrong midway."""
        problem = problem_of(refusal, path=self.asked.path, request_id=self.asked.request_id.decode())
        return event(encode({"error": error_of(problem)}))

    def _chunk(self, delta: dict[str, str], finish: str | None) -> bytes:
        return event(encode({**self.head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}))
