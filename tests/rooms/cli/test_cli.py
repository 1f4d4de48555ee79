# SPDX-License-Identifier: Apache-2.0
"""The command line: what it loads, what it says, and how it ends."""

import contextlib
import importlib.metadata
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import pytest

import patience
import ports
from madang import cli, doctor, settings, supervisor
from madang.cli import complaints, running, tree, words
from madang.kit import Invalid


class Wrong(Invalid):
    message = "%(thing)s is wrong."


def install(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None, answer: object = None) -> None:
    """The command ``version`` raises ``error`` or gives ``answer``."""

    @click.command()
    def stand_in() -> object:
        if error is not None:
            raise error
        return answer

    monkeypatch.setattr("madang.cli.looking.version", stand_in)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "en")


def test_help_lists_every_command_and_loads_no_room() -> None:
    program = (
        "import sys\nfrom madang.cli.tree import run\ncode = run(['--help'])\n"
        "loaded = {name for name in sys.modules if name.startswith('madang.')} - {'madang.cli', 'madang.cli.tree', 'madang.cli.words'}\n"
        "print(code, sorted(name for name in loaded if not name.startswith('madang.kit')), 'sqlalchemy' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=patience.SECONDS).stdout
    assert answer.splitlines()[-1] == "0 [] False"
    for name in ("up", "web", "jobs", "scan", "token", "user", "link", "ledger", "settings", "doctor", "version"):
        assert f"\n  {name} " in answer


def test_scan_loads_neither_rows_nor_wire() -> None:
    program = (
        "import sys\nfrom madang.cli.tree import run\nrun(['scan', '--help'])\n"
        "print([name for name in ('sqlalchemy', 'dbos', 'starlette', 'fastapi', 'uvicorn', 'jinja2') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=patience.SECONDS).stdout
    assert answer.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", list(tree.COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main.__module__ == "madang.cli.tree"
    assert tree.run([name, "--help"]) == 0
    assert "Usage: madang " + name in capsys.readouterr().out


WRONG_USES = [
    (["nonsense"], "There is no command “nonsense”.", "“nonsense”(이)라는 명령은 없습니다."),
    (["settings", "--nonsense"], "There is no option --nonsense.", "--nonsense라는 옵션은 없습니다."),
    (["up", "--prot", "1"], "There is no option --prot. Did you mean --port?", "--port을(를) 뜻하셨습니까?"),
    (["settings", "--format", "xml"], "--format takes text / json.", "쓸 수 있는 값: text / json."),
    (["settings", "more"], "More is written than the command takes.", "명령이 받는 것보다 더 적혀 있습니다."),
    (["up", "--port", "many"], "--port takes a whole number.", "쓸 수 있는 값: 정수."),
    (["up", "--home", __file__], "--home takes a path.", "쓸 수 있는 값: 경로."),
    (["up", "--port"], "--port needs a value after it.", "뒤에 값을 적어야 합니다."),
    (["scan"], "SOURCE is missing.", "SOURCE 값이 빠졌습니다."),
    (["scan", ".", "--jobs", "0"], "--jobs takes 1 to 256.", "쓸 수 있는 값: 1부터 256까지의 정수."),
    (["scan", ".", "--output", "/"], "--output takes a path of a file.", "쓸 수 있는 값: 파일의 경로."),
    (["scan", ".", "--thorough=3"], "--thorough takes no value.", "--thorough에는 값을 적지 않습니다."),
]


@pytest.mark.parametrize(("arguments", "english", "korean"), WRONG_USES)
def test_wrong_use_ends_with_2_and_is_told_in_one_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], english: str, korean: str
) -> None:
    for language, sentence, other in (("en", english, korean), ("ko", korean, english)):
        monkeypatch.setenv("MADANG_LANGUAGE", language)
        assert tree.run(arguments) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert sentence in shown.err
        assert other not in shown.err


def test_a_complaint_that_names_nothing_is_still_a_sentence() -> None:
    assert complaints.complaint(click.BadParameter("no"), str) == "The command is not written as it should be."
    assert complaints.complaint(click.ClickException("no"), str) == "The command is not written as it should be."
    assert complaints.complaint(click.MissingParameter("no"), str) == "? is missing."


def test_a_group_without_a_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert tree.run(["token"]) == 2
    assert "create" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["settings"], ["doctor"]])
def test_what_is_listed_for_eyes_speaks_the_chosen_language_and_machines_get_english(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "ko")
    tree.run(arguments)
    shown = capsys.readouterr().out
    assert re.search("[가-힣]", shown)
    assert not re.search(r"\b(the|is|not|of|default)\b", shown)
    tree.run([*arguments, "--format", "json"])
    assert not re.search("[가-힣]", capsys.readouterr().out)


def test_a_scan_and_a_setting_that_are_refused_speak_the_chosen_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MADANG_LANGUAGE", "ko")
    tree.run(["scan", "/nowhere/at/all"])
    assert "Git 저장소" in capsys.readouterr().err
    monkeypatch.setenv("MADANG_PORT", "many")
    tree.run(["settings"])
    assert "1부터 65535까지의 정수." in capsys.readouterr().err


def test_a_refusal_ends_with_2_and_its_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    install(monkeypatch, Wrong(thing="This"))
    assert tree.run(["version"]) == 2
    assert capsys.readouterr().err == "madang: This is wrong.\n"


def test_an_unknown_setting_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MADANG_PROT", "9000")
    assert tree.run(["settings"]) == 2
    assert "Did you mean MADANG_PORT?" in capsys.readouterr().err


