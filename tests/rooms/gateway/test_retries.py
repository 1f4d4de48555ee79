# SPDX-License-Identifier: Apache-2.0
"""Calls that come again with their Idempotency-Key: one deed, one count, one answer."""

import json
import threading
from typing import Any

from sqlalchemy import delete, select

from madang import kit
from madang.gateway.models import Retry
from rooms.gateway.yard import Yard, bearer, post

BODY = b'{"text": "abcde"}'


CALLS = "/api/v1/services/lab/{}/calls"


def call(yard: Yard, key: str, name: str = "shout", body: bytes = BODY, again: str = "one") -> tuple[int, dict[str, str], Any]:
    return post(yard, CALLS.format(name), body, **bearer(key), Idempotency_Key=again)


def test_the_same_call_gets_the_same_answer_and_is_counted_once(yard: Yard) -> None:
    key = yard.key()
    first, second = call(yard, key), call(yard, key)
    assert first[0] == second[0] == 200
    assert first[2] == second[2] == {"text": "ABCDE"}
    assert "idempotent-replay" not in first[1]
    assert second[1]["idempotent-replay"] == "true"
    assert yard.counted(key) == (1, 5)


def test_another_call_with_the_same_key_is_refused(yard: Yard) -> None:
    key = yard.key()
    assert call(yard, key)[0] == 200
    status, _headers, body = call(yard, key, body=b'{"text": "other"}')
    assert (status, body["code"]) == (422, "idempotency-key-reused")
    assert yard.counted(key) == (1, 5)


def test_the_key_belongs_to_who_sent_it(yard: Yard) -> None:
    one, other = yard.key(), yard.key()
    assert call(yard, one, body=b'{"text": "one"}')[2] == {"text": "ONE"}
    assert call(yard, other, body=b'{"text": "other"}')[2] == {"text": "OTHER"}


def test_what_was_refused_may_come_again(yard: Yard) -> None:
    key = yard.key()
    for _ in range(2):
        assert call(yard, key, "fails")[2]["code"] == "engine-failed"
        assert call(yard, key, again="two", body=b"{")[2]["code"] == "unreadable-body"
    assert call(yard, key, again="two")[0] == 200


def test_what_became_of_a_call_whose_process_was_killed_is_not_known(yard: Yard) -> None:
    key = yard.key()
    assert call(yard, key)[0] == 200
    with yard.house.database.writing() as session:
        row = session.scalars(select(Retry).where(Retry.owner == yard.id_of(key))).one()
        row.status = row.body = None
    status, headers, body = call(yard, key)
    assert (status, body["code"]) == (409, "still-under-way")
    assert int(headers["retry-after"]) > 0


def test_a_large_answer_and_a_stream_are_not_kept_and_not_done_again(yard: Yard) -> None:
    key = yard.key()
    large = json.dumps({"text": "a" * 300_000}).encode()
    assert call(yard, key, body=large)[0] == 200
    status, _headers, body = call(yard, key, body=large)
    assert (status, body["code"]) == (409, "answer-not-kept")
    assert yard.counted(key) == (1, 300_000)
    asked = {"model": "lab/chat", "messages": [{"role": "user", "content": "abc"}], "stream": True}
    told = {**bearer(key), "Idempotency_Key": "stream"}
    assert post(yard, "/v1/chat/completions", json.dumps(asked).encode(), **told)[0] == 200
    assert post(yard, "/v1/chat/completions", json.dumps(asked).encode(), **told)[0] == 409


def test_twice_at_once_is_done_once(yard: Yard) -> None:
    key = yard.key()
    answers: list[int] = []
    body = b'{"seconds": 0.5}'
    threads = [threading.Thread(target=lambda: answers.append(call(yard, key, "slow", body)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(set(answers) - {409}) == [200]
    assert yard.counted(key) == (1, 1)


def test_a_key_that_cannot_be_kept_is_refused(yard: Yard) -> None:
    key = yard.key()
    for again in ("x" * 256, "a\tb"):
        assert call(yard, key, again=again)[0] == 422
    assert call(yard, key, again="x" * 255)[0] == 200


def test_what_is_too_old_is_forgotten(yard: Yard) -> None:
    key = yard.key()
    assert call(yard, key)[0] == 200
    with yard.house.database.writing() as session:
        row = session.scalars(select(Retry).where(Retry.owner == yard.id_of(key))).one()
        row.begun_at = kit.now().replace(year=2020)
    assert "idempotent-replay" not in call(yard, key)[1]
    with yard.house.database.writing() as session:
        session.execute(delete(Retry))
