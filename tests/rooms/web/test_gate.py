# SPDX-License-Identifier: Apache-2.0
"""The unit of work, forms, retries and what refusals are answered."""

import pytest

from asking import Client

TOKEN = {"Authorization": "Bearer x"}
PERSON = {"Cookie": "madang=s"}
HTML = {"Accept": "text/html"}


def _count(client: Client) -> int:
    return int(client.get("/api/v1/words").json()["count"])


def test_a_deed_is_committed_before_it_is_answered(client: Client) -> None:
    answer = client.post("/api/v1/words", json={"word": "a"}, headers=TOKEN)
    assert (answer.status_code, answer.json()) == (201, {"count": 1, "by": "lab"})
    assert _count(client) == 1


def test_a_refusal_undoes_everything_and_is_a_problem_document(client: Client) -> None:
    answer = client.post("/api/v1/words", json={"word": "refuse"}, headers=TOKEN)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "conflict"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert _count(client) == 0


def test_a_fault_undoes_everything_and_tells_nothing_of_the_inside(client: Client) -> None:
    answer = client.post("/api/v1/words", json={"word": "break"}, headers=TOKEN)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert _count(client) == 0


def test_values_of_the_wrong_form_are_named(client: Client) -> None:
    answer = client.post("/api/v1/words", json={"word": 3}, headers=TOKEN | {"Accept-Language": "en"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "word", "message": "It must be a text."}]


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        ("{", "application/json", {"field": "body", "message": "The body cannot be read as JSON."}),
        ("{}", "application/json", {"field": "word", "message": "This is missing."}),
        ("[]", "application/json", {"field": "body", "message": "The body must be a JSON object (application/json)."}),
    ],
)
def test_a_body_of_the_wrong_form_is_answered_in_our_own_words(client: Client, content: str, kind: str, error: dict[str, str]) -> None:
    answer = client.post("/api/v1/words", content=content, headers=TOKEN | {"Content-Type": kind, "Accept-Language": "en"})
    assert (answer.status_code, answer.json()["errors"]) == (422, [error])


def test_several_files_are_refused_with_what_to_send(client: Client) -> None:
    answer = client.post("/uploads", files=[("file", ("a", b"1")), ("file", ("b", b"2"))])
    assert (answer.status_code, answer.json()["code"]) == (422, "several-files")


