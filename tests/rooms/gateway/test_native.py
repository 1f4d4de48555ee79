# SPDX-License-Identifier: Apache-2.0
"""Madang's own wire, over a real connection."""

import gzip
import http.client
import json
import socket
import time

import pytest

from rooms.gateway.yard import Yard, bearer, post

CALLS = "/api/v1/services/lab/{}/calls"


def test_a_call_is_answered_with_what_the_service_gave(yard: Yard) -> None:
    status, headers, body = post(yard, CALLS.format("shout"), b'{"text": "abc"}', **bearer(yard.key()), Content_Type="application/json")
    assert (status, body) == (200, {"text": "ABC"})
    assert headers["madang-units"] == "3"
    assert "ratelimit" in headers
    assert "ratelimit-policy" in headers
    assert headers["cache-control"] == "no-store"
    assert headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "kind", ["", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "application/vnd.x+json"]
)
def test_json_is_read_whatever_the_client_calls_it(yard: Yard, kind: str) -> None:
    status, _headers, body = post(yard, CALLS.format("shout"), b'{"text": "abc"}', **bearer(yard.key()), Content_Type=kind)
    assert (status, body) == (200, {"text": "ABC"})


def test_bytes_go_in_and_come_out_as_they_are(yard: Yard) -> None:
    status, headers, body = post(yard, CALLS.format("picture"), b"\xff\x00abc", **bearer(yard.key()), Content_Type="image/png")
    assert (status, body) == (200, b"cba\x00\xff")
    assert headers["content-type"] == "application/octet-stream"


def test_a_form_with_a_file_is_its_parts(yard: Yard) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\xff\x00\r\n--x--\r\n'
    status, _headers, body = post(yard, CALLS.format("picture"), form, **bearer(yard.key()), Content_Type="multipart/form-data; boundary=x")
    assert (status, body) == (200, b"\x00\xff")


def test_a_packed_body_is_unpacked(yard: Yard) -> None:
    packed = gzip.compress(b'{"text": "abc"}')
    status, _headers, body = post(yard, CALLS.format("shout"), packed, **bearer(yard.key()), Content_Encoding="gzip")
    assert (status, body) == (200, {"text": "ABC"})


def test_what_unpacks_to_too_much_is_refused_before_it_is_whole(yard: Yard) -> None:
    packed = gzip.compress(b" " * (200 << 20))
    status, _headers, body = post(yard, CALLS.format("shout"), packed, **bearer(yard.key()), Content_Encoding="gzip")
    assert (status, body["code"]) == (413, "body-too-large")


DEEP = b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BAD_BODIES = {
    "empty": (b"", {}, 422, "unreadable-body"),
    "no-json": (b"{", {}, 422, "unreadable-body"),
    "binary": (bytes(range(256)), {}, 422, "unreadable-body"),
    "no-utf8": (b'{"text": "\xff"}', {}, 422, "unreadable-body"),
    "half-character": (b'{"text": "\\ud800"}', {}, 422, "unreadable-body"),
    "no-object": (b"[1]", {}, 422, "unreadable-body"),
    "deep": (DEEP, {}, 422, "unreadable-body"),
    "unknown-media": (b"<a/>", {"Content_Type": "application/xml"}, 415, "unsupported-body"),
    "no-boundary": (b"x", {"Content_Type": "multipart/form-data"}, 422, "unreadable-body"),
    "half-a-form": (b"--x\r\nContent-Dis", {"Content_Type": "multipart/form-data; boundary=x"}, 422, "unreadable-body"),
    "not-packed": (b"abc", {"Content_Encoding": "gzip"}, 422, "unreadable-body"),
    "half-packed": (gzip.compress(b'{"text": "abc"}')[:-9], {"Content_Encoding": "gzip"}, 422, "unreadable-body"),
    "unknown-packing": (b"abc", {"Content_Encoding": "br"}, 422, "unreadable-body"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_and_costs_nothing(yard: Yard, name: str) -> None:
    body, headers, status, code = BAD_BODIES[name]
    key = yard.key(units=10)
    answered = post(yard, CALLS.format("shout"), body, **bearer(key), **headers)
    assert (answered[0], answered[2]["code"]) == (status, code)
    assert answered[1]["content-type"] == "application/problem+json"
    assert post(yard, CALLS.format("shout"), b'{"text": "0123456789"}', **bearer(key))[0] == 200


def test_a_hundred_megabytes_are_refused_whether_announced_or_not(yard: Yard) -> None:
    key = bearer(yard.key())
    assert post(yard, CALLS.format("echo"), bytes(100 << 20), **key)[0] == 413
    with socket.create_connection(("127.0.0.1", yard.port), timeout=60) as raw:
        head = f"POST {CALLS.format('echo')} HTTP/1.1\r\nHost: x\r\nAuthorization: {key['Authorization']}\r\n"
        raw.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        for _ in range(100):
            raw.sendall(chunk)
        raw.sendall(b"0\r\n\r\n")
        assert b" 413 " in raw.recv(4096)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("nothing", 404, "no-such-service"),
        ("hidden", 404, "no-such-service"),
        ("paused", 503, "service-paused"),
        ("fails", 502, "engine-failed"),
        ("refuses", 422, "bad-inputs"),
        ("busy", 503, "busy"),
    ],
)
def test_a_service_that_does_not_answer_says_why(yard: Yard, name: str, status: int, code: str) -> None:
    answered = post(yard, CALLS.format(name), b"{}", **bearer(yard.key()))
    assert (answered[0], answered[2]["code"]) == (status, code)
    assert ("retry-after" in answered[1]) == (status == 503)


