# SPDX-License-Identifier: Apache-2.0
"""What reports, documents and cards say that a version is made of, from the text to the answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from madang import catalog, kit, provenance, scan, terms
from madang.provenance import cards, making, reports
from madang.provenance.metadata import declared_here
from rooms.provenance.conftest import Graph

Part = provenance.Part


def read(tmp_path: Path, document: Any) -> provenance.Made:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return provenance.made_of(scan.documents.read(path, name="document.json"))


def ways(made: provenance.Made) -> set[tuple[str, str, str]]:
    return {(each.purl or each.key, each.kind, each.into) for each in made.parts}


def arrive(graph: Graph, name: str, made: provenance.Made, kind: str = "software") -> None:
    version_id = graph.add(name, kind=kind, arrived=False)
    with graph.yard.house.database.writing() as session:
        version = session.get_one(catalog.Version, version_id)
        provenance.take_components(session, version, made.parts, license=made.license, is_complete=made.is_complete)


def bom(**more: Any) -> dict[str, Any]:
    root = {"bom-ref": "root", "type": "application", "name": "tool", "version": "1", "licenses": [{"license": {"id": "MIT"}}]}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": root}, **more}


def component(name: str, licence: str | None = None, kind: str = "library", **more: Any) -> dict[str, Any]:
    told = {"licenses": [{"license": {"id": licence}}]} if licence else {}
    return {"bom-ref": name, "type": kind, "name": name, "version": "1", "purl": f"pkg:generic/{name}@1", **told, **more}


WHOLE = [{"aggregate": "complete", "assemblies": ["root"], "dependencies": ["root"]}]


def test_terms_flow_through_what_a_document_says_of_parts_of_parts(graph: Graph, tmp_path: Path) -> None:
    needs = [{"ref": "root", "dependsOn": ["near"]}, {"ref": "near", "dependsOn": ["far"]}]
    made = read(
        tmp_path, bom(components=[component("near", "MIT"), component("far", "GPL-3.0-only")], dependencies=needs, compositions=WHOLE)
    )
    assert ("pkg:generic/far@1", "links-dynamic", "near") in ways(made)
    arrive(graph, "tool", made)
    found = graph.ask("tool", "open", "MIT")
    assert found.decision.verdict == "no"
    assert any(row["from"].endswith("#pkg:generic/far@1") and row["severity"] == "no" for row in found.document["reasons"])


def test_a_document_that_does_not_say_that_it_names_all_is_never_yes(graph: Graph, tmp_path: Path) -> None:
    said = [[], [{"aggregate": "incomplete", "assemblies": ["root"]}], [{"aggregate": "unknown", "assemblies": ["root"]}]]
    for place, compositions in enumerate(said):
        made = read(tmp_path, bom(components=[component("near", "MIT")], compositions=compositions))
        arrive(graph, f"tool-{place}", made)
        assert graph.verdict(f"tool-{place}", "use") == "unknown"
    arrive(graph, "whole", read(tmp_path, bom(components=[component("near", "MIT")], compositions=WHOLE)))
    assert graph.verdict("whole", "use") == "yes"


def test_a_model_of_a_bill_is_made_of_its_data_and_of_what_it_descends_from(graph: Graph, tmp_path: Path) -> None:
    card = {"modelParameters": {"datasets": [{"ref": "corpus"}, {"type": "dataset", "name": "loose", "contents": {}}]}}
    model = component("speech", "Apache-2.0", "machine-learning-model", modelCard=card, pedigree={"ancestors": [component("base", "MIT")]})
    document = bom(components=[component("corpus", "CC-BY-NC-4.0", "data")])
    document["metadata"]["component"] = {**model, "bom-ref": "root"}
    made = read(tmp_path, document)
    kinds = {each.key: each.kind for each in made.parts if each.into == ""}
    assert kinds["corpus"] == "trained-on"
    assert kinds["base"] == "fine-tuned-from"
    arrive(graph, "speech", made, "model")
    found = graph.ask("speech", "sell")
    assert found.document["readings"]["strict"] == "no"
    assert found.decision.verdict == "no" or found.document["readings"]["permissive"] != "yes"


def spdx3(*elements: dict[str, Any]) -> dict[str, Any]:
    info = {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-02T03:04:05Z", "createdBy": ["urn:me"]}
    whole = {"type": "SpdxDocument", "spdxId": "urn:doc", "creationInfo": "_:c", "rootElement": ["urn:model"]}
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [info, whole, *elements]}


def related(kind: str, source: str, *targets: str, completeness: str = "") -> dict[str, Any]:
    told = {"completeness": completeness} if completeness else {}
    return {"type": "Relationship", "spdxId": f"urn:{kind}-{source}", "relationshipType": kind, "from": source, "to": list(targets), **told}


def licensed(source: str, licence: str) -> list[dict[str, Any]]:
    key = f"urn:licence-{source}"
    return [
        {"type": "simplelicensing_LicenseExpression", "spdxId": key, "simplelicensing_licenseExpression": licence},
        {**related("hasDeclaredLicense", source, key), "spdxId": f"urn:declares-{source}"},
    ]


def test_the_profiles_for_ai_and_data_of_spdx_3_arrive_with_how_complete_they_are(graph: Graph, tmp_path: Path) -> None:
    things = [
        {"type": "ai_AIPackage", "spdxId": "urn:model", "name": "speech", "software_packageVersion": "1"},
        {"type": "dataset_DatasetPackage", "spdxId": "urn:corpus", "name": "corpus"},
        {"type": "dataset_DatasetPackage", "spdxId": "urn:tests", "name": "tests"},
        *licensed("urn:model", "Apache-2.0"), *licensed("urn:corpus", "CC-BY-4.0"), *licensed("urn:tests", "CC-BY-NC-4.0"),
        related("testedOn", "urn:model", "urn:tests"),
    ]  # fmt: skip
    some = read(tmp_path, spdx3(*things, related("trainedOn", "urn:model", "urn:corpus", completeness="incomplete")))
    whole = read(tmp_path, spdx3(*things, related("trainedOn", "urn:model", "urn:corpus", completeness="complete")))
    assert {each.kind for each in whole.parts} == {"trained-on", "evaluated-on"}
    assert (some.is_complete, whole.is_complete) == (False, True)
    assert [each.is_listed for each in some.parts if each.kind == "trained-on"] == [False]
    arrive(graph, "some", some, "model")
    arrive(graph, "whole", whole, "model")
    assert (graph.verdict("some", "use"), graph.verdict("whole", "use")) == ("unknown", "yes")


def test_a_document_says_nothing_of_what_others_know(graph: Graph, tmp_path: Path) -> None:
    """Else whoever sends one could give another's component other terms, or say what it is made of."""
    needs = [{"ref": "root", "dependsOn": ["famous"]}, {"ref": "famous", "dependsOn": ["poison"]}]
    parts = [component("famous", "MIT", purl="pkg:pypi/famous@1"), component("poison", "AGPL-3.0-only")]
    graph.add("honest", "MIT", parts=(Part("pkg:pypi/famous@1", "links-dynamic"),))
    before = graph.ask("honest", "open", "MIT").document
    arrive(graph, "liar", read(tmp_path, bom(components=parts, dependencies=needs, compositions=WHOLE)))
    assert graph.ask("honest", "open", "MIT").document == before
    assert graph.verdict("liar", "open", "MIT") == "no"


