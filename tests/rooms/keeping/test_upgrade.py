# SPDX-License-Identifier: Apache-2.0
"""An older database becomes one of this release, all or nothing, with a way back."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

import databases
from madang import cli, db, doctor, jobs, keeping, people, settings, supervisor
from madang.cli import tree
from madang.keeping import errors

FIRST = "0001"
NEWEST = list(db.history())[-1]
Elsewhere = Callable[..., settings.Settings]
Run = Callable[..., "Ran"]


@pytest.fixture
def old(elsewhere: Elsewhere) -> settings.Settings:
    """A platform as the first release left it: its tables, an account, and a line in the ledger."""
    chosen = elsewhere("old")
    chosen.home.mkdir(mode=0o700)
    people.keys.load(chosen.home)
    database = db.Database(chosen.database_url)
    db.migrate(database, to=FIRST)
    jobs.migrate(database)
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO people_account (id, name, name_key, display_name, role, created_at, created_by) "
                "VALUES ('01m82vr59nth3htvbm5vqq6k3q', 'colleague', 'colleague', 'A colleague', 'member', '2026-01-02 03:04:05', 'madang')"
            )
        )
        session.execute(
            text(
                "INSERT INTO audit_entry (at, deed, target, by_name, via, facts) "
                "VALUES ('2026-01-02 03:04:05', 'account.created', 'account/colleague', 'madang', 'system', '{}')"
            )
        )
    database.close()
    return chosen


def revision(chosen: settings.Settings) -> str | None:
    database = db.Database(chosen.database_url)
    with database.reading() as session:
        found = db.revision(session)
    database.close()
    return found


class Ran(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The command as a person calls it, in this process: a start of its own takes longer than what it does."""

    def called(chosen: settings.Settings, *arguments: str) -> Ran:
        with monkeypatch.context() as patched:
            for name in [name for name in os.environ if name.startswith("MADANG_")]:
                patched.delenv(name)
            for name, value in chosen.environment().items():
                patched.setenv(name, value)
            patched.setattr(sys, "stdin", io.StringIO())
            capsys.readouterr()
            return Ran(tree.run(arguments), *capsys.readouterr())

    return called


def test_a_plan_names_what_would_be_done(old: settings.Settings) -> None:
    plan = keeping.plan(old)
    assert (plan.current, plan.newest, plan.release) == (FIRST, NEWEST, "0.1.0")
    assert [number for number, _ in plan.steps] == list(db.history())[1:]
    assert revision(old) == FIRST


def test_an_upgrade_keeps_everything_and_can_be_taken_back(old: settings.Settings, tmp_path: Path, elsewhere: Elsewhere) -> None:
    done = keeping.upgrade(old, keeping.plan(old), backup=tmp_path / "before", progress=lambda *_: None)
    assert revision(old) == NEWEST
    assert done.backup is not None
    assert done.backup.revision == FIRST
    assert (done.ledger.unsealed, done.ledger.is_whole) == (1, True)
    assert keeping.plan(old).steps == ()
    again = elsewhere("again")
    restored = keeping.restore(again, done.backup.path, keeping.Opening())
    assert restored.tables == done.backup.tables
    assert (restored.revision, restored.brought_to, revision(again)) == (FIRST, NEWEST, NEWEST)
    assert restored.ledger.is_whole


def test_the_command_says_what_there_is_to_do(run: Run, old: settings.Settings, tmp_path: Path) -> None:
    looked = run(old, "upgrade", "--check")
    assert looked.returncode == 1
    assert f"revision {FIRST} (Madang 0.1.0)" in looked.stdout
    assert "people in organisations" in looked.stdout
    asked = run(old, "upgrade")
    assert asked.returncode == 2
    assert "--no-backup" in asked.stderr
    assert revision(old) == FIRST
    done = run(old, "upgrade", "--backup", str(tmp_path / "before"))
    assert done.returncode == 0, done.stderr
    assert f"madang restore {tmp_path / 'before'}" in done.stdout
    assert (tmp_path / "before.key").is_file()
    assert run(old, "upgrade", "--check").returncode == 0
    assert "and is whole" in done.stdout


def test_whoever_has_a_backup_needs_none(run: Run, old: settings.Settings) -> None:
    done = run(old, "upgrade", "--no-backup")
    assert done.returncode == 0, done.stderr
    assert "no way back" in done.stdout
    assert revision(old) == NEWEST


def test_nothing_is_upgraded_under_a_live_platform(old: settings.Settings, tmp_path: Path) -> None:
    with supervisor.locked(old.home / supervisor.LOCK), pytest.raises(errors.PlatformUp):
        keeping.upgrade(old, keeping.plan(old), backup=tmp_path / "before", progress=lambda *_: None)
    assert not (tmp_path / "before").exists()
    assert revision(old) == FIRST


