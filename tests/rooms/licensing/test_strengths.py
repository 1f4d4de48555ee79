# SPDX-License-Identifier: Apache-2.0
"""How much licences ask back, and what the reviewed data say."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import licensing
from madang.licensing import Strength, library, licences

from .test_expressions import expressions


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        (None, Strength.NONE),
        ("", Strength.NONE),
        ("NONE", Strength.NONE),
        ("NOASSERTION", Strength.UNKNOWN),
        ("(((", Strength.UNKNOWN),
        ("Nonsense-9", Strength.UNKNOWN),
        ("LicenseRef-scancode-unknown-license-reference", Strength.UNKNOWN),
        ("MIT", Strength.PERMISSIVE),
        ("CC0-1.0", Strength.PERMISSIVE),
        ("CDLA-Permissive-2.0", Strength.PERMISSIVE),
        ("CC-BY-4.0", Strength.CONDITIONS),
        ("OFL-1.1", Strength.CONDITIONS),
        ("BSD-4-Clause-UC", Strength.CONDITIONS),
        ("MPL-2.0", Strength.WEAK),
        ("LGPL-2.1-or-later", Strength.WEAK),
        ("CECILL-C", Strength.WEAK),
        ("GPL-3.0-or-later", Strength.STRONG),
        ("CECILL-2.1", Strength.STRONG),
        ("CC-BY-SA-3.0-DE", Strength.STRONG),
        ("AGPL-3.0-only", Strength.NETWORK),
        ("SSPL-1.0", Strength.NETWORK),
        ("EUPL-1.2", Strength.NETWORK),
        ("MIT AND GPL-2.0-only", Strength.STRONG),
        ("MIT OR GPL-2.0-only", Strength.PERMISSIVE),
        ("MIT OR LicenseRef-own", Strength.PERMISSIVE),
        ("MIT AND LicenseRef-own", Strength.UNKNOWN),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Strength.WEAK),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", Strength.WEAK),
        ("GPL-3.0-or-later WITH Autoconf-exception-3.0", Strength.PERMISSIVE),
        ("GPL-2.0-only WITH openvpn-openssl-exception", Strength.STRONG),
        ("AGPL-3.0-only WITH Classpath-exception-2.0", Strength.NETWORK),
        ("Apache-2.0 WITH LLVM-exception", Strength.PERMISSIVE),
        ("Apache-2.0+", Strength.PERMISSIVE),
        ("CC-BY-NC-4.0", Strength.UNKNOWN),
    ],
)
def test_the_strength_of_an_expression(text: str | None, strength: Strength) -> None:
    assert licensing.strength(text) is strength


@pytest.mark.parametrize("text", ["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "BUSL-1.1", "MIT AND CC-BY-ND-4.0", "SSPL-1.0", "UnRAR", "C-UDA-1.0"])
def test_rights_that_are_kept_back_are_told(text: str) -> None:
    assert licensing.is_restricted(text)


@pytest.mark.parametrize(
    "text", [None, "NONE", "(((", "NOASSERTION", "MIT OR CC-BY-NC-4.0", "GPL-3.0-only", "HPND-export-US", "LicenseRef-own"]
)
def test_rights_that_are_not_kept_back_are_not_told(text: str | None) -> None:
    assert not licensing.is_restricted(text)


def test_each_row_of_the_data_names_a_licence_and_a_reason() -> None:
    known = {row["spdx_license_key"] for row in library.index()} | {licence.key for licence in licences.known()}
    for file in ("families.csv", "exceptions.csv"):
        rows = list(licences.rows(file))
        assert len({row["key"] for row in rows}) == len(rows)
        for row in rows:
            start = row["key"].rstrip("*")
            assert any(key and (key.startswith(start) if row["key"].endswith("*") else key == start) for key in known), row
            assert all(row.values()), row
            assert Strength[row["strength"].upper()] is not Strength.NONE


def test_each_clash_names_two_known_licences_and_a_reason_with_words() -> None:
    for row in licences.clashes():
        assert licensing.is_known(row.declared.replace("GPL-*", "GPL-3.0-only")), row
        assert licences.find(row.detected).key == row.detected
        assert row.reason in licensing.comparison.REASONS


@given(expressions(), expressions())
def test_adding_a_licence_never_asks_for_less(left: str, right: str) -> None:
    both = licensing.strength(f"({left}) AND ({right})")
    assert both is max(licensing.strength(left), licensing.strength(right))
    assert licensing.strength(f"({left}) OR ({right})") is min(licensing.strength(left), licensing.strength(right))


@given(expressions())
def test_simplifying_asks_for_the_same(text: str) -> None:
    assert licensing.strength(licensing.simplify(text)) is licensing.strength(text)


@given(st.text(max_size=40))
def test_a_strength_is_always_told(text: str) -> None:
    assert licensing.strength(text) in Strength


def test_the_core_needs_nothing_of_the_platform() -> None:
    script = (
        "import sys; from madang import licensing; licensing.conflicts('MIT', ['GPL-3.0-only']); "
        "print([m for m in sys.modules if m.startswith(('sqlalchemy', 'starlette', 'fastapi', 'licensedcode', 'madang.db'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
