# SPDX-License-Identifier: Apache-2.0
"""Who is let in beside a running platform: guests of our own pages up to their limit, and keys until somebody ends them."""

import http.client
import re
from collections.abc import Iterator
from typing import Any

import openai
import pytest

import patience
from madang import kit, usage
from madang.gateway import admission
from rooms.gateway.yard import Yard, bearer, post

CALLS = "/api/v1/services/lab/{}/calls"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
TRIES = 3


class Browser:
    """A visitor who has opened a page of ours: its cookie, and the token of the form on it."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        connection = http.client.HTTPConnection("127.0.0.1", yard.port, timeout=patience.SECONDS)
        connection.request("GET", "/sign-in", headers={"Accept": "text/html"})
        answer = connection.getresponse()
        found = TOKEN.search(answer.read().decode())
        connection.close()
        assert found
        self.token = found[1]
        self.cookie = "; ".join(value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")

    def tries(self, name: str = "echo", **headers: str) -> tuple[int, dict[str, str], Any]:
        """The answer to a try from that page."""
        given = {"Cookie": self.cookie, "X_CSRF_Token": self.token, **headers}
        return post(self.yard, CALLS.format(name), b'{"a": 1}', **given)


def allow(yard: Yard, amounts: dict[str, int]) -> None:
    """A browser may try so often in each time."""
    with yard.house.database.writing() as session:
        guest = usage.get_plan(session, "guest", viewer=kit.SYSTEM)
        for every, amount in amounts.items():
            usage.set_quota(session, guest, unit="call", every=every, amount=amount, scope="session", by=kit.SYSTEM)


@pytest.fixture
def few(yard: Yard) -> Iterator[None]:
    """A browser may try three times, and the platform knows."""
    with yard.house.database.reading() as session:
        guest = usage.get_plan(session, "guest", viewer=kit.SYSTEM)
        before = {row.every: row.amount for row in usage.quotas(session, guest, viewer=kit.SYSTEM) if row.scope == "session"}
    allow(yard, dict.fromkeys(before, TRIES))
    patience.wait_until(lambda: f"q={TRIES};" in Browser(yard).tries()[1]["ratelimit-policy"])
    yield
    allow(yard, before)


@pytest.mark.usefixtures("few")
def test_a_guest_is_let_in_and_refused_at_the_limit_and_another_browser_beside_it_is_not(yard: Yard) -> None:
    one, other = Browser(yard), Browser(yard)
    assert [one.tries()[0] for _ in range(TRIES)] == [200] * TRIES
    status, headers, body = one.tries()
    assert (status, body["code"]) == (429, "quota-exceeded")
    assert int(headers["retry-after"]) > 0
    assert headers["content-type"] == "application/problem+json"
    assert f"q={TRIES};" in headers["ratelimit-policy"]
    assert other.tries()[0] == 200


def test_a_guest_comes_from_a_page_of_ours_or_not_at_all(yard: Yard) -> None:
    browser = Browser(yard)
    assert post(yard, CALLS.format("echo"), b"{}", Cookie=browser.cookie)[0] == 401
    assert browser.tries(X_CSRF_Token="no-" + browser.token)[0] == 403
    assert browser.tries(Cookie="madang_visit=" + "0" * 32)[0] == 403
    assert browser.tries(Origin="https://elsewhere.example")[0] == 403
    assert browser.tries(Sec_Fetch_Site="cross-site")[0] == 403
    assert browser.tries("hidden")[0] == 404


def do(yard: Yard, number: str, deed: Any) -> None:
    """The deed is done to the key in a unit of work that the meter knows nothing of."""
    with yard.house.database.writing() as session:
        deed(session, usage.get_key(session, number, viewer=kit.SYSTEM), by=kit.SYSTEM)


def code_of(yard: Yard, key: str) -> tuple[int, str]:
    """How a call with the key is answered."""
    status, _headers, body = post(yard, CALLS.format("echo"), b"{}", **bearer(key))
    return status, body.get("code", "")


def test_a_key_that_is_paused_resumed_and_revoked_elsewhere_is_so_here(yard: Yard) -> None:
    key = yard.key()
    number = yard.id_of(key)
    for deed, answer in (
        (usage.pause_key, (403, "paused-key")),
        (usage.resume_key, (200, "")),
        (usage.revoke_key, (401, "revoked-key")),
    ):
        do(yard, number, deed)
        patience.wait_until(lambda answer=answer: code_of(yard, key) == answer)  # type: ignore[misc]


def test_a_key_that_is_revoked_in_the_middle_of_a_stream_ends_it_with_why(yard: Yard) -> None:
    key = yard.key()
    number = yard.id_of(key)
    said: Any = [{"role": "user", "content": "a"}]
    with openai.OpenAI(base_url=f"{yard.url}/v1", api_key=key, max_retries=0) as client:
        stream = client.chat.completions.create(model="lab/endless", messages=said, stream=True, max_tokens=100_000)
        next(stream)
        do(yard, number, usage.revoke_key)
        with pytest.raises(openai.APIError) as refused:
            list(stream)
    assert refused.value.code == "revoked_key"

    def counted() -> int:
        usage.drain(yard.house.database, yard.house.usage_logs)
        with yard.house.database.reading() as session:
            return sum(row.units for row in usage.sums(session, usage.Asked(key=number), viewer=kit.SYSTEM))

    patience.wait_until(counted)
    assert counted() < 100_000


def test_what_is_known_of_a_key_is_less_than_a_second_old_in_a_stream_too() -> None:
    assert usage.Limits().refresh_seconds + admission.LOOK_SECONDS < 1


def test_refusals_are_counted_by_their_reason(yard: Yard) -> None:
    def told() -> float:
        samples = [sample for family in yard.path.counts.collect() for sample in family.samples]
        wanted = {"wire": "native", "code": "unknown-key"}
        found = [each.value for each in samples if each.name == "madang_call_refusals_total" and wanted.items() <= each.labels.items()]
        return sum(found)

    before = told()
    assert code_of(yard, "mdg_nothing") == (401, "unknown-key")
    assert told() == before + 1
