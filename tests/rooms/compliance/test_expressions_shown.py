# SPDX-License-Identifier: Apache-2.0
"""What a version's page says of its licences, from plain values."""

import pytest

from madang.compliance.pages import Part, answer_of, expression_parts


def test_each_word_of_an_expression_has_its_stance() -> None:
    parts = expression_parts("MIT AND (GPL-2.0-only WITH Classpath-exception-2.0 OR Zlib)", declared=("MIT",), conflicts=("GPL-2.0-only",))
    assert [(part.text, part.stance) for part in parts] == [
        ("MIT", "declared"),
        ("AND", "operator"),
        ("(", "operator"),
        ("GPL-2.0-only", "conflict"),
        ("WITH", "operator"),
        ("Classpath-exception-2.0", "extra"),
        ("OR", "operator"),
        ("Zlib", "extra"),
        (")", "operator"),
    ]


@pytest.mark.parametrize(
    ("declared", "stances", "answer"),
    [
        ("MIT", ["declared"], "yes"),
        ("MIT", ["declared", "operator", "extra"], "contested"),
        ("MIT", ["declared", "operator", "conflict"], "no"),
        (None, ["extra"], "unknown"),
        ("MIT", [], "unknown"),
    ],
)
def test_what_is_found_is_held_against_what_is_declared(declared: str | None, stances: list[str], answer: str) -> None:
    assert answer_of(declared, [Part("x", stance) for stance in stances]) == answer


def test_no_expression_has_no_words() -> None:
    assert expression_parts(None) == ()
