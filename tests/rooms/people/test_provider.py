# SPDX-License-Identifier: Apache-2.0
"""Signing in at the institute's provider: a real one walked through page by page, and one that lies in every way that is known."""

import base64
import dataclasses
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import update

import ports
from asking import Client
from madang import kit, people
from madang.kit import SYSTEM, Reach, Role
from madang.people import oidc
from madang.people.models import BrowserSession
from madang.people.oidc import directory as directories
from madang.people.oidc import fetching, flow
from madang.people.oidc.claims import Claims
from madang.people.ways import Identity, Round
from providers import RETURN, SECRET, Liar, come_back, liar, real_provider, walk, way_back

from .conftest import PASSWORD, House, deeds
from .test_doors import client_of, csrf, sign_in


@pytest.fixture(autouse=True)
def _no_provider() -> Iterator[None]:
    yield
    oidc.use(None)


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with client_of(house) as client:
        yield client


def use(issuer: str, *, reach: Reach = Reach.INNER, **admission: Any) -> None:
    oidc.use(oidc.Provider(issuer, "madang", SECRET, RETURN, name="Institute", reach=reach, admission=lambda: oidc.Admission(**admission)))


def account(house: House, name: str) -> people.Account:
    with house.database.reading() as session:
        return people.get_account(session, name, viewer=SYSTEM)


def identities(house: House) -> list[str]:
    with house.database.reading() as session:
        return sorted(row.subject for row in session.query(Identity))


def me(client: Client) -> str | None:
    answer = client.get("/api/v1/me", headers={"accept": "application/json"})
    return answer.json()["name"] if answer.status_code == 200 else None


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider(ports.free()) as issuer:
        yield issuer