def test_what_may_not_be_seen_answers_as_what_is_not_there(yard: Yard) -> None:
    hidden, nothing = (post(yard, CALLS.format(name), b"{}", **bearer(yard.key()))[2] for name in ("hidden", "nothing"))
    for one in (hidden, nothing):
        one.pop("request_id")
    assert json.dumps(hidden).replace("hidden", "nothing") == json.dumps(nothing)


def test_a_quota_that_is_used_up_says_when_to_come_again(yard: Yard) -> None:
    key = bearer(yard.key(units=5))
    assert post(yard, CALLS.format("shout"), b'{"text": "abcde"}', **key)[0] == 200
    status, headers, body = post(yard, CALLS.format("shout"), b'{"text": "a"}', **key)
    assert (status, body["status"], headers["content-type"]) == (429, 429, "application/problem+json")
    assert int(headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "no-key"),
        ({"Authorization": "Bearer "}, "no-key"),
        ({"Authorization": "Basic abc"}, "no-key"),
        ({"Authorization": "Bearer mdg_none"}, "unknown-key"),
        ({"Cookie": "madang=abc"}, "no-key"),
    ],
)
def test_a_call_without_a_good_key_is_not_let_in(yard: Yard, given: dict[str, str], code: str) -> None:
    status, headers, body = post(yard, CALLS.format("shout"), b'{"text": "abc"}', **given)
    assert (status, body["code"]) == (401, code)
    assert headers["www-authenticate"].startswith("Bearer")


def test_a_refusal_speaks_the_readers_language(yard: Yard) -> None:
    korean = post(yard, CALLS.format("shout"), b"{}", Accept_Language="ko")[2]["detail"]
    english = post(yard, CALLS.format("shout"), b"{}", Accept_Language="en")[2]["detail"]
    assert "Bearer" in korean
    assert korean != english


def test_other_methods_and_other_pages_find_their_way(yard: Yard) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", yard.port, timeout=60)
    for method, path, status in (("GET", CALLS.format("echo"), 405), ("OPTIONS", CALLS.format("echo"), 204), ("GET", "/healthz", 200)):
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status, path
    connection.close()


def test_who_hangs_up_before_the_body_is_whole_costs_nothing(yard: Yard) -> None:
    key = yard.key(units=10)
    with socket.create_connection(("127.0.0.1", yard.port), timeout=60) as raw:
        raw.sendall(
            f"POST {CALLS.format('shout')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 100\r\n\r\n{{".encode()
        )
        time.sleep(0.05)
    assert post(yard, CALLS.format("shout"), b'{"text": "0123456789"}', **bearer(key))[0] == 200


def test_an_operation_is_named_in_the_address(yard: Yard) -> None:
    status, _headers, body = post(yard, CALLS.format("echo") + "?operation=none", b"{}", **bearer(yard.key()))
    assert (status, body["code"]) == (422, "bad-operation")
