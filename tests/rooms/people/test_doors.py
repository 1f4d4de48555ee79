# SPDX-License-Identifier: Apache-2.0
"""The pages and JSON doors, behind the real gate."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from starlette.requests import Request

import madang
from asking import Client
from madang import people, web
from madang.kit import SYSTEM, Actor, Role
from madang.people import credentials

from .conftest import PASSWORD, House, deeds

HTML = {"accept": "text/html"}
ORIGIN = "http://testserver"


def client_of(house: House, *, is_secure: bool = False) -> Client:
    def authenticate(session: Session, request: Request) -> Actor:
        cookie = request.cookies.get(people.cookie_name(is_secure))
        return people.authenticate(session, cookie=cookie, authorization=request.headers.get("authorization"))

    composition = web.Composition(
        database=house.database,
        authenticate=authenticate,
        csrf_key=b"c" * 32,
        version="0",
        pages=people.web.routes,
        routers=[people.api.router],
        templates=[Path(madang.__file__).parent / "people" / "templates"],
        language="en",
        is_secure=is_secure,
    )
    address = "https://testserver" if is_secure else ORIGIN
    return Client(web.application(composition), base_url=address, follow_redirects=False, headers={**HTML, "accept-language": "en"})


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with client_of(house) as client:
        yield client


def csrf(client: Client, address: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(address).text)
    assert found
    return found[1]


def sign_in(client: Client, password: str = PASSWORD, **fields: str) -> int:
    given = {"name": "lab", "password": password, "csrf": csrf(client, "/sign-in"), **fields}
    return client.post("/sign-in", data=given).status_code


def link(house: House, name: str = "lab") -> str:
    with house.database.writing() as session:
        return people.create_link(session, people.get_account(session, name, viewer=SYSTEM), by=SYSTEM)


def token(house: House, role: Role = Role.MEMBER, name: str = "lab") -> dict[str, str]:
    with house.database.writing() as session:
        account = people.get_account(session, name, viewer=SYSTEM)
        text = people.create_token(session, account=account, role=role, note="for a test", by=SYSTEM)
    return {"authorization": f"Bearer {text}", "accept": "application/json"}


def test_a_person_signs_in_looks_and_signs_out(client: Client, house: House) -> None:
    assert client.get("/me").headers["location"].startswith("/sign-in")
    assert sign_in(client) == 303
    page = client.get("/me")
    assert page.status_code == 200
    assert "lab" in page.text
    assert "this one" in page.text
    assert client.get("/sign-in?back=/assets").headers["location"] == "/assets"
    assert client.post("/sign-out", data={"csrf": csrf(client, "/me")}).status_code == 303
    assert client.get("/me").status_code == 303
    assert deeds(house.database)[-2:] == ["session.opened", "session.ended"]


def test_a_wrong_password_shows_the_form_again_with_the_reason(client: Client) -> None:
    answer = client.post("/sign-in", data={"name": "<i>x", "password": "wrong", "back": "/me", "csrf": csrf(client, "/sign-in")})
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert "<i>x" not in answer.text
    assert "&lt;i&gt;x" in answer.text
    assert "madang=" not in answer.headers.get("set-cookie", "")


def test_too_many_tries_say_when_to_come_again(client: Client) -> None:
    assert [sign_in(client, "wrong") for _ in range(6)] == [422] * 6
    answer = client.post("/sign-in", data={"name": "lab", "password": PASSWORD, "csrf": csrf(client, "/sign-in")})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_a_form_of_another_page_signs_nobody_in(client: Client) -> None:
    assert client.post("/sign-in", data={"name": "lab", "password": PASSWORD, "csrf": "0" * 56}).status_code == 403
    assert client.post("/sign-in", data={"name": "lab", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "",
        "x",
        "/a\r\nb",
    ],
)
def test_the_way_on_stays_on_this_site(client: Client, address: str) -> None:
    fields = {"name": "lab", "password": PASSWORD, "csrf": csrf(client, "/sign-in"), "back": address}
    assert client.post("/sign-in", data=fields).headers["location"] == "/"
    assert client.get("/sign-in", params={"back": address}).headers["location"] == "/"


def test_the_way_on_leads_where_one_was(client: Client) -> None:
    fields = {"name": "lab", "password": PASSWORD, "csrf": csrf(client, "/sign-in?back=/assets%3Fq%3Dx"), "next": "/assets?q=x"}
    assert client.post("/sign-in", data=fields).headers["location"] == "/assets?q=x"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    with client_of(house) as client:
        answer = client.post("/sign-in", data={"name": "lab", "password": PASSWORD, "csrf": csrf(client, "/sign-in")})
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("madang=")
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert "secure" not in cookie
    with client_of(house, is_secure=True) as client:
        answer = client.post("/sign-in", data={"name": "lab", "password": PASSWORD, "csrf": csrf(client, "/sign-in")})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-madang=")
        assert "Secure" in cookie
        assert "domain" not in cookie.lower()


def test_a_link_is_not_used_up_by_looking_at_it(client: Client, house: House) -> None:
    secret = link(house)
    for _ in range(3):
        page = client.get(f"/link/{secret}")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
    assert client.head(f"/link/{secret}").status_code == 200
    answer = client.post(f"/link/{secret}", data={"csrf": csrf(client, f"/link/{secret}")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/me").status_code == 200


def test_a_used_link_says_so(client: Client, house: House) -> None:
    secret = link(house)
    form = {"csrf": csrf(client, f"/link/{secret}")}
    assert client.post(f"/link/{secret}", data=form).status_code == 303
    client.cookies.clear()
    gone = client.get(f"/link/{secret}")
    assert gone.status_code == 410
    assert "used already" in gone.text
    again = client.post(f"/link/{secret}", data={"csrf": csrf(client, "/sign-in")})
    assert again.status_code == 410


def test_after_a_link_a_first_password_may_be_set(client: Client, house: House) -> None:
    secret = link(house, "operator")
    answer = client.post(f"/link/{secret}", data={"csrf": csrf(client, f"/link/{secret}")})
    assert answer.headers["location"] == "/welcome"
    form = {"csrf": csrf(client, "/welcome"), "password": "some plain words", "again": "other plain words"}
    differing = client.post("/welcome", data=form)
    assert differing.status_code == 422
    assert "not the same" in differing.text
    assert client.post("/welcome", data={**form, "again": "some plain words"}).headers["location"] == "/"
    assert client.get("/me").status_code == 200
    client.cookies.clear()
    assert sign_in(client, "some plain words", name="operator") == 303


def test_a_password_is_changed_on_ones_own_page(client: Client) -> None:
    sign_in(client)
    form = {"csrf": csrf(client, "/me"), "old_password": "wrong", "password": "other plain words", "again": "other plain words"}
    wrong = client.post("/me/password", data=form)
    assert wrong.status_code == 422
    assert "do not belong together" in wrong.text
    weak = client.post("/me/password", data={**form, "old_password": PASSWORD, "password": "x", "again": "x"})
    assert weak.status_code == 422
    assert "at least 8" in weak.text
    done = client.post("/me/password", data={**form, "old_password": PASSWORD})
    assert done.headers["location"] == "/me?done=password"
    assert "The password is changed" in client.get("/me?done=password").text
    assert client.get("/me?done=<script>").status_code == 200
    client.cookies.clear()
    assert sign_in(client, "other plain words") == 303


def test_a_token_is_shown_once_and_revoked(client: Client) -> None:
    sign_in(client)
    made = client.post("/me/tokens", data={"csrf": csrf(client, "/me"), "note": "for a program", "role": "reader"})
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    found = re.search(r"mdg_[0-9a-z]{26}_[0-9A-Za-z]{49}", made.text)
    assert found
    text = found[0]
    assert text not in client.get("/me").text
    headers = {"authorization": f"Bearer {text}", "accept": "application/json"}
    assert client.get("/api/v1/me", headers=headers).json()["role"] == "reader"
    gone = client.post(f"/me/tokens/{credentials.read_token(text).id}/revocation", data={"csrf": csrf(client, "/me")})
    assert gone.headers["location"] == "/me?done=revoked"
    answer = client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked-token")


@pytest.mark.parametrize("fields", [{"note": "", "role": "reader"}, {"note": "x", "role": "operator"}, {"note": "x", "role": "king"}])
def test_a_token_that_cannot_be_shows_the_reason(client: Client, fields: dict[str, str]) -> None:
    sign_in(client)
    answer = client.post("/me/tokens", data={"csrf": csrf(client, "/me"), **fields})
    assert answer.status_code == 422
    assert "mdg_" not in answer.text


def test_signing_out_everywhere_ends_other_browsers_too(client: Client, house: House) -> None:
    sign_in(client)
    with client_of(house) as other:
        sign_in(other)
        assert other.get("/me").text.count("this one") == 1
        assert client.post("/me/sessions/revocation", data={"csrf": csrf(client, "/me")}).status_code == 303
        assert other.get("/me").status_code == 303


@pytest.mark.parametrize("address", ["/me/password", "/me/tokens", "/me/sessions/revocation", "/welcome", "/me/tokens/x/revocation"])
def test_a_visitor_changes_nothing(client: Client, house: House, address: str) -> None:
    before = deeds(house.database)
    answer = client.post(address, data={"csrf": csrf(client, "/sign-in"), "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code in (401, 404)
    assert deeds(house.database) == before


def test_the_wire_says_who_asks(client: Client, house: House) -> None:
    assert client.get("/api/v1/me", headers=token(house)).json() == {
        "name": "lab",
        "display_name": "",
        "role": "member",
        "account_role": "member",
        "via": "token",
        "namespaces": ["lab"],
        "reach": "inner",
        "duties": [],
        "organisations": {},
    }
    assert client.get("/api/v1/me", headers=token(house, Role.READER)).json()["namespaces"] == []
    nobody = client.get("/api/v1/me", headers={"accept": "application/json"})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not-signed-in")


def test_tokens_are_made_listed_and_revoked_over_the_wire(client: Client, house: House) -> None:
    mine = token(house)
    made = client.post("/api/v1/me/tokens", json={"role": "reader", "note": "for a program"}, headers=mine)
    assert made.status_code == 201
    text = made.json()["token"]
    listed = client.get("/api/v1/me/tokens", headers=mine).json()
    assert [item["role"] for item in listed["items"]] == ["reader", "member"]
    assert listed["next"] is None
    assert text.rsplit("_", 1)[1] not in str(listed)
    assert client.delete(f"/api/v1/me/tokens/{made.json()['id']}", headers=mine).status_code == 204
    assert client.get("/api/v1/me", headers={**mine, "authorization": f"Bearer {text}"}).status_code == 401


def test_a_weak_token_makes_and_revokes_none_over_the_wire(client: Client, house: House) -> None:
    weak, strong = token(house, Role.READER), token(house)
    made = client.post("/api/v1/me/tokens", json={"role": "reader", "note": "for a program"}, headers=weak)
    assert (made.status_code, made.json()["code"]) == (403, "token-too-weak")
    token_id = credentials.read_token(strong["authorization"].removeprefix("Bearer ")).id
    gone = client.delete(f"/api/v1/me/tokens/{token_id}", headers=weak)
    assert (gone.status_code, gone.json()["code"]) == (403, "token-too-weak")
    assert client.get("/api/v1/me", headers=strong).status_code == 200
    for path, form in (("/me/tokens", {"role": "reader", "note": "x"}), (f"/me/tokens/{token_id}/revocation", {})):
        assert "this token may do less" in client.post(path, data=form, headers={**weak, **HTML}).text.lower()
    assert client.get("/api/v1/me", headers=strong).status_code == 200


@pytest.mark.parametrize("note", ["\udcff", "a\x1b[2J"])
def test_a_note_that_cannot_be_printed_is_refused_over_the_wire(client: Client, house: House, note: str) -> None:
    body = json.dumps({"role": "reader", "note": note})
    answer = client.post("/api/v1/me/tokens", content=body, headers={**token(house), "content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unprintable")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "operator", "note": "x"}, 403),
        ({"role": "king", "note": "x"}, 422),
        ({"role": "reader", "note": ""}, 422),
        ({"role": "reader"}, 422),
        ({}, 422),
    ],
)
def test_a_token_that_cannot_be_is_refused_over_the_wire(client: Client, house: House, body: dict[str, str], status: int) -> None:
    assert client.post("/api/v1/me/tokens", json=body, headers=token(house)).status_code == status


def test_a_token_of_somebody_else_is_not_there(client: Client, house: House) -> None:
    theirs = token(house, Role.READER, "operator")["authorization"].removeprefix("Bearer ")
    answer = client.delete(f"/api/v1/me/tokens/{credentials.read_token(theirs).id}", headers=token(house))
    assert (answer.status_code, answer.json()["code"]) == (404, "no-token")


@pytest.mark.parametrize("header", ["Basic b3A6cHc=", "Bearer", "Bearer x", "Bearer " + "x" * 5000])
def test_a_header_that_names_nobody_is_refused_with_a_reason(client: Client, header: str) -> None:
    answer = client.get("/api/v1/me", headers={"authorization": header, "accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["code"] in ("bad-credentials", "mistyped-token")
