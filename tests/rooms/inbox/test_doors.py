# SPDX-License-Identifier: Apache-2.0
"""The pages, the JSON and the feed, and what rooms tell."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from builders import HTML, Yard, archive, yard_in
from madang import inbox, institute, kit, people, scan
from rooms.inbox.conftest import ASKED, TOLD

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yard = yard_in(tmp_path / "home", pool)
        with yard.client:
            yield yard
        yard.house.close()


def signed_in(yard: Yard, name: str, role: kit.Role) -> None:
    """The client carries the cookie of that account."""
    with yard.house.database.writing() as session:
        account = people.find_account(session, name) or people.create_account(session, name=name, role=role, by=kit.SYSTEM)
        people.set_password(session, account, password="a few plain words", by=kit.SYSTEM)
    yard.client.cookies.clear()
    page = yard.client.get("/sign-in", headers=HTML).text
    form = {"csrf": csrf(page), "name": name, "password": "a few plain words"}
    assert yard.client.post("/sign-in", data=form, headers=HTML).status_code == 303


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def post(yard: Yard, address: str, **fields: str) -> int:
    page = yard.client.get("/me/inbox/settings", headers=HTML).text
    return yard.client.post(address, data={"csrf": csrf(page), **fields}, headers=HTML).status_code


def something(yard: Yard) -> tuple[str, str]:
    """A task and a notification for operators; their ids."""
    with yard.house.database.writing() as session:
        to, about = inbox.to_role(kit.Role.OPERATOR), {"about": "x/1", "address": "/assets", "by": kit.SYSTEM}
        task = inbox.ask(session, kind=ASKED.name, to=to, text="Decide <this>", **about)  # type: ignore[arg-type]
        notice = inbox.tell(session, kind=TOLD.name, to=[to], text="It is \x01done & dusted", **about)  # type: ignore[arg-type]
        assert notice is not None
        return task.id, notice.id


def test_the_page_shows_what_waits_and_the_head_counts_it(yard: Yard) -> None:
    signed_in(yard, "operator", kit.Role.OPERATOR)
    assert "Nothing waits for you" in yard.client.get("/me/inbox", headers=HTML).text
    task, notice = something(yard)
    page = yard.client.get("/me/inbox", headers=HTML).text
    assert "Decide &lt;this&gt;" in page
    assert "Operators" in page
    assert re.search(r'href="/me/inbox"[^>]*>Inbox <b>2</b>', yard.client.get("/assets", headers=HTML).text)
    assert post(yard, f"/me/tasks/{task}/end") == 303
    assert post(yard, f"/me/tasks/{task}/end") == 409
    assert post(yard, f"/me/notifications/{notice}/reading") == 303
    page = yard.client.get("/me/inbox?unread=1", headers=HTML).text
    assert "Everything is read" in page
    something(yard)
    assert post(yard, "/me/inbox/readings") == 303
    assert "Mark all as read" not in yard.client.get("/me/inbox", headers=HTML).text


def test_who_asked_sees_that_it_waits_for_others(yard: Yard) -> None:
    signed_in(yard, "member", kit.Role.MEMBER)
    with yard.house.database.writing() as session:
        account = people.find_account(session, "member")
        assert account is not None
        by = people.actor_of(session, account, via="session")
        inbox.ask(session, kind=ASKED.name, to=inbox.to_duty("legal"), about="x", address="/", text="Read my terms", by=by)
    page = yard.client.get("/me/inbox", headers=HTML).text
    assert "Waiting for others" in page
    assert "Legal affairs" in page


def test_a_long_list_comes_in_pages(yard: Yard) -> None:
    signed_in(yard, "operator", kit.Role.OPERATOR)
    for _ in range(30):
        something(yard)
    first = yard.client.get("/me/inbox", headers=HTML).text
    assert "1–25 of 30" in first
    assert "asked 29 times more" in first
    assert "26–30 of 30" in yard.client.get("/me/inbox?page=2", headers=HTML).text
    listed = yard.get("/api/v1/me/notifications?limit=20")
    rest = yard.get(listed["next"])
    assert len({each["id"] for each in [*listed["items"], *rest["items"]]}) == 30
    assert rest["next"] is None


def test_programs_read_and_end_what_waits(yard: Yard) -> None:
    task, notice = something(yard)
    listed = yard.get("/api/v1/me/tasks")
    assert [(each["id"], each["who"], each["state"]) for each in listed["items"]] == [(task, "Operators", "open")]
    assert listed["next"] is None
    everything = yard.get("/me/inbox.json")
    assert everything["unread"] == 1
    assert yard.client.post(f"/api/v1/me/tasks/{task}/end", headers=yard.signed).status_code == 204
    assert yard.client.post(f"/api/v1/me/tasks/{task}/end", headers=yard.signed).json()["code"] == "task-over"
    assert yard.client.post(f"/api/v1/me/notifications/{notice}/reading", headers=yard.signed).status_code == 204
    assert yard.get("/api/v1/me/notifications?unread=true")["items"] == []
    other = yard.token_for("member", kit.Role.MEMBER)
    assert yard.client.post(f"/api/v1/me/tasks/{task}/end", headers=other).status_code == 404
    assert yard.client.post(f"/api/v1/me/notifications/{notice}/reading", headers=other).status_code == 404
    assert yard.client.get("/api/v1/me/tasks?cursor=x", headers=other).status_code == 422
    assert yard.client.get("/api/v1/me/tasks").status_code == 401
    assert yard.client.get("/me/inbox.json").status_code == 401


def test_letters_are_chosen_for_each_kind(yard: Yard) -> None:
    signed_in(yard, "operator", kit.Role.OPERATOR)
    assert post(yard, "/me/inbox/settings", **{f"mail.{TOLD.name}": "never", "language": "ko"}) == 303
    assert post(yard, "/me/inbox/settings", **{f"mail.{TOLD.name}": "pigeon"}) == 422
    with yard.house.database.reading() as session:
        from madang.inbox import queries

        account = people.find_account(session, "operator")
        assert account is not None
        assert queries.preferences(session, account.id)[TOLD.name] == "never"
    with yard.house.database.writing() as session, pytest.raises(kit.Invalid, match="no kind"):
        inbox.prefer(session, "nothing", "once", by=people.actor_of(session, account, via="session"))


def test_a_feed_is_read_at_its_secret_address_until_it_is_shut(yard: Yard) -> None:
    signed_in(yard, "operator", kit.Role.OPERATOR)
    something(yard)

    def opened() -> str:
        page = yard.client.get("/me/inbox/settings", headers=HTML).text
        made = yard.client.post("/me/feed", data={"csrf": csrf(page)}, headers=HTML)
        assert "no-store" in made.headers["cache-control"]
        found = re.search(r"(/me/feed/[^<\"]+\.atom)", made.text)
        assert found
        return found[1]

    first, second = opened(), opened()
    yard.client.cookies.clear()
    assert yard.client.get(first).status_code == 410
    answer = yard.client.get(second)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.text)
    assert "elsewhere.example" not in yard.client.get(second, headers={"Host": "elsewhere.example"}).text
    assert {each.findtext(f"{ATOM}title") for each in feed.iter(f"{ATOM}entry")} == {"Decide <this>", "It is done & dusted"}
    signed_in(yard, "operator", kit.Role.OPERATOR)
    assert post(yard, "/me/feed/end") == 303
    assert yard.client.get(second).status_code == 410
    for wrong in ("x", "%C3%BC", "a" * 300):
        assert yard.client.get(f"/me/feed/{wrong}.atom").status_code == 410


def test_a_feed_ends_with_the_tokens(yard: Yard) -> None:
    with yard.house.database.writing() as session:
        account = people.get_account(session, "operator", viewer=kit.SYSTEM)
        actor = people.actor_of(session, account, via="session")
        secret = inbox.open_feed(session, by=actor)
    assert yard.client.get(f"/me/feed/{secret}.atom").status_code == 200
    with yard.house.database.writing() as session:
        people.sign_out_everywhere(session, people.get_account(session, "operator", viewer=kit.SYSTEM), ends_tokens=True, by=actor)
    assert yard.client.get(f"/me/feed/{secret}.atom").status_code == 410


def test_a_feed_of_a_disabled_account_is_shut(yard: Yard) -> None:
    with yard.house.database.writing() as session:
        account = people.create_account(session, name="member", role=kit.Role.MEMBER, by=kit.SYSTEM)
        session.flush()
        secret = inbox.open_feed(session, by=people.actor_of(session, account, via="session"))
    assert yard.client.get(f"/me/feed/{secret}.atom").status_code == 200
    with yard.house.database.writing() as session:
        account = people.get_account(session, "member", viewer=kit.SYSTEM)
        people.set_disabled(session, account, disabled=True, by=kit.SYSTEM)
    assert yard.client.get(f"/me/feed/{secret}.atom").status_code == 410


def told(yard: Yard, headers: dict[str, str]) -> list[tuple[str, str]]:
    return [(each["kind"], each["text"]) for each in yard.client.get("/api/v1/me/notifications", headers=headers).json()["items"]]


def test_owner_and_submitter_are_told_how_a_version_ended(yard: Yard) -> None:
    member = yard.token_for("member", kit.Role.MEMBER)
    body = {"kind": "software", "namespace": "member", "name": "speech"}
    assert yard.client.post("/api/v1/assets", json=body, headers=member).status_code == 201
    address = "/api/v1/assets/software/member/speech"
    clean = {"LICENSE": "MIT\n", "a.py": "# SPDX-License-Identifier: MIT\n"}
    mixed = {"pyproject.toml": '[project]\nname="a"\nlicense="MIT"\n', "b.c": "/* SPDX-License-Identifier: GPL-3.0-only */"}
    for content in (clean, mixed):
        yard.work(yard.submit(address, archive(content))["task"])
    task = yard.client.post(f"{address}/versions", json={"source": {"git": "https://host.invalid/x"}}, headers=yard.signed).json()["task"]
    yard.work(task)
    kinds = [kind for kind, _text in told(yard, member)]
    assert kinds == ["version.failed", "version.conflict", "version.verified"]
    assert told(yard, yard.signed) == told(yard, member)
    assert "host.invalid" in told(yard, member)[0][1]
    assert told(yard, yard.token_for("neighbour", kit.Role.MEMBER)) == []


def test_a_shut_host_becomes_a_task_and_whoever_wanted_it_hears_when_it_is_open(yard: Yard) -> None:
    member = yard.token_for("member", kit.Role.MEMBER)
    yard.client.post("/api/v1/assets", json={"kind": "software", "namespace": "member", "name": "speech"}, headers=member)
    address = "/api/v1/assets/software/member/speech"
    for _ in range(2):
        answer = yard.client.post(f"{address}/versions", json={"source": {"git": "https://10.0.0.7/lab/x"}}, headers=member)
        assert answer.json()["code"] == "inner-address"
    tasks = yard.get("/api/v1/me/tasks")["items"]
    assert [(each["about"], each["url"], each["times"]) for each in tasks] == [("host/10.0.0.7", "/admin/hosts?add=10.0.0.7", 2)]
    with yard.house.database.writing() as session:
        operator = people.actor_of(session, people.get_account(session, "operator", viewer=kit.SYSTEM), via="session")
        institute.allow_host(session, "10.0.0.0/24", reason="the lab's forge", version=0, by=operator)
    assert yard.get("/api/v1/me/tasks")["items"] == []
    assert [kind for kind, _text in told(yard, member)] == ["host.wanted"]


def test_a_person_hears_that_their_rights_changed(yard: Yard) -> None:
    member = yard.token_for("member", kit.Role.MEMBER)
    with yard.house.database.writing() as session:
        account = people.get_account(session, "member", viewer=kit.SYSTEM)
        people.set_role(session, account, role=kit.Role.REVIEWER, by=kit.SYSTEM)
        lab = people.create_organisation(session, name="lab", sector="public", by=kit.SYSTEM)
        people.set_membership(session, lab, account, role=kit.Role.MEMBER, by=kit.SYSTEM)
    assert [kind for kind, _text in told(yard, member)] == ["membership.changed", "account.role"]
    assert "lab" in told(yard, member)[0][1]
