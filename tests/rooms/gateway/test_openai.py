# SPDX-License-Identifier: Apache-2.0
"""The OpenAI wire, through the official client, unchanged but for its address."""

import json
import math
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from rooms.gateway.yard import Yard, bearer, post


@pytest.fixture
def client(yard: Yard) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{yard.url}/v1", api_key=yard.key(), max_retries=0) as made:
        yield made


def test_models_are_the_services_that_the_key_may_call(yard: Yard, client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names == ["lab/breaks", "lab/chat", "lab/elsewhere", "lab/endless", "lab/rubbish", "lab/sound", "lab/vectors"]
    assert client.models.retrieve("lab/chat").owned_by == "lab"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("lab/hidden")


def test_a_completion_comes_in_one_piece(client: openai.OpenAI) -> None:
    made = client.chat.completions.create(model="lab/chat", messages=[{"role": "user", "content": "마당"}], max_tokens=16)
    assert (made.choices[0].message.content, made.choices[0].finish_reason, made.model) == ("당마", "stop", "lab/chat")
    assert made.usage is not None
    assert made.usage.total_tokens > 0


def test_a_stream_ends_with_what_was_used(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "lab/chat", "messages": [{"role": "user", "content": "마당은 넓다"}], "stream": True}
    chunks = list(client.chat.completions.create(**asked, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "마당은 넓다"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 6
    assert all(chunk.usage is None for chunk in client.chat.completions.create(**asked))


def test_a_stream_that_breaks_says_so_and_has_no_good_end(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "lab/breaks", "messages": [{"role": "user", "content": "abc"}], "stream": True}
    with pytest.raises(openai.APIError) as refused:
        list(client.chat.completions.create(**asked))
    assert refused.value.code == "engine_failed"


@pytest.mark.parametrize("form", ["float", "base64", None])
def test_embeddings_in_either_form(client: openai.OpenAI, form: Any) -> None:
    made = client.embeddings.create(model="lab/vectors", input=["가나", "abc"], **({"encoding_format": form} if form else {}))
    vectors: list[Any] = [each.embedding for each in made.data]
    if form == "base64":
        assert isinstance(vectors[0], str)
    else:
        assert [vector[:2] for vector in vectors] == [[2.0, 0.5], [3.0, 0.5]]
        assert math.isclose(vectors[0][2], math.pi, rel_tol=1e-6)


@pytest.mark.parametrize("form", ["json", "text", "verbose_json", "srt", "vtt"])
def test_a_transcription_in_every_form(client: openai.OpenAI, form: Any) -> None:
    made: Any = client.audio.transcriptions.create(model="lab/sound", file=("a.wav", bytes(100)), response_format=form)
    text = made if isinstance(made, str) else made.text
    if form == "srt":
        assert text.splitlines()[:3] == ["1", "00:00:00,000 --> 00:00:01,500", "하나"]
    elif form == "vtt":
        assert "00:00:01.500 --> 00:01:02.250\n둘" in text
    else:
        assert text.strip() == "100 바이트"


@pytest.mark.parametrize(
    ("key", "model", "kind", "code"),
    [
        ("mdg_wrong", "lab/chat", openai.AuthenticationError, "invalid_api_key"),
        ("", "lab/none", openai.NotFoundError, "model_not_found"),
        ("", "lab/echo", openai.BadRequestError, "wrong_value"),
        ("", "lab/rubbish", openai.InternalServerError, "engine_failed"),
    ],
)
def test_a_refusal_is_the_clients_own_error(yard: Yard, key: str, model: str, kind: type[openai.APIStatusError], code: str) -> None:
    with openai.OpenAI(base_url=f"{yard.url}/v1", api_key=key or yard.key(), max_retries=0) as client, pytest.raises(kind) as refused:
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": "a"}])
    assert refused.value.code == code


def test_a_used_up_quota_is_the_clients_own_error_and_a_problem_document(yard: Yard) -> None:
    client = openai.OpenAI(base_url=f"{yard.url}/v1", api_key=yard.key(units=1), max_retries=0)
    with client, pytest.raises(openai.RateLimitError) as refused:
        client.embeddings.create(model="lab/vectors", input="a text of more than one token")
    told = refused.value.response
    assert told.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "error"} <= set(told.json())
    assert int(told.headers["retry-after"]) > 0


BAD: list[tuple[str, dict[str, Any]]] = [
    ("chat/completions", {}),
    ("chat/completions", {"model": 7, "messages": []}),
    ("chat/completions", {"model": "lab/chat"}),
    ("chat/completions", {"model": "lab/chat", "messages": []}),
    ("chat/completions", {"model": "lab/chat", "messages": "hello"}),
    ("chat/completions", {"model": "lab/chat", "messages": [{"content": "no role"}]}),
    ("chat/completions", {"model": "lab/chat", "messages": [{"role": "user", "content": "a"}], "stream": "yes"}),
    ("chat/completions", {"model": "lab/chat", "messages": [{"role": "user", "content": "a"}], "stream": True, "stream_options": 1}),
    ("embeddings", {"model": "lab/vectors"}),
    ("embeddings", {"model": "lab/vectors", "input": []}),
    ("embeddings", {"model": "lab/vectors", "input": [""]}),
    ("embeddings", {"model": "lab/vectors", "input": [[1, 2]]}),
    ("embeddings", {"model": "lab/vectors", "input": "a", "encoding_format": "int4"}),
]


@pytest.mark.parametrize("place", range(len(BAD)))
def test_values_that_cannot_be_meant_are_refused(yard: Yard, place: int) -> None:
    path, body = BAD[place]
    status, _headers, told = post(yard, f"/v1/{path}", json.dumps(body).encode(), **bearer(yard.key()))
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")


def test_a_transcription_without_a_form_or_a_file_is_refused(yard: Yard) -> None:
    key = bearer(yard.key())
    assert post(yard, "/v1/audio/transcriptions", b"{}", **key, Content_Type="application/json")[0] == 400
    empty = b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nlab/sound\r\n--x--\r\n'
    assert post(yard, "/v1/audio/transcriptions", empty, **key, Content_Type="multipart/form-data; boundary=x")[0] == 400


def test_who_hangs_up_in_a_stream_pays_for_what_came(yard: Yard) -> None:
    key = yard.key()
    with openai.OpenAI(base_url=f"{yard.url}/v1", api_key=key, max_retries=0) as client:
        stream = client.chat.completions.create(
            model="lab/endless", messages=[{"role": "user", "content": "a"}], stream=True, max_tokens=1000
        )
        came = [next(stream) for _ in range(5)]
        stream.close()
    assert len(came) == 5
    until = time.monotonic() + 60
    while not yard.counted(key) and time.monotonic() < until:
        time.sleep(0.02)
    calls, units = yard.counted(key) or (0, 0)
    assert calls == 1
    assert 5 <= units < 1000


def test_a_stream_ends_where_it_was_reserved_to(yard: Yard) -> None:
    key = yard.key()
    with openai.OpenAI(base_url=f"{yard.url}/v1", api_key=key, max_retries=0) as client:
        asked = client.chat.completions.create(model="lab/endless", messages=[{"role": "user", "content": "a"}], stream=True, max_tokens=20)
        chunks = list(asked)
    calls, units = yard.counted(key) or (0, 0)
    assert calls == 1
    assert 20 <= units <= 64
    assert len(chunks) <= 66


@pytest.mark.parametrize("asks", [False, True])
def test_a_stream_of_a_server_elsewhere_costs_what_it_tells_and_tells_it_who_asks(yard: Yard, asks: bool) -> None:
    key = yard.key()
    more: Any = {"stream_options": {"include_usage": True}} if asks else {}
    with openai.OpenAI(base_url=f"{yard.url}/v1", api_key=key, max_retries=0) as client:
        said: Any = [{"role": "user", "content": "a"}]
        chunks: Any = list(client.chat.completions.create(model="lab/elsewhere", messages=said, stream=True, **more))
    assert "".join(each.choices[0].delta.content for each in chunks if each.choices) == "two pieces"
    assert [each.usage.total_tokens for each in chunks if each.usage] == ([16] if asks else [])
    assert len(chunks) == (3 if asks else 2)
    assert yard.counted(key) == (1, 16)
