# SPDX-License-Identifier: Apache-2.0
"""What the scan core says of a file that was not read is said again in the reader's language."""

from pathlib import Path

import pytest

from madang import web
from madang.compliance.reasons import reasons_in
from madang.scan.tree import listing
from madang.web import languages


def said(text: str, language: str) -> list[str]:
    languages.set_language(language)
    try:
        return [web.translate(each.template) % each.values for each in reasons_in(text)]
    finally:
        languages.set_language("en")


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("Not done after 120 seconds (file_seconds).", "120초 안에 마치지 못했습니다(file_seconds)."),
        ("it needs more than 5 bytes of memory (finish_memory_bytes)", "메모리가 5바이트보다 더 듭니다(finish_memory_bytes)."),
        ("The worker died (SIGSEGV).", "읽던 프로세스가 끝났습니다(SIGSEGV)."),
        ("It cannot be read: Permission denied.", "읽을 수 없습니다: Permission denied."),
        ("The engine failed: 100 % of %(x)s.", "엔진이 멈추었습니다: 100 % of %(x)s."),
        ("The engine failed: it did not say why.", "엔진이 까닭을 말하지 않고 멈추었습니다."),
    ],
)
def test_what_the_scan_says_is_said_in_korean(english: str, korean: str) -> None:
    assert said(english, "ko") == [korean]


def test_several_faults_are_several_sentences() -> None:
    text = "the worker died (exit status 3); it cannot be read: Input/output error"
    assert said(text, "en") == ["The process that read it ended (exit status 3).", "It cannot be read: Input/output error."]


def test_what_it_does_not_know_stands_as_it_is() -> None:
    assert said("Something else; 100 % new.", "ko") == ["Something else; 100 % new."]
    assert reasons_in("") == ()


def test_a_file_over_the_limit_is_explained_in_korean(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes(b"x" * 11)
    (left,) = listing(tmp_path, most_bytes=10).unread
    assert said(left.message, "ko") == ["11바이트입니다. 한도는 10바이트입니다(max_file_bytes)."]