def test_what_the_office_states_of_a_component_goes_before_what_a_document_says(graph: Graph, tmp_path: Path) -> None:
    made = read(tmp_path, bom(components=[component("famous", "MIT", purl="pkg:npm/famous@1")], compositions=WHOLE))
    arrive(graph, "tool", made)
    assert graph.verdict("tool", "open", "MIT") == "yes"
    office = graph.actor("lawyer", kit.Role.READER, "legal")
    with graph.yard.house.database.writing() as session:
        provenance.state_component(session, "pkg:npm/famous@1", license="GPL-3.0-only", by=office)
    assert graph.verdict("tool", "open", "MIT") == "no"


def test_ends_that_are_nowhere_and_circles_do_no_harm(graph: Graph, tmp_path: Path) -> None:
    needs = [{"ref": "root", "dependsOn": ["a", "gone"]}, {"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a", "root", "b"]}]
    made = read(tmp_path, bom(components=[component("a", "MIT"), component("b", "MIT")], dependencies=needs, compositions=WHOLE))
    arrive(graph, "tool", made)
    found = graph.ask("tool", "use")
    assert found.decision.verdict == "unknown"
    assert any(row["from"].endswith("gone") for row in found.document["reasons"])


CARD = """---
license: {licence}
base_model: {base}
datasets: [researcher/corpus, squad]
model-index: [{{results: [{{a: {{b: {{c: {{d: {{e: {{f: [1]}}}}}}}}}}}}]}}]
---
# A model
"""


def test_a_card_names_what_a_model_is_made_of_and_never_all(graph: Graph) -> None:
    graph.add("corpus", "CC-BY-NC-4.0", kind="dataset")
    graph.add("base", "MIT", kind="model", owner="somebody", exposure="private")
    made = cards.made_of(CARD.format(licence="apache-2.0", base="somebody/base"), "model")
    assert (made.license, made.is_complete) == ("Apache-2.0", False)
    arrive(graph, "speech", made, "model")
    found = graph.ask("speech", "sell")
    assert set(found.cone.things) == {
        "model/researcher/speech@1", "dataset/researcher/corpus@1", "pkg:huggingface/somebody/base", "pkg:huggingface/datasets/squad",
    }  # fmt: skip
    assert found.document["readings"] == {"strict": "no", "permissive": "unknown"}


def test_naming_what_is_not_shown_does_not_tell_that_it_is_there(graph: Graph) -> None:
    graph.add("hidden", "MIT", kind="model", owner="somebody", exposure="private")
    named = [cards.made_of(CARD.format(licence="mit", base=f"somebody/{name}"), "model") for name in ("hidden", "nowhere")]
    for place, made in enumerate(named):
        arrive(graph, f"mine-{place}", made, "model")
    things = [set(graph.ask(f"mine-{place}", "use").cone.things) for place in (0, 1)]
    assert {len(each) for each in things} == {4}
    assert "pkg:huggingface/somebody/hidden" in things[0]


