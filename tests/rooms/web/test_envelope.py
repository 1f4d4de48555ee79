# SPDX-License-Identifier: Apache-2.0
"""What every answer carries, and the readers' own choices."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import Client
from madang import kit, web
from madang.web.languages import preferred
from madang.web.templating import ago, moment, number, size

HTML = {"Accept": "text/html"}


def test_every_answer_has_an_id_and_strict_headers(client: Client) -> None:
    for address in ("/healthz", "/api/v1/words", "/nothing"):
        headers = client.get(address).headers
        assert len(headers["x-request-id"]) == 26
        assert "script" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_given_id_is_kept_when_it_is_harmless(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    assert client.get("/healthz", headers={"X-Request-Id": "a b\"c' <x>"}).headers["x-request-id"] != "a b\"c' <x>"


def test_the_platform_is_ready_when_the_database_has_its_tables(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"


def test_a_language_in_the_address_is_remembered(client: Client) -> None:
    assert client.get("/healthz?lang=en").headers["content-language"] == "en"
    assert client.get("/healthz").headers["content-language"] == "en"
    assert client.get("/healthz?lang=xx").headers["content-language"] == "en"


def test_preferences_are_kept_and_lead_back(client: Client) -> None:
    token = client.get("/token", headers=HTML).text
    answer = client.post("/preferences", data={"lang": "en", "theme": "dark", "back": "/assets?q=x", "csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/assets?q=x")
    assert client.cookies["madang_language"] == "en"
    assert client.cookies["madang_theme"] == "dark"


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", "", "/\t/evil.example"])
def test_no_way_back_leads_to_another_host(address: str) -> None:
    assert web.local_path(address) == "/"


@given(st.text(max_size=60))
def test_a_way_back_is_always_a_path_of_ours(address: str) -> None:
    path = web.local_path(address)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("accept", "language"),
    [("en-US,en;q=0.9,ko;q=0.8", "en"), ("ko,en;q=0.9", "ko"), ("fr", "ko"), ("", "ko"), ("en;q=x,ko;q=0.1", "ko"), ("en;level=1", "en")],
)
def test_the_browser_language_is_taken_by_weight(accept: str, language: str) -> None:
    assert preferred(accept, "ko") == language


@pytest.mark.parametrize("address", ["/link/very-secret-word", "/invitations/very-secret-word", "/me/feed/very-secret-word.atom"])
def test_requests_are_logged_without_secrets(client: Client, caplog: pytest.LogCaptureFixture, address: str) -> None:
    with caplog.at_level(logging.INFO, logger="madang.access"):
        client.get(address)
    assert "very-secret-word" not in str([record.__dict__ for record in caplog.records])
    assert caplog.records[-1].__dict__["status"] == 404


def test_figures_and_times_are_written_for_readers() -> None:
    assert number(1234567) == "1,234,567"
    assert [size(0), size(999), size(1500), size(250_000), size(3 * 10**9), size(5 * 10**12)] == [
        "0 B", "999 B", "1.5 kB", "250 kB", "3.0 GB", "5.0 TB",
    ]  # fmt: skip
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert str(moment(at, UTC)) == '<time datetime="2026-01-02T03:04:00+00:00">2026-01-02 03:04</time>'


@pytest.mark.parametrize(("passed", "words"), [(5, "just now"), (120, "2 minutes ago"), (7200, "2 hours ago")])
def test_how_long_ago_is_said_in_words(passed: int, words: str) -> None:
    with web.use_language("en"):
        assert words in ago(kit.now() - timedelta(seconds=passed), UTC)


def test_long_ago_is_said_as_a_day() -> None:
    assert "2020-01-01" in ago(datetime(2020, 1, 1, tzinfo=UTC), UTC)


def test_no_shared_cache_may_keep_what_is_not_for_everybody(client: Client) -> None:
    for address in ("/api/v1/words", "/token", "/nothing"):
        headers = client.get(address).headers
        assert headers["cache-control"] == "private, no-cache"
        assert {"Cookie", "Authorization"} <= {part.strip() for part in headers["vary"].split(",")}


def test_streams_are_counted_and_end_when_the_reader_may_not_see_any_more(client: Client) -> None:
    assert client.get("/streams/closing").text.count("event: progress") == 1
    gate = client.app.state.gate  # type: ignore[attr-defined]
    assert gate.streams == 0
    gate.streams = 100
    refused = client.get("/streams/closing")
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "too-many-streams", "10")
