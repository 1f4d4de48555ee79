# SPDX-License-Identifier: Apache-2.0
"""What is declared against what is found."""

import pytest
from hypothesis import given

from madang import licensing
from madang.licensing import Conflicts

from .test_expressions import expressions


def rules(found: Conflicts) -> list[tuple[str, str]]:
    return [(conflict.term, conflict.rule) for conflict in found.found]


def test_a_difference_names_what_is_undeclared_and_what_is_missing() -> None:
    difference = licensing.difference("MIT OR Apache-2.0", "MIT AND gpl-2.0")
    assert not difference.same
    assert difference.undeclared == ("GPL-2.0-only",)
    assert difference.missing == ("Apache-2.0",)


def test_the_same_licences_in_another_order_are_no_difference() -> None:
    assert licensing.difference("MIT OR Apache-2.0", "Apache-2.0 AND mit").same
    assert licensing.difference(None, "NONE").same


def test_what_cannot_be_read_is_a_difference() -> None:
    assert licensing.difference("see LICENSE file", "MIT") == licensing.Difference(("MIT",), ("see LICENSE file",))


@pytest.mark.parametrize(
    ("declared", "detected", "term", "rule"),
    [
        ("Apache-2.0", "GPL-2.0-only", "GPL-2.0-only", "strong-in-weaker"),
        ("MPL-2.0", "MIT AND GPL-3.0-or-later", "GPL-3.0-or-later", "strong-in-weaker"),
        ("MIT", "AGPL-3.0-only", "AGPL-3.0-only", "network-in-weaker"),
        ("LGPL-3.0-only", "EUPL-1.2", "EUPL-1.2", "network-in-weaker"),
        ("MIT", "CC-BY-NC-4.0", "CC-BY-NC-4.0", "restricted-in-open"),
        ("GPL-3.0-only", "SSPL-1.0", "SSPL-1.0", "restricted-in-open"),
        ("BUSL-1.1", "GPL-2.0-or-later", "GPL-2.0-or-later", "strong-in-restricted"),
        ("GPL-3.0-or-later", "GPL-2.0-only", "GPL-2.0-only", "version"),
        ("GPL-2.0-only", "GPL-3.0-or-later", "GPL-3.0-or-later", "version"),
        ("GPL-2.0-only", "Apache-2.0", "Apache-2.0", "patent-terms"),
        ("GPL-3.0-only", "CDDL-1.0", "CDDL-1.0", "own-share-alike"),
        ("GPL-2.0-or-later", "OpenSSL", "OpenSSL", "more-demands"),
        ("MIT AND Apache-2.0", "GPL-3.0-only", "GPL-3.0-only", "strong-in-weaker"),
    ],
)
def test_what_cannot_be_inside_is_told_with_reason_and_source(declared: str, detected: str, term: str, rule: str) -> None:
    found = licensing.conflicts(declared, [detected])
    assert rules(found) == [(term, rule)]
    assert found.verdict == "conflict"
    conflict = found.found[0]
    assert term in conflict.sentence()
    assert conflict.declared in conflict.sentence()
    assert conflict.source
    assert conflict.sentence(lambda template: "ko " + template).startswith("ko ")


@pytest.mark.parametrize(
    ("declared", "detected"),
    [
        ("Apache-2.0", "MIT"),
        ("Apache-2.0", "MPL-2.0"),
        ("Apache-2.0", "GPL-2.0-only OR MIT"),
        ("Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("GPL-3.0-or-later", "GPL-2.0-or-later AND Apache-2.0"),
        ("GPL-2.0-or-later", "Apache-2.0"),
        ("MIT AND GPL-2.0-only", "GPL-2.0-only"),
        ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
        ("BUSL-1.1", "MIT"),
        ("MIT", "MIT OR LicenseRef-own"),
        ("MIT", "NONE"),
    ],
)
def test_what_may_be_inside_is_not_told(declared: str, detected: str) -> None:
    assert licensing.conflicts(declared, [detected]) == Conflicts((), ())


@pytest.mark.parametrize(
    ("declared", "detected"),
    [
        (None, "MIT"),
        ("NOASSERTION", "MIT"),
        ("see LICENSE file", "MIT"),
        ("MIT", "LicenseRef-own"),
        ("MIT", "NOASSERTION"),
        ("LicenseRef-own", "CC-BY-NC-4.0"),
        ("MIT", "LicenseRef-own AND Apache-2.0"),
        ("MIT", "GPL-3.0-only OR LicenseRef-own"),
        ("MIT", " AND ".join(f"(MIT OR LicenseRef-{number})" for number in range(9))),
    ],
)
def test_what_is_not_known_is_never_fine(declared: str | None, detected: str) -> None:
    found = licensing.conflicts(declared, [detected])
    assert found.verdict == "unknown"
    assert found.unknown == (detected,)


def test_a_choice_in_the_declaration_must_hold_for_each_alternative() -> None:
    found = licensing.conflicts("MIT OR GPL-3.0-only", ["GPL-3.0-only"])
    assert [(conflict.declared, conflict.rule) for conflict in found.found] == [("MIT", "strong-in-weaker")]


def test_of_a_choice_inside_the_least_trouble_is_told() -> None:
    found = licensing.conflicts("MIT", ["GPL-3.0-only OR (GPL-2.0-only AND CC-BY-NC-4.0)"])
    assert rules(found) == [("GPL-3.0-only", "strong-in-weaker")]


def test_many_expressions_are_told_once_each_in_order() -> None:
    found = licensing.conflicts("MIT", ["MPL-2.0", "GPL-3.0-only", "GPL-3.0-only", "LicenseRef-b", "AGPL-3.0-only", "LicenseRef-a"])
    assert rules(found) == [("AGPL-3.0-only", "network-in-weaker"), ("GPL-3.0-only", "strong-in-weaker")]
    assert found.unknown == ("LicenseRef-a", "LicenseRef-b")


@given(expressions())
def test_nothing_conflicts_with_itself_when_no_choice_is_left(text: str) -> None:
    if " OR " not in text:
        assert licensing.conflicts(text, [text]) == Conflicts((), ())


@given(expressions(), expressions())
def test_order_and_repetition_do_not_change_the_answer(declared: str, detected: str) -> None:
    once = licensing.conflicts(declared, [detected])
    assert licensing.conflicts(declared, [detected, detected]) == once
    assert licensing.conflicts(licensing.normalise(declared), [detected]).verdict == once.verdict
