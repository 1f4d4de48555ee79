# SPDX-License-Identifier: Apache-2.0
"""What a repository states of its own files."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compliance import reuse

STATED = """
version = 1
[[annotations]]
path = ["data/**", "a\\\\*b.txt", "*.csv"]
precedence = "override"
SPDX-License-Identifier = ["MIT", "Apache-2.0"]

[[annotations]]
path = "data/own/*.txt"
precedence = "override"
SPDX-License-Identifier = "CC0-1.0"

[[annotations]]
path = "closest/**"
SPDX-License-Identifier = "CC0-1.0"
"""


@pytest.mark.parametrize(
    ("path", "expression"),
    [
        ("data/x.txt", "Apache-2.0 AND MIT"),
        ("data/own/x.txt", "CC0-1.0"),
        ("data/own/deep/x.txt", "Apache-2.0 AND MIT"),
        ("a*b.txt", "Apache-2.0 AND MIT"),
        ("axb.txt", None),
        ("x.csv", "Apache-2.0 AND MIT"),
        ("deep/x.csv", None),
        ("closest/x", None),
        ("other", None),
    ],
)
def test_the_last_overriding_statement_about_a_path_holds(path: str, expression: str | None) -> None:
    assert reuse.read(STATED).about(path) == expression


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml [",
        "version = 2",
        "version = 1\nannotations = 3",
        "version = 1\nannotations = [3]",
        'version = 1\n[[annotations]]\nprecedence = "override"\npath = 3\nSPDX-License-Identifier = "MIT"',
        'version = 1\n[[annotations]]\nprecedence = "override"\npath = "**"\nSPDX-License-Identifier = "No such licence AND"',
        'version = 1\n[[annotations]]\nprecedence = "override"\npath = "**"\nSPDX-License-Identifier = "Made-Up-1.0"',
        'version = 1\n[[annotations]]\nprecedence = "override"\npath = "**"',
    ],
)
def test_what_is_not_of_the_standard_states_nothing(text: str) -> None:
    assert reuse.read(text).about("a") is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert reuse.read(text).about("a") is None


def test_no_glob_is_slow_and_no_more_than_the_limit_are_heard() -> None:
    stars = 'version = 1\n[[annotations]]\nprecedence = "override"\npath = "' + "**a" * 40 + 'b"\nSPDX-License-Identifier = "MIT"\n'
    assert reuse.read(stars).about("a" * 1000) is None
    assert reuse.read(stars).about("a" * 999 + "b") == "MIT"
    paths = ", ".join(f'"p{number}"' for number in range(reuse.MOST + 1))
    many = f'version = 1\n[[annotations]]\nprecedence = "override"\npath = [{paths}]\nSPDX-License-Identifier = "MIT"\n'
    assert reuse.read(many).about(f"p{reuse.MOST - 1}") == "MIT"
    assert reuse.read(many).about(f"p{reuse.MOST}") is None


@given(st.text(alphabet="ab/*", max_size=8), st.text(alphabet="ab/", max_size=8))
def test_a_glob_takes_what_the_standard_says(glob: str, path: str) -> None:
    pattern = re.sub(r"\*\*+|\*", lambda stars: ".*" if len(stars[0]) > 1 else "[^/]*", glob)
    stated = f'version = 1\n[[annotations]]\nprecedence = "override"\npath = "{glob}"\nSPDX-License-Identifier = "MIT"\n'
    assert (reuse.read(stated).about(path) == "MIT") == bool(re.fullmatch(pattern, path))
