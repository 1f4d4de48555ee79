# SPDX-License-Identifier: Apache-2.0
"""Asking, keeping and thinking ahead: what one may not see counts and is not named; a record is replayed to the same bytes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from madang import catalog, inbox, kit, provenance, terms
from rooms.provenance.conftest import Graph

SECRETS = ("vault", "GPL-3.0-only", "GPL", "hoard", "internal-tool", "the holder")


@pytest.fixture
def secretive(graph: Graph) -> Graph:
    """A product whose part is private and has a part of its own and a document; somebody else may see the product alone."""
    graph.add(
        "hoard", "MIT", exposure="private", parts=(provenance.Part("pkg:pypi/internal-tool@1", license="GPL-3.0-only", is_inside=True),)
    )
    graph.add("vault", "GPL-3.0-only", exposure="private")
    graph.add("product", "Apache-2.0")
    graph.join("hoard", "vault")
    graph.join("vault", "product")
    with_version(graph, "vault", provenance.attach, removes=["forbidden:train"], issuer="the holder")
    return graph


def with_version(graph: Graph, name: str, deed: Callable[..., Any], *given: Any, owner: str = "researcher", **named: Any) -> Any:
    by = graph.actor(owner)
    with graph.yard.house.database.writing() as session:
        return deed(session, session.get_one(catalog.Version, graph.versions[name]), *given, by=by, **named)


def token(graph: Graph, name: str, role: kit.Role = kit.Role.MEMBER) -> dict[str, str]:
    return graph.yard.token_for(name, role)


def call(graph: Graph, method: str, address: str, body: object = None, *, who: str = "researcher", status: int = 200) -> Any:
    answer = graph.yard.client.request(method, f"/api/v1{address}", json=body, headers=token(graph, who))
    assert answer.status_code == status, answer.text[:2000]
    return answer.json() if answer.content else None


def asked(name: str, goal: str = "open", **more: object) -> dict[str, object]:
    licence = {"license": "Apache-2.0"} if goal == "open" else {}
    return {"kind": "software", "namespace": "researcher", "name": name, "goal": goal, **licence, **more}


def test_what_one_may_not_see_counts_and_is_not_named(secretive: Graph) -> None:
    stranger = secretive.actor("stranger")
    mine, theirs = secretive.ask("product"), secretive.ask("product", viewer=stranger)
    assert mine.decision.verdict == theirs.decision.verdict == "no"
    told = json.dumps(theirs.document, ensure_ascii=False)
    assert [word for word in SECRETS if word in told] == []
    assert theirs.cone.hidden
    way = next(row["witness"] for row in theirs.document["reasons"] if row["severity"] == "no")
    assert way[-1] == "software/researcher/product@1"
    assert all(name.startswith("hidden:") for name in way[:-1])
    assert [row["fact"] for row in mine.document["reasons"]] == [row["fact"] for row in theirs.document["reasons"]]
    assert mine.cone.hidden == frozenset()


def test_a_component_that_is_known_only_through_something_hidden_is_hidden_too(graph: Graph) -> None:
    graph.add("vault", "MIT", exposure="private")
    graph.add("product", "MIT")
    graph.join("pkg:pypi/telling@1", "vault")
    graph.join("vault", "product")
    stranger = graph.actor("stranger")
    assert "telling" not in json.dumps(graph.ask("product", "use", viewer=stranger).document)
    graph.join("pkg:pypi/telling@1", "product")
    assert "pkg:pypi/telling@1" in graph.ask("product", "use", viewer=stranger).cone.things


def test_every_door_keeps_the_secret(secretive: Graph) -> None:
    version = "/assets/software/researcher/product/versions/1"
    kept = call(secretive, "POST", "/terms/decisions", asked("product", keep=True), who="researcher")
    answers = [
        call(secretive, "POST", "/terms/decisions", asked("product"), who="stranger"),
        call(secretive, "POST", "/terms/decisions", asked("product", keep=True), who="stranger"),
        call(secretive, "GET", f"/terms/decisions/{kept['id']}", who="stranger"),
        call(secretive, "GET", f"{version}/terms", who="stranger"),
        call(secretive, "GET", f"{version}/derivations", who="stranger"),
        call(secretive, "POST", "/terms/what-if",
             asked("product", changes=[{"change": "license", "at": "software/researcher/product@1", "license": "MIT"}]), who="stranger"),
    ]  # fmt: skip
    told = json.dumps(answers, ensure_ascii=False)
    assert [word for word in SECRETS if word in told] == []
    assert answers[3]["hidden"] == 3
    assert answers[4]["items"][0]["name"] is None
    assert "vault" in json.dumps(call(secretive, "GET", f"/terms/decisions/{kept['id']}", who="researcher"))
    hidden = [{"change": "withdraw", "at": "hidden:1"}]
    call(secretive, "POST", "/terms/what-if", asked("product", changes=hidden), who="stranger", status=422)
    call(secretive, "POST", "/terms/what-if", asked("product", changes=[{"change": "withdraw", "at": "nothing"}]), status=422)
    call(secretive, "POST", "/terms/decisions", asked("vault"), who="stranger", status=404)


def test_what_is_written_at_a_way_from_something_hidden_is_told_to_those_who_see_it(graph: Graph) -> None:
    graph.add("vault", "GPL-3.0-only", exposure="private")
    graph.add("product", "Apache-2.0")
    edge = graph.join("vault", "product", note="out of the vault")
    document: dict[str, Any] = {"removes": ["forbidden:train"], "note": "from the vault", "sha256": "a" * 64}
    with_version(graph, "product", provenance.attach, **document, issuer="the vault's holder", edge_id=edge)
    with_version(graph, "product", provenance.attach, removes=["forbidden:use"], issuer="everybody", note="plain")
    version = "/assets/software/researcher/product/versions/1"
    mine, theirs = ([call(graph, "GET", f"{version}/{what}", who=who)["items"] for what in ("derivations", "evidence")]
                    for who in ("researcher", "stranger"))  # fmt: skip
    assert (mine[0][0]["note"], mine[1][0]["issuer"], mine[1][0]["note"]) == ("out of the vault", "the vault's holder", "from the vault")
    assert "vault" not in json.dumps(theirs)
    assert (theirs[1][0]["at_edge"], theirs[1][0]["sha256"], theirs[1][0]["id"]) == (True, None, mine[1][0]["id"])
    assert theirs[1][1] == mine[1][1]
    with graph.yard.house.database.reading() as session:
        found = provenance.evidence_at(
            session, session.get_one(catalog.Version, graph.versions["product"]), viewer=kit.anonymous(), limit=9
        )
    assert [each.issuer for each in found] == ["-", "everybody"]


def test_a_licence_that_stands_elsewhere_too_is_not_told_of_something_hidden(graph: Graph) -> None:
    graph.add("vault", "GPL-3.0-only", exposure="private")
    graph.add("library", "GPL-3.0-only")
    graph.add("product", "Apache-2.0")
    graph.join("vault", "product")
    graph.join("library", "product")
    theirs = graph.ask("product", viewer=graph.actor("stranger"))
    rows = [row for row in theirs.document["repairs"] if "license" in row and "nodes" in row]
    told = {node: row["license"] for row in rows for node in row["nodes"]}
    assert told["hidden:1"] is None
    assert told["software/researcher/library@1"] == "GPL-3.0-only"


def test_a_record_is_replayed_to_the_same_bytes(secretive: Graph) -> None:
    kept = with_version(secretive, "product", provenance.keep, terms.Goal("open", "Apache-2.0"))
    with_version(secretive, "vault", provenance.state, license="MIT")
    with secretive.yard.house.database.reading() as session:
        decision, _asset, _version = provenance.get_decision(session, kept.id, viewer=kit.SYSTEM)
        assert provenance.replay(decision) == decision.record
        assert json.loads(decision.record)["verdict"] == decision.verdict == "no"
        assert decision.stale_at is not None


def test_a_decision_goes_stale_when_something_it_rested_on_changes_and_whoever_made_it_is_told(graph: Graph) -> None:
    graph.add("library", "MIT")
    graph.add("product", "Apache-2.0")
    graph.add("beside", "MIT")
    graph.join("library", "product")
    kept = call(graph, "POST", "/terms/decisions", asked("product", keep=True), who="stranger")
    assert (kept["verdict"], kept["stale"], kept["decided_by"]) == ("yes", False, "stranger")
    with_version(graph, "beside", provenance.state, license="GPL-2.0-only")
    assert call(graph, "GET", f"/terms/decisions/{kept['id']}", who="stranger")["stale"] is False
    with_version(graph, "library", provenance.state, license="GPL-2.0-only")
    again = call(graph, "GET", f"/terms/decisions/{kept['id']}", who="stranger")
    assert (again["stale"], again["verdict"]) == (True, "yes")
    viewer = graph.actor("stranger")
    with graph.yard.house.database.reading() as session:
        told = [each.notice.kind for each in inbox.notifications(session, viewer=viewer, limit=9)]
        version = session.get_one(catalog.Version, graph.versions["product"])
        assert [each.id for each in provenance.decisions_of(session, version, limit=5)] == [kept["id"]]
        assert provenance.decisions_of(session, version, limit=5, before=kept["id"]) == []
    assert "terms.stale" in told
    call(graph, "GET", f"/terms/decisions/{kit.new_id()}", status=404)


def test_who_is_not_signed_in_may_ask_and_keeps_nothing(graph: Graph) -> None:
    graph.add("product", "MIT")
    client = graph.yard.client
    assert client.post("/api/v1/terms/decisions", json=asked("product", "use")).json()["id"] is None
    assert client.post("/api/v1/terms/decisions", json=asked("product", "use", keep=True)).status_code == 401


def test_the_box_of_a_version_answers_each_goal(graph: Graph) -> None:
    graph.add("corpus", "CC-BY-NC-4.0", kind="dataset")
    box = call(graph, "GET", "/assets/dataset/researcher/corpus/versions/latest/terms")
    assert (box["license"], box["complete"], box["own"], box["things"], box["hidden"]) == ("CC-BY-NC-4.0", True, False, 0, 0)
    verdicts = {each["goal"]: each["verdict"] for each in box["goals"]}
    assert set(verdicts) == {"use", "change", "pass-on", "sell", "serve", "train", "publish-output"}
    assert verdicts["sell"] == "no"
    assert "attribution" in next(each["duties"] for each in box["goals"] if each["goal"] == "pass-on")


def test_what_it_is_made_of_is_said_and_taken_back_over_the_wire(graph: Graph) -> None:
    graph.add("library", "GPL-2.0-only")
    graph.add("product", "Apache-2.0")
    version = "/assets/software/researcher/product/versions/1"
    source = {"kind": "software", "namespace": "researcher", "name": "library"}
    made = call(graph, "POST", f"{version}/derivations", {"from": source, "kind": "links-static", "note": " by  hand "}, status=201)
    assert (made["name"], made["note"], made["origin"]) == ("software/researcher/library@1", "by hand", "declared")
    call(graph, "POST", f"{version}/derivations", {"from": source, "kind": "links-static"}, status=409)
    call(graph, "POST", f"{version}/derivations", {"kind": "links-static"}, status=422)
    call(graph, "POST", f"{version}/derivations", {"purl": "pkg:npm/a@1", "kind": "calls"}, who="stranger", status=403)
    call(graph, "POST", f"{version}/derivations", {"purl": "pkg:npm/a@1", "kind": "calls"}, status=201)
    first = call(graph, "GET", f"{version}/derivations?limit=1")
    second = call(graph, "GET", first["next"].removeprefix("/api/v1"))
    assert [each["name"] for each in [*first["items"], *second["items"]]] == ["software/researcher/library@1", "pkg:npm/a@1"]
    out = call(graph, "GET", "/assets/software/researcher/library/versions/1/derivations?out=true")
    assert [each["name"] for each in out["items"]] == ["software/researcher/product@1"]
    proof = call(
        graph, "POST", f"{version}/evidence", {"removes": ["outbound:*"], "issuer": "holder", "derivation": made["id"]}, status=201
    )
    assert proof["at_edge"] is True
    assert [each["id"] for each in call(graph, "GET", f"{version}/evidence")["items"]] == [proof["id"]]
    call(graph, "DELETE", f"{version}/evidence/{proof['id']}", status=204)
    call(graph, "DELETE", f"{version}/evidence/{proof['id']}", status=404)
    call(graph, "DELETE", f"{version}/derivations/{made['id']}", status=204)
    call(graph, "DELETE", f"{version}/derivations/{made['id']}", status=404)
    assert call(graph, "PATCH", f"{version}/terms", {"own": True, "license": "MIT"})["license"] == "MIT"
    call(graph, "PATCH", f"{version}/terms", {"license": "("}, status=422)
    call(graph, "PUT", "/terms/components", {"purl": "pkg:npm/a@1", "license": "MIT"}, status=403)
    stated = graph.yard.client.put("/api/v1/terms/components", json={"purl": "pkg:npm/a@1", "license": "MIT"}, headers=graph.yard.signed)
    assert stated.json() == {"purl": "pkg:npm/a@1", "license": "MIT", "facts": []}


def what_if(graph: Graph, name: str, *changes: dict[str, object], goal: str = "open", status: int = 200) -> Any:
    return call(graph, "POST", "/terms/what-if", asked(name, goal, changes=list(changes)), status=status)


def test_what_if_says_who_is_reached_before_anybody_does_it(graph: Graph) -> None:
    graph.add("library", "MIT")
    graph.add("tool", "Apache-2.0")
    graph.add("product", "Apache-2.0")
    graph.add("private", "Apache-2.0", owner="stranger", exposure="private")
    graph.join("library", "tool")
    graph.join("tool", "product")
    graph.join("tool", "private", owner="stranger")
    library = "software/researcher/library@1"
    found = what_if(graph, "library", {"change": "license", "at": library, "license": "GPL-2.0-only"})
    assert (found["before"]["verdict"], found["after"]["verdict"], found["more"]) == ("yes", "no", False)
    assert {(each["name"], each["before"], each["after"]) for each in found["affected"]} == {
        ("software/researcher/tool@1", "yes", "no"),
        ("software/researcher/product@1", "yes", "no"),
    }
    assert graph.verdict("product") == "yes"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"change": "drop-edge", "at": "TOP", "from": "LIB"}, "yes"),
        ({"change": "drop-edge", "at": "TOP", "from": "LIB", "kind": "calls"}, "no"),
        ({"change": "withdraw", "at": "LIB"}, "yes"),
        ({"change": "evidence", "at": "LIB", "removes": ["outbound:*"]}, "yes"),
        ({"change": "evidence", "at": "TOP", "from": "LIB", "removes": ["outbound:*"]}, "yes"),
        ({"change": "license", "at": "LIB", "license": "MIT OR GPL-2.0-only"}, "yes"),
        ({"change": "add-edge", "at": "TOP", "from": "LIB", "kind": "copies"}, "no"),
    ],
)
def test_each_change_can_be_thought_of(graph: Graph, change: dict[str, object], verdict: str) -> None:
    graph.add("library", "GPL-2.0-only")
    graph.add("product", "Apache-2.0")
    graph.join("library", "product")
    names = {"TOP": "software/researcher/product@1", "LIB": "software/researcher/library@1"}
    given = {name: names.get(str(value), value) for name, value in change.items()}
    assert what_if(graph, "product", given)["after"]["verdict"] == verdict


@pytest.mark.parametrize(
    "change",
    [
        {"change": "license"},
        {"change": "drop-edge"},
        {"change": "add-edge", "from": "software/researcher/product@1"},
        {"change": "evidence"},
        {"change": "evidence", "removes": ["security:malware"]},
        {"change": "license", "license": "("},
        {"change": "explode"},
    ],
)
def test_a_change_that_lacks_what_it_needs_is_refused(graph: Graph, change: dict[str, object]) -> None:
    graph.add("product", "Apache-2.0")
    what_if(graph, "product", {"at": "software/researcher/product@1", **change}, status=422)


def test_not_all_that_is_reached_is_looked_at(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.provenance.deciding.MOST_AFFECTED", 1)
    graph.add("library", "MIT")
    for name in ("one", "two"):
        graph.add(name, "MIT")
        graph.join("library", name)
    found = what_if(graph, "library", {"change": "license", "at": "software/researcher/library@1", "license": "GPL-2.0-only"})
    assert (len(found["affected"]), found["more"]) == (1, True)


def test_whoever_makes_much_of_a_thing_takes_no_answer_from_others(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.add("library", "MIT")
    graph.add("plain", "MIT")
    graph.join("library", "plain")
    graph.add("bulky", "MIT", owner="stranger", parts=tuple(provenance.Part(f"pkg:pypi/part{number}@1") for number in range(9)))
    graph.join("library", "bulky", owner="stranger")
    change: dict[str, object] = {"change": "license", "at": "software/researcher/library@1", "license": "GPL-2.0-only"}
    for module in ("cones", "deciding"):
        monkeypatch.setattr(f"madang.provenance.{module}.MOST_NODES", 5)
    found = what_if(graph, "library", change)
    assert ([each["name"] for each in found["affected"]], found["more"]) == (["software/researcher/plain@1"], True)
    monkeypatch.setattr("madang.provenance.deciding.MOST_LOOKED_AT", 5)
    found = what_if(graph, "library", change)
    assert ([each["name"] for each in found["affected"]], found["more"]) == ([], True)


def test_a_version_of_which_nothing_was_ever_said_can_be_asked_about(graph: Graph) -> None:
    graph.add("silent", arrived=False)
    found = what_if(graph, "silent", {"change": "license", "at": "software/researcher/silent@1", "license": "MIT"}, goal="use")
    assert found["after"]["verdict"] == "unknown"
    version = "/assets/software/researcher/silent/versions/1"
    assert call(graph, "GET", f"{version}/derivations")["items"] == call(graph, "GET", f"{version}/evidence")["items"] == []
    assert call(graph, "GET", f"{version}/derivations?out=true")["items"] == []
    with graph.yard.house.database.reading() as session:
        assert provenance.decisions_of(session, session.get_one(catalog.Version, graph.versions["silent"]), limit=3) == []


def test_nobody_keeps_decisions_faster_than_a_person_decides(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.provenance.actions.MOST_KEPT", 2)
    graph.add("product", "MIT")
    by = graph.actor("researcher")
    with graph.yard.house.database.writing() as session:
        version = session.get_one(catalog.Version, graph.versions["product"])
        for _ in range(2):
            provenance.keep(session, version, terms.Goal("use"), by=by)
        with pytest.raises(kit.TooMany):
            provenance.keep(session, version, terms.Goal("use"), by=by)
