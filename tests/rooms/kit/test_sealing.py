# SPDX-License-Identifier: Apache-2.0
"""What is sealed is read with its own key and for its own purpose only."""

from hypothesis import given
from hypothesis import strategies as st

from madang import kit

KEY = b"k" * 32


@given(text=st.text())
def test_what_was_sealed_is_read_again(text: str) -> None:
    sealed = kit.seal(KEY, text, purpose="one")
    assert kit.unseal(KEY, sealed, purpose="one") == text
    assert kit.unseal(KEY, sealed, purpose="other") is None
    assert kit.unseal(b"o" * 32, sealed, purpose="one") is None


@given(text=st.text(), place=st.integers(min_value=0))
def test_one_changed_letter_breaks_the_seal(text: str, place: int) -> None:
    sealed = kit.seal(KEY, text, purpose="one")
    at = place % len(sealed)
    for other in ("A" if sealed[at] != "A" else "B", "é", ""):
        found = kit.unseal(KEY, sealed[:at] + other + sealed[at + 1 :], purpose="one")
        assert found is None or (other and found == text)


def test_nothing_and_nonsense_are_no_seals() -> None:
    assert [kit.unseal(KEY, text, purpose="one") for text in ("", "=", "x" * 7, "가나다라", "A" * 16)] == [None] * 5
