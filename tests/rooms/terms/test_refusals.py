# SPDX-License-Identifier: Apache-2.0
"""What is no graph, no question and no evidence is refused, with its place and what to do."""

import io
import json
from pathlib import Path

import pytest

from madang import terms
from madang.cli.tree import run
from madang.kit import Refusal
from rooms.terms.graphs import CONTRACT, TODAY, graph

NODE = "nodes: [{id: a, type: software, license: MIT}, {id: b, type: software, license: MIT}]\n"
EDGE = NODE + "edges: [{from: a, to: b, kind: contains}]\n"


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("nodes: [", "no-graph", "2:1: this cannot be read"),
        ('{"nodes": [}', "no-graph", "1:12: this cannot be read"),
        ("{" * 200_000, "no-graph", "1:2: this cannot be read"),
        ('{"nodes": ' + "[" * 100_000, "no-graph", "1:1: this cannot be read"),
        ("[" * 100_000, "bad-entry", "1:7: … is not as it should be"),
        ("nodes: [[[[[[[[[]]]]]]]]]", "bad-entry", "is not as it should be"),
        ('{"nodes": [[[[[[[[]]]]]]]]}', "bad-entry", "is not as it should be"),
        ('{"nodes": [' + "1" * 5000 + "]}", "bad-entry", "has to be names and values"),
        ("- 1", "bad-entry", "1:1: an entry of “graph” has to be names and values"),
        ("", "bad-entry", "1:1: an entry of “graph” has to be names and values"),
        ("nodes: 1", "bad-entry", "1:8: “nodes” has to be a list"),
        ("knots: []", "bad-entry", "nothing is called “knots” here. What there may be: nodes, edges, evidence"),
        ("nodes: [{id: a}]", "bad-entry", "1:9: “type” is missing"),
        ("nodes: [{id: a, type: software, licnse: MIT}]", "bad-entry", "nothing is called “licnse” here"),
        ("nodes: [{id: a, type: software, license: MIT, licence: ISC}]", "bad-entry", "“license” stands twice"),
        ("nodes: [{id: a, type: software, license: MIT, license: ISC}]", "bad-entry", "“license” stands twice"),
        ('{"nodes": [{"id": "a", "id": "b"}]}', "bad-entry", "“id” stands twice"),
        ("nodes: [{id: [a], type: software}]", "bad-entry", "“id” has to be a text"),
        (f"nodes: [{{id: {'a' * 301}, type: software}}]", "bad-entry", "an id is a text of 1 to 300 letters"),
        ("nodes: [{id: a, type: machine}]", "unknown-word", "“machine” is not in the vocabulary. Take one of these: software, dataset"),
        ("nodes: [{id: a, type: software, own: maybe}]", "bad-entry", "“own” has to be true or false"),
        ("nodes: [{id: a, type: software, cost: 0}]", "bad-entry", "“cost” has to be a whole number"),
        ("nodes: [{id: a, type: software, cost: 1.5}]", "bad-entry", "“cost” has to be a whole number"),
        ("nodes: [{id: a, type: software, facts: [privacy:odd]}]", "unknown-word", "Take one of these: privacy:personal"),
        ("nodes: [{id: a, type: software}, {id: a, type: model}]", "contradiction", "“a” is declared twice"),
        (NODE + "edges: [{from: a, kind: contains}]", "bad-entry", "“to” is missing"),
        (NODE + "edges: [{from: a, to: c, kind: contains}]", "no-such-node", "a → c (contains) names “c”, and no node has this id"),
        (NODE + "edges: [{from: a, to: b, kind: holds}]", "unknown-word", "“holds” is not in the vocabulary. Take one of these: contains"),
        (NODE + "edges: [{from: a, to: b, kind: modifies, modified: false}]", "contradiction", "modifies and modified: false"),
        (EDGE + "evidence: [{at: a, removes: [forbidden:train]}]", "bad-entry", "“issuer” is missing"),
        (EDGE + "evidence: [{at: c, removes: [], issuer: x}]", "no-such-node", "evidence of x names “c”"),
        (EDGE + "evidence: [{at: [b, a], removes: [], issuer: x}]", "no-such-node", "names “b → a”"),
        (EDGE + "evidence: [{at: [a], removes: [], issuer: x}]", "bad-entry", "“at” has to be a text"),
        (EDGE + "evidence: [{at: a, removes: [forbidden:all], issuer: x}]", "unknown-word", "Take one of these: forbidden:use"),
        (EDGE + "evidence: [{at: a, removes: [security:malware], issuer: x}]", "may-not-remove", "is replaced, not excused"),
        (EDGE + "evidence: [{at: a, removes: [hook:security-project], issuer: x}]", "may-not-remove", "the law decides this"),
        (EDGE + "evidence: [{at: a, removes: [delivery:without-source], issuer: x}]", "may-not-remove", "deliver the source"),
        (EDGE + "evidence: [{at: a, removes: [], issuer: x, expires: soon}]", "bad-entry", "“expires” has to be a date"),
        (EDGE + "evidence: [{at: a, removes: [], issuer: x, sha256: abc}]", "bad-entry", "“sha256” has to be 64"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, code: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        terms.read_graph(text)
    assert (refused.value.code, sentence in str(refused.value)) == (code, True), str(refused.value)


def test_graphs_are_bounded() -> None:
    small = terms.Limits(nodes=1, edges=0, evidence=0, text=10_000, expression=10)
    for text in (NODE, EDGE.replace(", {id: b, type: software, license: MIT}", ""), "x" * 10_001):
        with pytest.raises(Refusal, match="at most"):
            terms.read_graph(text, limits=small)
    with pytest.raises(Refusal, match="at most 10"):
        terms.read_graph("nodes: [{id: a, type: software, license: MIT OR Apache-2.0}]", limits=small)


def test_an_expression_of_100000_lines_is_refused_at_once() -> None:
    text = json.dumps({"nodes": [{"id": "a", "type": "software", "license": "MIT OR\n" * 100_000 + "ISC"}]})
    with pytest.raises(Refusal, match="at most 20000"):
        terms.read_graph(text)


def test_what_is_declared_twice_in_the_same_words_is_told_and_no_more() -> None:
    text = EDGE.replace("kind: contains}]", "kind: contains}, {from: a, to: b, kind: contains}]").replace(
        "nodes: [", "nodes: [{id: a, type: software, license: MIT}, "
    )
    made = terms.read_graph(text)
    assert len(made.nodes) == 2
    assert len(made.edges) == 1
    assert [one.code for one in made.said] == ["declared-twice", "declared-twice"]


def test_an_edge_that_is_declared_with_other_details_counts_in_both_ways() -> None:
    kinds = "kind: contains, modified: false}, {from: a, to: b, kind: contains, modified: true}]"
    made = terms.read_graph(EDGE.replace("kind: contains}]", kinds))
    assert len(made.edges) == 2
    assert [one.code for one in made.said] == ["declared-differently"]


@pytest.mark.parametrize("node", ["x", ""])
def test_a_node_that_is_not_there_is_refused(node: str) -> None:
    with pytest.raises(Refusal, match="no node has this id"):
        terms.decide(graph("a:s MIT"), node, terms.Goal("use"), today=TODAY)


@pytest.mark.parametrize(
    ("goal", "sentence"),
    [
        (terms.Goal("steal"), "“steal” is not in the vocabulary"),
        (terms.Goal("use", scope="all"), "“all” is not in the vocabulary"),
        (terms.Goal("use", actions=("fly",)), "“fly” is not in the vocabulary"),
        (terms.Goal("open"), "say under which licence"),
        (terms.Goal("open", "NOASSERTION"), "is no licence to give out under"),
        (terms.Goal("open", "MIT OR"), "is no licence to give out under"),
    ],
)
def test_a_goal_that_is_none_is_refused(goal: terms.Goal, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        terms.decide(graph("a:s MIT"), "a", goal, today=TODAY)
    with pytest.raises(Refusal, match="“loose” is not in the vocabulary"):
        terms.decide(graph("a:s MIT"), "a", terms.Goal("use"), reading="loose", today=TODAY)


@pytest.fixture
def contract(tmp_path: Path) -> str:
    path = tmp_path / "graph.yaml"
    path.write_text(CONTRACT)
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--node", "api", "--goal", "sell", "--today", "2026-11-23"), 0),
        (("--node", "api", "--goal", "sell", "--today", "2028-01-01"), 3),
        (("--node", "api", "--goal", "sell", "--today", "2028-01-01", "--reading", "strict"), 1),
        (("--node", "model", "--goal", "open", "--license", "LicenseRef-x"), 4),
        (("--node", "model", "--goal", "open"), 2),
        (("--node", "nobody", "--goal", "use"), 2),
        (("--node", "api", "--goal", "fly"), 2),
        (("--node", "api", "--goal", "sell", "--actions", "fly"), 2),
        (("--node", "api", "--goal", "sell", "--today", "soon"), 2),
        (("--node", "api"), 2),
    ],
)
def test_the_command_says_the_verdict_by_its_exit_code(contract: str, arguments: tuple[str, ...], code: int) -> None:
    assert run(["terms", "decide", contract, *arguments]) == code


