# SPDX-License-Identifier: Apache-2.0
"""Nothing unsafe over what the adopted sources say: pair by pair, chain by chain, and not more refused than need be.

The cases are drawn from OSADL's matrix itself: whatever it says of a pair, in the context it speaks of (integrated into a common work).
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest

from madang import licensing, terms
from rooms.terms.graphs import TODAY, graph, verdict

COMMON_WORK = ("contains", "modifies", "copies", "links-static")
STRONG = {"strong", "network"}
JOINED_APART = ("separate-process", "aggregates", "calls")
Chain = tuple[str, str, str]


@cache
def matrix() -> dict[tuple[str, str], str]:
    """What OSADL says of (inbound, outbound)."""
    known = [name for name in licensing.outbound_classes() if licensing.opinions(name, name)]
    said = {(one, other): licensing.opinions(one, other) for one in known for other in known}
    return {pair: opinions[0].value for pair, opinions in said.items() if opinions}


def pair(inbound: str, outbound: str, kind: str) -> str:
    return terms.pair(inbound, outbound, kind, today=TODAY, mends=False).verdict


def check_pairs(kind: str, step: int) -> None:
    for (inbound, outbound), said in islice(sorted(matrix().items()), 0, None, step):
        answer = pair(inbound, outbound, kind)
        told = f"{inbound} {kind} {outbound}: OSADL {said}, Madang {answer}"
        assert said != "no" or answer in ("no", "contested"), told
        assert said not in ("unknown", "check") or answer in ("unknown", "contested"), told
        assert said != "yes" or answer == "yes", told


def test_where_the_source_says_no_nobody_is_told_yes_and_where_it_says_yes_so_do_we() -> None:
    assert len(matrix()) > 10_000
    check_pairs("contains", 3)


@pytest.mark.parametrize("kind", COMMON_WORK)
def test_no_context_of_a_common_work_is_unsafe(kind: str) -> None:
    check_pairs(kind, 29)


@pytest.mark.soak
@pytest.mark.parametrize("kind", COMMON_WORK)
def test_no_pair_in_any_context_is_unsafe(kind: str) -> None:
    check_pairs(kind, 1)


def test_linking_at_run_time_is_refused_for_what_reaches_the_whole_and_brings_duties_for_libraries() -> None:
    assert pair("GPL-2.0-only", "MIT", "links-dynamic") == "no"
    decision = terms.pair("LGPL-2.1-only", "Apache-2.0", "links-dynamic", today=TODAY)
    assert decision.verdict == "yes"
    assert "duty:relink" in {one.fact for one in decision.duties}


def test_a_difference_between_the_source_and_the_text_is_contested_and_says_who_says_what() -> None:
    decision = terms.pair("MPL-2.0", "Apache-2.0", "contains", today=TODAY)
    assert decision.verdict == "contested"
    (reason,) = decision.reasons
    assert reason.own.voices[0].startswith("OSADL (20")
    assert ": no" in reason.own.voices[0]
    assert reason.readings == ("strict",)


def test_sources_that_differ_are_contested_in_each_reading(tmp_path: pytest.TempPathFactory) -> None:
    table = str(tmp_path / "opinions.csv")  # type: ignore[operator]
    with open(table, "w") as file:  # noqa: PTH123
        file.write("source,inbound,outbound,value,sentence,date\nAn institute,Apache-2.0,MIT,no,we do not,2026-01-01\n")
    adopted = licensing.adopt(*licensing.opinions_from(table))
    decision = terms.pair("Apache-2.0", "MIT", "contains", today=TODAY, adopted=adopted)
    assert decision.readings == {"strict": "contested", "permissive": "contested"}
    assert {voice.partition(" (")[0] for one in decision.reasons for voice in one.own.voices} == {"OSADL", "An institute"}
    assert terms.pair("Apache-2.0", "MIT", "contains", today=TODAY).verdict == "yes"


def chains() -> Iterator[Chain]:
    """Origin, middle and end whose two steps are each fine and whose ends are not: one middle for each pair of ends."""
    said = matrix()
    names = sorted({name for pair in said for name in pair})
    fine = {name: [other for other in names if other != name and said[(name, other)] == "yes"] for name in names}
    for origin in names:
        for end in names:
            if said[(origin, end)] == "no":
                middle = next((name for name in fine[origin] if said[(name, end)] == "yes" and name != end), None)
                if middle:
                    yield origin, middle, end


def test_there_are_hundreds_of_chains_that_launder() -> None:
    assert len(list(chains())) > 200


def laundered(origin: str, middle: str, end: str, first: str, second: str) -> terms.Graph:
    made = f"a:s {origin};b:s {middle};c:{'a' if second == 'served-as' else 's'} {end}"
    return graph(made, f"a {first} b;b {second} c", b={"is_own": True}, c={"is_own": True})


def test_laundering_is_found_although_each_step_is_fine() -> None:
    for origin, middle, end in chains():
        made = laundered(origin, middle, end, "contains", "contains")
        assert verdict(made, "b", "open", middle, mends=False) == "yes", (origin, middle)
        assert pair(middle, end, "contains") == "yes"
        decision = terms.decide(made, "c", terms.Goal("open", end), today=TODAY, mends=False)
        assert decision.verdict in ("no", "contested"), (origin, middle, end)
        assert decision.reasons[0].witness.nodes == ("a", "b", "c")


@pytest.mark.parametrize("second", [*JOINED_APART, "served-as"])
def test_the_same_ends_joined_without_making_one_work_are_not_refused(second: str) -> None:
    for origin, middle, end in chains():
        goal = "serve" if second == "served-as" else "open"
        answer = verdict(laundered(origin, middle, end, "contains", second), "c", goal, None if goal == "serve" else end, mends=False)
        assert answer == "yes", (origin, middle, end, second)
