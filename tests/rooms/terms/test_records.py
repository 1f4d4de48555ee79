# SPDX-License-Identifier: Apache-2.0
"""Decision records, patents, repairs, and the sentences that people read."""

import json
import re
import shlex
from pathlib import Path

import pytest

from madang import terms
from madang.cli.tree import run
from madang.cli.words import translator
from madang.terms import cut, sentences
from madang.terms import words as all_words
from madang.terms.decision import canonical
from rooms.terms.graphs import CONTRACT, TODAY, graph, verdict
from rooms.terms.test_laws import case

OWN = {"is_own": True}


def test_a_record_replays_to_the_same_bytes() -> None:
    for seed in range(60):
        made, top, goal = case(seed)
        record = terms.decide(made, top, goal, today=TODAY).record()
        assert terms.replay(record, made).record() == record
        assert canonical(json.loads(record)) == record


def test_a_record_names_the_goal_the_rules_the_graph_and_each_piece_of_evidence() -> None:
    made = terms.read_graph(CONTRACT.replace("issuer: rights holder", f"issuer: rights holder, sha256: {'A' * 64}"))
    told = json.loads(terms.decide(made, "api", terms.Goal("sell"), today=TODAY).record())
    assert told["goal"] == {"name": "sell", "license": None, "actions": [], "scope": "open"}
    assert told["rules"] == terms.rules_version()
    assert len(told["graph"]) == 64
    assert told["evidence"] == [
        {
            "at": "corpus",
            "removes": ["forbidden:commercial-use"],
            "issuer": "rights holder",
            "expires": "2027-12-31",
            "sha256": "a" * 64,
        }
    ]
    assert set(told["opinions"]) == {"OSADL"}
    assert told["today"] == "2026-11-23"


def test_a_change_of_what_it_rests_on_changes_the_hash_of_the_graph_and_nothing_else_does() -> None:
    made = terms.read_graph(CONTRACT)
    goal = terms.Goal("sell")
    before = terms.decide(made, "api", goal, today=TODAY)
    beside = terms.make_graph([*made.nodes.values(), terms.Node("else", "software", "MIT")], made.edges, made.evidence)
    assert terms.decide(beside, "api", goal, today=TODAY).graph_hash == before.graph_hash
    nodes = {**made.nodes, "corpus": made.nodes["corpus"]._replace(license="CC-BY-4.0")}
    changed = terms.make_graph(nodes.values(), made.edges, made.evidence)
    assert terms.decide(changed, "api", goal, today=TODAY).graph_hash != before.graph_hash


def patented(own: bool) -> terms.Graph:
    return graph(
        "p:p -;q:p -;codec:s MIT;tool:s MIT;app:s -",
        "p practises codec;q practises tool;codec contains app;tool built-with app",
        p={"is_own": own},
        q=OWN,
        app=OWN,
    )


def test_opening_under_a_licence_that_grants_patents_names_those_that_it_gives_away() -> None:
    decision = terms.decide(patented(True), "app", terms.Goal("open", "Apache-2.0"), today=TODAY)
    assert decision.verdict == "yes"
    granted = [one for one in decision.document()["duties"] if one["duty"] == "patent-grant"]  # type: ignore[attr-defined]
    assert [(one["from"], one["witness"], one["source"]) for one in granted] == [("p", ["p", "codec", "app"], "Apache-2.0 section 3")]
    assert "Apache-2.0 section 3" in sentences.told(decision)


def test_a_licence_that_is_silent_on_patents_grants_by_implication_at_most_and_cc0_not_at_all() -> None:
    silent = terms.decide(patented(True), "app", terms.Goal("open", "MIT"), today=TODAY)
    assert [one.code for one in silent.said] == ["patent-implied"]
    assert "patent-grant" not in {one["duty"] for one in silent.document()["duties"]}  # type: ignore[attr-defined]
    none = terms.decide(patented(True), "app", terms.Goal("open", "CC0-1.0"), today=TODAY)
    assert none.patents == ()
    assert terms.decide(patented(True), "app", terms.Goal("use"), today=TODAY).patents == ()