def test_a_body_over_the_limit_is_refused_with_the_limit_and_its_setting(client: Client) -> None:
    answer = client.post("/api/v1/words", content=b"x" * 1001, headers=TOKEN | {"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert "1000" in answer.json()["detail"]
    assert "MADANG_MAX_BODY_BYTES" in answer.json()["detail"]


def test_a_body_that_hides_its_length_is_counted_as_it_comes(client: Client) -> None:
    answer = client.post("/api/v1/words", content=(b"x" * 400 for _ in range(9)), headers=TOKEN | {"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_a_key_gives_the_same_answer_again_and_does_the_deed_once(client: Client) -> None:
    headers = TOKEN | {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/words", json={"word": "a"}, headers=headers)
    again = client.post("/api/v1/words", json={"word": "a"}, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replay"] == "true"
    assert _count(client) == 1


def test_a_key_with_another_request_is_refused(client: Client) -> None:
    headers = TOKEN | {"Idempotency-Key": "k1"}
    client.post("/api/v1/words", json={"word": "a"}, headers=headers)
    answer = client.post("/api/v1/words", json={"word": "b"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_a_refused_deed_keeps_no_answer(client: Client) -> None:
    headers = TOKEN | {"Idempotency-Key": "k2"}
    client.post("/api/v1/words", json={"word": "refuse"}, headers=headers)
    assert client.post("/api/v1/words", json={"word": "fine"}, headers=headers).status_code == 201


def test_a_secret_that_is_shown_once_is_not_kept_for_a_retry(client: Client) -> None:
    headers = TOKEN | {"Idempotency-Key": "k3"}
    assert client.post("/api/v1/secrets", headers=headers).json() != client.post("/api/v1/secrets", headers=headers).json()


def test_a_key_that_is_too_long_is_refused(client: Client) -> None:
    assert client.post("/api/v1/words", json={"word": "a"}, headers=TOKEN | {"Idempotency-Key": "k" * 256}).status_code == 422


def test_a_browser_deed_needs_the_token_of_our_page(client: Client) -> None:
    refused = client.post("/pages", data={"word": "a"}, headers=PERSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "forged-form")
    token = client.get("/token", headers=PERSON).text
    assert client.post("/pages", data={"word": "a", "csrf": token}, headers=PERSON).status_code == 303
    assert _count(client) == 1


def test_a_token_of_another_session_does_not_count(client: Client) -> None:
    token = client.get("/token", headers={"Cookie": "madang=other"}).text
    assert client.post("/pages", data={"word": "a", "csrf": token}, headers=PERSON).status_code == 403


@pytest.mark.parametrize("foreign", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_of_another_site_is_refused_even_with_a_token(client: Client, foreign: dict[str, str]) -> None:
    token = client.get("/token", headers=PERSON).text
    assert client.post("/pages", data={"word": "a", "csrf": token}, headers=PERSON | foreign).status_code == 403


def test_json_from_a_browser_session_needs_the_token_in_a_header(client: Client) -> None:
    assert client.post("/api/v1/words", json={"word": "a"}, headers=PERSON).status_code == 403
    token = client.get("/token", headers=PERSON).text
    assert client.post("/api/v1/words", json={"word": "a"}, headers=PERSON | {"X-CSRF-Token": token}).status_code == 201


def test_tokens_differ_each_time_they_are_shown(client: Client) -> None:
    assert client.get("/token", headers=PERSON).text != client.get("/token", headers=PERSON).text


def test_a_visitor_gets_a_visit_that_forms_are_bound_to(client: Client) -> None:
    token = client.get("/token", headers=HTML).text
    assert "madang_visit" in client.cookies
    assert client.post("/pages", data={"word": "a", "csrf": token}).status_code == 303


@pytest.mark.parametrize(
    ("kind", "status"), [("not-signed-in", 401), ("not-found", 404), ("too-many", 429), ("unavailable", 503), ("invalid", 422)]
)
def test_each_refusal_has_its_status(client: Client, kind: str, status: int) -> None:
    answer = client.get(f"/refusals/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (status, kind)


def test_too_many_says_when_to_come_again(client: Client) -> None:
    assert client.get("/refusals/too-many").headers["retry-after"] == "7"


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(client: Client) -> None:
    answer = client.get("/refusals/not-signed-in", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?back=/refusals/not-signed-in")


def test_a_person_reads_a_refusal_as_a_page_in_their_language(client: Client) -> None:
    korean = client.get("/nothing-here", headers=HTML | {"Accept-Language": "ko"})
    english = client.get("/nothing-here", headers=HTML | {"Accept-Language": "en"})
    assert (korean.status_code, korean.headers["content-language"]) == (404, "ko")
    assert (english.status_code, english.headers["content-language"]) == (404, "en")
    assert korean.headers["x-request-id"] in korean.text
    assert korean.text != english.text


def test_a_method_that_an_address_does_not_take_is_named(client: Client) -> None:
    answer = client.delete("/api/v1/words")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


def test_an_upload_comes_as_a_form_or_as_json(client: Client) -> None:
    form = client.post("/uploads", files={"file": ("a.zip", b"12345")}, data={"label": "x"})
    assert form.json() == {"fields": {"label": "x"}, "bytes": 5, "name": "a.zip"}
    assert client.post("/uploads", json={"source": {}}).json()["fields"] == {"source": {}}


@pytest.mark.parametrize(
    ("content", "kind", "code", "status"),
    [
        (b"{", "application/json", "unreadable-body", 422),
        (b"[]", "application/json", "unreadable-body", 422),
        (b"x", "text/plain", "unsupported-body", 415),
        (b"x", "multipart/form-data; boundary=b", "unreadable-body", 422),
        (b"--b\r\n\r\n", "multipart/form-data", "unreadable-body", 422),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(client: Client, content: bytes, kind: str, code: str, status: int) -> None:
    answer = client.post("/uploads", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=b", "application/xml", "json", ""])
def test_a_door_that_reads_json_takes_nothing_else(client: Client, kind: str) -> None:
    answer = client.post("/api/v1/words", content=b'{"word": "a"}', headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-body")
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_a_page_takes_forms_and_nothing_else(client: Client, kind: str) -> None:
    token = client.get("/token", headers=PERSON).text
    answer = client.post("/pages", content=b'{"word": "a"}', headers=PERSON | {"X-CSRF-Token": token, "Content-Type": kind})
    assert answer.status_code == 415
    assert _count(client) == 0


def test_an_upload_over_the_limit_is_refused(client: Client) -> None:
    answer = client.post("/uploads", files={"file": ("a.zip", b"1" * 6000)})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_form_with_a_key_is_the_same_only_with_the_same_fields(client: Client) -> None:
    def send(word: str) -> int:
        token = client.get("/token", headers=PERSON).text
        return client.post("/pages", data={"word": word, "csrf": token}, headers=PERSON | {"Idempotency-Key": "form"}).status_code

    assert (send("a"), send("a"), send("b")) == (303, 303, 422)
    assert _count(client) == 1


def test_half_characters_in_what_was_sent_are_written_out(client: Client) -> None:
    answer = client.get("/refusals/surrogate")
    assert answer.status_code == 422
    assert "\\ud800" in answer.json()["detail"]


@pytest.mark.parametrize("origin", ["http://[", "null", "", "https://testserver.evil.example", "testserver"])
def test_an_origin_that_is_not_ours_is_refused_whatever_its_form(client: Client, origin: str) -> None:
    token = client.get("/token", headers=PERSON).text
    assert client.post("/pages", data={"word": "a", "csrf": token}, headers=PERSON | {"Origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", ["http://testserver", "https://madang.example"])
def test_the_printed_address_is_ours_too(client: Client, origin: str) -> None:
    token = client.get("/token", headers=PERSON).text
    assert client.post("/pages", data={"word": "a", "csrf": token}, headers=PERSON | {"Origin": origin}).status_code == 303
