# SPDX-License-Identifier: Apache-2.0
"""What people state from the page: of a version, of components several at once, and by lists of parts; and all of it taken back."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from madang import audit, kit, people, provenance
from madang.provenance.components import stating
from madang.provenance.models import Node
from rooms.provenance.conftest import Graph
from rooms.provenance.test_arrivals import WHOLE, bom, component

Part = provenance.Part
TOOL = "/assets/software/researcher/tool/versions/1"


def headers(graph: Graph, name: str, role: kit.Role = kit.Role.MEMBER, *duties: str, html: bool = False) -> dict[str, str]:
    graph.actor(name, role, *duties)
    with graph.yard.house.database.writing() as session:
        account = people.find_account(session, name)
        assert account is not None
        token = people.create_token(session, account=account, role=role, note="test", by=kit.SYSTEM)
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en", **({"Accept": "text/html"} if html else {})}


def deeds(graph: Graph, deed: str) -> list[Any]:
    with graph.yard.house.database.reading() as session:
        return list(audit.entries(session, viewer=kit.SYSTEM, deed=deed, limit=50).items)


def send(graph: Graph, document: Any, who: dict[str, str], **more: str) -> Any:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return graph.yard.client.post(f"/api/v1{TOOL}/sboms", files={"file": ("bom.json", body)}, data=more, headers=who)


def test_what_is_stated_of_a_version_counts_and_is_taken_back(graph: Graph) -> None:
    graph.add("tool", None, complete=False)
    owner, other = headers(graph, "researcher", html=True), headers(graph, "stranger", html=True)
    assert graph.verdict("tool", "use") == "unknown"
    said = {"licence": "MIT", "own": "yes", "complete": "yes", "facts": ""}
    assert graph.yard.client.post(f"{TOOL}/terms/statement", data=said, headers=other).status_code == 403
    answer = graph.yard.client.post(f"{TOOL}/terms/statement", data=said, headers=owner)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{TOOL}/terms#stated")
    assert graph.verdict("tool", "use") == "yes"
    assert deeds(graph, "terms.stated")[0].facts["license"] == "MIT"
    page = graph.yard.client.get(f"{TOOL}/terms", headers=owner).text
    assert "Take back what is stated" in page
    assert graph.yard.client.post(f"{TOOL}/terms/statement/withdrawal", data={}, headers=owner).status_code == 303
    assert graph.verdict("tool", "use") == "unknown"
    assert "Take back what is stated" not in graph.yard.client.get(f"{TOOL}/terms", headers=owner).text


def test_a_statement_that_cannot_be_read_is_shown_again_with_what_was_typed(graph: Graph) -> None:
    graph.add("tool", "MIT")
    owner = headers(graph, "researcher", html=True)
    for said in ({"licence": "no such (("}, {"licence": "MIT", "facts": "nonsense:x"}):
        answer = graph.yard.client.post(f"{TOOL}/terms/statement", data=said, headers=owner)
        assert answer.status_code == 422
        assert said["licence"] in answer.text
    assert deeds(graph, "terms.stated") == []


def test_the_wire_takes_back_what_was_stated_too(graph: Graph) -> None:
    graph.add("tool", None, complete=False)
    owner = headers(graph, "researcher")
    stated = {"license": "MIT", "own": True, "complete": True}
    assert graph.yard.client.patch(f"/api/v1{TOOL}/terms", json=stated, headers=owner).json()["license"] == "MIT"
    found = graph.yard.client.delete(f"/api/v1{TOOL}/terms", headers=owner).json()
    assert (found["license"], found["own"], found["complete"], found["stated"]) == (None, False, False, False)


def test_a_list_of_parts_is_attached_once_and_taken_back(graph: Graph) -> None:
    graph.add("tool", "MIT")
    owner = headers(graph, "researcher")
    document = bom(components=[component("inner", "GPL-3.0-only")], compositions=WHOLE)
    assert graph.verdict("tool", "open", "MIT") == "yes"
    made = send(graph, document, owner)
    assert made.status_code == 201, made.text
    assert (made.json()["about"], made.json()["parts"], made.json()["complete"]) == ("tool 1", 1, True)
    assert graph.verdict("tool", "open", "MIT") == "no"
    twice = send(graph, document, owner)
    assert (twice.status_code, twice.json()["code"]) == (409, "already-attached")
    listed = graph.yard.client.get(f"/api/v1{TOOL}/sboms", headers=owner).json()["items"]
    assert [each["sha256"] for each in listed] == [made.json()["sha256"]]
    gone = graph.yard.client.delete(f"/api/v1{TOOL}/sboms/{made.json()['id']}", headers=owner)
    assert gone.status_code == 204
    assert graph.verdict("tool", "open", "MIT") == "yes"
    assert graph.yard.client.delete(f"/api/v1{TOOL}/sboms/{made.json()['id']}", headers=owner).status_code == 404
    assert send(graph, document, owner).status_code == 201
    assert [len(deeds(graph, f"sbom.{deed}")) for deed in ("attached", "withdrawn")] == [2, 1]


def test_a_list_that_claims_to_be_of_something_else_is_refused_until_a_person_says_otherwise(graph: Graph) -> None:
    graph.add("tool", "MIT")
    owner = headers(graph, "researcher")
    document = bom(components=[component("inner", "MIT")], compositions=WHOLE)
    document["metadata"]["component"]["name"] = "another-tool"
    refused = send(graph, document, owner)
    assert (refused.status_code, refused.json()["code"]) == (409, "about-another")
    assert "another-tool" in refused.json()["detail"]
    assert send(graph, document, owner, about="this").status_code == 201
    assert deeds(graph, "sbom.attached")[0].facts["confirmed"] is True


def test_the_form_shows_the_refusal_and_offers_to_say_so(graph: Graph) -> None:
    graph.add("tool", "MIT")
    owner = headers(graph, "researcher", html=True)
    document = bom(components=[component("inner", "MIT")])
    document["metadata"]["component"]["name"] = "another-tool"
    form: dict[str, Any] = {"files": {"file": ("bom.json", json.dumps(document).encode())}, "headers": owner}
    again = graph.yard.client.post(f"{TOOL}/terms/sboms", **form)
    assert again.status_code == 422
    assert "another-tool" in again.text
    assert 'name="about"' in again.text
    done = graph.yard.client.post(f"{TOOL}/terms/sboms", data={"about": "this"}, **form)
    assert done.status_code == 303
    page = graph.yard.client.get(f"{TOOL}/terms", headers=owner).text
    assert "bom.json" in page
    assert "does not say that it names all" in page


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"{", 422), (b"\x00\xff" * 50, 422), (b"{}", 422), (b'{"bomFormat": "CycloneDX", "specVersion": "9.9"}', 422),
     (json.dumps(bom()).encode(), 422)],
)  # fmt: skip
def test_what_is_no_list_of_parts_is_refused(graph: Graph, body: bytes, status: int) -> None:
    graph.add("tool", "MIT")
    assert send(graph, body, headers(graph, "researcher")).status_code == status
    assert deeds(graph, "sbom.attached") == []


def test_only_who_may_change_a_version_attaches_lists_and_nobody_sees_what_is_hidden(graph: Graph) -> None:
    graph.add("tool", "MIT", exposure="private")
    document = bom(components=[component("inner", "MIT")])
    assert send(graph, document, headers(graph, "stranger")).status_code == 404
    assert graph.yard.client.post(f"/api/v1{TOOL}/sboms", files={"file": ("b.json", b"{}")}).status_code in (401, 404)


def test_the_office_states_several_components_at_once_from_what_is_suggested(graph: Graph) -> None:
    graph.add("known", "MIT", parts=(Part("pkg:npm/left@1", license="ISC", is_inside=True),))
    graph.add("tool", "MIT", parts=(Part("pkg:npm/left@1", "links-dynamic"), Part("pkg:npm/right@2", "links-dynamic")))
    office = headers(graph, "lawyer", kit.Role.READER, "legal", html=True)
    with graph.yard.house.database.writing() as session:
        provenance.state_component(session, "pkg:npm/right@1", license="MIT", by=graph.actor("lawyer", kit.Role.READER, "legal"))
    found = graph.yard.client.get("/api/v1/terms/components", headers={**office, "Accept": "application/json"}).json()["items"]
    told = {row["purl"]: [(each["license"], each["why"]) for each in row["suggestions"]] for row in found}
    assert told == {"pkg:npm/left@1": [("ISC", "found")], "pkg:npm/right@2": [("MIT", "stated")]}
    page = graph.yard.client.get("/admin/components", headers=office).text
    assert "pkg:npm/right@2" in page
    assert "stated for pkg:npm/right@1" in page
    form = {f"{name}-{n}": value for n, row in enumerate(told, 1) for name, value in (
        ("purl", row), ("license", told[row][0][0]), ("take", "yes"))}  # fmt: skip
    done = graph.yard.client.post("/admin/components", data=form, headers=office)
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/components?done=2")
    assert graph.verdict("tool", "use") == "yes"
    back = {"purl": "pkg:npm/left@1"}
    assert graph.yard.client.post("/admin/components/withdrawal", data=back, headers=office).status_code == 303
    assert graph.verdict("tool", "use") == "unknown"


def test_the_page_says_what_would_end_unknown_and_leads_the_office_there(graph: Graph) -> None:
    graph.add("tool", "MIT", parts=(Part("pkg:npm/left@1", "links-dynamic"),))
    graph.add("other", "MIT", parts=(Part("pkg:npm/elsewhere@1", "links-dynamic"),))
    office = headers(graph, "lawyer", kit.Role.READER, "legal", html=True)
    page = graph.yard.client.get(f"{TOOL}/terms", headers=office).text
    assert "1 component in it has no licence that anybody stated" in page
    only = "/admin/components?of=software/researcher/tool@1"
    assert only in page.replace("%2F", "/").replace("%40", "@")
    listed = graph.yard.client.get(only, headers=office).text
    assert "pkg:npm/left@1" in listed
    assert "pkg:npm/elsewhere@1" not in listed
    member = graph.yard.client.get(f"{TOOL}/terms", headers=headers(graph, "someone", html=True)).text
    assert "the office states it once" in member
    assert "/admin/components" not in member


def test_a_pasted_list_is_stated_whole_or_not_at_all(graph: Graph) -> None:
    office = headers(graph, "lawyer", kit.Role.READER, "legal", html=True)
    good = "purl,license\npkg:npm/a@1,MIT\npkg:npm/b@1\tApache-2.0\n\n"
    assert graph.yard.client.post("/admin/components", data={"list": good}, headers=office).headers["Location"].endswith("done=2")
    for bad in ("pkg:npm/c@1,MIT\nrubbish\n", "pkg:npm/c@1,((\n", "pkg:npm/c@1\n", "\n".join(f"pkg:npm/x@{n},MIT" for n in range(501))):
        assert graph.yard.client.post("/admin/components", data={"list": bad}, headers=office).status_code == 422
    with graph.yard.house.database.reading() as session:
        stated = session.scalars(select(Node.name).where(Node.stated_license.is_not(None))).all()
    assert sorted(stated) == ["pkg:npm/a@1", "pkg:npm/b@1"]


def test_components_are_the_offices_alone(graph: Graph) -> None:
    member = headers(graph, "researcher", html=True)
    assert graph.yard.client.get("/admin/components", headers=member).status_code == 403
    assert graph.yard.client.get("/admin/components.csv", headers=member).status_code == 403
    assert graph.yard.client.post("/admin/components", data={"list": "pkg:npm/a@1,MIT"}, headers=member).status_code == 403
    assert graph.yard.client.post("/admin/components/withdrawal", data={"purl": "pkg:npm/a@1"}, headers=member).status_code == 403


def test_a_form_that_states_nothing_says_so() -> None:
    assert stating.chosen_of({"purl-1": "pkg:npm/a@1", "license-1": "MIT"}, "") == []
    assert stating.chosen_of({"purl-1": "pkg:npm/a@1", "license-1": " MIT "}, "1") == [("pkg:npm/a@1", "MIT")]
