# SPDX-License-Identifier: Apache-2.0
"""Names, ids, roles and refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import kit


@pytest.mark.parametrize("name", ["a", "A9", "a.b_c-d", "0", "x" * 96])
def test_a_name_is_handed_back(name: str) -> None:
    assert kit.check_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * 97, ".a", "_a", "a/b", "a b", "a\n", "a..b", "a.", "a.git", "é", "０"])
def test_what_is_no_name_is_refused_with_its_field(name: str) -> None:
    with pytest.raises(kit.Invalid) as refused:
        kit.check_name(name, field="namespace")
    assert refused.value.field == "namespace"
    assert refused.value.code == "invalid-name"


@given(st.text(max_size=120))
def test_every_text_is_a_name_or_refused(text: str) -> None:
    try:
        assert kit.check_name(text) == text
    except kit.Invalid:
        return


def test_ids_are_distinct_and_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(10**18, 10**18 + 10 * 10**9, 10**9))
    monkeypatch.setattr("madang.kit.ids.time.time_ns", lambda: next(times))
    ids = [kit.new_id() for _ in range(10)]
    assert ids == sorted(set(ids))
    assert {len(each) for each in ids} == {26}


def test_each_role_may_what_the_ones_before_it_may() -> None:
    reviewer = kit.Actor("id", "reviewer", kit.Role.named("reviewer"))
    assert reviewer.is_at_least(kit.Role.READER)
    assert not reviewer.is_at_least(kit.Role.OPERATOR)
    assert kit.Role.OPERATOR.word == "operator"
    assert not kit.anonymous().is_signed_in
    with pytest.raises(KeyError):
        kit.Role.named("king")


def test_a_refusal_says_its_sentence_in_any_language() -> None:
    class Taken(kit.Conflict):
        code = "taken"
        message = "“%(name)s” is taken."

    refusal = Taken(name="a", field="name")
    assert str(refusal) == "“a” is taken."
    assert refusal.sentence(lambda template: template.replace("is taken", "있습니다")) == "“a” 있습니다."
    assert kit.TooMany(retry_after=3).retry_after == 3
    assert str(kit.NotFound("Just this.")) == "Just this."