def test_a_fault_ends_with_70_and_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    install(monkeypatch, RuntimeError("no"))
    assert tree.run(["version"]) == 70
    assert "a fault of Madang's (RuntimeError)" in capsys.readouterr().err
    assert caplog.records[-1].exc_info is not None


def test_stopping_by_hand_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, KeyboardInterrupt())
    assert tree.run(["version"]) == 130


def test_a_command_s_own_code_is_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, answer=3)
    with pytest.raises(SystemExit) as ended:
        cli.main(["version"])
    assert ended.value.code == 3


def test_a_reader_that_has_enough_is_no_fault() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        command = [sys.executable, "-m", "madang", "settings"]
        answer = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, check=False, timeout=patience.SECONDS)
    finally:
        os.close(write_end)
    assert (answer.returncode, answer.stderr) == (141, b"")


def test_a_command_that_ends_by_itself_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, SystemExit(3))
    assert tree.run(["version"]) == 3


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert tree.run(["version"]) == 0
    assert capsys.readouterr().out == f"madang {importlib.metadata.version('madang')}\n"


def test_settings_are_listed_for_eyes_and_for_machines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MADANG_PORT", "9000")
    monkeypatch.setenv("MADANG_DATABASE_URL", "postgresql://madang:hunter2@db.example/madang")
    assert tree.run(["settings"]) == 0
    shown = capsys.readouterr().out
    assert "* MADANG_PORT=9000\n" in shown
    assert "hunter2" not in shown
    assert tree.run(["settings", "--format", "json"]) == 0
    rows = {row["variable"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["MADANG_PORT"]["value"], rows["MADANG_PORT"]["is_set"], rows["MADANG_HOST"]["is_set"]) == ("9000", True, False)


@pytest.mark.parametrize(("fine", "code"), [(True, 0), (False, 3)])
def test_the_doctor_ends_with_3_when_something_needs_attention(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fine: bool, code: int
) -> None:
    found = [doctor.Finding("git", fine, "git version 2", "" if fine else "Install a newer one.")]
    monkeypatch.setattr(doctor, "examine", lambda _settings, _translate: found)
    assert tree.run(["doctor"]) == code
    assert ("Install a newer one." in capsys.readouterr().out) is not fine
    assert tree.run(["doctor", "--format", "json"]) == code
    assert json.loads(capsys.readouterr().out)[0]["is_fine"] is fine


def test_up_says_the_address_the_link_and_what_to_do_next(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    chosen = settings.read({}, home=tmp_path, port=8123)
    running.say_ready(chosen, "s3cret")
    shown = capsys.readouterr().out
    assert "http://127.0.0.1:8123\n" in shown
    assert "  http://127.0.0.1:8123/link/s3cret\n" in shown
    assert [line[:2] for line in shown.strip().splitlines()[-3:]] == ["1.", "2.", "3."]
    running.say_ready(chosen, None)
    assert "madang link" in capsys.readouterr().out


def test_up_on_a_folder_that_is_in_use_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with supervisor.locked(tmp_path / "up.lock"):
        command = [sys.executable, "-m", "madang", "up", "--home", str(tmp_path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
    assert answer.returncode == 2
    assert "Another Madang works in" in answer.stderr


def test_an_unknown_language_stays_english() -> None:
    assert words.translator("xx")("Madang is ready at %(url)s") == "Madang is ready at %(url)s"


def test_a_source_that_is_not_there_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert tree.run(["scan", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def madang(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "MADANG_HOME": str(home), "MADANG_LANGUAGE": "en"}
    command = [sys.executable, "-m", "madang", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=patience.SECONDS)


def test_a_command_beside_no_platform_makes_the_rows_it_needs(tmp_path: Path) -> None:
    answer = madang(tmp_path / "home", "link")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("http://127.0.0.1:8000/link/")
    assert len(answer.stdout.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("up",), ("token", "list"), ("web",)])
def test_a_database_that_is_none_ends_with_2_and_names_the_file(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "madang.db").write_bytes(b"no database at all " * 1000)
    answer = madang(tmp_path / "home", *arguments, *(("--port", str(ports.free())) if arguments == ("up",) else ()))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert f"{tmp_path}/home/madang.db is no database" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_database_of_a_newer_release_ends_with_2(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with contextlib.closing(sqlite3.connect(home / "madang.db")) as connection:
        connection.executescript("CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('9999')")
    answer = madang(home, "link")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "newer Madang (revision 9999" in answer.stderr


def test_damage_that_shows_later_ends_with_2_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    error = sqlite3.DatabaseError("malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    install(monkeypatch, error)
    assert tree.run(["version"]) == 2
    assert "The database is damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["scan", "/nowhere/at/all"], ["version"], ["nonsense"], ["token", "nonsense"], ["up", "--port", "many"]]
)
def test_an_unknown_variable_is_told_before_anything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("MADANG_FOO", "1")
    assert tree.run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("madang: There is no setting MADANG_FOO.")
    assert tree.run([*arguments[:1], "--help"]) == (2 if arguments == ["nonsense"] else 0)


@pytest.mark.parametrize("name", ["noise.tar.gz", "noise.ZIP", "noise.tgz"])
def test_a_file_that_is_only_named_like_an_archive_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) * 40)
    assert tree.run(["scan", str(tmp_path / name)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"“{name}” is named like an archive" in shown.err
