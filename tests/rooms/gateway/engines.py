# SPDX-License-Identifier: Apache-2.0
"""Small services for the tests, behind the real switchboard: what they do is known, so what a wire makes of it can be."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from madang import serving
from madang.serving import Offer, Route, Standing
from madang.serving.engines.events import Events
from madang.serving.reference import faces

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
NUMBERS = {"type": "array", "items": {"type": "number", "datatype": "FP32"}}
ROWS = {"type": "array", "items": NUMBERS}


def _offer(name: str, **given: Any) -> Offer:
    exposure = given.pop("exposure", "open")
    return Offer(f"id-{name}".ljust(26, "0"), given.pop("namespace", "lab"), name, "1", exposure=exposure, **given)


def _messages(inputs: Mapping[str, Any]) -> str:
    return str(inputs["messages"][-1]["content"])


def _morphemes(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Every character but blanks is a morpheme: positions can be told by looking."""
    text = inputs["text"]
    morp = [
        {"id": place, "lemma": text[at], "type": "MMD", "position": len(text[:at].encode()), "weight": 0}
        for place, at in enumerate(at for at in range(len(text)) if not text[at].isspace())
    ]
    evaluated = [{"id": 0, "result": "한/MMD+국/NNG", "target": "한국", "word_id": 0, "m_begin": 0, "m_end": 1}]
    document = {"doc_id": "", "DCT": "", "category": "", "category_weight": 0, "title": {"text": "", "NE": ""}, "metaInfo": {}}
    sentence = {"id": 0, "reserve_str": "", "text": text, "morp": morp, "morp_eval": evaluated, "WSD": [], "word": []}
    return {**document, "paragraphInfo": [], "sentence": [sentence], "entity": [], "of-ours": "a key that no client knows"}


def _add(inputs: Mapping[str, Any]) -> dict[str, Any]:
    left, right = inputs["left"], inputs["right"]
    return {
        "sum": [[a + b for a, b in zip(one, other, strict=True)] for one, other in zip(left, right, strict=True)],
        "word": ["하나", "two"],
    }


def _sound(inputs: Any) -> dict[str, Any]:
    size = len(inputs["audio"])
    return {"text": f"{size} 바이트", "segments": [{"start": 0.0, "end": 1.5, "text": "하나"}, {"start": 1.5, "end": 62.25, "text": "둘"}]}


def _fails(_inputs: Any) -> Any:
    raise serving.EngineFailed


def _faces(inputs: Any) -> Any:
    try:
        return faces.detect(inputs if isinstance(inputs, bytes) else inputs["image"])
    except ValueError as error:  # as a service's process tells it
        raise serving.BadInputs(reason=str(error)) from error


def _refuses(_inputs: Any) -> Any:
    raise serving.BadInputs(reason="it is not what it should be")


def _is_busy(_inputs: Any) -> Any:
    raise serving.Busy(retry_after=3)


ELSEWHERE = b"".join(
    b"data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", **told}).encode() + b"\n\n"
    for told in (
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "two"}}]},
        {"choices": [{"index": 0, "delta": {"content": " pieces"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}},
    )
)
"""What a server that speaks OpenAI's wire streams."""
CALLS: dict[str, Callable[[Any], Any]] = {
    "echo": lambda inputs: inputs,
    "shout": lambda inputs: {"text": inputs["text"].upper()},
    "hidden": lambda inputs: inputs,
    "chat": lambda inputs: {"text": _messages(inputs)[::-1]},
    "vectors": lambda inputs: {"embeddings": [[float(len(each)), 0.5, math.pi] for each in inputs["input"]]},
    "sound": _sound,
    "add": _add,
    "korean": _morphemes,
    "fails": _fails,
    "faces": _faces,
    "refuses": _refuses,
    "busy": _is_busy,
    "rubbish": lambda _inputs: {"choices": "none", "text": 7},
    "picture": lambda inputs: bytes(inputs if isinstance(inputs, bytes) else inputs["image"])[::-1],
}
OFFERS = [
    _offer("echo"),
    _offer("shout", unit="character", counts="text", inputs=TEXT, outputs=TEXT, example={"text": "hello"}),
    _offer("hidden", exposure="private", owner_id="somebody-else"),
    _offer("chat", task="chat", unit="token", streams=True),
    _offer("vectors", task="embeddings", unit="token"),
    _offer("sound", task="transcription", unit="audio-second", counts="audio", inputs={"properties": {"audio": {}, "language": {}}}),
    _offer(
        "add", task="tensor", inputs={"properties": {"left": ROWS, "right": ROWS}}, outputs={"properties": {"sum": ROWS, "word": {}}},
    ),
    _offer("korean", task="morphology", unit="character", counts="text", inputs=TEXT, operations=("morp",)),
    _offer("faces", namespace="madang", task="image", unit="image", counts="image", operations=("blur", "detect")),
    _offer("fails"),
    _offer("refuses"),
    _offer("busy"),
    _offer("rubbish", task="chat", unit="token"),
    _offer("picture", max_body_bytes=4096),
    _offer("paused", is_paused=True),
    _offer("slow"),
    _offer("endless", task="chat", unit="token", streams=True),
    _offer("elsewhere", task="chat", unit="token", streams=True),
    _offer("breaks", task="chat", unit="token", streams=True),
]  # fmt: skip


class Small:
    """One of these services, as an engine."""

    def __init__(self, offer: Offer) -> None:
        self.name = offer.name
        self.closed_streams = 0

    async def call(self, inputs: Any, operation: str, deadline: float) -> object:
        if self.name == "slow":
            await asyncio.sleep(float(inputs.get("seconds", 0.5)))
            return inputs
        return CALLS[self.name](inputs)

    async def stream(self, inputs: Any, operation: str, deadline: float) -> AsyncIterator[bytes]:
        try:
            if self.name == "endless":
                while True:
                    yield b"again "
                    await asyncio.sleep(0.01)
            if self.name == "elsewhere":
                for event in Events(4096).feed(ELSEWHERE):
                    yield event
                return
            for piece in _messages(inputs):
                yield piece.encode()
                await asyncio.sleep(0)
            if self.name == "breaks":
                raise serving.EngineFailed
        finally:
            self.closed_streams += 1

    def load(self) -> tuple[int, int]:
        return 0, 0

    async def close(self) -> None:
        return None


def switchboard() -> serving.Switchboard:
    """The real switchboard over these services."""
    standing = [Standing(offer, (Route(f"route-{offer.name}", "1", "small"),)) for offer in OFFERS]
    return serving.Switchboard(lambda: standing, lambda offer, _route: Small(offer))
