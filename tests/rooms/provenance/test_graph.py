# SPDX-License-Identifier: Apache-2.0
"""What is made of what, as rows: it arrives, is declared, withdrawn, mended by papers, and the answer follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from madang import audit, catalog, inbox, kit, provenance, terms
from madang.provenance import cones, nodes
from madang.provenance.models import Edge, Node
from rooms.provenance.conftest import Graph

Part = provenance.Part


def deeds(graph: Graph, deed: str) -> list[Any]:
    with graph.yard.house.database.reading() as session:
        return list(audit.entries(session, viewer=kit.SYSTEM, deed=deed, limit=50).items)


def change(graph: Graph, name: str, deed: Callable[..., Any], *given: Any, owner: str = "researcher", **named: Any) -> Any:
    """One deed on a version, by its owner."""
    by = graph.actor(owner)
    with graph.yard.house.database.writing() as session:
        return deed(session, session.get_one(catalog.Version, graph.versions[name]), *given, by=by, **named)


def test_terms_flow_from_a_part_over_what_is_made_of_it(graph: Graph) -> None:
    graph.add("library", "GPL-2.0-only")
    graph.add("tool", "Apache-2.0")
    graph.add("product", "Apache-2.0")
    assert graph.verdict("product") == "yes"
    graph.join("library", "tool")
    graph.join("tool", "product")
    found = graph.ask("product")
    assert found.decision.verdict == "no"
    ways = [row["witness"] for row in found.document["reasons"] if row["severity"] == "no"]
    assert ["software/researcher/library@1", "software/researcher/tool@1", "software/researcher/product@1"] in ways


def test_a_version_whose_parts_nobody_has_named_is_unknown(graph: Graph) -> None:
    graph.add("silent", arrived=False)
    assert graph.verdict("silent", "use") == "unknown"
    graph.add("odd", "MIT", complete=False)
    assert graph.verdict("odd", "use") == "unknown"


def test_parts_arrive_once_however_often_they_are_found(graph: Graph) -> None:
    parts = (
        Part("pkg:pypi/inner@1", license="MIT", is_inside=True), Part("pkg:pypi/outer@2", "links-dynamic"),
        Part("pkg:pypi/loose", "links-dynamic", pinned=False),
    )  # fmt: skip
    version_id = graph.add("tool", "MIT", parts=parts)

    def arrive(*found: Part, licence: str = "MIT") -> bool:
        with graph.yard.house.database.writing() as session:
            version = session.get_one(catalog.Version, version_id)
            return provenance.take_components(session, version, found, license=licence, is_complete=True)

    def standing() -> int:
        with graph.yard.house.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Edge).where(Edge.withdrawn_at.is_(None))) or 0

    assert standing() == 3
    assert arrive(*parts) is False
    assert len(deeds(graph, "derivation.arrived")) == 1
    assert arrive(*parts[:2]) is True
    assert standing() == 2
    assert arrive(*parts) is True
    assert standing() == 3
    assert arrive(*parts, licence="ISC") is True
    assert next(line.facts["license"] for line in deeds(graph, "derivation.arrived")) == "ISC"


def test_what_people_declared_stays_when_parts_arrive(graph: Graph) -> None:
    version_id = graph.add("tool", "MIT")
    graph.join("pkg:pypi/by-hand@1", "tool")
    with graph.yard.house.database.writing() as session:
        provenance.take_components(session, session.get_one(catalog.Version, version_id), [], license="MIT", is_complete=True)
        links = provenance.edges_into(session, session.get_one(catalog.Version, version_id), viewer=kit.SYSTEM, limit=9)
    assert [link.name for link in links] == ["pkg:pypi/by-hand@1"]


def test_a_manifest_that_says_what_another_package_stands_under_says_it_of_its_own_copy_only(graph: Graph) -> None:
    """Else anybody could give a component another licence for everybody by writing it into a file."""
    graph.add("liar", "MIT", parts=(Part("pkg:pypi/famous@1", license="MIT", is_inside=True),))
    graph.add("honest", "MIT", parts=(Part("pkg:pypi/famous@1", "links-dynamic"),))
    assert graph.verdict("liar", "use") == "yes"
    assert graph.verdict("honest", "use") == "unknown"


def test_files_that_say_more_than_the_version_declares_count(graph: Graph) -> None:
    version_id = graph.add("mixed", "MIT")
    with graph.yard.house.database.writing() as session:
        version = session.get_one(catalog.Version, version_id)
        provenance.take_components(session, version, [], license="MIT", found="MIT AND GPL-2.0-only", is_complete=True)
    assert graph.verdict("mixed") == "no"


def test_a_part_whose_name_is_none_makes_the_version_incomplete(graph: Graph) -> None:
    graph.add("odd", "MIT", parts=(Part("", "links-dynamic"), Part("pkg:x/\n", "contains")))
    found = graph.ask("odd", "use")
    assert (found.decision.verdict, len(found.cone.things)) == ("unknown", 1)


def test_more_parts_than_are_taken_make_the_version_incomplete(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.provenance.arrivals.MOST_PARTS", 2)
    graph.add("large", "MIT", parts=tuple(Part(f"pkg:pypi/p{n}@1", license="MIT", is_inside=True) for n in range(3)))
    assert graph.verdict("large", "use") == "unknown"


def test_the_office_states_a_components_licence_for_everybody(graph: Graph) -> None:
    graph.add("one", "MIT", parts=(Part("pkg:pypi/thing@1", "links-dynamic"),))
    graph.add("two", "MIT", parts=(Part("pkg:pypi/thing@1", "links-dynamic"),))
    office, member = graph.actor("lawyer", kit.Role.READER, "legal"), graph.actor("researcher")
    with graph.yard.house.database.writing() as session:
        with pytest.raises(kit.NotAllowed):
            provenance.state_component(session, "pkg:pypi/thing@1", license="MIT", by=member)
        provenance.state_component(session, "pkg:pypi/thing@1", license="MIT", by=office)
    assert (graph.verdict("one", "use"), graph.verdict("two", "use")) == ("yes", "yes")
    assert deeds(graph, "terms.stated")[0].target == "pkg:pypi/thing@1"


def test_a_derivation_stands_once_and_can_be_withdrawn(graph: Graph) -> None:
    graph.add("library", "GPL-2.0-only")
    graph.add("product", "Apache-2.0")
    edge = graph.join("library", "product")
    with pytest.raises(provenance.AlreadyDeclared):
        graph.join("library", "product")
    graph.join("library", "product", "documents")
    change(graph, "product", provenance.withdraw, edge)
    assert graph.verdict("product") == "yes"
    with pytest.raises(provenance.NoSuchDerivation):
        change(graph, "product", provenance.withdraw, edge)
    graph.join("library", "product")
    assert graph.verdict("product") == "no"
    assert [line.deed for line in deeds(graph, "derivation.withdrawn")] == ["derivation.withdrawn"]


@pytest.mark.parametrize(
    ("source", "kind", "refusal"),
    [
        ("product", "contains", provenance.MadeOfItself),
        ("pkg:", "contains", provenance.BadPurl),
        ("pkg:pypi/" + "a" * 500, "contains", provenance.BadPurl),
        ("pkg:pypi/a b", "contains", provenance.BadPurl),
        ("pkg:pypi/a@1", "is-like", kit.Invalid),
    ],
)
def test_what_cannot_be_a_derivation_is_refused(graph: Graph, source: str, kind: str, refusal: type[kit.Refusal]) -> None:
    graph.add("product", "Apache-2.0")
    with pytest.raises(refusal):
        graph.join(source, "product", kind)
    assert deeds(graph, "derivation.declared") == []


def test_who_may_not_change_a_version_says_nothing_of_it(graph: Graph) -> None:
    graph.add("product", "Apache-2.0")
    graph.add("secret", "Apache-2.0", exposure="private")
    for name, refusal in (("product", kit.NotAllowed), ("secret", kit.NotFound)):
        with pytest.raises(refusal):
            graph.join("pkg:pypi/a@1", name, owner="stranger")
        with pytest.raises(refusal):
            change(graph, name, provenance.attach, owner="stranger", removes=["forbidden:train"], issuer="me")
        with pytest.raises(refusal):
            change(graph, name, provenance.state, owner="stranger", license="MIT")


def test_a_source_that_one_may_not_see_is_not_there(graph: Graph) -> None:
    graph.add("secret", "MIT", exposure="private")
    graph.add("mine", "MIT", owner="stranger")
    with pytest.raises(catalog.NoSuchAsset):
        graph.join("secret", "mine", owner="stranger")


def test_things_that_are_made_of_each_other_are_decided_on_and_said(graph: Graph) -> None:
    graph.add("hen", "GPL-2.0-only")
    graph.add("egg", "Apache-2.0")
    graph.join("hen", "egg")
    graph.join("egg", "hen")
    found = graph.ask("egg")
    assert found.decision.verdict == "no"
    assert "cycle" in [row["code"] for row in found.document["said"]]


def test_evidence_removes_what_it_names_until_it_ends(graph: Graph) -> None:
    graph.add("corpus", "CC-BY-NC-4.0", kind="dataset")
    graph.add("model", "Apache-2.0", kind="model")
    edge = graph.join("corpus", "model", "fine-tuned-from")
    assert graph.verdict("model", "sell") == "no"
    tomorrow = kit.now().date() + timedelta(days=1)
    facts = ["forbidden:commercial-use", "forbidden:use-output-commercially", "outbound:*", "contested:*", "unknown:*", "forbidden:*"]
    proof = change(graph, "model", provenance.attach, removes=facts, issuer="rights holder", edge_id=edge, expires=tomorrow)
    assert graph.verdict("model", "sell") == "yes"
    with graph.yard.house.database.reading() as session:
        version = session.get_one(catalog.Version, graph.versions["model"])
        later = provenance.answer(session, version, terms.Goal("sell"), viewer=kit.SYSTEM, today=tomorrow + timedelta(days=1))
        assert [each.issuer for each in provenance.evidence_at(session, version, viewer=kit.SYSTEM, limit=9)] == ["rights holder"]
    assert later.decision.verdict == "no"
    assert "evidence-expired" in [row["code"] for row in later.document["said"]]
    change(graph, "model", provenance.withdraw_evidence, proof.id)
    assert graph.verdict("model", "sell") == "no"
    with pytest.raises(provenance.NoSuchEvidence):
        change(graph, "model", provenance.withdraw_evidence, proof.id)
    assert {line.deed for line in deeds(graph, "evidence")} == {"evidence.attached", "evidence.withdrawn"}


@pytest.mark.parametrize(
    "given",
    [
        {"removes": ["security:malware"], "issuer": "somebody"},
        {"removes": ["forbidden:everything"], "issuer": "somebody"},
        {"removes": ["forbidden:train"], "issuer": " "},
        {"removes": ["forbidden:train"], "issuer": "somebody", "sha256": "x"},
        {"removes": ["forbidden:train"], "issuer": "somebody", "note": "n" * 2001},
    ],
)
def test_evidence_that_removes_what_it_may_not_or_says_nothing_is_refused(graph: Graph, given: dict[str, Any]) -> None:
    graph.add("model", "Apache-2.0", kind="model")
    with pytest.raises(kit.Invalid):
        change(graph, "model", provenance.attach, **given)
    assert deeds(graph, "evidence.attached") == []


def test_evidence_on_a_way_that_was_withdrawn_does_nothing(graph: Graph) -> None:
    graph.add("library", "GPL-2.0-only")
    graph.add("product", "Apache-2.0")
    edge = graph.join("library", "product")
    change(graph, "product", provenance.attach, removes=["outbound:*"], issuer="holder", edge_id=edge)
    change(graph, "product", provenance.withdraw, edge)
    assert graph.verdict("product") == "yes"


def test_a_persons_statement_counts_before_what_was_found(graph: Graph) -> None:
    version_id = graph.add("tool", "GPL-2.0-only")
    assert graph.verdict("tool") == "no"
    change(graph, "tool", provenance.state, license="Apache-2.0", is_own=True, is_complete=False)
    assert graph.verdict("tool") == "unknown"
    change(graph, "tool", provenance.state, is_complete=True)
    assert graph.verdict("tool") == "yes"
    with graph.yard.house.database.writing() as session:
        provenance.take_components(session, session.get_one(catalog.Version, version_id), [], license="GPL-2.0-only", is_complete=False)
    assert graph.verdict("tool") == "yes"
    change(graph, "tool", provenance.state, license="", is_own=False)
    assert graph.verdict("tool") == "no"
    before = len(deeds(graph, "terms.stated"))
    change(graph, "tool", provenance.state, license="")
    assert len(deeds(graph, "terms.stated")) == before


def test_own_things_are_own_only_within_their_namespace(graph: Graph) -> None:
    graph.add("library", "GPL-2.0-only")
    change(graph, "library", provenance.state, is_own=True)
    graph.add("mine", "Apache-2.0")
    graph.add("theirs", "Apache-2.0", owner="stranger")
    graph.join("library", "mine")
    graph.join("library", "theirs", owner="stranger")
    assert (graph.verdict("mine"), graph.verdict("theirs")) == ("yes", "no")


@pytest.mark.parametrize("given", [{"license": "no licence at all ("}, {"license": "MIT OR " * 9000 + "MIT"}, {"facts": ["privacy:none"]}])
def test_a_statement_that_cannot_be_read_is_refused(graph: Graph, given: dict[str, Any]) -> None:
    graph.add("tool", "MIT")
    with pytest.raises(kit.Invalid):
        change(graph, "tool", provenance.state, **given)


def test_declared_facts_flow_too(graph: Graph) -> None:
    graph.add("corpus", "CC-BY-4.0", kind="dataset")
    graph.add("model", "Apache-2.0", kind="model")
    graph.join("corpus", "model", "trained-on")
    change(graph, "corpus", provenance.state, facts=["privacy:personal"])
    assert "privacy:personal" in [row["fact"] for row in graph.ask("model").document["reasons"]]


def test_a_cone_that_is_too_large_is_refused(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.add("large", "MIT", parts=tuple(Part(f"pkg:pypi/p{n}@1", "links-dynamic") for n in range(5)))
    monkeypatch.setattr(cones, "MOST_NODES", 5)
    with pytest.raises(provenance.ConeTooLarge):
        graph.ask("large", "use")


def test_only_the_cone_is_loaded_whatever_else_there_is(graph: Graph) -> None:
    graph.add("bottom", "MIT")
    graph.add("middle", "MIT")
    graph.add("top", "MIT")
    graph.add("beside", "MIT")
    graph.join("bottom", "middle")
    graph.join("middle", "top")
    graph.join("middle", "beside")
    assert set(graph.ask("middle", "use").cone.things) == {"software/researcher/middle@1", "software/researcher/bottom@1"}
    with graph.yard.house.database.reading() as session:
        version = session.get_one(catalog.Version, graph.versions["middle"])
        out = provenance.edges_out_of(session, version, viewer=kit.SYSTEM, limit=9)
        first = provenance.edges_out_of(session, version, viewer=kit.SYSTEM, limit=1)
        rest = provenance.edges_out_of(session, version, viewer=kit.SYSTEM, limit=9, after=first[0].edge.id)
    assert {link.name for link in out} == {"software/researcher/top@1", "software/researcher/beside@1"}
    assert len(first) == len(rest) == 1


def test_two_that_make_a_component_at_once_make_one(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.add("one", "MIT")
    graph.join("pkg:pypi/thing@1", "one")
    looked: list[int] = []
    honest = nodes.find

    def late(session: Any, key: str) -> Node | None:
        looked.append(1)
        return None if len(looked) == 1 else honest(session, key)

    with graph.yard.house.database.writing() as session:
        monkeypatch.setattr("madang.provenance.nodes.find", late)
        node = nodes.of_component(session, "pkg:pypi/thing@1")
        assert session.scalar(select(func.count()).where(Node.key == node.key)) == 1


def test_owners_of_what_is_made_with_it_are_told_and_nothing_of_what_it_was(graph: Graph) -> None:
    graph.add("secret", "MIT", exposure="private")
    graph.add("bridge", "MIT")
    graph.add("theirs", "MIT", owner="stranger")
    graph.join("secret", "bridge")
    graph.join("bridge", "theirs", owner="stranger")
    change(graph, "secret", provenance.state, license="GPL-3.0-only")
    viewer = graph.actor("stranger")
    with graph.yard.house.database.reading() as session:
        told = [each.notice for each in inbox.notifications(session, viewer=viewer, limit=9) if each.notice.kind == "terms.changed"]
    assert told
    assert "secret" not in (told[0].message % told[0].values) + told[0].address
    assert told[0].address == "/assets/software/stranger/theirs/versions/1"
    assert {each.by for each in told} == {kit.SYSTEM.name}
    with graph.yard.house.database.reading() as session:
        mine = inbox.notifications(session, viewer=graph.actor("researcher"), limit=9)
    assert [each.notice.kind for each in mine if each.notice.kind.startswith("terms.")] == []