@pytest.mark.needs("oidc-provider")
class TestRealProvider:
    def test_who_comes_for_the_first_time_has_an_account_from_then_on(self, client: Client, house: House, issuer: str) -> None:
        use(issuer)
        assert "Institute" in client.get("/sign-in").text
        answer = walk(client, "researcher", "/sign-in/provider?back=/assets")
        assert (answer.status_code, answer.headers["location"]) == (303, "/assets")
        assert me(client) == "researcher"
        made = account(house, "researcher")
        assert (made.role, made.reach, made.display_name) == (Role.MEMBER, Reach.INNER, "연구원 researcher")
        assert (made.email, made.email_verified_at is not None) == ("researcher@institute.example", True)
        assert deeds(house.database)[-4:] == ["account.created", "account.email-set", "account.came-by-provider", "session.opened"]
        client.cookies.clear()
        assert walk(client, "researcher").headers["location"] == "/"
        assert identities(house) == ["researcher"]

    def test_claims_in_the_id_token_suffice(self, client: Client, house: House) -> None:
        with real_provider(ports.free(), key="ec-one", in_token=True) as issuer:
            use(issuer)
            walk(client, "elliptic")
            assert me(client) == "elliptic"

    def test_a_way_back_is_walked_once(self, client: Client, house: House, issuer: str) -> None:
        use(issuer)
        address = way_back(client, "researcher")
        cookies = dict(client.cookies)
        assert client.get(address).status_code == 303
        assert client.get(address).status_code == 403
        client.cookies.clear()
        client.cookies.update(cookies)
        replayed = client.get(address)
        assert replayed.status_code == 403
        assert "used already" in replayed.text
        assert me(client) is None

    def test_a_way_back_of_another_browser_leads_nowhere(self, client: Client, house: House, issuer: str) -> None:
        use(issuer)
        address = way_back(client, "attacker")
        with client_of(house) as victim:
            victim.get("/sign-in/provider")
            assert victim.get(address).status_code == 403
            assert me(victim) is None

    def test_a_changed_code_or_state_signs_nobody_in(self, client: Client, house: House, issuer: str) -> None:
        use(issuer)
        for name in ("code", "state", "iss"):
            address = way_back(client, "researcher")
            path, _mark, query = address.partition("?")
            words = {key: values[0] for key, values in parse_qs(query).items()}
            other = "y" if words[name].startswith("x") else "x"
            answer = client.get(path, params={**words, name: other + words[name][1:]})
            assert answer.status_code in (403, 422), name
            assert me(client) is None

    def test_who_says_no_there_is_not_signed_in(self, client: Client, house: House, issuer: str) -> None:
        use(issuer)
        address = client.get("/sign-in/provider").headers["location"]
        state = parse_qs(urlsplit(address).query)["state"][0]
        answer = client.get("/sign-in/provider/return", params={"error": "access_denied", "state": state, "iss": issuer})
        assert answer.status_code == 422
        assert "access_denied" in answer.text

    def test_new_keys_are_fetched_when_they_sign(self, client: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(directories, "AGAIN_SECONDS", 0.0)
        port = ports.free()
        with real_provider(port, key="rsa-one") as issuer:
            use(issuer)
            walk(client, "researcher")
            assert me(client) == "researcher"
        client.cookies.clear()
        with real_provider(port, key="rsa-two"):
            walk(client, "researcher")
            assert me(client) == "researcher"

    def test_an_identity_is_added_where_one_is_signed_in_and_taken_away(self, client: Client, house: House, issuer: str) -> None:
        use(issuer)
        sign_in(client)
        answer = walk(client, "other-name", "/me/identities/new")
        assert answer.headers["location"] == "/me/sign-in?done=linked"
        page = client.get("/me/sign-in?done=linked").text
        assert "The identity is added" in page
        client.cookies.clear()
        walk(client, "other-name")
        assert me(client) == "lab"
        identity = page.partition("/me/identities/")[2].partition("/me/identities/")[2].partition("/removal")[0]
        assert client.post(f"/me/identities/{identity}/removal", data={"csrf": csrf(client, "/me")}).status_code == 303
        assert identities(house) == []
        assert [deed for deed in deeds(house.database) if deed.startswith("identity")] == ["identity.linked", "identity.unlinked"]


@pytest.fixture
def it() -> Iterator[Liar]:
    with liar() as it:
        use(it.issuer)
        yield it


def refused(answer: Any, client: Client, house: House, *, why: str = "", status: int = 403) -> None:
    assert answer.status_code == status, answer.text[:3000]
    assert why in answer.text
    assert me(client) is None
    assert identities(house) == []


def test_the_truth_is_believed(client: Client, house: House, it: Liar) -> None:
    assert come_back(client, it).status_code == 303
    assert me(client) == "person"


AT = kit.now().timestamp()
LIES: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://other.example"}, "(issuer)"),
    ({"iss": None}, "(issuer)"),
    ({"aud": "other"}, "(audience)"),
    ({"aud": None}, "(audience)"),
    ({"aud": ["madang", "other"]}, "(audience)"),
    ({"aud": ["madang", "other"], "azp": "other"}, "(audience)"),
    ({"azp": "other"}, "(audience)"),
    ({"nonce": "another"}, "(nonce)"),
    ({"nonce": None}, "(nonce)"),
    ({"nonce": 7}, "(nonce)"),
    ({"exp": int(AT) - 300}, "(expired)"),
    ({"exp": None}, "(time)"),
    ({"exp": "tomorrow"}, "(time)"),
    ({"exp": True}, "(time)"),
    ({"iat": int(AT) + 3600}, "(time)"),
    ({"iat": int(AT) - 7200}, "(time)"),
    ({"iat": None}, "(time)"),
    ({"nbf": int(AT) + 3600}, "(time)"),
    ({"sub": None}, "(subject)"),
    ({"sub": ""}, "(subject)"),
    ({"sub": 7}, "(subject)"),
    ({"sub": "x" * 256}, "(subject)"),
    ({"sub": "a\nb"}, "(subject)"),
    ({"at_hash": "wrong"}, "(at_hash)"),
]


@pytest.mark.parametrize(("lies", "why"), LIES, ids=lambda value: str(value)[:40])
def test_a_lie_in_the_token_signs_nobody_in(client: Client, house: House, it: Liar, lies: dict[str, Any], why: str) -> None:
    it.lies = lies
    refused(come_back(client, it), client, house, why=why)


def unsigned(claims: dict[str, Any]) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


