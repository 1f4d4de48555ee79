# SPDX-License-Identifier: Apache-2.0
"""Our parts of the engine against ScanCode's own: the same answers on everything that hypothesis can think of."""

import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cluecode import copyrights as theirs
from hypothesis import given, settings
from hypothesis import strategies as st
from licensedcode import index as index_module
from licensedcode import match as match_module
from licensedcode import match_set, models, query, seq
from licensedcode.spans import Span
from pygmars import Token

from madang.scan.replacing import Part, Parts

with warnings.catch_warnings():
    # The engine's libraries warn of each other when they are imported.
    warnings.simplefilter("ignore")
    from madang.scan import alignment, copyrights, detection, kinds, ranking, runs

RULES = Path(models.rules_data_dir)
FAMILIES = ("mit_", "bsd-new_", "gpl-2.0_", "apache-2.0_", "lgpl-2.1_", "cc-by-4.0_")
SAID = (
    "Copyright copyright (c) © &copy; (C) 2019 2021-2023 1998, The Institute Inc. <a@example.org> by Author authors developers All rights "
    "reserved. reserved rights right licensed under MIT license GPL the of and int x = 0; return } { /* */ # // * http://example.org/a "
    "</s> <s> <b> </b> \\xc2 Â é 한국 저작권 Ｃｏｐｙ 169 xa9 u00a9 @ | |copy| %s '' \"\" `` , . - _ qwrtpsdfg Portions Contributors"
)
WORDS = SAID.split()
LINES = st.lists(st.sampled_from([*WORDS, "", " ", "  "]), max_size=9).map(lambda words: " ".join(words))
TEXTS = st.lists(LINES, max_size=25)


@pytest.fixture(autouse=True)
def scancode_alone() -> Iterator[None]:
    """Other tests of this process may have the engine loaded with our parts in it: here it begins with its own."""
    ours = detection._parts.are_ours
    detection._parts.use(ours=False)
    yield
    detection._parts.use(ours=ours)


def index_of(paths: list[Path]) -> Any:
    return index_module.LicenseIndex([models.Rule.from_file(rule_file=str(path)) for path in paths])


@pytest.fixture(scope="module")
def index() -> Any:
    """A small index of real rules."""
    chosen = [path for family in FAMILIES for path in sorted(RULES.glob(f"{family}[0-9][0-9].RULE"))[:40]]
    try:
        return index_of(chosen)
    except index_module.DuplicateRuleError as error:  # rules that only words beyond this small index tell apart
        return index_of([path for path in chosen if path.name not in str(error)])


