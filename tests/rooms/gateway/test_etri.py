# SPDX-License-Identifier: Apache-2.0
"""The wire of ETRI's Open API: etripy with only its base address changed, and the envelopes as clients in the wild send them."""

import ast
import asyncio
import base64
import http.client
import json
import warnings
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import drawn
from madang.gateway.etri import APIS
from rooms.gateway.etripy_unchanged import AnalysisClient, EtriRequest, HTTPException, ImageClient, VoiceClient
from rooms.gateway.yard import Yard, post

TEXT = "한국 사람은 밥을 먹는다."
ENVELOPE = {"request_id": "reserved field", "argument": {"analysis_code": "morp", "text": TEXT}}


@pytest.fixture(autouse=True)
def _address(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EtriRequest, "base_url", yard.url)


def send(yard: Yard, envelope: Any, path: str = "/WiseNLU", **headers: str) -> tuple[int, dict[str, str], Any]:
    return post(yard, path, json.dumps(envelope).encode(), **headers)


@pytest.mark.parametrize("spoken", [False, True])
def test_etripy_reads_morphemes(yard: Yard, spoken: bool) -> None:
    made = asyncio.run(AnalysisClient(yard.key()).analysis(TEXT, "morp", spoken=spoken))
    assert made is not None
    told = made.data["return_object"]["sentence"][0]
    assert [each["position"] for each in told["morp"]][:3] == [0, 3, 7]
    whole = TEXT.encode()
    for each in told["morp"]:
        assert whole[each["position"] :].startswith(each["lemma"].encode())
    assert {each["type"] for each in told["morp"]} == {"MM"}
    assert told["morp_eval"][0]["result"] == "한/MM+국/NNG"


def test_etripy_is_told_what_is_wrong(yard: Yard) -> None:
    for key, code, status in (("wrong", "morp", 403), (yard.key(), "srl", 400), (yard.key(units=0), "morp", 429)):
        with pytest.raises(HTTPException, match=f"Error Code {status}"):
            asyncio.run(AnalysisClient(key).analysis(TEXT, code))


@pytest.mark.parametrize("path", ["/WiseNLU", "/api/WiseNLU", "/WiseNLU_spoken", "/api/WiseNLU_spoken"])
def test_both_generations_of_addresses_answer(yard: Yard, path: str) -> None:
    status, headers, body = send(yard, ENVELOPE, path, Authorization=yard.key())
    assert (status, body["result"], body["request_id"]) == (200, 0, "reserved field")
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert "content-length" in headers
    assert "transfer-encoding" not in headers


def test_the_key_is_the_first_that_is_not_empty(yard: Yard) -> None:
    key = yard.key()
    assert send(yard, {**ENVELOPE, "access_key": key})[0] == 200
    assert send(yard, {**ENVELOPE, "access_key": key}, Authorization="")[0] == 200
    assert send(yard, {**ENVELOPE, "access_key": "wrong"}, Authorization=key)[0] == 200
    assert send(yard, {**ENVELOPE, "access_key": key}, Authorization="wrong")[0] == 403
    assert send(yard, ENVELOPE)[0] == 403
    assert send(yard, {**ENVELOPE, "access_key": 7})[0] == 403


def test_a_cookie_is_no_key(yard: Yard) -> None:
    assert send(yard, ENVELOPE, Cookie=f"madang={yard.key()}; access_key={yard.key()}")[0] == 403


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream"])
def test_java_clients_send_no_media_type(yard: Yard, kind: str) -> None:
    assert send(yard, ENVELOPE, Authorization=yard.key(), Content_Type=kind)[0] == 200


def answers(yard: Yard) -> Iterator[tuple[int, Any]]:
    key = yard.key()
    envelope: dict[str, Any]
    for envelope in (
        ENVELOPE,
        {"argument": ENVELOPE["argument"]},
        {},
        {"argument": {}},
        {"argument": {"analysis_code": "ner", "text": TEXT}},
    ):
        for headers in ({"Authorization": key}, {}):
            status, _headers, body = send(yard, envelope, **headers)
            yield status, body
    yield from ((status, body) for status, _headers, body in (send(yard, {"argument": {}}, "/LegalQA", Authorization=key),))


def test_no_answer_says_null_true_or_false(yard: Yard) -> None:
    for _status, body in answers(yard):
        assert ast.literal_eval(json.dumps(body)) == body


def test_a_refusal_is_the_envelope_without_data_and_a_problem_document(yard: Yard) -> None:
    refused = [(status, body) for status, body in answers(yard) if status != 200]
    assert len(refused) > 5
    for status, body in refused:
        assert (body["result"], body["status"]) == (-1, status)
        assert body["reason"]
        assert "return_object" not in body
        assert {"type", "title", "detail", "instance"} <= set(body)


@pytest.mark.parametrize("code", ["ner", "wsd", "wsd_poly", "dparse", "srl", "MORP", "nonsense"])
def test_an_analysis_that_nothing_makes_is_refused_and_not_empty(yard: Yard, code: str) -> None:
    status, _headers, body = send(yard, {"argument": {"analysis_code": code, "text": TEXT}}, Authorization=yard.key())
    assert (status, body["result"]) == (400, -1)
    assert code in body["reason"]


