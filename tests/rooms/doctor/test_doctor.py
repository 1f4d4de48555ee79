# SPDX-License-Identifier: Apache-2.0
"""Each fact about a machine, fine and not fine, and what to do when it is not."""

import importlib.metadata
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import ports
from madang import doctor, settings, supervisor


@pytest.fixture
def chosen(tmp_path: Path) -> settings.Settings:
    return settings.read({}, home=tmp_path / "home", port=ports.free())


def finding(chosen: settings.Settings, name: str) -> doctor.Finding:
    return next(found for found in doctor.examine(chosen) if found.name == name)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(command: list[str], **_: object) -> SimpleNamespace:
        return SimpleNamespace(stdout="git version 2.39.5\n", stderr="", returncode=0)

    monkeypatch.setattr(subprocess, "run", answer)
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/git")


def test_every_fact_has_a_name_and_nothing_is_made(chosen: settings.Settings) -> None:
    found = doctor.examine(chosen)
    assert [each.name for each in found] == [
        "python", "git", "home", "disk", "sqlite", "database", "pages", "scan", "memory", "clock", "services", "port",
    ]  # fmt: skip
    assert all(each.is_fine or each.advice for each in found)
    assert not chosen.home.exists()


def test_facts_and_advice_are_told_in_the_language_that_is_asked_for(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    told = {each.name: each for each in doctor.examine(chosen, lambda text: f"«{text}»")}
    assert told["git"].fact == "«there is no git on PATH»"
    assert told["git"].advice.startswith("«Install git")
    assert told["home"].fact == f"«{chosen.home} is not there yet; `madang up` makes it»"


def test_a_fresh_machine_is_fine(chosen: settings.Settings) -> None:
    for name in ("python", "git", "home", "sqlite", "database", "clock", "port"):
        assert finding(chosen, name).is_fine, name


def test_there_is_no_git(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert "Install git 2.37" in finding(chosen, "git").advice


@pytest.mark.parametrize("answer", ["git version 2.36.9", "git version 1.99.1", ""])
def test_git_is_too_old_or_silent(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: SimpleNamespace(stdout=answer, stderr="", returncode=0))
    assert not finding(chosen, "git").is_fine


def test_a_home_that_others_may_read(chosen: settings.Settings) -> None:
    chosen.home.mkdir(mode=0o755)
    assert finding(chosen, "home").advice == f"chmod 700 {chosen.home}"
    chosen.home.chmod(0o700)
    assert finding(chosen, "home").is_fine


def test_a_home_that_is_not_ours(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen.home.mkdir(mode=0o700)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "MADANG_HOME" in finding(chosen, "home").advice


def test_a_full_disk(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 20))
    assert not finding(chosen, "disk").is_fine


def test_an_old_sqlite(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 0))
    assert not finding(chosen, "sqlite").is_fine


def test_a_place_where_sqlite_cannot_write(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(sqlite3, "connect", refuse)
    assert "disk I/O error" in finding(chosen, "sqlite").fact


def database(chosen: settings.Settings, revision: str) -> None:
    chosen.home.mkdir(mode=0o700)
    connection = sqlite3.connect(chosen.home / "madang.db")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("revision", "fine", "words"), [("0001", True, "brings it to 0002"), ("0002", True, "at revision 0002"), ("9", False, "does not know")]
)
def test_the_database_s_revision(
    chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, revision: str, fine: bool, words: str
) -> None:
    for name in ("0001_first.py", "0002_second.py", "__init__.py"):
        (tmp_path / name).touch()
    monkeypatch.setattr(doctor, "RELEASES", tmp_path)
    database(chosen, revision)
    found = finding(chosen, "database")
    assert (found.is_fine, words in found.fact) == (fine, True)


def test_a_database_that_is_none(chosen: settings.Settings) -> None:
    chosen.home.mkdir(mode=0o700)
    (chosen.home / "madang.db").write_bytes(b"not a database at all" * 100)
    assert not finding(chosen, "database").is_fine


def test_a_newer_database_is_refused(chosen: settings.Settings) -> None:
    doctor.check_database(chosen)
    database(chosen, "9999")
    with pytest.raises(doctor.NewerDatabase, match="revision 9999"):
        doctor.check_database(chosen)


def test_a_database_of_this_release_or_an_empty_one_is_not(chosen: settings.Settings) -> None:
    chosen.home.mkdir(mode=0o700)
    (chosen.home / "madang.db").touch()
    doctor.check_database(chosen)
    (chosen.home / "madang.db").unlink()
    chosen.home.rmdir()
    database(chosen, "0001")
    doctor.check_database(chosen)


def test_a_file_that_is_no_database_is_refused(chosen: settings.Settings) -> None:
    chosen.home.mkdir(mode=0o700)
    (chosen.home / "madang.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(doctor.NotADatabase, match=r"madang\.db"):
        doctor.check_database(chosen)


def test_damage_is_known_through_an_orm_and_nothing_else_is_damage() -> None:
    told = sqlite3.DatabaseError("malformed")
    told.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    wrapped = RuntimeError("handed on")
    wrapped.orig = told  # type: ignore[attr-defined]
    assert doctor.is_damage(told)
    assert doctor.is_damage(wrapped)
    assert not doctor.is_damage(sqlite3.OperationalError("busy"))


def test_pages_that_were_not_built(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "STATIC", tmp_path / "none")
    assert "make run" in finding(chosen, "pages").advice
    monkeypatch.setattr(doctor, "STATIC", tmp_path)
    (tmp_path / "page.js").touch()
    assert finding(chosen, "pages").fact.startswith("1 files")
    (tmp_path / "MISSING").touch()
    assert not finding(chosen, "pages").is_fine


def test_an_engine_that_is_not_there(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", nowhere)
    assert not finding(chosen, "scan").is_fine


def test_an_engine_that_does_not_load(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = SimpleNamespace(stdout="git version 2.40.0", stderr="Traceback\nImportError: no pluggy", returncode=1)
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: answer)
    assert "ImportError: no pluggy" in finding(chosen, "scan").fact


def test_a_machine_with_little_memory(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", lambda name: 4096 if name == "SC_PAGE_SIZE" else 1000)
    assert "MADANG_SCAN_WORKERS=1" in finding(chosen, "memory").advice


def test_a_container_that_may_take_little(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "CONTAINER_MEMORY", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text("max\n")
    roomy = finding(chosen, "memory").fact
    (tmp_path / "memory.max").write_text("536870912\n")
    assert finding(chosen, "memory").fact.startswith("0.5 GiB")
    assert not roomy.startswith("0.5 GiB")


def test_a_clock_that_was_never_set(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    found = finding(chosen, "clock")
    assert (found.is_fine, found.fact) == (False, "1970-01-01 00:00:00 UTC")


def test_a_python_that_is_too_old(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    assert "3.11" in finding(chosen, "python").advice


def test_a_port_that_another_program_has(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "is_ready", lambda _settings: False)
    with socket.create_server(("127.0.0.1", chosen.port)):
        found = finding(chosen, "port")
    assert (found.is_fine, "--port" in found.advice) == (False, True)


def test_a_port_where_madang_answers(chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "is_ready", lambda _settings: True)
    with socket.create_server(("127.0.0.1", chosen.port)):
        assert finding(chosen, "port").fact == f"a Madang answers at 127.0.0.1:{chosen.port}"
