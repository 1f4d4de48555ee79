# SPDX-License-Identifier: Apache-2.0
"""How people come in: invitations, signing up, the conditions of use, lists; through the whole house's doors."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

import databases
from asking import Client
from madang import app, audit, institute, kit, mail, people, settings, sheets
from madang.kit import SYSTEM, Conflict, Invalid, NotAllowed, NotFound, Reach, Role
from madang.sheets import turns

HTML = {"accept": "text/html", "accept-language": "en"}
PASSWORD = "five words that nobody guesses"


class Place:
    """A whole house with a browser in it."""

    def __init__(self, home: Path, **environ: str) -> None:
        told = {"MADANG_HOME": str(home), "MADANG_LANGUAGE": "en", "MADANG_REGISTER_ITSELF": "false"}
        given = settings.read({**told, **databases.furnished(home), **environ})
        self.house = app.open_house(given)
        self.application = app.web_application(self.house)
        self.client = self.browser()

    def browser(self) -> Client:
        """Another browser."""
        return Client(self.application, follow_redirects=False, headers=HTML)

    def sign_in(self, name: str = "operator", client: Client | None = None) -> Client:
        """A browser in which that person is signed in by a link."""
        chosen = client or self.client
        with self.house.database.writing() as session:
            secret = people.create_link(session, people.get_account(session, name, viewer=SYSTEM), by=SYSTEM)
        self.post(f"/link/{secret}", client=chosen)
        return chosen

    def post(self, path: str, *, client: Client | None = None, at: str = "", files: Any = None, **form: str) -> Response:
        """Send a form as its page would."""
        chosen = client or self.client
        found = (
            re.search(r'name="csrf" value="([^"]+)"', chosen.get(at or path).text)
            or re.search(r'name="csrf" value="([^"]+)"', chosen.get("/sign-in").text or "")
            or re.search(r'name="csrf" value="([^"]+)"', chosen.get("/").text)
        )
        assert found, "no form here"
        return chosen.post(path, data={"csrf": found[1], **form}, files=files)

    def account(self, name: str) -> people.Account:
        with self.house.database.reading() as session:
            return people.get_account(session, name, viewer=SYSTEM)

    def set(self, **values: Any) -> None:
        """The institute sets this."""
        with self.house.database.writing() as session:
            for name, value in values.items():
                now = institute.get_setting(session, name, viewer=SYSTEM).version
                institute.change(session, name, value, version=now, by=SYSTEM)

    def deeds(self) -> list[str]:
        with self.house.database.reading() as session:
            return [line.deed for line in audit.entries(session, viewer=SYSTEM, limit=200).items]

    def make(self, name: str, role: Role = Role.MEMBER, **change: Any) -> None:
        with self.house.database.writing() as session:
            account = people.create_account(session, name=name, role=role, by=SYSTEM)
            people.change_account(session, account, people.Change(**change), by=SYSTEM)

    def invite(self, **offer: Any) -> str:
        with self.house.database.writing() as session:
            return people.create_invitation(session, people.Offer(**{"role": Role.MEMBER, **offer}), by=SYSTEM)[1]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    yield made
    made.house.close()


def newcomer(name: str = "newcomer", **more: str) -> dict[str, str]:
    return {"name": name, "display_name": "Somebody New", "password": PASSWORD, "again": PASSWORD, **more}


def test_an_operator_invites_and_the_invited_person_makes_an_account_in_an_organisation(place: Place) -> None:
    place.sign_in()
    assert place.post("/admin/organisations", name="works", sector="industry", display_name="The Works", reach="partner").status_code == 303
    page = place.post(
        "/admin/invitations", role="reader", reach="outer", organisation="works", organisation_role="member", note="for a guest"
    )
    link = re.search(r"https?://[^<]+/invitations/(\w{43})", page.text)
    assert page.status_code == 200
    assert link
    stranger = place.browser()
    assert "You are invited" in stranger.get(f"/invitations/{link[1]}").text
    answer = place.post(f"/invitations/{link[1]}", client=stranger, **newcomer())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert stranger.get("/me").status_code == 200
    account = place.account("newcomer")
    assert (account.role, account.reach, account.display_name) == (Role.READER, Reach.OUTER, "Somebody New")
    with place.house.database.reading() as session:
        assert [(row.name, role) for row, role in people.organisations_of(session, account)] == [("works", Role.MEMBER)]
        assert people.actor_of(session, account, via="session").reach is Reach.PARTNER
    assert {"invitation.created", "invitation.used", "account.created", "membership.created"} <= set(place.deeds())


def test_an_invitation_is_used_once_and_a_refused_try_does_not_use_it_up(place: Place) -> None:
    secret = place.invite()
    for wrong in (newcomer("operator"), newcomer(again="other words than those"), newcomer("a b"), newcomer("admin")):
        answer = place.post(f"/invitations/{secret}", client=place.browser(), **wrong)
        assert answer.status_code in (409, 422)
        assert "To mend" in answer.text
    assert place.post(f"/invitations/{secret}", client=place.browser(), **newcomer()).status_code == 303
    second = place.post(f"/invitations/{secret}", at="/sign-in", client=place.browser(), **newcomer("second"))
    assert second.status_code == 410
    with place.house.database.reading() as session:
        assert people.find_account(session, "second") is None


@pytest.mark.parametrize("spoil", ["tampered", "short", "withdrawn", "old"])
def test_an_invitation_that_is_not_good_opens_nothing(place: Place, spoil: str) -> None:
    secret = place.invite()
    with place.house.database.writing() as session:
        row = people.find_invitation(session, secret)
        assert row
        if spoil == "withdrawn":
            people.withdraw_invitation(session, row, by=SYSTEM)
        if spoil == "old":
            row.expires_at = kit.now()
    given = {"tampered": "a" + secret[1:] if secret[0] != "a" else "b" + secret[1:], "short": secret[:-1]}.get(spoil, secret)
    browser = place.browser()
    assert browser.get(f"/invitations/{given}").status_code == 410
    assert place.post(f"/invitations/{given}", at="/sign-in", client=browser, **newcomer()).status_code == 410


@pytest.mark.parametrize("end", ["shut", "demoted"])
def test_who_is_no_operator_any_more_leaves_no_way_back(place: Place, end: str) -> None:
    place.make("second", Role.OPERATOR)
    place.make("somebody")
    with place.house.database.writing() as session:
        second, somebody = (people.get_account(session, name, viewer=SYSTEM) for name in ("second", "somebody"))
        by = people.actor_of(session, second, via="session")
        _row, secret = people.create_invitation(session, people.Offer(role=Role.OPERATOR, reach=Reach.INNER), by=by)
        link = people.create_link(session, somebody, by=by)
    kept = place.invite()
    with place.house.database.writing() as session:
        second = people.get_account(session, "second", viewer=SYSTEM)
        if end == "shut":
            people.set_disabled(session, second, disabled=True, by=SYSTEM)
        else:
            people.set_role(session, second, role=Role.READER, by=SYSTEM)
    browser = place.browser()
    assert place.post(f"/invitations/{secret}", at="/sign-in", client=browser, **newcomer("back")).status_code == 410
    assert browser.get(f"/link/{link}").status_code == 410
    assert browser.get(f"/invitations/{kept}").status_code == 200
    assert place.deeds().count("invitation.withdrawn") == 1


def test_of_two_who_come_with_one_invitation_at_once_one_is_let_in(place: Place) -> None:
    secret = place.invite()
    database = place.house.database
    with database.reading() as slow:
        assert people.find_invitation(slow, secret)
        with database.writing() as session:
            people.accept_invitation(session, secret, people.Newcomer("first", password=PASSWORD))
    with database.writing() as session, pytest.raises(NotFound):
        people.accept_invitation(session, secret, people.Newcomer("second", password=PASSWORD))
    with database.reading() as session:
        assert people.find_account(session, "second") is None


def test_who_is_signed_in_joins_by_an_invitation_and_gets_no_less_than_before(place: Place) -> None:
    place.make("lab", Role.REVIEWER, reach=Reach.OUTER)
    with place.house.database.writing() as session:
        works = people.create_organisation(session, name="works", sector="public", by=SYSTEM)
        offer = people.Offer(Role.READER, reach=Reach.PARTNER, organisation=works, organisation_role=Role.OPERATOR)
        secret = people.create_invitation(session, offer, by=SYSTEM)[1]
    browser = place.sign_in("lab", place.browser())
    assert place.post(f"/invitations/{secret}", client=browser).headers["location"] == "/people/lab"
    account = place.account("lab")
    assert (account.role, account.reach) == (Role.REVIEWER, Reach.PARTNER)
    assert place.post(f"/invitations/{secret}", at="/me", client=browser).status_code == 410


@pytest.mark.parametrize(("days", "role"), [("0", "reader"), ("91", "reader"), ("x", "reader"), ("14", "king"), ("14", "visitor")])
def test_an_invitation_has_an_end_and_a_role_that_there_is(place: Place, days: str, role: str) -> None:
    place.sign_in()
    assert place.post("/admin/invitations", role=role, days=days).status_code == 422
    assert "invitation.created" not in place.deeds()


def test_nobody_but_operators_invites_and_none_above_themselves(place: Place) -> None:
    place.make("lab")
    with place.house.database.reading() as session:
        lab = people.actor_of(session, people.get_account(session, "lab", viewer=SYSTEM), via="session")
    with place.house.database.writing() as session, pytest.raises(NotAllowed):
        people.create_invitation(session, people.Offer(Role.READER), by=lab)
    with place.house.database.writing() as session, pytest.raises(Invalid):
        people.create_invitation(session, people.Offer(Role.VISITOR), by=SYSTEM)


def test_the_mode_says_who_makes_an_account(place: Place) -> None:
    assert "Ask the institute for an invitation." in place.browser().get("/sign-up").text
    place.set(sign_up="closed")
    assert "Accounts are made by an operator here." in place.browser().get("/sign-up").text
    place.set(sign_up="provider")
    assert "institute&#39;s own account" in place.browser().get("/sign-up").text
    answer = place.post("/sign-up", at="/sign-in", email="somebody@example.org")
    assert answer.status_code == 409


def test_without_a_mail_server_an_open_place_says_why_nobody_can_come(place: Place) -> None:
    place.set(sign_up="open")
    assert "no mail server is set up here" in place.browser().get("/sign-up").text
    assert place.post("/sign-up", at="/sign-in", email="somebody@example.org").status_code == 409


def test_where_only_some_domains_may_come_the_address_is_proved(place: Place) -> None:
    place.set(sign_up="open", proves_email=False, email_domains=["example.org"])
    assert place.post("/sign-up", client=place.browser(), email="new@example.org", **newcomer()).status_code == 409
    assert "no mail server is set up here" in place.browser().get("/sign-up").text


def test_where_no_proof_is_asked_an_account_is_made_at_once_and_stays_outside(place: Place) -> None:
    place.set(sign_up="open", proves_email=False, default_role="reader")
    browser = place.browser()
    assert place.post("/sign-up", client=browser, email="new@lab.example.org", **newcomer()).status_code == 303
    account = place.account("newcomer")
    assert (account.role, account.reach, account.email, account.email_verified_at) == (
        Role.READER,
        Reach.OUTER,
        "new@lab.example.org",
        None,
    )
    assert place.post("/sign-up", client=place.browser(), email="NEW@lab.example.org", **newcomer("other")).status_code == 303
    assert place.post("/sign-up", client=place.browser(), email="other@example.org", **newcomer("NEWCOMER")).status_code == 409


def test_a_flood_of_new_accounts_from_one_network_is_slowed_down(place: Place) -> None:
    place.set(sign_up="open", proves_email=False)
    codes = [
        place.post("/sign-up", client=place.browser(), email=f"n{number}@example.org", **newcomer(f"n{number}")).status_code
        for number in range(7)
    ]
    assert codes[0] == 303
    assert codes[-1] == 429


@pytest.fixture
def posting(tmp_path: Path) -> Iterator[Place]:
    """A house that can send letters; nobody fetches them."""
    made = Place(tmp_path / "home", MADANG_SMTP_URL="smtp://127.0.0.1:9", MADANG_MAIL_FROM="madang@example.org")
    made.set(sign_up="open")
    yield made
    made.house.close()
    mail.use(None)


def letters(place: Place) -> list[mail.Letter]:
    with place.house.database.reading() as session:
        return list(mail.waiting(session))


def test_an_address_is_proved_by_a_letter_and_nobody_learns_who_is_here(posting: Place) -> None:
    posting.make("lab")
    with posting.house.database.writing() as session:
        people.set_email(session, people.get_account(session, "lab", viewer=SYSTEM), "lab@example.org", is_verified=True, by=SYSTEM)
    answers = [posting.post("/sign-up", client=posting.browser(), email=email) for email in ("lab@example.org", "new@example.org")]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/sign-up?sent")}
    assert "A letter is under way." in posting.browser().get("/sign-up?sent").text
    known, invited = sorted(letters(posting), key=lambda letter: letter.to)
    assert "You have an account already" in known.subject
    assert "You can make an account" in invited.subject


def test_what_was_mailed_proves_the_address(posting: Place) -> None:
    secret = posting.invite(email="new@example.org", is_mailed=True)
    assert posting.post(f"/invitations/{secret}", client=posting.browser(), **newcomer()).status_code == 303
    account = posting.account("newcomer")
    assert account.email == "new@example.org"
    assert account.email_verified_at is not None


def test_an_invitation_shown_to_an_operator_proves_nothing(place: Place) -> None:
    secret = place.invite(email="new@example.org")
    place.post(f"/invitations/{secret}", client=place.browser(), **newcomer())
    assert place.account("newcomer").email_verified_at is None


TEXT = {"ko": "서로 존중합니다.", "en": "We respect one another.\n\nNothing else."}


def test_who_has_not_accepted_the_conditions_is_led_there_and_reads_what_is_open(place: Place) -> None:
    place.make("lab")
    place.set(conditions=TEXT)
    browser = place.sign_in("lab", place.browser())
    assert browser.get("/me").headers["location"] == "/conditions?back=/me"
    assert browser.get("/assets").status_code == 200
    told = "until you accept the conditions of use"
    assert told in browser.get("/assets").text
    page = browser.get("/conditions?back=/me").text
    assert told not in page
    assert "We respect one another." in page
    assert place.post("/conditions", client=browser, version="1").status_code == 422
    assert place.post("/conditions", client=browser, version="7", accepted="yes").status_code == 412
    answer = place.post("/conditions", at="/conditions?back=/me", client=browser, version="1", accepted="yes", back="/me")
    assert answer.headers["location"] == "/me"
    assert browser.get("/me").status_code == 200
    assert "conditions.accepted" in place.deeds()


def test_signing_in_leads_over_the_conditions(place: Place) -> None:
    place.make("lab")
    place.set(conditions=TEXT)
    with place.house.database.writing() as session:
        secret = people.create_link(session, people.get_account(session, "lab", viewer=SYSTEM), by=SYSTEM)
    assert place.post(f"/link/{secret}", client=place.browser()).headers["location"].startswith("/conditions?back=")


def test_conditions_that_change_are_accepted_again_and_the_api_says_so(place: Place) -> None:
    place.make("lab")
    with place.house.database.writing() as session:
        account = people.get_account(session, "lab", viewer=SYSTEM)
        token = people.create_token(session, account=account, role=Role.MEMBER, note="x", by=SYSTEM)
    signed = {"authorization": f"Bearer {token}", "accept": "application/json"}
    assert place.client.get("/api/v1/me", headers=signed).status_code == 200
    with place.house.database.writing() as session:
        institute.change(session, "conditions", TEXT, version=0, by=SYSTEM)
    for address in ("/api/v1/me", "/api/v1/assets/software/lab/none"):
        refused = place.client.get(address, headers=signed)
        assert (refused.status_code, refused.json()["code"]) == (403, "conditions-not-accepted")
    assert place.client.get("/api/v1/assets", headers=signed).status_code == 200
    assert place.client.get("/api/v1/conditions", headers=signed).json()["accepted"] == 0
    assert place.client.post("/api/v1/conditions/acceptance", json={"version": 1}, headers=signed).status_code == 204
    assert place.client.get("/api/v1/me", headers=signed).status_code == 200
    with place.house.database.writing() as session:
        institute.change(session, "conditions", {**TEXT, "en": "Other."}, version=1, by=SYSTEM)
    assert place.client.get("/api/v1/me", headers=signed).status_code == 403
    assert place.client.post("/api/v1/conditions/acceptance", json={"version": 1}, headers=signed).status_code == 412


LIST = (
    "이름,성명,이메일,역할,소속\n"
    "kim,김 연구원,kim@example.org,member,\n"
    "KIM,again,,member,\n"
    "operator,,,operator,\n"
    "lee,,not an address,member,\n"
    "park,,kim@example.org,reader,\n"
    "choi,,,king,\n"
    "jung,,,reader,works\n"
    "han,,,reader,nowhere\n"
    "assets,,,reader,\n"
)


def test_a_list_says_first_what_it_will_do_and_then_does_just_that(place: Place) -> None:
    place.sign_in()
    place.post("/admin/organisations", name="works", sector="industry")
    answer = place.post("/admin/people/lists", files={"file": ("people.csv", LIST.encode("cp949"))})
    assert answer.status_code == 303
    preview = place.client.get(answer.headers["location"]).text
    assert preview.count("New account") == 2
    assert preview.count("Here already") == 1
    assert preview.count("Refused") == 6
    assert "stands in row 2 already" in preview
    assert "account.created" not in [deed for deed in place.deeds() if deed == "account.created"][1:]
    assert place.post(answer.headers["location"]).status_code == 303
    assert place.account("kim").display_name == "김 연구원"
    assert place.account("jung").role is Role.READER
    after = place.client.get(answer.headers["location"]).text
    assert "What has happened" in after
    assert after.count("New account") == 2
    made = place.deeds().count("account.created")
    place.post(answer.headers["location"], at="/admin/people/lists")
    assert place.deeds().count("account.created") == made


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("people.csv", b"", 422), ("people.csv", b"color\nred\n", 422), ("people.xls", b"\xd0\xcf\x11\xe0", 422), ("", b"", 422)],
)
def test_a_file_that_is_no_list_of_people_is_refused_on_the_same_page(place: Place, name: str, content: bytes, status: int) -> None:
    place.sign_in()
    files = {"file": (name, content)} if name else {"other": ("", b"")}
    answer = place.post("/admin/people/lists", files=files)
    assert answer.status_code == status
    assert "To mend" in answer.text


def test_a_formula_names_nobody() -> None:
    row = sheets.Row(2, ("kim",), computed=frozenset({0}))
    assert row.computed == {0}


def test_a_list_waits_for_its_turn_and_is_told_when_to_come_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.sign_in()
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    with turns._places:
        for address, at in (("/admin/people/lists", "/admin/people/lists"), ("/register/list", "/register/list")):
            answer = place.post(address, at=at, files={"file": ("people.csv", b"name\nsomebody\n")})
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "10"), address


def test_thousands_of_rows_are_done_in_small_units(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(sheets.Row(number + 2, (f"person-{number}",)) for number in range(300))
    kept = people.keep_list(place.house.database, sheets.Table(("name",), rows), name="many.csv", by=SYSTEM)
    units: list[int] = []
    writing = type(place.house.database).writing

    def counted(database: Any) -> Any:
        units.append(1)
        return writing(database)

    monkeypatch.setattr(type(place.house.database), "writing", counted)
    assert people.carry_out(place.house.database, kept, by=SYSTEM, most=200) == 200
    assert people.carry_out(place.house.database, kept, by=SYSTEM) == 100
    assert len(units) >= 15
    assert people.carry_out(place.house.database, kept, by=SYSTEM) == 0


def test_two_operators_who_change_one_account_meet_a_refusal(place: Place) -> None:
    place.make("lab")
    place.sign_in()
    first: dict[str, Any] = {"role": "reviewer", "reach": "inner", "sector": "other", "display_name": "", "email": "", "seen": "2"}
    assert place.post("/admin/people/lab", **first).status_code == 303
    stale = place.post("/admin/people/lab", **(first | {"role": "member"}))
    assert stale.status_code == 412
    assert "Somebody else has changed this meanwhile." in stale.text
    assert place.account("lab").role is Role.REVIEWER


def test_the_last_operator_stays_and_the_page_says_why(place: Place) -> None:
    place.sign_in()
    given: dict[str, Any] = {"role": "member", "reach": "inner", "sector": "other", "display_name": "", "email": ""}
    empty: dict[str, Any] = {}
    for path, form in (("/admin/people/operator", given), ("/admin/people/operator/closing", empty)):
        answer = place.post(path, at="/admin/people/operator", **form)
        assert answer.status_code == 409
        assert "This is the last operator." in answer.text
    assert place.account("operator").role is Role.OPERATOR


def test_an_operator_makes_shuts_opens_and_links_an_account(place: Place) -> None:
    place.sign_in()
    made = place.post("/admin/people", name="lab", role="member", reach="partner", email="lab@example.org", display_name="Lab")
    assert made.headers["location"] == "/admin/people/lab?done=made"
    assert "The account is made." in place.client.get(made.headers["location"]).text
    link = place.post("/admin/people/lab/link", at="/admin/people/lab").text
    assert re.search(r"/link/\w{43}", link)
    assert place.post("/admin/people/lab/closing", at="/admin/people/lab").status_code == 303
    assert place.account("lab").disabled_at is not None
    assert place.post("/admin/people/lab/opening", at="/admin/people/lab").status_code == 303
    refused: tuple[dict[str, Any], ...] = (
        {"name": "lab"},
        {"name": "LAB"},
        {"name": "admin"},
        {"name": "x", "role": "king"},
    )
    for wrong in refused:
        assert place.post("/admin/people", **wrong).status_code in (409, 422)


def test_the_list_of_people_is_asked_filtered_and_taken_along(place: Place) -> None:
    place.make("lab", duties=["legal"], display_name="Legal Lab", email="law@example.org")
    place.make("guest", Role.READER, reach=Reach.OUTER)
    place.sign_in()
    for query, shown in (
        ("q=law@", {"lab"}),
        ("duty=legal", {"lab"}),
        ("reach=outer", {"guest"}),
        ("role=operator", {"operator"}),
        ("q=%25", set()),
    ):
        page = place.client.get(f"/admin/people?{query}").text
        assert set(re.findall(r'href="/admin/people/(\w+)"', page)) - {"lists"} == shown, query
    table = place.client.get("/admin/people.csv?duty=legal").text
    assert table.splitlines()[1].startswith("lab,Legal Lab,law@example.org,member,inner,other,legal,open,")


def test_an_organisations_operator_keeps_its_members_on_its_own_page(place: Place) -> None:
    place.make("lab")
    place.make("colleague")
    with place.house.database.writing() as session:
        works = people.create_organisation(session, name="works", sector="public", by=SYSTEM)
        people.set_membership(session, works, people.get_account(session, "lab", viewer=SYSTEM), role=Role.OPERATOR, by=SYSTEM)
    browser = place.sign_in("lab", place.browser())
    address = "/organisations/works/members"
    assert place.post(address, client=browser, account="colleague", role="reader").status_code == 303
    assert "colleague" in browser.get(address).text
    assert place.post(address, client=browser, account="nobody-here", role="reader").status_code == 404
    assert place.post(address, client=browser, account="colleague", role="king").status_code == 422
    assert (
        place.post("/organisations/works/settings", at=address, client=browser, display_name="Works", sector="public", seen="1").status_code
        == 303
    )
    assert (
        place.post("/organisations/works/settings", at=address, client=browser, display_name="W", sector="public", seen="1").status_code
        == 412
    )
    stays = place.post(f"{address}/lab/removal", at=address, client=browser)
    assert stays.status_code == 409
    assert "last operator of the organisation" in stays.text
    assert place.post(f"{address}/colleague/removal", at=address, client=browser).status_code == 303
    other = place.sign_in("colleague", place.browser())
    assert place.post(address, at="/me", client=other, account="colleague", role="operator").status_code == 403


def test_the_wire_keeps_accounts_organisations_and_invitations(place: Place) -> None:
    with place.house.database.writing() as session:
        operator = people.get_account(session, "operator", viewer=SYSTEM)
        token = people.create_token(session, account=operator, role=Role.OPERATOR, note="x", by=SYSTEM)
    signed = {"authorization": f"Bearer {token}", "accept": "application/json"}

    def ask(method: str, path: str, status: int, **body: Any) -> Any:
        answer = place.client.request(method, f"/api/v1{path}", headers=signed, json=body or None)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    assert ask("POST", "/accounts", 201, name="lab", role="member", duties=["legal"])["duties"] == ["legal"]
    assert ask("POST", "/accounts", 409, name="LAB")["code"] == "name-taken"
    changed = ask("PATCH", "/accounts/lab", 200, role="reviewer", revision=2)
    assert (changed["role"], changed["revision"]) == ("reviewer", 3)
    assert ask("PATCH", "/accounts/lab", 412, role="member", revision=2)["code"] == "changed-meanwhile"
    assert ask("PATCH", "/accounts/lab", 200, disabled=True)["disabled"] is True
    ask("PATCH", "/accounts/lab", 200, disabled=False)
    assert ask("POST", "/accounts/lab/link", 201)["link"].startswith("http")
    assert ask("GET", "/accounts?limit=1", 200)["next"].startswith("/api/v1/accounts?limit=1&cursor=")
    assert ask("POST", "/organisations", 201, name="works", sector="public")["reach"] == "outer"
    assert ask("PATCH", "/organisations/works", 200, reach="partner", revision=1)["revision"] == 2
    ask("PUT", "/organisations/works/members/lab", 204, role="operator")
    assert [row["account"] for row in ask("GET", "/organisations/works/members", 200)["items"]] == ["lab"]
    ask("DELETE", "/organisations/works/members/lab", 204)
    ask("DELETE", "/organisations/works/members/lab", 404)
    made = ask("POST", "/invitations", 201, organisation="works", note="x")
    assert "/invitations/" in made["link"]
    assert ask("POST", "/invitations", 404, organisation="nowhere")["code"] == "no-organisation"
    ask("DELETE", f"/invitations/{made['id']}", 204)
    assert [row["state"] for row in ask("GET", "/invitations", 200)["items"]] == ["withdrawn"]
    assert ask("GET", "/organisations?q=wor", 200)["items"][0]["name"] == "works"


def test_rules_on_addresses_and_offers() -> None:
    policy = people.SignUpPolicy("open", ("example.org",))
    assert policy.takes("a@example.org")
    assert policy.takes("a@lab.Example.org")
    assert not policy.takes("a@badexample.org")
    assert people.SignUpPolicy().takes("a@anywhere.net")
    assert people.Conditions(1, {"ko": "가", "en": ""}).said_in("en") == "가"
    assert issubclass(people.NameTaken, Conflict)
    assert not issubclass(people.DeadInvitation, Invalid)