def test_the_command_reads_standard_input_and_writes_what_machines_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(CONTRACT))
    assert run(["terms", "decide", "-", "--node", "api", "--goal", "sell", "--today", "2028-01-01", "--format", "json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert {"verdict", "readings", "duties", "reasons", "choices", "repairs"} <= set(told)
    assert told["readings"] == {"strict": "no", "permissive": "yes"}


def test_a_file_that_is_not_there_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["terms", "decide", "/nowhere", "--node", "a", "--goal", "use"]) == 2
    assert "/nowhere" in capsys.readouterr().err


def test_a_pair_is_asked_for_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    gpl = ("terms", "pair", "--inbound", "GPL-2.0-only", "--outbound", "MIT", "--kind")
    assert run([*gpl, "links-static", "--format", "json"]) == 1
    assert run([*gpl, "separate-process"]) == 0
    assert run([*gpl, "holds"]) == 2
    assert run(["terms", "pair", "--inbound", "LicenseRef-x", "--outbound", "MIT", "--kind", "contains", "--reading", "strict"]) == 4
    capsys.readouterr()


def test_a_kind_that_is_none_is_refused_by_the_pair_too() -> None:
    with pytest.raises(Refusal, match="“holds” is not in the vocabulary"):
        terms.pair("MIT", "MIT", "holds")


def test_anchors_are_understood_and_cannot_grow_without_end() -> None:
    made = terms.read_graph(
        "nodes: [{id: a, type: software, license: &l MIT, cost: 7}, {id: b, type: software, license: *l, facts: ~}]\nedges: ~"
    )
    assert {node.license for node in made.nodes.values()} == {"MIT"}
    assert made.nodes["a"].cost == 7
    with pytest.raises(Refusal, match="1:9: this cannot be read"):
        terms.read_graph("nodes: [*nobody]")
    bomb = "".join(f"x{number}: &x{number} [{', '.join([f'*x{number - 1}'] * 9)}]\n" for number in range(1, 30))
    with pytest.raises(Refusal, match="nothing is called “x0” here"):
        terms.read_graph("x0: &x0 [lol]\n" + bomb)
    with pytest.raises(Refusal, match="this cannot be read"):
        terms.read_graph("nodes: [&a [*a]]")


@pytest.mark.parametrize("declared", ["MIT OR OR", "-"])
def test_nobody_has_said_under_which_licence_a_whole_goes_out_that_has_to_keep_one(declared: str) -> None:
    made = graph(f"lib:s GPL-2.0-only;x:s {declared}", "lib contains x", x={"is_own": True})
    decision = terms.decide(made, "x", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "unknown"
    assert {one.fact for one in decision.reasons} == {"duty:same-licence"}
    assert [one.code for one in decision.said] == (["licence-unreadable"] if declared != "-" else [])
    assert {"repair": "choose-licence", "license": "GPL-2.0-only", "verdict": "yes"}.items() <= decision.repairs[0].items()
    assert terms.decide(made, "x", terms.Goal("use"), today=TODAY).verdict == "yes"
