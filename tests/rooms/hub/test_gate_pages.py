# SPDX-License-Identifier: Apache-2.0
"""The page of access: conditions are read and accepted, the owner's side decides, and everybody sees how they stand."""

import re
from typing import Any

import pytest

from builders import HTML, Yard
from hub_wire import Hub
from madang import inbox, kit, people
from madang.web import csrf

HERE = "/datasets/researcher/paged/access"


class Browser:
    """Somebody's browser."""

    def __init__(self, yard: Yard, name: str) -> None:
        with yard.house.database.writing() as session:
            account = people.find_account(session, name) or people.create_account(session, name=name, role=kit.Role.MEMBER, by=kit.SYSTEM)
            self.id = account.id
            self.cookie = people.redeem_link(session, people.create_link(session, account, by=kit.SYSTEM))[1]
        self.yard = yard

    def get(self, path: str, status: int = 200) -> str:
        answer = self.yard.client.get(path, headers={**HTML, "Cookie": f"madang={self.cookie}"})
        assert answer.status_code == status, answer.text[:800]
        return str(answer.text)

    def post(self, path: str, **form: str) -> Any:
        token = csrf.token(self.yard.application.state.gate.csrf_key, self.cookie)
        headers = {**HTML, "Cookie": f"madang={self.cookie}"}
        return self.yard.client.post(path, data={**form, "csrf": token}, headers=headers)


@pytest.fixture(scope="module")
def owner(yard: Yard, hub: Hub) -> Browser:
    """The researcher's browser, and a dataset of theirs that is shown to everybody."""
    hub.commit(hub.create("researcher/paged", private=False), {"README.md": "# 말뭉치", "a.csv": "n\n1\n"})
    return Browser(yard, "researcher")


def request_in(page: str) -> str:
    found = re.search(r"/access/requests/([0-9a-z]{26})/", page)
    assert found, "no request stands on the page"
    return found[1]


def test_a_person_asks_on_the_page_and_the_owner_decides_on_it(owner: Browser, yard: Yard) -> None:
    asker = Browser(yard, "student")
    assert "Whoever sees this page may have the files" in asker.get(HERE)
    assert "Say how files are given" not in asker.get(HERE)
    gate = {"mode": "manual", "text": "연구에만 <b>쓴다</b>.", "fields": "소속\n[ ] 나누지 않는다", "embargo": ""}
    assert owner.post(f"{HERE}/gate", **gate).headers["location"] == f"{HERE}?done=set"
    shown = asker.get("/datasets/researcher/paged/blob/main/a.csv", 403)
    for said in ("연구에만 &lt;b&gt;쓴다", "소속", "나누지 않는다", "What do you need it for", "You have no access yet"):
        assert said in shown, said
    assert ">1<" not in shown
    assert "말뭉치" in asker.get("/datasets/researcher/paged/blob/main/README.md")
    assert "Files on request" in asker.get("/datasets/researcher/paged")
    assert "/resolve/main/a.csv" not in asker.get("/datasets/researcher/paged")
    form = {"purpose": "논문", "answer-0": "대학", "answer-1": "yes", "accepted": "yes", "text_number": "1"}
    late = asker.post(f"{HERE}/requests", **{**form, "text_number": "0"})
    assert late.status_code == 412
    assert "The conditions have changed meanwhile" in late.text
    missing = asker.post(f"{HERE}/requests", **{**form, "answer-0": ""})
    assert missing.status_code == 422
    assert "논문" in missing.text
    assert asker.post(f"{HERE}/requests", **form).headers["location"] == f"{HERE}?done=asked"
    assert "Waits for the owner" in asker.get(HERE)
    assert asker.post(f"{HERE}/requests", **form).status_code == 409
    page = owner.get(HERE)
    assert "논문" in page
    id_ = request_in(page)
    assert "student asks for the files of researcher/paged: 논문" in owner.get("/me/inbox")
    assert asker.post(f"{HERE}/requests/{id_}/decision", decision="yes").status_code == 403
    assert owner.post(f"{HERE}/requests/{id_}/decision", decision="yes", ends="2001-01-01").status_code == 422
    assert owner.post(f"{HERE}/requests/{id_}/decision", decision="yes", ends="tomorrow").status_code == 422
    assert owner.post(f"{HERE}/requests/{id_}/decision", decision="yes", ends="2099-01-01").status_code == 303
    assert "Access granted" in asker.get(HERE)
    asker.get("/datasets/researcher/paged/blob/main/a.csv")
    assert "/resolve/main/a.csv" in asker.get("/datasets/researcher/paged")
    with yard.house.database.reading() as session:
        actor = kit.Actor(asker.id, "student", kit.Role.READER)
        assert [each.notice.kind for each in inbox.notifications(session, viewer=actor, limit=9)] == ["access.changed"]
    assert owner.post(f"{HERE}/requests/{id_}/decision", decision="no", reason="").status_code == 422
    assert owner.post(f"{HERE}/requests/{id_}/decision", decision="no", reason="기한이 지났다").status_code == 303
    shown = asker.get(HERE)
    assert "Access withdrawn" in shown
    assert "기한이 지났다" in shown


