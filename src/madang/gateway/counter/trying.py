# SPDX-License-Identifier: Apache-2.0
"""A try from the page: the same admission, the same engine, the same counting as any call."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from madang import kit, serving, usage, web
from madang.gateway import results
from madang.gateway.admission import Admission
from madang.gateway.asked import Asked
from madang.gateway.counter.fields import inputs_of
from madang.gateway.counter.pages import Trial
from madang.gateway.replies import encode, problem_of

MOST_JSON = 60_000


async def tried(request: Request, admission: Admission, upload: web.Upload, namespace: str, name: str) -> Trial:
    """What the service answers to what was typed, or the refusal that it meets. The call is counted as every call is."""
    typed: Mapping[str, str] = {key: value for key, value in upload.fields.items() if isinstance(value, str)}
    loop, key = asyncio.get_running_loop(), typed.get(".key", "")
    trial = Trial(is_guest=not key, is_own_key=bool(key))
    try:
        grant = await _grant(request, admission, typed, key)
        offer = admission.offer(grant, namespace, name)
        inputs = inputs_of(_schema(offer, typed.get(".operation", "")), typed, upload.file)
        asked = Asked(request.scope, request.receive)
        asked.told = []
        began = loop.time()
        answer = await admission.call(asked, grant, offer, inputs, typed.get(".operation", ""), shape=lambda answer: answer)
        milliseconds = 1000 * (loop.time() - began)
    except kit.Refusal as refusal:
        return _refused(request, trial, refusal)
    shown = await asyncio.to_thread(results.drawn, inputs, answer.outputs, answer.media_type)
    return replace(trial, shown=shown, json=_json(answer), units=answer.units, milliseconds=milliseconds)


async def _grant(request: Request, admission: Admission, typed: Mapping[str, str], key: str) -> usage.Grant:
    """The key's that was just made, or a guest's. Either way the form must be ours, so that no other site tries in a visitor's name."""
    if admission.guests is None:
        raise kit.NotSignedIn
    guest = await admission.guests.of(request, admission.meter, token=typed.get("csrf", ""))
    return admission.meter.recognise(key) if key else guest


def _refused(request: Request, trial: Trial, refusal: kit.Refusal) -> Trial:
    problem = problem_of(refusal, path=request.url.path, request_id=getattr(request.state, "request_id", ""))
    told = refusal.sentence(web.translate)
    return replace(trial, fault=told, field=refusal.field or "", code=refusal.code, status=problem.status)


def _schema(offer: serving.Offer, operation: str) -> Mapping[str, Any]:
    """What the operation takes; what the first one takes where none is chosen."""
    chosen = offer.schemas.get(operation)
    return chosen.get("inputs", {}) if isinstance(chosen, Mapping) else offer.inputs


def _json(answer: serving.Answer) -> str:
    if isinstance(answer.outputs, bytes | bytearray | memoryview):
        return ""
    text = json.dumps(json.loads(encode(answer.outputs)), ensure_ascii=False, indent=1)
    return text if len(text) <= MOST_JSON else text[:MOST_JSON] + "\n…"