def test_somebody_elses_patent_makes_the_answer_unknown() -> None:
    decision = terms.decide(patented(False), "app", terms.Goal("use"), today=TODAY)
    assert decision.verdict == "unknown"
    assert decision.reasons[0].witness.nodes == ("p", "codec", "app")
    assert {"repair": "patent-licence", "nodes": ["p"]}.items() <= decision.repairs[0].items()


def test_the_cheapest_parts_are_replaced() -> None:
    made = graph(
        "a:s GPL-2.0-only;b:s GPL-3.0-only;hub:s MIT;x:s MIT",
        "a contains hub;b contains hub;hub contains x",
        x=OWN,
        hub={"cost": 3},
    )
    (repair,) = [one for one in terms.decide(made, "x", terms.Goal("open", "MIT"), today=TODAY).repairs if one["repair"] == "replace"]
    assert (repair["nodes"], repair["cost"]) == (["a", "b"], 2)
    dear = terms.make_graph([node._replace(cost=5) if node.id == "a" else node for node in made.nodes.values()], made.edges)
    (repair,) = [one for one in terms.decide(dear, "x", terms.Goal("open", "MIT"), today=TODAY).repairs if one["repair"] == "replace"]
    assert (repair["nodes"], repair["cost"]) == (["hub"], 3)


def test_a_thing_whose_own_licence_stands_in_the_way_is_to_be_relicensed() -> None:
    (repair,) = [
        one
        for one in terms.decide(graph("x:s GPL-2.0-only"), "x", terms.Goal("open", "MIT"), today=TODAY).repairs
        if one["repair"] == "replace"
    ]
    assert repair["nodes"] == ["x"]


PAPERS = [
    ("d:d CC-BY-NC-4.0", {}, "sell", "permission"),
    ("d:d -", {}, "sell", "state-licence"),
    ("d:d MIT", {"facts": ("privacy:sensitive",)}, "serve", "consent-or-pseudonymisation"),
    ("d:s MIT", {"facts": ("security:exploited",)}, "serve", "mend-or-vex"),
    ("d:d MIT", {"facts": ("exposure:inner",)}, "sell", "release-decision"),
    ("d:d MIT", {"facts": ("royalty:no-sale",)}, "sell", "agreement"),
    ("d:d MIT", {"facts": ("hook:joint-ownership",)}, "sell", "agreement"),
    ("d:d MIT", {"complete": False}, "sell", "complete-the-list"),
]


@pytest.mark.parametrize(("node", "more", "goal", "paper"), PAPERS)
def test_each_hindrance_has_the_paper_that_would_remove_it(node: str, more: dict[str, object], goal: str, paper: str) -> None:
    made = graph(f"{node};x:a LicenseRef-proprietary-terms", "d modifies x", d=more)
    decision = terms.decide(made, "x", terms.Goal(goal, actions=("distribute-source", "publish-weights")), today=TODAY)
    assert decision.verdict != "yes"
    assert paper in {one["repair"] for one in decision.repairs}


def test_what_no_paper_removes_is_only_replaced() -> None:
    made = graph("d:s MIT", d={"facts": ("security:malware",)})
    decision = terms.decide(made, "d", terms.Goal("use"), today=TODAY)
    assert decision.verdict == "no"
    assert [one["repair"] for one in decision.repairs] == ["replace"]


def test_what_the_evidence_removes_that_a_repair_names_makes_it_possible() -> None:
    for seed in range(40):
        made, top, goal = case(seed)
        decision = terms.decide(made, top, goal, today=TODAY)
        papers = [one for one in decision.repairs if "removes" in one]
        if papers and papers[0]["verdict"] == "yes" and not decision.choices:
            proofs = [terms.Evidence(one["nodes"][0], tuple(one["removes"]), "somebody") for one in papers]  # type: ignore[index,arg-type]
            mended = terms.make_graph(made.nodes.values(), made.edges, [*made.evidence, *proofs])
            assert verdict(mended, top, goal.name, goal.licence, actions=goal.actions, scope=goal.scope, mends=False) == "yes", seed


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_decision_can_be_told_in_both_languages(language: str) -> None:
    translate = translator(language)
    for seed in range(120):
        made, top, goal = case(seed)
        decision = terms.decide(made, top, goal, today=TODAY)
        told = sentences.told(decision, translate)
        assert told.count("%(") == 0
        assert translate(all_words.VERDICTS[decision.verdict]) in told.splitlines()[0]