def test_whoever_asked_withdraws_and_nobody_else(owner: Browser, yard: Yard) -> None:
    asker, other = Browser(yard, "pupil"), Browser(yard, "passer-by")
    form = {"purpose": "논문", "answer-0": "대학", "answer-1": "yes", "accepted": "yes", "text_number": "1"}
    asker.post(f"{HERE}/requests", **form)
    id_ = request_in(asker.get(HERE))
    assert other.post(f"{HERE}/requests/{id_}/withdrawal").status_code == 404
    assert owner.post(f"{HERE}/requests/{id_}/withdrawal").status_code == 409
    assert asker.post(f"{HERE}/requests/{id_}/withdrawal").status_code == 303
    assert asker.post(f"{HERE}/requests/{id_}/withdrawal").status_code == 409
    assert "Access withdrawn" in asker.get(HERE)


def test_a_visitor_is_led_to_sign_in_and_sets_nothing(owner: Browser, yard: Yard) -> None:
    shown = yard.client.get("/datasets/researcher/paged/preview/main/a.csv", headers={**HTML, "Cookie": ""})
    assert shown.status_code == 403
    assert "/sign-in?back=/datasets/researcher/paged/access" in shown.text
    for path in ("/gate", "/requests"):
        answer = yard.client.post(HERE + path, data={"mode": "open"}, headers={**HTML, "Cookie": ""})
        assert answer.status_code in (401, 403), answer.text
    other = Browser(yard, "passer-by")
    assert other.post(f"{HERE}/gate", mode="open").status_code == 403
    other.get("/datasets/researcher/never-was/access", 404)


def test_what_cannot_be_set_is_said_on_the_page(owner: Browser) -> None:
    for wrong in ({"mode": "maybe"}, {"embargo": "soon"}, {"embargo": "2001-01-01T00:00"}, {"text": "x" * 50_001},
                  {"fields": "\n".join(str(n) for n in range(30))}):  # fmt: skip
        answer = owner.post(f"{HERE}/gate", **{"mode": "manual", "text": "말", "fields": "", "embargo": "", **wrong})
        assert answer.status_code == 422, wrong
    assert owner.post(f"{HERE}/gate", mode="open", text="", fields="", embargo="2099-01-01T09:00").status_code == 303
    assert "Under embargo until" in owner.get("/datasets/researcher/paged")
    assert owner.post(f"{HERE}/gate", mode="open", text="", fields="", embargo="").status_code == 303


def test_a_models_page_stands_under_its_bare_name(yard: Yard, hub: Hub, owner: Browser) -> None:
    hub.commit(hub.create("researcher/paged-net", kind="model", private=False), {"README.md": "# Net", "w.txt": "w"})
    here = "/researcher/paged-net/access"
    assert owner.post(f"{here}/gate", mode="auto", text="", fields="", embargo="").status_code == 303
    asker = Browser(yard, "student")
    assert "Files on conditions" in asker.get("/researcher/paged-net")
    assert asker.post(f"{here}/requests", accepted="yes", text_number="0").status_code == 303
    assert "Access granted" in asker.get(here)
    asker.get("/researcher/paged-net/blob/main/w.txt")