@pytest.mark.parametrize(
    ("argument", "status", "reason"),
    [
        ({"text": TEXT}, 400, "Required arguments is empty"),
        ({"analysis_code": "morp", "text": ""}, 400, "Required arguments is empty"),
        ({"analysis_code": "morp", "text": ["a"]}, 400, "One or more arguments are not valid"),
        ({"analysis_code": "morp", "text": "가" * 10_001}, 413, "Request Entity Too Large"),
        ("morp", 400, "Required arguments is empty"),
    ],
)
def test_the_table_of_errors(yard: Yard, argument: Any, status: int, reason: str) -> None:
    answered = send(yard, {"request_id": "mine", "argument": argument}, Authorization=yard.key(), Accept_Language="en")
    assert (answered[0], answered[2]["request_id"]) == (status, "mine")
    assert answered[2]["reason"].startswith(reason)


def test_what_is_no_json_is_refused_in_the_envelope(yard: Yard) -> None:
    for body in (b"", b"{", b"[1]", b"\xff", b"[" * 100_000):
        status, _headers, told = post(yard, "/WiseNLU", body, Authorization=yard.key())
        assert (status, told["result"]) == (400, -1)


def test_the_document_has_the_known_keys_only(yard: Yard) -> None:
    made = send(yard, ENVELOPE, Authorization=yard.key())[2]["return_object"]
    keys = ["doc_id", "DCT", "category", "category_weight", "title", "metaInfo", "paragraphInfo", "sentence", "entity"]
    assert list(made) == keys
    assert all(type(each["weight"]) is int or isinstance(each["weight"], float) for each in made["sentence"][0]["morp"])


def test_a_page_elsewhere_may_call(yard: Yard) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", yard.port, timeout=60)
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    connection.request("OPTIONS", "/WiseNLU", headers=asked)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert send(yard, ENVELOPE, Authorization=yard.key())[1]["access-control-allow-origin"] == "*"


def test_an_api_that_nothing_answers_says_so_on_both_addresses(yard: Yard, tmp_path: Path) -> None:
    key = yard.key()
    quiet = [path for path, api in APIS.items() if not api.task]
    assert "/WiseWWN/Word" in quiet
    assert "/api/WiseWWN_Word" in quiet
    for path in quiet:
        status, _headers, body = send(yard, {"argument": {"text": TEXT}}, path, Authorization=key)
        assert (status, body["result"]) == (404, -1), path
    picture = tmp_path / "a.png"
    picture.write_bytes(b"no picture")
    with pytest.raises(HTTPException, match="Error Code 404"):
        asyncio.run(ImageClient(key).object_detect(str(picture)))


def test_sound_comes_as_base64(yard: Yard) -> None:
    argument = {"language_code": "korean", "audio": base64.b64encode(bytes(100)).decode()}
    status, _headers, body = send(yard, {"argument": argument}, "/WiseASR/Recognition", Authorization=yard.key())
    assert (status, body["return_object"]) == (200, {"recognized": "100 바이트"})
    for bad in ("%%%", "YQ", "가"):
        refused = send(yard, {"argument": {**argument, "audio": bad}}, "/api/WiseASR_Recognition", Authorization=yard.key())
        assert (refused[0], refused[2]["result"]) == (400, -1)


def test_etripy_hears_what_was_recognised(yard: Yard, tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    with wave.open(str(sound), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(48_000))  # a second and a half, which the client sends without its header
    key = yard.key()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client leaves the file open
        made = asyncio.run(VoiceClient(key).recognition("korean", str(sound)))
    assert made is not None
    assert made.recognized == "48000 바이트"
    assert yard.counted(key) == (1, 2)  # begun seconds


def test_etripy_sees_where_faces_are(yard: Yard, tmp_path: Path) -> None:
    picture, none = tmp_path / "face.png", tmp_path / "none.png"
    picture.write_bytes(drawn.png(drawn.face(1)[0]))
    none.write_bytes(b"no picture")
    made = asyncio.run(ImageClient(yard.key()).face_deid(str(picture)))
    assert made is not None
    (box,) = [each.data for each in made]
    assert set(box) == {"conf", "x", "y", "width", "height"}
    assert int(box["width"]) > 27
    with pytest.raises(HTTPException, match="Error Code 400"):
        asyncio.run(ImageClient(yard.key()).face_deid(str(none)))


def test_what_is_left_stands_in_a_header_and_not_in_the_document(yard: Yard) -> None:
    key = yard.key(units=len(TEXT) + 3)
    status, headers, _body = send(yard, ENVELOPE, Authorization=key)
    assert (status, headers["x-quota-remaining"]) == (200, "3")
    assert f";r={headers['x-quota-remaining']};" in headers["ratelimit"]
    refused = send(yard, ENVELOPE, Authorization=key)
    assert (refused[0], refused[1]["x-quota-remaining"]) == (429, "0")
