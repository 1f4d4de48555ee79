# SPDX-License-Identifier: Apache-2.0
"""One's own page: sessions one by one, tokens for a time, a forgotten password, and preferences that follow into another browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from asking import Client
from madang import db, kit, mail, people, web
from madang.kit import SYSTEM, Role
from madang.people import oidc
from madang.people.models import BrowserSession, Token

from .conftest import PASSWORD, House, actor_of, deeds
from .test_doors import HTML, client_of, csrf, sign_in, token


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with client_of(house) as client:
        yield client


@pytest.fixture
def post() -> Iterator[None]:
    mail.use(mail.Post(mail.read_server("smtp://127.0.0.1:2525?starttls=never"), "madang@institute.example", b"k" * 32))
    yield
    mail.use(None)


def give_address(house: House, *, is_verified: bool = True) -> None:
    with house.database.writing() as session:
        account = people.get_account(session, "lab", viewer=SYSTEM)
        people.set_email(session, account, "lab@institute.example", is_verified=is_verified, by=SYSTEM)


def letters(house: House) -> list[mail.Letter]:
    with house.database.reading() as session:
        return list(mail.waiting(session))


def text_of(letter: mail.Letter) -> str:
    return kit.unseal(b"k" * 32, letter.sealed_text, purpose="letter") or ""


def session_ids(client: Client) -> dict[bool, list[str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for item in client.get("/api/v1/me/sessions", headers={"accept": "application/json"}).json()["items"]:
        found[item["is_here"]].append(item["id"])
    return found


def test_one_browser_is_signed_out_from_another(client: Client, house: House) -> None:
    sign_in(client)
    with client_of(house) as other:
        sign_in(other)
        theirs = session_ids(client)[False][0]
        answer = client.post(f"/me/sessions/{theirs}/revocation", data={"csrf": csrf(client, "/me")})
        assert answer.headers["location"] == "/me?done=session"
        assert other.get("/me").status_code == 303
    assert client.get("/me?done=session").status_code == 200
    assert deeds(house.database)[-1] == "session.ended"
    assert client.post(f"/me/sessions/{theirs}/revocation", data={"csrf": csrf(client, "/me")}).status_code == 404


def test_a_person_signs_out_everywhere_else(client: Client, house: House) -> None:
    sign_in(client)
    with client_of(house) as other:
        sign_in(other)
        assert client.post("/me/sessions/elsewhere/revocation", data={"csrf": csrf(client, "/me")}).status_code == 303
        assert other.get("/me").status_code == 303
    assert "Every other browser" in client.get("/me?done=elsewhere").text
    assert deeds(house.database)[-1] == "sessions.ended"


@pytest.mark.parametrize("ends", [True, False])
def test_whoever_signs_out_everywhere_may_end_the_tokens_too(client: Client, house: House, ends: bool) -> None:
    headers = token(house)
    sign_in(client)
    assert "end my tokens" in client.get("/me").text
    client.post("/me/sessions/revocation", data={"csrf": csrf(client, "/me"), **({"tokens": "yes"} if ends else {})})
    assert client.get("/me").status_code == 303
    assert client.get("/api/v1/me", headers=headers).status_code == (401 if ends else 200)
    assert ("tokens.revoked" in deeds(house.database)) is ends


@pytest.mark.parametrize("ends", [True, False])
def test_whoever_changes_the_password_may_end_the_tokens_too(client: Client, house: House, ends: bool) -> None:
    headers = token(house)
    sign_in(client)
    given = {"old_password": PASSWORD, "password": "other plain words", "again": "other plain words", **({"tokens": "yes"} if ends else {})}
    assert client.post("/me/password", data={"csrf": csrf(client, "/me"), **given}).headers["location"] == "/me?done=password"
    assert client.get("/me").status_code == 200
    assert client.get("/api/v1/me", headers=headers).status_code == (401 if ends else 200)


def test_an_operator_who_replaces_a_password_ends_the_tokens(client: Client, house: House) -> None:
    headers = token(house)
    with house.database.writing() as session:
        people.set_password(session, people.get_account(session, "lab", viewer=SYSTEM), password="other plain words", by=SYSTEM)
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_session_of_somebody_else_is_not_there(client: Client, house: House) -> None:
    sign_in(client)
    mine = session_ids(client)[True][0]
    with house.database.writing() as session:
        people.create_account(session, name="other", role=Role.MEMBER, by=SYSTEM)
    for headers in (token(house, name="other"), token(house, Role.READER, "other")):
        answer = client.delete(f"/api/v1/me/sessions/{mine}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-session")
    for wrong in ("x", "é", "0" * 26):
        assert client.delete(f"/api/v1/me/sessions/{wrong}", headers=token(house)).status_code == 404
    weak = client.delete(f"/api/v1/me/sessions/{mine}", headers=token(house, Role.READER))
    assert (weak.status_code, weak.json()["code"]) == (403, "token-too-weak")
    assert client.delete(f"/api/v1/me/sessions/{mine}", headers=token(house)).status_code == 204
    assert client.get("/me").status_code == 303


def test_a_visitor_sees_and_ends_no_session(client: Client) -> None:
    assert client.get("/api/v1/me/sessions", headers={"accept": "application/json"}).status_code == 401
    assert client.delete("/api/v1/me/sessions/x", headers={"accept": "application/json"}).status_code == 401


def test_a_token_ends_with_its_time(client: Client, house: House) -> None:
    made = client.post("/api/v1/me/tokens", json={"role": "reader", "note": "for a time", "days": 30}, headers=token(house)).json()
    headers = {"authorization": f"Bearer {made['token']}", "accept": "application/json"}
    listed = client.get("/api/v1/me/tokens", headers=headers).json()["items"]
    assert [bool(item["expires_at"]) for item in listed] == [True, False]
    with house.database.writing() as session:
        session.get_one(Token, made["id"]).expires_at = kit.now() - timedelta(seconds=1)
    answer = client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "expired-token")


@pytest.mark.parametrize("days", [0, -1, 3651, "x"])
def test_a_token_for_another_time_is_refused(client: Client, house: House, days: object) -> None:
    body = {"role": "reader", "note": "x", "days": days}
    assert client.post("/api/v1/me/tokens", json=body, headers=token(house)).status_code == 422


def test_a_page_makes_tokens_for_ninety_days_unless_told_otherwise(client: Client, house: House) -> None:
    sign_in(client)
    assert '<option value="90" selected>' in client.get("/me").text
    for days in ("90", "", "99999", "x"):
        status = client.post("/me/tokens", data={"csrf": csrf(client, "/me"), "note": "x", "role": "reader", "days": days}).status_code
        assert status == (422 if days == "99999" else 200)
    with house.database.reading() as session:
        ends = [row.expires_at for row in people.tokens(session, people.get_account(session, "lab", viewer=SYSTEM), viewer=SYSTEM)]
    assert [bool(end) for end in ends] == [False, False, True]
    assert "until" in client.get("/me").text


def test_a_choice_of_language_and_theme_follows_into_another_browser(client: Client, house: House) -> None:
    db.subscribe(web.PreferenceChosen, people.keep_preference)
    sign_in(client)
    client.post("/preferences", data={"csrf": csrf(client, "/me"), "lang": "ko", "back": "/me"})
    client.post("/preferences", data={"csrf": csrf(client, "/me"), "theme": "dark", "back": "/me"})
    client.post("/preferences", data={"csrf": csrf(client, "/me"), "theme": "pink", "back": "/me"})
    with client_of(house) as other:
        assert 'lang="en"' in other.get("/sign-in").text
        sign_in(other)
        page = other.get("/me").text
        assert '<html lang="ko" data-theme="dark">' in page


def test_a_visitor_who_chooses_a_language_leaves_no_row(client: Client, house: House) -> None:
    db.subscribe(web.PreferenceChosen, people.keep_preference)
    client.post("/preferences", data={"csrf": csrf(client, "/sign-in"), "lang": "ko", "back": "/"})
    with house.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM people_preference").scalar() == 0


def ask(client: Client, who: str) -> tuple[int, str]:
    answer = client.post("/forgotten", data={"csrf": csrf(client, "/forgotten"), "who": who})
    return answer.status_code, answer.text


@pytest.mark.usefixtures("post")
class TestForgotten:
    def test_a_letter_brings_a_link_on_which_a_new_password_is_set(self, client: Client, house: House) -> None:
        give_address(house)
        assert "/forgotten" in client.get("/sign-in").text
        assert ask(client, "LAB@institute.example")[0] == 200
        (letter,) = letters(house)
        assert letter.to == "lab@institute.example"
        address = next(word for word in text_of(letter).split() if "/link/" in word)
        path = "/link/" + address.rpartition("/")[2]
        answer = client.post(path, data={"csrf": csrf(client, path)})
        assert answer.headers["location"] == "/welcome"
        done = client.post(
            "/welcome", data={"csrf": csrf(client, "/welcome"), "password": "other plain words", "again": "other plain words"}
        )
        assert done.status_code == 303
        client.cookies.clear()
        assert sign_in(client, "other plain words") == 303
        assert "link.asked-for" in deeds(house.database)

    def test_a_new_password_in_place_of_a_forgotten_one_ends_every_token(self, client: Client, house: House) -> None:
        give_address(house)
        headers, ended = token(house), list[people.ProofsEnded]()
        db.subscribe(people.ProofsEnded, lambda _session, news: ended.append(news))
        ask(client, "lab")
        path = "/link/" + next(word for word in text_of(letters(house)[0]).split() if "/link/" in word).rpartition("/")[2]
        client.post(path, data={"csrf": csrf(client, path)})
        assert "the address of your feed end" in client.get("/welcome").text
        assert client.get("/api/v1/me", headers=headers).status_code == 200
        client.post("/welcome", data={"csrf": csrf(client, "/welcome"), "password": "other plain words", "again": "other plain words"})
        assert client.get("/api/v1/me", headers=headers).json()["code"] == "revoked-token"
        assert [news.name for news in ended] == ["lab"]
        assert "tokens.revoked" in deeds(house.database)

    def test_the_answer_is_the_same_for_every_name(self, client: Client, house: House) -> None:
        give_address(house)
        pages = {re_csrf(ask(client, who)[1]): who for who in ("lab", "nobody", "nobody@institute.example", "operator", "é\x7f", "%")}
        assert len(pages) == 1, sorted(pages.values())
        assert len(letters(house)) == 1

    def test_an_address_that_was_not_verified_gets_no_letter(self, client: Client, house: House) -> None:
        give_address(house, is_verified=False)
        ask(client, "lab")
        assert letters(house) == []

    def test_a_shut_account_gets_no_letter(self, client: Client, house: House) -> None:
        give_address(house)
        with house.database.writing() as session:
            people.set_disabled(session, people.get_account(session, "lab", viewer=SYSTEM), disabled=True, by=SYSTEM)
        ask(client, "lab")
        assert letters(house) == []

    def test_a_link_to_an_address_that_was_given_up_opens_nothing(self, client: Client, house: House) -> None:
        give_address(house)
        ask(client, "lab")
        secret = next(word for word in text_of(letters(house)[0]).split() if "/link/" in word).rpartition("/")[2]
        assert client.get(f"/link/{secret}").status_code == 200
        with house.database.writing() as session:
            account = people.get_account(session, "lab", viewer=SYSTEM)
            people.change_account(session, account, people.Change(email="other@institute.example"), by=SYSTEM)
        assert client.get(f"/link/{secret}").status_code == 410

    def test_where_the_provider_alone_lets_people_in_no_letter_passes_it_by(self, client: Client, house: House) -> None:
        give_address(house)
        shut = oidc.Provider("https://id.example", "madang", "s", "http://x/", admission=lambda: oidc.Admission(takes_passwords=False))
        oidc.use(shut)
        try:
            assert ask(client, "lab")[0] == 200
        finally:
            oidc.use(None)
        assert letters(house) == []

    def test_too_many_questions_are_refused_with_or_without_an_account(self, client: Client, house: House) -> None:
        give_address(house)
        for who in ("lab", "nobody"):
            assert [ask(client, who)[0] for _turn in range(7)][-1] == 429
        assert len(letters(house)) <= 6

    def test_a_question_leaves_the_operators_own_link_alive(self, client: Client, house: House) -> None:
        give_address(house)
        with house.database.writing() as session:
            secret = people.create_link(session, people.get_account(session, "lab", viewer=SYSTEM), by=SYSTEM)
        ask(client, "lab")
        ask(client, "lab")
        assert client.get(f"/link/{secret}").status_code == 200
        older, newer = (next(word for word in text_of(each).split() if "/link/" in word).rpartition("/")[2] for each in letters(house))
        assert client.get(f"/link/{older}").status_code == 410
        assert client.get(f"/link/{newer}").status_code == 200


def re_csrf(page: str) -> str:
    """The page without what is another at each time."""
    return "".join(line for line in page.splitlines() if "csrf" not in line)


def test_without_a_mail_server_the_page_says_so(client: Client, house: House) -> None:
    give_address(house)
    assert "No letters leave" in client.get("/forgotten").text
    assert "/forgotten" not in client.get("/sign-in").text
    client.post("/forgotten", data={"csrf": csrf(client, "/sign-in"), "who": "lab"})
    assert letters(house) == []


@pytest.mark.parametrize(
    "address",
    ["/me/second-factor", "/me/second-factor/confirmation", "/me/second-factor/recovery-codes", "/me/second-factor/removal",
     "/me/identities/x/removal", "/me/sessions/x/revocation", "/me/sessions/elsewhere/revocation"],
)  # fmt: skip
def test_a_visitor_changes_no_way_to_sign_in(client: Client, house: House, address: str) -> None:
    before = deeds(house.database)
    answer = client.post(address, data={"csrf": csrf(client, "/sign-in"), "code": "000000"})
    assert answer.status_code == 401
    assert deeds(house.database) == before


def test_the_page_of_ways_is_for_who_is_signed_in(client: Client) -> None:
    assert client.get("/me/sign-in", headers=HTML).headers["location"].startswith("/sign-in")
    sign_in(client)
    assert client.get("/me/sign-in?done=<b>").status_code == 200


def test_an_expired_session_is_not_listed(client: Client, house: House) -> None:
    sign_in(client, PASSWORD)
    with house.database.writing() as session:
        lab = actor_of(house.database, "lab").account_id
        for row in session.query(BrowserSession).filter_by(account_id=lab):
            row.expires_at = kit.now() - timedelta(seconds=1)
    assert client.get("/me").status_code == 303