def mixed(index: Any, seed: int) -> str:
    """A text of rules, cut, mended and mixed with other words."""
    chance = random.Random(seed)
    lines: list[str] = []
    for rule in chance.sample(index.rules_by_rid, k=chance.randint(1, 4)):
        words = rule.text.split()
        start = chance.randrange(max(1, len(words) // 2))
        for at in range(start, len(words), 11):
            line = words[at : at + 11]
            if chance.random() < 0.3 and line:
                line[chance.randrange(len(line))] = chance.choice(WORDS)
            lines.append(" ".join(line))
        lines += ["", "static int read(struct frame *frame) {", "    return frame->size;", "}"] * chance.randint(0, 4)
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(16))
def test_a_text_is_ranked_as_scancode_ranks_it(index: Any, seed: int) -> None:
    own = ranking.Ranking(index)
    asked = query.build_query(query_string=mixed(index, seed), idx=index)
    for run in (asked.whole_query_run(), *asked.query_runs):
        for top, only in ((10, True), (70, False), (3, False), (1, False)):
            wanted = ranking.theirs(run, index, index.approx_matchable_rids, top=top, high_resemblance=only)
            got = ranking.candidates(own, run, top=top, resembling=0.8, only_resembling=only)
            assert [(scores, rid, rule.identifier, set(common)) for scores, rid, rule, common in got] == [
                (scores, rid, rule.identifier, set(common)) for scores, rid, rule, common in wanted
            ]


@pytest.mark.parametrize("seed", range(100, 110))
def test_a_text_matches_as_it_does_with_scancode_alone(index: Any, seed: int) -> None:
    text = mixed(index, seed)
    parts = Parts([*ranking.parts(index), *alignment.parts()])
    said = []
    for ours in (False, True):
        parts.use(ours=ours)
        matches = index.match(query_string=text)
        said.append([(m.rule.identifier, m.matcher, m.score(), m.qspan, m.ispan, m.matched_text(whole_lines=False)) for m in matches])
    parts.use(ours=False)
    assert said[0] == said[1]
    assert match_set.compute_candidates is ranking.theirs


def test_a_text_of_another_index_is_ranked_by_scancode(index: Any) -> None:
    other = index_module.LicenseIndex(index.rules_by_rid[:30])
    (part,) = ranking.parts(index)
    run = query.build_query(query_string=mixed(index, 5), idx=other).whole_query_run()
    wanted = ranking.theirs(run, other, other.approx_matchable_rids)
    assert [each[1] for each in part.ours(run, other, other.approx_matchable_rids)] == [each[1] for each in wanted]


def test_a_text_without_weighty_words_has_no_candidates(index: Any) -> None:
    own = ranking.Ranking(index)
    assert not len(own.overlaps([]).rids)
    assert not len(own.overlaps([index.len_legalese + 3]).rids)
    assert own.counted_overlaps({1: 1}, []) == []


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_lines_are_collected_as_scancode_collects_them(lines: list[str]) -> None:
    numbered = list(enumerate(lines, 1))
    assert list(copyrights.collect_candidate_lines(numbered)) == [list(each) for each in theirs.collect_candidate_lines(numbered)]


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        LINES,
        st.text(max_size=60),
        st.text(alphabet="copyrightauthdvelb @©(c)|&#;<>s/\\x21690 '\"", max_size=40),
        st.text(alphabet="ｃｏｐｙｒｉｇｈｔ（）Ⓒⓒ＜ｓ＞／２０19oрyсаһ\u200b\u3000Â\xad§–한글부이 by", max_size=40),
    )
)
def test_a_line_that_is_not_cleaned_could_not_be_a_candidate(line: str) -> None:
    prepared = theirs.prepare_text_line(line)
    assert copyrights.is_candidate(prepared) == bool(theirs.is_candidate(prepared))
    assert copyrights.may_hold_a_sign(line) or not theirs.is_candidate(prepared)


@pytest.fixture(scope="module")
def detectors() -> tuple[Any, Any]:
    return theirs.CopyrightDetector(), copyrights.Detector()


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6))
def test_statements_are_the_same(detectors: tuple[Any, Any], lines: list[str]) -> None:
    numbered = [(number, theirs.prepare_text_line(line)) for number, line in enumerate(lines, 1)]
    wanted, got = ([(type(each).__name__, each.to_dict()) for each in one.detect(numbered)] for one in detectors)
    assert got == wanted


def test_what_the_rules_did_to_labels_is_remembered_and_long_rows_are_not(
    detectors: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, own = detectors
    monkeypatch.setattr(copyrights, "KEPT_SAID", 2)
    own.parser._known.clear()
    for line in [
        "Copyright 2020 Example Inc.",
        "Copyright 2021 Another Inc.",
        "by the authors",
        "(c) 2019-2021 An Author <a@b.example>",
    ] * 2:
        numbered = [(1, theirs.prepare_text_line(line))]
        assert [each.to_dict() for each in own.detect(numbered)] == [each.to_dict() for each in plain.detect(numbered)]
        assert 1 <= len(own.parser._known) <= 2
    monkeypatch.setattr(copyrights, "LONGEST_SAID", 0)
    own.parser._known.clear()
    list(own.detect([(1, "Copyright 2020 Example Inc.")]))
    assert not own.parser._known


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [("<A> <B|C>+ <D>? <E>*", [{"A"}, {"B", "C"}]), ("<A> <B*>", []), ("(<A>)? <B>", []), ("<A>{3}", []), ("", [])],
)
def test_a_rule_says_which_labels_it_needs(pattern: str, needed: list[set[str]]) -> None:
    assert list(copyrights.needs(pattern)) == needed


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_places_that_may_match_are_the_same(index: Any, data: st.DataObject) -> None:
    text = mixed(index, data.draw(st.integers(0, 30)))
    own, plain = (query.build_query(query_string=text, idx=index) for _each in range(2))
    cut = data.draw(st.tuples(st.integers(0, 200), st.integers(0, 40)))
    changing = Parts(runs.parts())
    said = []
    for asked, ours in ((plain, False), (own, True)):
        changing.use(ours=ours)
        told: list[Any] = []
        for run in (asked.whole_query_run(), *asked.query_runs[:4]):
            for _twice in range(2):
                told.append([set(run.low_matchables), set(run.high_matchables), list(run.matchable_tokens()), run.is_digits_only()])
                run.subtract(Span(cut[0], cut[0] + cut[1]))
        said.append(told)
    changing.use(ours=False)
    assert said[0] == said[1]