def test_rows_of_a_newer_release_are_left_alone(old: settings.Settings) -> None:
    database = db.Database(old.database_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(doctor.NewerDatabase):
        keeping.plan(old)


def test_an_upgrade_that_is_killed_changes_nothing(old: settings.Settings) -> None:
    program = (
        "import os, sys; from sqlalchemy import Engine, event; from madang import app, keeping, settings\n"
        "left = int(sys.argv[1])\n"
        "@event.listens_for(Engine, 'before_cursor_execute')\n"
        "def count(connection, cursor, statement, *_):\n"
        "    global left\n"
        "    left -= statement.lstrip().upper().startswith(('CREATE', 'ALTER', 'DROP', 'INSERT', 'UPDATE'))\n"
        "    if left < 0: os.kill(os.getpid(), 9)\n"
        "chosen = settings.read()\n"
        "keeping.upgrade(chosen, keeping.plan(chosen), backup=None, progress=lambda *_: None)\n"
    )
    for statements in (0, 1, 17):
        done = subprocess.run([sys.executable, "-c", program, str(statements)], env={**os.environ, **old.environment()}, check=False)
        assert (done.returncode, revision(old)) in ((-signal.SIGKILL, FIRST), (0, NEWEST))
        if statements < 2:
            assert revision(old) == FIRST
    keeping.upgrade(old, keeping.plan(old), backup=None, progress=lambda *_: None)
    assert revision(old) == NEWEST


@pytest.mark.skipif(databases.kind() != "sqlite", reason="a copy beside is for SQLite's one file")
def test_a_start_on_an_older_file_keeps_a_copy_beside(old: settings.Settings) -> None:
    (old.home / "madang.db.before-0000").touch()
    copy = keeping.copy_beside(old)
    assert copy == old.home / f"madang.db.before-{NEWEST}"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not (old.home / "madang.db.before-0000").exists()
    assert keeping.copy_beside(old) is None
    assert revision(settings.read({"MADANG_HOME": str(old.home), "MADANG_DATABASE_URL": f"sqlite:///{copy}"})) == FIRST
    keeping.upgrade(old, keeping.plan(old), backup=None, progress=lambda *_: None)
    copy.unlink()
    assert keeping.copy_beside(old) is None


def test_a_file_that_is_no_database_is_not_copied(tmp_path: Path) -> None:
    chosen = settings.read({"MADANG_HOME": str(tmp_path), "MADANG_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    assert keeping.copy_beside(chosen) is None
    (tmp_path / "none.db").touch()
    assert keeping.copy_beside(chosen) is None
    assert keeping.copy_beside(settings.read({"MADANG_DATABASE_URL": "postgresql://nowhere/none"})) is None


def test_backup_and_restore_as_commands(run: Run, old: settings.Settings, tmp_path: Path, elsewhere: Elsewhere) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("a long enough sentence\n")
    assert run(old, "upgrade", "--no-backup").returncode == 0
    done = run(old, "backup", str(tmp_path / "one"), "--passphrase-file", str(phrase))
    assert done.returncode == 0, done.stderr
    assert "sealed inside" in done.stdout
    assert "madang: objects" not in done.stderr.splitlines()[0]
    assert run(old, "backup", str(tmp_path / "one")).returncode == 2
    assert "not both" in run(old, "backup", str(tmp_path / "two"), "--passphrase", "--key", "x").stderr
    empty = elsewhere("empty")
    asked = run(empty, "restore", str(tmp_path / "one"))
    assert (asked.returncode, "--passphrase-file" in asked.stderr) == (2, True)
    back = run(empty, "restore", str(tmp_path / "one"), "--passphrase-file", str(phrase))
    assert back.returncode == 0, back.stderr
    assert "every hash was compared" in back.stdout
    assert "0 tokens and 0 feeds are over too" in back.stdout
    assert "people_account" in back.stdout
    again = run(empty, "restore", str(tmp_path / "one"), "--passphrase-file", str(phrase))
    assert (again.returncode, "is not empty" in again.stderr) == (2, True)
    assert json.loads(run(empty, "settings", "--format", "json").stdout)


def test_a_hurt_object_makes_a_backup_that_wants_attention(run: Run, old: settings.Settings, tmp_path: Path) -> None:
    assert run(old, "upgrade", "--no-backup").returncode == 0
    place = old.home / "store" / "objects" / "ab" / ("c" * 62)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"not it")
    done = run(old, "backup", str(tmp_path / "one"))
    assert done.returncode == 3
    assert "damaged on the disk" in done.stderr
    assert cli.commands.table["backup"][0] == "keeping"
