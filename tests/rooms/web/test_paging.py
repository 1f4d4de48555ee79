# SPDX-License-Identifier: Apache-2.0
"""Pages of lists, files of pages, bytes of users."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import Client
from madang import web


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
def test_pages_together_are_the_list(rows: list[int], limit: int) -> None:
    seen: list[int] = []
    offset, more = 0, True
    while more:
        page = web.page_of(rows[offset : offset + limit + 1], limit, lambda _row, at=offset: [at + limit])  # type: ignore[misc]
        seen.extend(page.items)
        more = page.cursor is not None
        offset = web.position(page.cursor, int)[0] if page.cursor else offset
    assert seen == rows


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!", "bnVsbA", web.write_cursor(["a"]), web.write_cursor([1, 2]), web.write_cursor([True]), web.write_cursor([10**30])],
)
def test_a_cursor_that_no_list_gave_is_refused(cursor: str) -> None:
    with pytest.raises(web.BadCursor):
        web.position(cursor, int)


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_a_cursor_with_characters_that_no_row_has_is_refused(text: str) -> None:
    with pytest.raises(web.BadCursor):
        web.position(web.write_cursor([text]), str)


@given(st.text(max_size=80))
def test_no_cursor_breaks_the_reader(cursor: str) -> None:
    try:
        web.position(cursor, str, int)
    except web.BadCursor:
        return


def test_bytes_of_users_are_kept_and_never_run() -> None:
    answer = web.attachment(b"<script>", name='a"\r\n한글<.html', media_type="text/html")
    assert answer.headers["content-disposition"].startswith('attachment; filename="a____')
    assert "\n" not in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_files_of_pages_have_their_hash_in_the_address_and_may_be_kept_for_ever(client: Client) -> None:
    address = client.app.state.gate.assets.address("css/tokens.css")  # type: ignore[attr-defined]
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(address.replace("/static/", "/static/0")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["../__init__.py", "..%2f__init__.py", "css/../../__init__.py", "/etc/passwd", "nothing"])
def test_no_name_leads_out_of_the_files_of_pages(client: Client, name: str) -> None:
    assert client.get(f"/static/x/{name}").status_code == 404


def test_the_json_doors_describe_themselves(client: Client) -> None:
    described = json.loads(client.get("/api/v1/openapi.json").text)
    operation = described["paths"]["/api/v1/words"]["post"]
    assert "session" not in str(operation.get("parameters", []))
    assert operation["requestBody"]
    assert "application/problem+json" in operation["responses"]["422"]["content"]
    assert [each["name"] for each in operation["parameters"]] == ["Idempotency-Key"]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in described["components"]["schemas"]
