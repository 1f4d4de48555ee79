# SPDX-License-Identifier: Apache-2.0
"""``POST /v1/audio/transcriptions``: a form with a file."""

from collections.abc import Mapping
from typing import Any

from starlette.types import Send

from madang import kit, serving, usage
from madang.gateway.admission import Admission, Inputs
from madang.gateway.asked import Asked
from madang.gateway.errors import WrongMedia, WrongValue
from madang.gateway.multipart import read_parts
from madang.gateway.openai.shapes import offer_of
from madang.gateway.replies import Reply, encode

TEXT = b"text/plain; charset=utf-8"
FORMS = ("json", "text", "verbose_json", "srt", "vtt")
OURS = frozenset({"model", "file", "response_format"})


async def answer(asked: Asked, admission: Admission, grant: usage.Grant, send: Send) -> Reply:  # noqa: ARG001  # every deed's signature
    """What was said, in the form that was asked for."""
    if asked.media_type != "multipart/form-data":
        raise WrongMedia(accepted="multipart/form-data", type=asked.media_type[:80] or "?")
    parts = read_parts(await asked.body(admission.limits.body), asked.headers[b"content-type"])
    offer = offer_of(admission, grant, parts.get("model"), "transcription")
    sound, form = parts.get("file"), parts.get("response_format") or "json"
    if not isinstance(sound, bytes) or not sound:
        raise WrongValue("file", kit.marked("it must be a file that is not empty"))
    if form not in FORMS:
        raise WrongValue("response_format", kit.marked("it must be json, text, verbose_json, srt or vtt"))
    return await admission.call(asked, grant, offer, _inputs(offer, sound, parts), shape=lambda made: _reply(made.outputs, str(form)))


def _inputs(offer: serving.Offer, sound: bytes, parts: Mapping[str, str | bytes]) -> Inputs:
    """The sound under the name of the input that is counted, with what else the form said; alone where the service takes bytes."""
    if not offer.counts:
        return sound
    known = offer.inputs.get("properties")
    others = {name: value for name, value in parts.items() if name not in OURS and isinstance(known, Mapping) and name in known}
    return {offer.counts: sound, **others}


def _reply(outputs: object, form: str) -> Reply:
    made: Mapping[str, Any] = {"text": outputs} if isinstance(outputs, str) else outputs  # type: ignore[assignment]  # asked just below
    text, segments = made["text"], made.get("segments")
    if not isinstance(text, str):
        raise TypeError("no text")
    if form == "text":
        return Reply(200, (text + "\n").encode(), TEXT)
    if form in ("srt", "vtt"):
        return Reply(200, _subtitles(segments, is_srt=form == "srt").encode(), TEXT)
    return Reply(200, encode(dict(made) if form == "verbose_json" else {"text": text}))


def _subtitles(segments: Any, *, is_srt: bool) -> str:
    """The segments as SubRip or WebVTT."""
    lines = [] if is_srt else ["WEBVTT\n"]
    for number, each in enumerate(segments, 1):
        times = " --> ".join(_moment(float(each[name]), "," if is_srt else ".") for name in ("start", "end"))
        lines.append(f"{number}\n{times}\n{each['text']}\n" if is_srt else f"{times}\n{each['text']}\n")
    return "\n".join(lines)


def _moment(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
