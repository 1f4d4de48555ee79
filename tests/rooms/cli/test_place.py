# SPDX-License-Identifier: Apache-2.0
"""Which home a command means, what it says of it, and which address it prints."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import patience
from madang import settings, supervisor
from madang.cli import place


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("MADANG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MADANG_LANGUAGE", "en")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def usual(tmp_path: Path) -> Path:
    return tmp_path / "data" / "madang"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home beside the Makefile of a checkout that this Madang runs from."""
    monkeypatch.setattr(place, "in_checkout", lambda: tmp_path / "checkout" / ".madang")
    return tmp_path / "checkout" / ".madang"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "in_checkout", lambda: None)


def began(home: Path) -> Path:
    """A platform was up in this home once."""
    home.mkdir(parents=True, mode=0o700)
    (home / supervisor.JOBS_LOCK).touch()
    return home


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Path]:
    """A home in which another process works, as a platform that listens on port 8123 does."""
    home = began(tmp_path / "working")
    program = "import fcntl, sys; f = open(sys.argv[1], 'a+'); fcntl.flock(f, 2); print('held', flush=True); sys.stdin.read()"
    (home / supervisor.RUNNING).write_text(json.dumps({"host": "127.0.0.1", "port": 8123, "url": "http://127.0.0.1:8123"}))
    command = [sys.executable, "-c", program, str(home / supervisor.LOCK)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield home
        holder.kill()


def test_a_home_that_was_named_is_taken_without_a_word(
    monkeypatch: pytest.MonkeyPatch, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began(own)
    monkeypatch.setenv("MADANG_HOME", str(began(tmp_path / "named")))
    assert place.read_beside().home == tmp_path / "named"
    assert capsys.readouterr() == ("", "")


def test_beside_make_run_the_checkout_s_own_home_is_taken_and_named(own: Path, usual: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began(own)
    began(usual)
    assert place.read_beside().home == own
    shown = capsys.readouterr()
    assert (shown.out, str(own) in shown.err) == ("", True)
    assert "No Madang was ever started" not in shown.err


def test_the_platform_that_runs_is_meant(own: Path, usual: Path) -> None:
    began(own)
    began(usual)
    with supervisor.locked(usual / supervisor.LOCK):
        assert place.read().home == usual


def test_a_home_with_rows_alone_is_one(own: Path) -> None:
    own.mkdir(parents=True)
    (own / "madang.db").touch()
    assert place.read().home == own


@pytest.mark.usefixtures("own")
def test_a_checkout_without_a_platform_takes_the_usual_home_and_warns(usual: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.read_beside().home == usual
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"No Madang was ever started in {usual}" in shown.err
    assert "MADANG_HOME" in shown.err


@pytest.mark.usefixtures("installed")
def test_an_installed_madang_has_one_home_and_guesses_nothing(usual: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began(usual)
    assert place.read_beside().home == usual
    assert capsys.readouterr() == ("", "")


def test_a_checkout_is_where_the_makefile_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(place, "CHECKOUT", tmp_path)
    assert place.in_checkout() is None


def test_the_address_is_the_running_platform_s(monkeypatch: pytest.MonkeyPatch, working: Path) -> None:
    monkeypatch.setenv("MADANG_HOME", str(working))
    chosen = place.read_beside()
    assert (chosen.port, chosen.url, chosen.home) == (8123, "http://127.0.0.1:8123", working)
    monkeypatch.setenv("MADANG_URL", "https://madang.example")
    assert place.read_beside().url == "https://madang.example"


def test_what_a_killed_platform_left_behind_is_no_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = began(tmp_path / "home")
    (home / supervisor.RUNNING).write_text('{"host": "127.0.0.1", "port": 8123, "url": "http://127.0.0.1:8123"}')
    monkeypatch.setenv("MADANG_HOME", str(home))
    assert place.read_beside().url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"host": "h", "port": "many", "url": "u"}'])
def test_an_address_that_cannot_be_read_is_none(working: Path, text: str) -> None:
    (working / supervisor.RUNNING).write_text(text)
    assert supervisor.is_up(working)
    assert supervisor.running(working) is None


def test_a_token_is_all_that_standard_output_has_before_the_first_start(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "MADANG_HOME": str(tmp_path / "home"), "MADANG_LANGUAGE": "en"}
    command = [sys.executable, "-m", "madang", "token", "create", "--role", "member", "--note", "laptop"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.split()) == 1
    assert f"No Madang was ever started in {tmp_path / 'home'}" in answer.stderr


def test_the_settings_have_the_same_home(own: Path) -> None:
    assert settings.read().home != own
    assert place.read().home == settings.read().home