def test_a_stretch_without_an_end_has_no_places(index: Any) -> None:
    run = query.QueryRun(query.Query(query_string="qqqzzz", idx=index), 0)
    assert [set(run.low_matchables), set(run.high_matchables), run.is_digits_only()] == [set(), set(), True]
    assert [set(runs.low_matchables(run)), set(runs.high_matchables(run)), runs.is_digits_only(run)] == [set(), set(), True]


def test_labels_are_remembered_and_long_words_are_not(detectors: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    plain, own = detectors
    monkeypatch.setattr(copyrights, "KEPT_WORDS", 2)
    for word in ["Copyright", "2020", "x" * 300, "Inc.", "Inc.", "", "The"]:
        label = [each.label for each in plain.lexer.lex_tokens([Token(value=word)])]
        assert [each.label for each in own.lexer.lex_tokens([Token(value=word)])] == label
    assert "x" * 300 not in own.lexer._labels


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_runs_are_the_same(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 7))
    words = st.lists(st.integers(0, size), max_size=40)
    text, rule = data.draw(words), data.draw(words)
    good = data.draw(st.integers(1, size))
    postings = {word: [at for at, each in enumerate(rule) if each == word] for word in set(rule) if word < good}
    matchables = frozenset(data.draw(st.sets(st.integers(0, max(0, len(text) - 1)))))
    start = data.draw(st.integers(0, len(text)))
    asked: dict[str, Any] = {
        "a": text,
        "b": rule,
        "a_start": start,
        "a_end": len(text),
        "b2j": postings,
        "len_good": good,
        "matchables": matchables,
    }
    assert alignment.match_blocks(**asked) == seq.match_blocks(**asked)


@settings(max_examples=200, deadline=None)
@given(st.one_of(TEXTS.map("\n".join), st.text(max_size=200)))
def test_a_text_is_cut_as_scancode_cuts_it(index: Any, text: str) -> None:
    asked = {"location": None, "query_string": text or " ", "dictionary": index.dictionary}
    own = alignment.Cutter()
    tokens = own(**asked)
    next(iter(tokens), None)
    assert list(tokens) == list(match_module._tokenize_matched_text(**asked))
    assert own(**asked) is tokens
    own.forget()
    assert own(**asked) is not tokens


def test_what_libmagic_said_is_asked_anew_for_the_next_file(tmp_path: Path) -> None:
    part, _plugins = kinds.parts()
    said = []
    for content in (b"#!/bin/sh\n", b"%PDF-1.4\n"):
        (tmp_path / "file").write_bytes(content)
        kinds.forget()
        said += [part.ours(str(tmp_path / "file"), 0), part.ours(str(tmp_path / "file"), 0)]
    assert "shell" in said[0]
    assert said[0] == said[1] != said[2] == said[3]


def test_parts_go_there_and_back() -> None:
    module = ModuleType("engine")
    module.look = "theirs"  # type: ignore[attr-defined]
    parts = Parts([Part(module, "look", "ours")])
    said = []
    for ours in (True, True, False):
        parts.use(ours=ours)
        said.append(module.look)
    assert said == ["ours", "ours", "theirs"]
