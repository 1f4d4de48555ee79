# SPDX-License-Identifier: Apache-2.0
"""What an expression leaves to choose."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import licensing
from madang.licensing import InvalidExpression, TooManyChoices

from .test_expressions import TERMS, expressions

THIRTY = " AND ".join(f"(LicenseRef-a{number} OR LicenseRef-b{number})" for number in range(30))


def test_each_alternative_is_written_out_once() -> None:
    found = licensing.alternatives("(MIT OR Apache-2.0) AND (GPL-2.0-only OR MIT)")
    assert found == (
        frozenset({"MIT", "GPL-2.0-only"}),
        frozenset({"MIT"}),
        frozenset({"Apache-2.0", "GPL-2.0-only"}),
        frozenset({"Apache-2.0", "MIT"}),
    )


def test_thirty_alternatives_are_written_out() -> None:
    assert len(licensing.alternatives(" OR ".join(f"LicenseRef-{number}" for number in range(30)))) == 30


def test_two_to_the_thirtieth_are_not_written_out_and_can_still_be_chosen_from() -> None:
    with pytest.raises(TooManyChoices):
        licensing.alternatives(THIRTY)
    left = licensing.choose(licensing.choices(THIRTY), suits=lambda term: "-b" in term.key)
    assert str(left) == " AND ".join(f"LicenseRef-b{number}" for number in range(30))


def test_a_hundred_thousand_lines_are_refused() -> None:
    with pytest.raises(InvalidExpression):
        licensing.alternatives("MIT OR\n" * 100_000 + "MIT")


@given(expressions(), st.sets(st.sampled_from(TERMS)))
def test_choosing_on_the_tree_equals_choosing_among_alternatives(text: str, suiting: set[str]) -> None:
    try:
        written = licensing.alternatives(text, 4096)
    except TooManyChoices:
        return
    left = licensing.choose(licensing.choices(text), suits=lambda term: str(term) in suiting)
    assert (left is not None) == any(way <= suiting for way in written)
    if left is not None:
        kept = licensing.alternatives(str(left), 4096)
        assert set(kept) == {way for way in written if way <= suiting}


def test_alternatives_that_say_the_same_are_one() -> None:
    found = licensing.alternatives("MIT OR (MIT AND MIT) OR Apache-2.0")
    assert all(one != other for one, other in combinations(found, 2))


def test_a_part_with_too_many_choices_makes_the_whole_have_too_many() -> None:
    with pytest.raises(TooManyChoices):
        licensing.alternatives(f"MIT OR ({THIRTY})")


def test_what_was_found_has_terms_even_where_it_cannot_be_read() -> None:
    assert licensing.terms_of(None) == ()
    assert licensing.terms_of("MIT AND X11") == ("MIT", "X11")
    assert licensing.terms_of("(((") == ("(((",)