def test_a_token_that_nobody_signed_is_no_token(client: Client, house: House, it: Liar) -> None:
    for head in ({}, {"alg": "NONE"}, {"alg": "None", "kid": "one"}):
        it.make_token = lambda claims, head=head: unsigned(claims) if not head else _with_head(unsigned(claims), head)
        refused(come_back(client, it), client, house, why="(algorithm)")


def _with_head(token: str, head: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(head).encode()).rstrip(b"=").decode() + "." + token.partition(".")[2] + "AA"


def test_the_public_key_is_no_shared_secret(client: Client, house: House, it: Liar) -> None:
    public = it.key.as_pem(private=False)

    def confused(claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(base64.b64encode(public)), algorithms=["HS256"])

    it.make_token = confused
    refused(come_back(client, it), client, house, why="(algorithm)")


def test_the_clients_secret_signs_nothing(client: Client, house: House, it: Liar) -> None:
    key = OctKey.import_key("a secret that is long enough for HS256, which is 32 bytes")
    it.make_token = lambda claims: jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])
    refused(come_back(client, it), client, house, why="(algorithm)")


def test_another_key_of_the_same_name_signs_nobody_in(client: Client, house: House, it: Liar) -> None:
    it.published = [it.key]
    it.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    refused(come_back(client, it), client, house, why="(signature)")


def test_a_key_of_another_kind_signs_nobody_in(client: Client, house: House, it: Liar) -> None:
    it.published = [it.key]
    it.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
    refused(come_back(client, it), client, house, why="(key)")


def test_an_unknown_key_is_asked_for_once_in_a_while(client: Client, house: House, it: Liar) -> None:
    assert come_back(client, it).status_code == 303
    client.cookies.clear()
    it.published = [it.key]
    it.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    before = it.asked.count("/jwks")
    for _turn in range(5):
        assert come_back(client, it).status_code == 403
    assert it.asked.count("/jwks") == before


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b", "a.b.c", "..", "é.b.c", "W10.e30.x", "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsieCJdfQ.e30.x", 7, None, "x" * 20_000,
     "[" * 9000 + ".b.c"],
    ids=lambda token: str(token)[:20],
)  # fmt: skip
def test_what_is_no_token_signs_nobody_in(client: Client, house: House, it: Liar, token: object) -> None:
    it.documents["/token"] = {"access_token": "access", "id_token": token}
    refused(come_back(client, it), client, house)


def test_a_refused_code_says_so(client: Client, house: House, it: Liar) -> None:
    it.answers["/token"] = (400, {}, b'{"error": "invalid_grant", "error_description": "<b>x"}')
    answer = come_back(client, it)
    refused(answer, client, house, why="invalid_grant", status=422)
    assert "<b>x" not in answer.text
    it.answers["/token"] = (400, {}, b'{"error": "<script>"}')
    assert "<script>" not in come_back(client, it).text.partition("<main")[2]


@pytest.mark.parametrize("path", ["/token", "/jwks", "/.well-known/openid-configuration"])
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((302, {"Location": "http://127.0.0.1:1/inner"}, b""), 403),
        ((307, {"Location": "http://169.254.169.254/latest"}, b""), 403),
        ((200, {}, b"{" + b" " * 300_000 + b"}"), 403),
        ((200, {}, b"[]"), 403),
        ((200, {}, b"<html>"), 403),
        ((200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x00"), 403),
        ((200, {}, b"[" * 200_000), 403),
        ((500, {}, b""), 503),
        ((200, {"Content-Length": "100"}, b"{}"), 503),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_answer_that_is_none_signs_nobody_in(
    client: Client, house: House, it: Liar, path: str, answer: tuple[int, dict[str, str], bytes], status: int
) -> None:
    if "Content-Length" in answer[1]:
        it.delays[path] = 0.0
    it.answers[path] = answer
    begun = client.get("/sign-in/provider")
    if path.startswith("/.well-known"):
        refused(begun, client, house, status=status)
        return
    refused(come_back(client, it), client, house, status=status)


def test_a_slow_provider_holds_nobody_up(client: Client, house: House, it: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    it.delays = {"/token": 1.0}
    refused(come_back(client, it), client, house, status=503, why="does not answer")
    monkeypatch.setattr(fetching, "SECONDS", 5.0)
    monkeypatch.setattr(flow, "SECONDS", 0.2)
    refused(come_back(client, it), client, house, status=503, why="does not answer")


def test_no_more_than_a_few_ask_the_provider_at_once(client: Client, house: House, it: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "AT_ONCE", 0)
    answer = come_back(client, it)
    refused(answer, client, house, status=429)
    assert int(answer.headers["retry-after"]) > 0


def test_a_provider_that_is_down_is_said_so(client: Client, house: House) -> None:
    use(f"http://127.0.0.1:{ports.free()}")
    refused(client.get("/sign-in/provider"), client, house, status=503, why="does not answer")
    assert sign_in(client) == 303


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"token_endpoint": "https://127.0.0.1/token"},
        {"token_endpoint": "https://[::1]/token"},
        {"token_endpoint": "https://localhost/token"},
        {"token_endpoint": "https://db.internal/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://user@other.example/keys"},
        {"jwks_uri": "https://[broken"},
        {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "http://10.0.0.1/me"},
    ],
    ids=lambda value: str(value)[:50],
)
def test_an_address_that_leads_inside_is_not_taken(client: Client, house: House, it: Liar, metadata: dict[str, Any]) -> None:
    it.metadata = metadata
    refused(client.get("/sign-in/provider"), client, house)


