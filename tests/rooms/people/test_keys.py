# SPDX-License-Identifier: Apache-2.0
"""One secret a home, and what is derived from it."""

import threading
from pathlib import Path

import pytest

from madang import people
from madang.people import keys
from madang.people.errors import NoKeys, UnreadableKeys


def test_a_home_gets_one_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    first = keys.load(home)
    assert keys.load(home).derive("x") == first.derive("x")
    assert (home / keys.FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == [keys.FILE]


def test_purposes_and_homes_have_keys_of_their_own(tmp_path: Path) -> None:
    one, two = keys.load(tmp_path / "1"), keys.load(tmp_path / "2")
    assert len({one.derive("a"), one.derive("b"), two.derive("a"), one.master}) == 4
    assert len(one.derive("a")) == 32
    assert one.mark("a", "x") != one.mark("b", "x")


def test_keys_do_not_show_themselves(tmp_path: Path) -> None:
    made = keys.load(tmp_path)
    assert made.master.hex() not in repr(made)
    assert repr(made) == "Keys()"


def test_two_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    barrier, answers = threading.Barrier(8), []

    def begin() -> None:
        barrier.wait()
        answers.append(keys.load(tmp_path / "home").derive("x"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert [path.name for path in (tmp_path / "home").iterdir()] == [keys.FILE]


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, "ab" * 31, "é"])
def test_a_key_file_that_is_none_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / keys.FILE).write_text(text)
    with pytest.raises(UnreadableKeys) as refusal:
        keys.load(tmp_path)
    assert keys.FILE in refusal.value.sentence()
    assert (tmp_path / keys.FILE).read_text() == text


def test_nothing_is_hashed_before_keys_are_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_in_use", None)
    with pytest.raises(NoKeys):
        keys.held()
    people.use(keys.Keys(b"x" * 32))
    assert keys.limits() == people.Limits()
