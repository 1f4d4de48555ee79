# SPDX-License-Identifier: Apache-2.0
"""Names as they are written, found again behind the engine's Latin letters."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import scan
from madang.scan.written import as_written, lines_of


def romanise(letter: str) -> str:
    """A name in Latin letters for any letter; which ones does not matter here."""
    return letter if letter.isascii() else f"u{ord(letter):x}"


@pytest.mark.parametrize(
    ("lines", "written"),
    [
        (["# Copyright (c) 2021 한국전자통신연구원"], "한국전자통신연구원"),
        (["# Copyright (c) 2021 한국전자통신연구원", "# 저작권자의 허락"], "한국전자통신연구원"),
        ([" * Copyright 2020 Édouard Dupont."], "Édouard Dupont"),
        (["Copyright 2020 Somebody"], None),
        (["아무 말도 없음"], None),
    ],
)
def test_a_holder_is_shown_as_it_stands_in_its_lines(lines: list[str], written: str | None) -> None:
    text = " ".join(lines)
    value = "".join(map(romanise, text.partition("20")[2][3:].strip(" ."))) if "20" in text else "somebody"
    assert as_written(value, lines, romanise) == written


def test_what_does_not_stand_there_stays_as_it_is() -> None:
    assert as_written("Nobody", ["저작권 2020 누구"], romanise) is None
    assert as_written("", ["저작권"], romanise) is None


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_text_breaks_the_search(text: str, value: str) -> None:
    found = as_written(value, text.splitlines(), romanise)
    assert found is None or not found.isascii()


def test_lines_are_read_in_korean_encodings() -> None:
    assert lines_of("저작권\n둘".encode("cp949")) == lines_of("저작권\n둘".encode()) == ["저작권", "둘"]


def test_korean_holders_are_told_in_korean(tmp_path: Path, pool: scan.Pool) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text("# Copyright (c) 2021 한국전자통신연구원\n# 저작권자의 말\nx = 1\n", encoding="utf-8")
    report = scan.scan_tree(tmp_path / "tree", name="tree", pool=pool)
    assert list(report.holder_counts) == ["한국전자통신연구원"]
    assert report.files[0].holders[0].value.isascii()
    assert scan.Report.from_json(report.to_json()) == report