@pytest.mark.parametrize(
    ("text", "licence", "complete"),
    [
        ("---\nlicense: [mit, apache-2.0]\n---\n", "Apache-2.0 AND MIT", True),
        ("---\nlicense: other\nlicense_name: llama3.1\n---\n", "LicenseRef-scancode-llama-3.1-license-2024", True),
        ("---\nlicense: other\nlicense_name: my-own\n---\n", "NOASSERTION", True),
        ("---\nlicense: bsd\n---\n", "NOASSERTION", True),
        ("---\nlicense: KOGL-4\n---\n", "LicenseRef-KOGL-4", True),
        ("---\nlicense:\n---\n", None, True),
        ("---\nlicense: mit\nsource_datasets: [crawled]\n---\n", "MIT", False),
        ("---\nlicense: mit\nsource_datasets: [original, 'extended|squad']\n---\n", "MIT", True),
        ("---\n{[\n---\n", None, False),
        ("---\nlicense: *gone\n---\n", None, True),
        ("---\na: &a [x, x]\nb: &b [*a, *a]\nlicense: mit\n---\n", "MIT", True),
        ("---\nlicense: !!python/object/apply:os.system [id]\n---\n", "NOASSERTION", True),
        ("---\n" + "- [" * 20_000 + "\n---\n", None, False),
        ("---\nlicense: mit\na: " + "x" * 70_000 + "\n---\n", None, False),
        ("no card", None, True),
        ("", None, True),
    ],
)  # fmt: skip
def test_a_card_is_read_as_plain_words_or_not_at_all(text: str, licence: str | None, complete: bool) -> None:
    made = cards.made_of(text, "dataset")
    assert (made.license, made.is_complete) == (licence, complete)


def test_models_are_complete_only_where_a_person_says_so() -> None:
    assert not cards.made_of(None, "model").is_complete
    assert not cards.made_of("---\nlicense: mit\n---\n", "model").is_complete
    assert cards.made_of("---\nlicense: gpl-3.0\n---\n", "software") == provenance.Made()


@pytest.mark.parametrize(
    ("scope", "path", "only"),
    [
        ("devDependencies", "package.json", True), ("dependencies", "package.json", False), ("install", "requirements.txt", False),
        ("install", "requirements-dev.txt", True), ("test", "setup.py", True), ("testImplementation", "build.gradle", True),
        ("compile", "pom.xml", False), ("build", "pyproject.toml", True), ("require-dev", "composer.json", True),
        ("dependencies", "docs/package.json", True), (None, "requirements/tests.txt", True), ("peerDependencies", "package.json", False),
        ("latest", "package.json", False), ("contest", "pyproject.toml", False), ("developer-tools", "pyproject.toml", False),
    ],
)  # fmt: skip
def test_what_is_only_for_work_on_a_thing_is_told_by_words(scope: str | None, path: str, only: bool) -> None:
    needed = scan.Dependency("a", "pkg:npm/a@1", None, scope, False, False, True, True, None, path)
    assert reports.is_only_for_work(needed) is only


def test_what_is_only_for_work_does_not_make_the_answer_unknown(graph: Graph) -> None:
    graph.add("tool", "MIT", parts=(Part("pkg:npm/linter@1", "built-with", apart=True),))
    assert graph.ask("tool", "open", "MIT").document["readings"]["permissive"] == "yes"


def test_a_package_that_is_installed_here_says_itself_what_it_stands_under(graph: Graph) -> None:
    found = declared_here("pkg:pypi/SQLAlchemy")
    assert found is not None
    assert found.license == "MIT"
    assert declared_here("pkg:pypi/sqlalchemy@0.0.1") is None
    assert declared_here("pkg:npm/sqlalchemy") is None
    assert declared_here("pkg:pypi/no-such-package-anywhere") is None
    graph.add("tool", "MIT", parts=(Part("pkg:pypi/sqlalchemy", "links-dynamic", pinned=False),))
    assert graph.verdict("tool", "use") == "yes"


def test_what_is_packed_comes_back() -> None:
    made = provenance.Made((Part("pkg:npm/a@1", "contains", "MIT", True, ref="x", into="y", apart=True),), False, "MIT", "pkg:npm/b@1")
    assert making.unpacked(making.packed(made)) == made


def test_parts_of_what_everybody_knows_are_not_taken() -> None:
    kept, is_whole = making.sound([Part("pkg:npm/a@1"), Part("pkg:npm/b@1", is_inside=True, into="pkg:npm/a@1")])
    assert [each.purl for each in kept] == ["pkg:npm/a@1"]
    assert not is_whole


def test_every_way_of_the_table_is_one_that_the_core_knows() -> None:
    words: Any = terms.vocabulary(str)["kinds"]
    assert {kind for kind, _apart in reports.joined().values()} <= set(words)
    assert set(reports.joined()) <= set(scan.documents.KINDS)