def test_addresses_on_other_public_hosts_are_taken() -> None:
    document = {
        "issuer": "https://accounts.example",
        "authorization_endpoint": "https://accounts.example/auth?prompt=x",
        "token_endpoint": "https://oauth.other.example/token",
        "jwks_uri": "https://www.other.example/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
    }
    read = directories.read_metadata(document, "https://accounts.example")
    assert (read.token, read.posts_secret, read.says_issuer, read.userinfo) == ("https://oauth.other.example/token", True, True, "")


def test_the_secret_is_sent_as_the_provider_takes_it(client: Client, house: House, it: Liar) -> None:
    it.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert come_back(client, it).status_code == 303
    provider = oidc.provider()
    assert provider
    client.cookies.clear()
    oidc.use(dataclasses.replace(provider, client_secret=""))
    assert come_back(client, it).status_code == 303


def test_keys_that_are_none_sign_nobody_in(client: Client, house: House, it: Liar) -> None:
    broken = {"kty": "RSA", "n": "x", "e": "x", "kid": "one"}
    sets: list[Any] = [None, "x", [{}] * 101, [], [{"kty": "oct", "k": "AAAA"}], [7], [{"kty": "RSA"}], [broken]]
    for keys in sets:
        it.documents["/jwks"] = {"keys": keys}
        use(it.issuer, domains=(str(keys)[:20],))
        refused(come_back(client, it), client, house)


def test_what_is_told_beside_the_token_must_be_of_the_same_person(client: Client, house: House, it: Liar) -> None:
    it.lies = {"preferred_username": None, "email": None}
    it.documents["/userinfo"] = {"sub": "somebody-else", "preferred_username": "director"}
    refused(come_back(client, it), client, house, why="(userinfo)")
    it.answers["/userinfo"] = (403, {}, b"{}")
    assert come_back(client, it).status_code == 303
    assert me(client) == "person"


def test_the_issuer_named_in_the_way_back_is_the_one_that_was_asked(client: Client, house: House, it: Liar) -> None:
    refused(come_back(client, it, iss="https://other.example"), client, house, why="(issuer)")
    it.metadata = {"authorization_response_iss_parameter_supported": True}
    use(it.issuer, domains=())
    provider = oidc.provider()
    assert provider
    oidc.use(dataclasses.replace(provider, name="another"))
    refused(come_back(client, it), client, house, why="(issuer)")


def test_a_way_back_that_nobody_began_leads_nowhere(client: Client, house: House, it: Liar) -> None:
    for words in ({}, {"code": "x"}, {"code": "x", "state": ""}, {"code": "x", "state": "é" * 5000}):
        refused(client.get("/sign-in/provider/return", params=words), client, house)
    client.cookies.set(oidc.COOKIE, "x" * 300)
    refused(client.get("/sign-in/provider/return", params={"code": "x", "state": "x"}), client, house)