def test_the_first_demonstration_speaks_korean(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paper.json"  # type: ignore[operator]
    nodes = [{"id": "paper", "type": "document", "license": "LicenseRef-KOGL-4"}, {"id": "corpus", "type": "dataset", "own": True}]
    path.write_text(json.dumps({"nodes": nodes, "edges": [{"from": "paper", "to": "corpus", "kind": "contains"}]}))
    monkeypatch.setenv("MADANG_LANGUAGE", "ko")
    asked = ["--goal", "open", "--license", "CC-BY-4.0", "--actions", "train", "--reading", "strict"]
    assert run(["terms", "decide", str(path), "--node", "corpus", *asked]) == 1
    told = capsys.readouterr().out
    assert "판정: 불가 (엄격 해석: 불가)" in told
    assert "금지된 행위: 모델 학습" in told
    assert "paper → [전체에 포함] corpus" in told
    assert "법률 자문이 아닙니다" in told


@pytest.mark.parametrize("form", ["text", "json", "record"])
def test_the_command_prints_each_form(form: str, tmp_path: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "graph.yaml"  # type: ignore[operator]
    path.write_text(CONTRACT)
    assert run(["terms", "decide", str(path), "--node", "api", "--goal", "sell", "--today", "2026-11-23", "--format", form]) == 0
    told = capsys.readouterr().out
    assert form == "text" or json.loads(told)["verdict"] == "yes"


def test_the_vocabulary_is_printed_for_eyes_and_machines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "ko")
    assert run(["terms", "vocabulary"]) == 0
    assert "  trained-on: 학습" in capsys.readouterr().out
    assert run(["terms", "vocabulary", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["actions"]["train"] == "training a model on it"


def test_more_duties_than_anybody_reads_are_counted() -> None:
    many = ";".join(f"n{number}:s MIT" for number in range(260))
    joined = ";".join(f"n{number} contains x" for number in range(260))
    decision = terms.decide(graph(f"{many};x:s MIT", joined), "x", terms.Goal("pass-on"), today=TODAY)
    assert len(decision.duties) == 500
    assert [one.code for one in decision.said] == ["more-duties"]


def test_a_cut_that_is_too_much_to_work_out_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "MOST_ROUNDS", 1)
    made = graph("a:s GPL-2.0-only;b:s GPL-3.0-only;x:s MIT", "a contains x;b contains x", x=OWN)
    decision = terms.decide(made, "x", terms.Goal("open", "MIT"), today=TODAY)
    assert "replace" not in {one["repair"] for one in decision.repairs}


def test_more_reasons_than_anybody_reads_are_counted() -> None:
    many = ";".join(f"n{number}:s NOASSERTION" for number in range(520))
    joined = ";".join(f"n{number} contains x" for number in range(520))
    decision = terms.decide(graph(f"{many};x:s MIT", joined), "x", terms.Goal("use"), today=TODAY)
    assert len(decision.reasons) == 500
    assert [(one.code, dict(one.values)) for one in decision.said] == [("more-reasons", {"count": "500"})]


def test_what_the_guide_shows_is_so(tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "terms.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert example.strip() == CONTRACT.strip()
    monkeypatch.chdir(str(tmp_path))
    Path("graph.yaml").write_text(example)
    codes = [run(shlex.split(line.partition("#")[0])[1:]) for line in re.findall(r"^madang terms .*$", guide, re.MULTILINE)]
    assert codes == [0, 0, 0, 1, 0]
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    exec(compile(code, "terms.md", "exec"), {})  # the guide's own lines
