# SPDX-License-Identifier: Apache-2.0
"""What may be done, and why: the contract's example, each goal, evidence, choices, what is not known."""

import dataclasses
from datetime import date

import pytest

from madang import licensing, terms
from rooms.terms.graphs import CONTRACT, TODAY, graph, verdict


def example(*, evidence: bool) -> terms.Graph:
    made = terms.read_graph(CONTRACT)
    return made if evidence else dataclasses.replace(made, evidence=())


def test_what_was_trained_on_non_commercial_data_is_sold_as_a_contested_matter() -> None:
    decision = terms.decide(example(evidence=False), "api", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "contested"
    assert decision.readings == {"strict": "no", "permissive": "yes"}
    told = decision.document()
    assert told["reasons"] == [
        {
            "fact": "forbidden:commercial-use",
            "severity": "no",
            "from": "corpus",
            "witness": ["corpus", "model", "api"],
            "source": "CC-BY-NC-4.0 sections 1 and 2(a)(1): NonCommercial purposes only",
            "license": "CC-BY-NC-4.0",
            "readings": ["strict"],
            "steps": [
                {
                    "to": "model",
                    "kind": "trained-on",
                    "source": "Creative Commons: Using CC-licensed works for AI training (2025): "
                    "the cautious reading carries NonCommercial through",
                },
                {"to": "api", "kind": "served-as", "source": "whoever offers a thing is bound by its terms"},
            ],
        }
    ]
    assert [(one["repair"], one["nodes"], one["verdict"]) for one in decision.repairs] == [
        ("permission", ["corpus"], "yes"),
        ("replace", ["corpus"], "yes"),
    ]


def test_evidence_that_stands_removes_the_fact_and_leaves_the_duties() -> None:
    decision = terms.decide(example(evidence=True), "api", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "yes"
    assert {(one.fact, one.node) for one in decision.duties} >= {("duty:attribution", "corpus")}


def test_evidence_that_has_expired_does_nothing_and_says_so() -> None:
    decision = terms.decide(example(evidence=True), "api", terms.Goal("sell"), today=date(2028, 1, 1))
    assert decision.verdict == "contested"
    assert [one.code for one in decision.said] == ["evidence-expired"]


def test_evidence_holds_on_its_last_day() -> None:
    assert terms.decide(example(evidence=True), "api", terms.Goal("sell"), today=date(2027, 12, 31)).verdict == "yes"


@pytest.mark.parametrize(("reading", "answer"), [("strict", "no"), ("permissive", "yes"), ("both", "contested")])
def test_each_reading_can_be_asked_for_alone(reading: str, answer: str) -> None:
    assert terms.decide(example(evidence=False), "api", terms.Goal("sell"), reading=reading, today=TODAY).verdict == answer


@pytest.mark.parametrize(
    ("goal", "answer"),
    [("use", "yes"), ("change", "yes"), ("serve", "yes"), ("train", "yes"), ("sell", "no"), ("pass-on", "yes"), ("publish-output", "yes")],
)
def test_each_goal_on_a_non_commercial_dataset(goal: str, answer: str) -> None:
    assert verdict(graph("d:d CC-BY-NC-4.0"), "d", goal) == answer


def test_an_article_under_kogl_type_4_is_refused_as_open_training_data_in_the_strict_reading() -> None:
    article = graph("paper:t LicenseRef-KOGL-4")
    assert verdict(article, "paper", "train", reading="strict") == "no"
    assert verdict(article, "paper", "train", reading="permissive") == "yes"
    assert verdict(article, "paper", "train") == "contested"
    corpus = graph("paper:t LicenseRef-KOGL-4;corpus:d CC-BY-4.0", "paper contains corpus")
    decision = terms.decide(corpus, "corpus", terms.Goal("open", "CC-BY-4.0", ("train",)), reading="strict", today=TODAY)
    assert decision.verdict == "no"
    assert {one.fact for one in decision.reasons} >= {"forbidden:train", "forbidden:commercial-use", "forbidden:modify"}
    assert {one.witness.nodes for one in decision.reasons} == {("paper", "corpus")}


def test_the_ai_flag_of_kogl_lets_anybody_train() -> None:
    assert verdict(graph("paper:t LicenseRef-KOGL-4-AI"), "paper", "train") == "yes"


@pytest.mark.parametrize("licence", ["-", "NOASSERTION", "NONE", "Nobody-Knows-1.0", "this is (no expression"])
def test_what_nobody_has_said_is_unknown_and_never_yes(licence: str) -> None:
    for goal in terms.GOALS:
        assert verdict(graph(f"x:s {licence}"), "x", goal, "MIT") == "unknown"
        made = graph(f"x:s {licence};y:s MIT", "x contains y", y={"is_own": True})
        assert verdict(made, "y", goal, "MIT") == "unknown"


def test_what_is_incomplete_is_unknown() -> None:
    assert verdict(graph("x:s MIT", x={"complete": False}), "x", "use") == "unknown"
    made = graph("x:s MIT;y:s MIT", "x contains y", **{"x-y": {"complete": False}})
    assert verdict(made, "y", "use") == "unknown"
    assert verdict(made, "x", "use") == "yes"


def test_proprietary_terms_bind_nobody_at_home_and_are_unknown_to_others() -> None:
    own = "LicenseRef-proprietary-terms"
    assert verdict(graph(f"x:s {own}"), "x", "sell") == "yes"
    assert verdict(graph(f"lib:s {own};x:s {own}", "lib contains x"), "x", "sell") == "unknown"
    assert verdict(graph(f"lib:s {own};x:s {own}", "lib contains x", lib={"is_own": True}), "x", "sell") == "yes"
    by_owner = {"lib": {"owner": "lab"}, "x": {"owner": "lab"}}
    assert verdict(graph(f"lib:s {own};x:s {own}", "lib contains x", **by_owner), "x", "sell") == "yes"
    elsewhere = {"lib": {"owner": "lab"}, "x": {"owner": "another"}}
    assert verdict(graph(f"lib:s {own};x:s {own}", "lib contains x", **elsewhere), "x", "sell") == "unknown"


def test_a_dual_licence_is_taken_as_the_goal_needs_it() -> None:
    made = graph("lib:s GPL-2.0-only OR MIT;x:s Apache-2.0", "lib links-static x", x={"is_own": True})
    decision = terms.decide(made, "x", terms.Goal("open", "Apache-2.0"), today=TODAY)
    assert decision.verdict == "yes"
    assert [(one["at"], one["chosen"]) for one in decision.choices] == [("lib", "MIT")]
    assert {one.own.source for one in decision.duties} == {"MIT second paragraph: the notices are in all copies"}


def test_a_choice_of_which_each_alternative_fails_on_another_fact_is_refused() -> None:
    """Each fact by itself is avoided by one alternative, so that looking fact by fact would say yes."""
    made = graph("x:s CC-BY-NC-4.0 OR CC-BY-SA-4.0;y:d Apache-2.0", "x modifies y", y={"is_own": True})
    assert verdict(made, "y", "open", "Apache-2.0") == "no"


def test_the_dual_licence_may_be_taken_differently_by_the_readings() -> None:
    made = graph("d:d CC-BY-SA-4.0 OR GPL-2.0-only;m:m MIT", "d trained-on m", m={"is_own": True})
    decision = terms.decide(made, "m", terms.Goal("open", "MIT"), today=TODAY)
    assert decision.verdict == "contested"
    assert {reading for one in decision.choices for reading in one["readings"]} == {"strict", "permissive"}  # type: ignore[attr-defined]


def test_thirty_alternatives_and_thirty_two_fold_choices_are_decided_at_once() -> None:
    many = " OR ".join(f"LicenseRef-closed-{number}" for number in range(30)) + " OR MIT"
    assert verdict(graph(f"x:s {many}"), "x", "sell") == "yes"
    product = " AND ".join("(GPL-2.0-only OR MIT)" if number % 2 else "(ISC OR LicenseRef-x)" for number in range(30))
    assert verdict(graph(f"x:s {product};y:s MIT", "x contains y", y={"is_own": True}), "y", "open", "MIT") == "yes"


def test_inside_the_institute_no_copyleft_bites() -> None:
    made = graph("lib:s GPL-3.0-only;x:s LicenseRef-proprietary-terms", "lib links-static x")
    assert verdict(made, "x", "pass-on") == "no"
    assert verdict(made, "x", "pass-on", scope="inner") == "yes"
    assert verdict(made, "x", "pass-on", scope="partner") == "no"


def test_further_actions_must_be_allowed_too() -> None:
    made = graph("d:d CC-BY-NC-4.0")
    assert verdict(made, "d", "train") == "yes"
    assert verdict(made, "d", "train", actions=("commercial-use",)) == "no"


def test_a_thing_is_given_out_under_its_declared_licence_where_no_other_is_named() -> None:
    made = graph("lib:s GPL-2.0-only;x:s MIT", "lib contains x", x={"is_own": True})
    assert verdict(made, "x", "pass-on") == "no"
    assert verdict(made, "x", "use") == "yes"
    assert verdict(made, "x", "pass-on", "GPL-2.0-only") == "yes"


def test_an_outbound_choice_must_hold_for_every_alternative() -> None:
    made = graph("lib:s Apache-2.0;x:s -", "lib contains x", x={"is_own": True})
    assert verdict(made, "x", "open", "GPL-3.0-only OR MIT") == "yes"
    assert verdict(made, "x", "open", "GPL-2.0-only OR MIT") == "no"


def test_things_that_are_made_of_each_other_are_looked_at_as_one_and_it_is_said() -> None:
    made = graph("a:s MIT;b:s GPL-2.0-only;c:s MIT", "a contains b;b contains a;b contains c", c={"is_own": True})
    decision = terms.decide(made, "c", terms.Goal("open", "MIT"), today=TODAY)
    assert decision.verdict == "no"
    assert [(one.code, dict(one.values)) for one in decision.said] == [("cycle", {"nodes": "a, b"})]
    itself = graph("a:s MIT", "a contains a")
    assert [one.code for one in terms.decide(itself, "a", terms.Goal("use"), today=TODAY).said] == ["cycle"]


def test_evidence_at_an_edge_removes_what_comes_over_it_and_nothing_else() -> None:
    proof = terms.Evidence(("corpus", "model"), ("forbidden:commercial-use",), "rights holder")
    made = graph("corpus:d CC-BY-NC-4.0;model:m MIT;copy:d MIT", "corpus trained-on model;corpus contains copy", proof)
    assert verdict(made, "model", "sell") == "yes"
    assert verdict(made, "copy", "sell") == "no"
    assert verdict(made, "corpus", "sell") == "no"


def test_evidence_for_every_outbound_licence_is_a_commercial_licence() -> None:
    made = "lib:s AGPL-3.0-only;x:s LicenseRef-proprietary-terms"
    assert verdict(graph(made, "lib contains x"), "x", "sell") == "no"
    proof = terms.Evidence("lib", ("outbound:*",), "its owner")
    assert verdict(graph(made, "lib contains x", proof), "x", "sell") == "yes"


def test_personal_data_flow_into_a_model_until_a_report_removes_them() -> None:
    facts = {"d": {"facts": ("privacy:personal",)}}
    made = graph("d:d MIT;m:m MIT", "d trained-on m", **facts)
    assert verdict(made, "m", "open", "MIT") == "no"
    assert verdict(made, "m", "open", "MIT", scope="inner") == "yes"
    proof = terms.Evidence("d", ("privacy:personal",), "privacy officer")
    assert verdict(graph("d:d MIT;m:m MIT", "d trained-on m", proof, **facts), "m", "open", "MIT") == "yes"


def test_the_ceiling_on_exposure_holds_for_all_that_is_made_of_a_thing() -> None:
    made = graph("d:d MIT;m:m MIT", "d trained-on m", d={"facts": ("exposure:partner",)})
    assert [verdict(made, "m", "pass-on", scope=scope) for scope in ("inner", "partner", "open")] == ["yes", "yes", "no"]


def test_opening_under_a_licence_that_nobody_knows_is_unknown() -> None:
    assert verdict(graph("x:s -", x={"is_own": True}), "x", "open", "LicenseRef-house-rules") == "unknown"


def test_floating_edges_are_told() -> None:
    made = graph("x:s MIT;y:s MIT", "x calls y", **{"x-y": {"pinned": False}})
    assert [one.code for one in terms.decide(made, "y", terms.Goal("use"), today=TODAY).said] == ["floating"]


def test_every_licence_of_the_table_is_told_in_words_with_all_that_it_asks() -> None:
    for row in licensing.listed():
        licence = str(row["key"])
        made = terms.make_graph(
            [terms.Node("part", "software", license=licence), terms.Node("whole", "software", license="LicenseRef-proprietary-terms")],
            [terms.Edge("part", "whole", "contains")],
            [],
        )
        for goal in (terms.Goal("pass-on"), terms.Goal("serve")):
            decision = terms.decide(made, "whole", goal, today=TODAY, mends=False)
            assert terms.sentences.told(decision), licence
