# SPDX-License-Identifier: Apache-2.0
"""A table of people becomes a dataset without who they are: tried first, then kept with its report."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from builders import HTML, Yard
from hub_wire import Hub
from madang import catalog, kit, provenance
from madang import hub as hub_room

API = "/api/v1/deidentifications"
ROWS = "이름,나이,지역,병\n" + "".join(f"사람{n},{20 + n % 40},대전 유성구 {n % 7}로,{'감기' if n % 3 else '골절'}\n" for n in range(120))
PLAN: dict[str, Any] = {
    "k": 5,
    "columns": {
        "이름": {"role": "identifier"},
        "나이": {"role": "quasi", "method": "range", "width": 10},
        "지역": {"role": "quasi", "method": "parts", "keep": 1},
        "병": {"role": "sensitive"},
    },
}


@pytest.fixture(scope="module")
def source(hub: Hub) -> str:
    """A private dataset of people; its name."""
    made = hub.create("researcher/people")
    card = "---\nlicense: cc-by-4.0\npretty_name: 사람들\n---\n"
    files: dict[str, bytes | str] = {
        "data/people.csv": ROWS,
        "README.md": card,
        "b.json": "[]",
        "bad.csv": "a,b\n1\n",
        "many.csv": "a\n" + "1\n" * 100_001,
    }
    assert hub.commit(made, files).status_code == 200
    return "researcher/people"


def ask(way: Hub, status: int, **given: Any) -> Any:
    body = {"dataset": "researcher/people", "file": "data/people.csv", "plan": PLAN, **given}
    answer = way.ask("POST", API, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_plan_is_tried_and_nothing_is_kept(hub: Hub, source: str) -> None:
    told = ask(hub, 200)
    report = told["report"]
    assert (report["before"]["k"], report["after"]["k"], report["removed_rows"]) == (1, 30, 0)
    assert (report["source"]["dataset"], report["source"]["file"]) == (source, "data/people.csv")
    assert (told["into"], told["commit"]) == (None, None)


def test_a_plan_is_carried_out_into_a_private_dataset_with_its_report(yard: Yard, hub: Hub, visitor: Hub, source: str) -> None:
    told = ask(hub, 201, into="researcher/people-open", evidence=True)
    base = "/datasets/researcher/people-open"
    rows = hub.ask("GET", f"{base}/resolve/main/data/people.csv").text
    assert rows.splitlines()[:2] == ["나이,지역,병", "20–30,대전,골절"]
    assert "사람" not in rows
    report = json.loads(hub.ask("GET", f"{base}/resolve/main/deidentification.json").content)
    assert report == told["report"]
    card = hub.ask("GET", f"{base}/resolve/main/README.md").text
    assert "license: CC-BY-4.0" in card
    assert "source_datasets:\n- extended|researcher/people\n" in card
    assert visitor.ask("GET", base, headers=HTML).status_code == 404
    with yard.house.database.reading() as session:
        place = hub_room.queries.find(session, "dataset", "researcher", "people-open", viewer=kit.SYSTEM)
        assert place is not None
        commit = session.scalar(select(hub_room.Commit).where(hub_room.Commit.id == told["commit"]))
        assert commit is not None
        version = catalog.get_version_by_id(session, commit.version_id or "")
        proofs = provenance.evidence_at(session, version, viewer=kit.SYSTEM, limit=10)
        assert [(proof.removes, proof.issuer) for proof in proofs] == [(["privacy:personal", "privacy:sensitive"], "researcher")]
        links = provenance.edges_into(session, version, viewer=kit.SYSTEM, limit=10)
        assert len(links) == 1
    again = ask(hub, 201, into="researcher/people-open")
    assert again["commit"] == told["commit"]  # what is the same makes no other version
    assert ask(hub, 201, into="researcher/people-open", plan={**PLAN, "k": 31})["commit"] != told["commit"]


def test_pseudonyms_are_this_dataset_s_own(hub: Hub, source: str) -> None:
    plan = {"columns": {"이름": {"role": "identifier", "method": "pseudonym"}}}
    one, other = (ask(hub, 200, plan=plan)["report"]["rows_sha256"] for _each in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("status", "code", "given"),
    [
        (422, "bad-plan", {"plan": {"k": -1}}),
        (422, "bad-plan", {"plan": {"columns": {"없음": {}}}}), (404, "no-such-entry", {"file": "nothing.csv"}),
        (422, "no-table-to-deidentify", {"file": "b.json"}),
        (422, "not-a-table", {"file": "bad.csv", "plan": {}}),
        (422, "no-table-to-deidentify", {"file": "many.csv", "plan": {}}),
        (404, "no-such-repository", {"dataset": "researcher/nothing"}),
        (404, "no-such-revision", {"revision": "nothing"}), (422, None, {"into": "x"}), (422, None, {"more": 1}), (422, None, {"plan": []}),
        (422, None, {"into": "researcher/.."}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_made(hub: Hub, source: str, status: int, code: str | None, given: dict[str, Any]) -> None:
    told = ask(hub, status, **given)
    assert code is None or told["code"] == code


def test_whoever_may_not_see_the_one_or_open_the_other_makes_nothing(hub: Hub, neighbour: Hub, visitor: Hub, source: str) -> None:
    assert ask(neighbour, 404)["code"] == "no-such-repository"
    assert ask(visitor, 404, into="researcher/stolen")["code"] == "no-such-repository"
    assert ask(hub, 403, into="neighbour/put-there")
    neighbour.create("neighbour/theirs", private=False)
    assert ask(hub, 403, into="neighbour/theirs")
    assert hub.ask("GET", "/api/datasets/neighbour/put-there").status_code == 404


def form(given: dict[str, str]) -> dict[str, str]:
    columns = {"role-0": "identifier", "method-0": "remove", "role-1": "quasi", "method-1": "range", "given-1": "10", "role-2": "quasi"}
    return {**columns, "method-2": "parts", "given-2": "1", "role-3": "sensitive", "method-3": "keep", "k": "5", **given}


def test_the_page_suggests_measures_and_makes(yard: Yard, hub: Hub, source: str) -> None:
    here = "/datasets/researcher/people/deidentify/main/data/people.csv"
    headers = {**HTML, "Accept-Language": "en"}
    shown = hub.ask("GET", here, headers=headers).text
    assert '<select name="role-3"' in shown
    assert "many.csv" in shown
    tried = hub.ask("POST", here, data=form({"deed": "try"}), headers=headers)
    assert tried.status_code == 200
    assert "Smallest class (k-anonymity)" in tried.text
    assert '<td class="num">30</td>' in tried.text
    wrong = hub.ask("POST", here, data=form({"deed": "make", "given-1": "ten", "namespace": "researcher", "name": "x"}), headers=headers)
    assert wrong.status_code == 422
    assert "나이: ten" in wrong.text
    assert 'value="ten"' in wrong.text
    made = hub.ask("POST", here, data=form({"deed": "make", "namespace": "researcher", "name": "people-page"}), headers=headers)
    assert (made.status_code, made.headers["location"]) == (303, "/datasets/researcher/people-page")
    assert hub.ask("GET", "/datasets/researcher/people-page/resolve/main/data/people.csv").status_code == 200
    refused = hub.ask("POST", here, data=form({"deed": "make", "namespace": "neighbour", "name": "x"}), headers=headers)
    assert refused.status_code == 403
    assert hub.ask("GET", "/datasets/researcher/people/deidentify/main/bad.csv", headers=headers).status_code == 422
    assert "bad.csv" in hub.ask("GET", "/datasets/researcher/people/deidentify/main", headers=headers).text


def test_the_page_is_for_whoever_may_see_the_dataset(neighbour: Hub, visitor: Hub, hub: Hub, source: str) -> None:
    for way in (neighbour, visitor):
        assert way.ask("GET", "/datasets/researcher/people/deidentify/main", headers=HTML).status_code == 404
        answer = way.ask("POST", "/datasets/researcher/people/deidentify/main/data/people.csv", data=form({}), headers=HTML)
        assert answer.status_code in (403, 404)
    empty = hub.create("researcher/no-tables", private=False)
    hub.commit(empty, {"a.txt": "x"})
    here = "/datasets/researcher/no-tables/deidentify/main"
    assert visitor.ask("GET", here, headers=HTML, follow_redirects=False).status_code in (303, 401)
    open_people = hub.create("researcher/open-people", private=False)
    hub.commit(open_people, {"data/people.csv": ROWS})
    assert ask(visitor, 401, dataset="researcher/open-people")["code"] == "not-signed-in"
    assert ask(neighbour, 200, dataset="researcher/open-people")["into"] is None
    assert "There is no table" in neighbour.ask("GET", here, headers={**HTML, "Accept-Language": "en"}).text