def test_a_round_that_took_too_long_is_over(client: Client, house: House, it: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    from madang.people.oidc import rounds

    monkeypatch.setattr(rounds, "SECONDS", -1)
    monkeypatch.setattr(rounds, "LEEWAY", 0)
    refused(come_back(client, it), client, house, why="is over")


def test_the_round_walks_in_a_cookie_of_this_site(house: House, it: Liar) -> None:
    with client_of(house, is_secure=True) as client:
        cookie = client.get("/sign-in/provider?back=//evil.example").headers["set-cookie"]
        assert cookie.startswith("__Host-madang_round=")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_who_has_no_account_and_may_not_have_one_is_told_why(client: Client, house: House, it: Liar) -> None:
    use(it.issuer, makes_accounts=False)
    refused(come_back(client, it), client, house, why="no account here yet", status=422)
    use(it.issuer, domains=("other.example",))
    refused(come_back(client, it), client, house, why="other.example", status=422)
    for domains in (("stitute.example",), ("lab.institute.example",)):
        use(it.issuer, domains=domains)
        refused(come_back(client, it), client, house, why="verified", status=422)
    use(it.issuer, domains=("Institute.Example",))
    it.lies = {"email_verified": False}
    refused(come_back(client, it), client, house, why="verified", status=422)
    it.lies = {"email": "person@lab.institute.example"}
    assert come_back(client, it).status_code == 303


def test_a_name_that_is_taken_or_kept_back_is_made_free(client: Client, house: House, it: Liar) -> None:
    for number, (name, expected) in enumerate(
        [
            ("lab", "lab-2"),
            ("LAB", "lab-3"),
            ("madang", "madang-2"),
            ("연구원", "person-2"),
            ("a b@c", "a-b"),
            ("..x..", "x"),
            ("x.git", "x-2"),
        ]
    ):
        it.lies = {"sub": f"person-{number}", "preferred_username": name, "email": f"person-2@mail{number}.example"}
        client.cookies.clear()
        assert come_back(client, it).status_code == 303
        assert me(client) == expected


def test_wished_names_have_the_form_of_names() -> None:
    assert [Claims("i", "s", name=name).wished_name for name in ("", "-", "é", "a" * 200, "A.B_c-d", "a..b")] == [
        "person", "person", "person", "a" * 60, "a.b_c-d", "a.b",
    ]  # fmt: skip


def test_an_address_that_somebody_only_said_bars_nobody_whose_it_is(client: Client, house: House, it: Liar) -> None:
    with house.database.writing() as session:
        people.set_email(session, people.get_account(session, "lab", viewer=SYSTEM), "person@institute.example", by=SYSTEM)
    assert come_back(client, it).status_code == 303
    assert account(house, "person").email_verified_at is not None


def test_an_address_that_another_account_has_makes_no_second_one(client: Client, house: House, it: Liar) -> None:
    with house.database.writing() as session:
        lab = people.get_account(session, "lab", viewer=SYSTEM)
        people.set_email(session, lab, "person@institute.example", is_verified=True, by=SYSTEM)
    refused(come_back(client, it), client, house, why="already", status=422)
    with house.database.reading() as session:
        assert people.find_account(session, "person") is None


def test_an_address_that_cannot_be_written_to_is_left_out(client: Client, house: House, it: Liar) -> None:
    it.lies = {"email": "연구원@institute.example"}
    assert come_back(client, it).status_code == 303
    assert account(house, "person").email is None


def test_a_shut_account_stays_shut(client: Client, house: House, it: Liar) -> None:
    come_back(client, it)
    with house.database.writing() as session:
        people.set_disabled(session, people.get_account(session, "person", viewer=SYSTEM), disabled=True, by=SYSTEM)
    client.cookies.clear()
    answer = come_back(client, it)
    assert (answer.status_code, me(client)) == (422, None)
    assert "shut" in answer.text


def test_an_identity_of_another_account_is_not_taken_over(client: Client, house: House, it: Liar) -> None:
    come_back(client, it)
    client.cookies.clear()
    sign_in(client)
    answer = come_back(client, it, "/me/identities/new")
    assert answer.status_code == 409
    assert me(client) == "lab"


def test_the_last_way_into_an_account_stays(client: Client, house: House, it: Liar) -> None:
    come_back(client, it)
    with house.database.reading() as session:
        identity = session.query(Identity).one().id
    answer = client.post(f"/me/identities/{identity}/removal", data={"csrf": csrf(client, "/me")})
    assert answer.status_code == 422
    assert "Set a password first" in answer.text
    for wrong in ("x", "é", "0" * 26):
        assert client.post(f"/me/identities/{wrong}/removal", data={"csrf": csrf(client, "/me")}).status_code == 422
    assert identities(house) == ["person-1"]


def test_a_round_for_one_account_adds_nothing_to_another(client: Client, house: House, it: Liar) -> None:
    sign_in(client)
    state = parse_qs(urlsplit(client.get("/me/identities/new").headers["location"]).query)
    it.nonce = state["nonce"][0]
    client.post("/sign-out", data={"csrf": csrf(client, "/me")})
    with house.database.writing() as session:
        other = people.create_account(session, name="other", role=Role.MEMBER, by=SYSTEM)
        people.set_password(session, other, password=PASSWORD, by=SYSTEM)
    sign_in(client, name="other")
    answer = client.get("/sign-in/provider/return", params={"code": "x", "state": state["state"][0]})
    assert answer.status_code == 403
    assert identities(house) == []


def test_only_a_browser_that_is_signed_in_adds_identities_and_no_other_site_makes_it(client: Client, house: House, it: Liar) -> None:
    assert client.get("/me/identities/new").headers["location"].startswith("/sign-in?")
    sign_in(client)
    assert client.get("/me/identities/new", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_who_finds_a_browser_open_adds_no_way_in(client: Client, house: House, it: Liar) -> None:
    sign_in(client)
    with house.database.writing() as session:
        session.execute(update(BrowserSession).values(started_at=kit.now() - timedelta(hours=2)))
    answer = client.get("/me/identities/new")
    assert answer.status_code == 403
    assert "Sign out and in again" in answer.text


def test_passwords_can_be_for_operators_only(client: Client, house: House, it: Liar) -> None:
    use(it.issuer, takes_passwords=False)
    assert "operators only" in client.get("/sign-in").text
    assert sign_in(client) == 422
    with house.database.writing() as session:
        people.set_password(session, people.get_account(session, "operator", viewer=SYSTEM), password=PASSWORD, by=SYSTEM)
    assert sign_in(client, name="operator") == 303


def test_the_second_factor_is_not_asked_after_the_provider(client: Client, house: House, it: Liar) -> None:
    from madang.people.ways import SecondFactor

    come_back(client, it)
    with house.database.writing() as session:
        row = SecondFactor(account_id=account(house, "person").id, sealed_key="x", made_at=kit.now(), confirmed_at=kit.now())
        session.add(row)
    client.cookies.clear()
    assert come_back(client, it).headers["location"] == "/"
    assert me(client) == "person"


def test_where_no_provider_is_set_there_is_no_way_to_one(client: Client, house: House) -> None:
    for address in ("/sign-in/provider", "/sign-in/provider/return"):
        refused(client.get(address), client, house, status=422 if address.endswith("provider") else 403)
    assert "/sign-in/provider" not in client.get("/sign-in").text


def test_used_rounds_are_forgotten_after_they_are_over(client: Client, house: House, it: Liar) -> None:
    come_back(client, it)
    people.sweep(house.database)
    with house.database.writing() as session:
        assert session.query(Round).count() == 1
        session.query(Round).one().expires_at = kit.now()
    people.sweep(house.database)
    with house.database.reading() as session:
        assert session.query(Round).count() == 0


def test_two_browsers_of_one_new_person_end_with_one_account(house: House, it: Liar) -> None:
    def come(_number: int) -> int:
        with client_of(house) as client:
            return int(come_back(client, it).status_code)

    with ThreadPoolExecutor(1) as pool:
        assert list(pool.map(come, range(3))) == [303] * 3
    assert identities(house) == ["person-1"]


def test_the_fake_speaks_as_providers_do(it: Liar) -> None:
    document = httpx.get(f"{it.issuer}/.well-known/openid-configuration").json()
    assert {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"} <= set(document)
