# SPDX-License-Identifier: Apache-2.0
"""Expressions are read, put in order and joined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import licensing
from madang.licensing import InvalidExpression, UnknownLicence

IDS = ["MIT", "Apache-2.0", "GPL-2.0-only", "GPL-3.0-or-later", "LGPL-2.1-or-later", "LicenseRef-own", "CC-BY-4.0"]
TERMS = [*IDS, "GPL-2.0-only WITH Classpath-exception-2.0"]


def expressions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(TERMS),
        lambda inner: st.tuples(st.sampled_from([" AND ", " OR "]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda drawn: drawn[0].join(f"({part})" for part in drawn[1])
        ),
        max_leaves=8,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "(MIT",
        "MIT)",
        "MIT MIT",
        "AND",
        "MIT AND",
        "MIT/X",
        "MIT, Apache-2.0",
        "A WITH B WITH C",
        "MIT WITH (A OR B)",
        "<script>",
        "\0",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression):
        licensing.normalise(text)


@pytest.mark.parametrize("text", ["(" * 3000 + "MIT" + ")" * 3000, "MIT AND " * 5000 + "MIT"])
def test_an_expression_without_measure_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression) as refusal:
        licensing.normalise(text)
    assert len(refusal.value.sentence()) < 400


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("mit", "MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("gpl-2.0", "GPL-2.0-only"),
        ("MIT and (mit or apache-2.0)", "MIT AND (MIT OR Apache-2.0)"),
        ("(MIT AND (Apache-2.0 AND MIT))", "MIT AND Apache-2.0"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
        ("Apache-2.0+", "Apache-2.0+"),
        ("net-snmp", "Net-SNMP"),
        ("DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b"),
    ],
)
def test_ids_become_the_current_ones(text: str, normal: str) -> None:
    assert licensing.normalise(text) == normal


def test_an_id_that_no_list_has_is_read_but_not_valid() -> None:
    assert licensing.normalise("Nonsense-9 OR MIT") == "Nonsense-9 OR MIT"
    with pytest.raises(UnknownLicence) as refusal:
        licensing.validate("Nonsense-9 OR MIT")
    assert "Nonsense-9" in refusal.value.sentence()
    assert licensing.validate("LicenseRef-own OR mit") == "LicenseRef-own OR MIT"


def test_simplifying_drops_what_adds_nothing() -> None:
    assert licensing.simplify("MIT OR (Apache-2.0 AND MIT)") == "MIT"
    assert licensing.simplify("MIT AND (MIT OR Apache-2.0)") == "MIT"
    assert licensing.simplify("(MIT OR Apache-2.0) AND (Apache-2.0 OR MIT)") == "Apache-2.0 OR MIT"


def test_combining_keeps_what_cannot_be_read() -> None:
    assert licensing.combine(["MIT", None, "", "NONE", "Apache-2.0 OR MIT", "mit"]) == "(Apache-2.0 OR MIT) AND MIT"
    assert licensing.combine(["MIT", "((("]) == "LicenseRef-unknown AND MIT"
    assert licensing.combine(["NOASSERTION"]) == "LicenseRef-unknown"
    assert licensing.combine([None, "NONE"]) is None


def test_terms_keep_exceptions_and_keys_part_them() -> None:
    text = "GPL-2.0 WITH Classpath-exception-2.0 OR MIT OR MIT"
    assert licensing.terms(text) == ("GPL-2.0-only WITH Classpath-exception-2.0", "MIT")
    assert licensing.keys(text) == ("GPL-2.0-only", "Classpath-exception-2.0", "MIT")


@pytest.mark.parametrize("licence", ["MIT", "mit", "gpl-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "Classpath-exception-2.0"])
def test_an_expression_contains_its_licences(licence: str) -> None:
    assert licensing.contains("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", licence)


def test_an_expression_does_not_contain_others() -> None:
    assert not licensing.contains("GPL-2.0-only OR MIT", "GPL-2.0-only WITH Classpath-exception-2.0")
    assert not licensing.contains("GPL-2.0-only OR MIT", "GPL-3.0-only")


def test_licences_have_their_full_names() -> None:
    assert licensing.name("MIT") == "MIT License"
    assert (
        licensing.name("GPL-2.0-only WITH Classpath-exception-2.0") == "GNU General Public License v2.0 only with Classpath exception 2.0"
    )
    assert licensing.name("LicenseRef-own") == "LicenseRef-own"
    assert licensing.name("LicenseRef-scancode-public-domain") == "public domain"
    assert licensing.is_known("apache-2.0")
    assert not licensing.is_known("LicenseRef-own")


@given(expressions())
def test_normalising_and_simplifying_again_change_nothing(text: str) -> None:
    assert licensing.normalise(licensing.normalise(text)) == licensing.normalise(text)
    assert licensing.simplify(licensing.simplify(text)) == licensing.simplify(text)
    assert licensing.simplify(licensing.normalise(text)) == licensing.simplify(text)


@given(st.lists(expressions(), min_size=1, max_size=4), st.randoms())
def test_combining_does_not_know_order_or_repetition(parts: list[str], chance: object) -> None:
    shuffled = [*parts, parts[0]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert licensing.combine(parts) == licensing.combine(shuffled)
    assert licensing.combine([licensing.combine(parts)]) == licensing.combine(parts)


@given(st.sampled_from([" AND ", " OR "]), expressions(), expressions())
def test_simplifying_does_not_know_order(word: str, left: str, right: str) -> None:
    assert licensing.simplify(f"({left}){word}({right})") == licensing.simplify(f"({right}){word}({left})")


@given(st.text(max_size=60))
def test_no_text_is_a_fault(text: str) -> None:
    try:
        normal = licensing.normalise(text)
    except InvalidExpression:
        return
    assert licensing.normalise(normal) == normal
