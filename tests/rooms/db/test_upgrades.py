# SPDX-License-Identifier: Apache-2.0
"""A home of the first release, as that release wrote it, comes to this one whole; and a migration that is killed changes nothing.

``first/sqlite.tar.gz`` and ``first/postgresql.tar.gz`` hold its rows as SQL and its home: a verified version with conflicts, one that
waits, two accounts with tokens, a password and a link, a kept answer, a sealed and signed ledger with a line after the last head.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import inspect, text

import databases
import madang
import patience
from asking import Client
from madang import app, audit, db, jobs, settings

FIRST = Path(__file__).parent / "first"
KILLED = """
import os, signal, sys
from sqlalchemy import event
from madang import db
database, left = db.Database(sys.argv[1]), int(sys.argv[2])
def die(*_arguments):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(database.engine, "before_cursor_execute", die)
db.migrate(database)
print(int(sys.argv[2]) - left)
"""
Rows = dict[str, list[dict[str, Any]]]
BY_REPORT = {f"compliance_{table}" for table in ("file", "tally", "holder", "package", "unread")}
"""Tables whose rows name their report where they named their version; a version's report has its id."""


@dataclass
class Home:
    """A home of the first release."""

    folder: Path
    url: str

    def told(self) -> dict[str, str]:
        """The tokens that its people hold."""
        found: dict[str, str] = json.loads((self.folder / "told.json").read_text())
        return found

    def rows(self) -> Rows:
        """Every row of every table of ours."""
        database = db.Database(self.url)
        with database.reading() as session:
            names = inspect(session.connection()).get_table_names()
            found = {name: [dict(row) for row in session.execute(text(f'SELECT * FROM "{name}"')).mappings()] for name in names}
        database.close()
        return found

    def revision(self) -> str | None:
        """The newest migration that it has."""
        database = db.Database(self.url)
        with database.reading() as session:
            found = db.revision(session)
        database.close()
        return found

    def open(self) -> app.House:
        """The house, as this release opens it."""
        return app.open_house(settings.read({"MADANG_HOME": str(self.folder), "MADANG_DATABASE_URL": self.url, "MADANG_LANGUAGE": "en"}))


@pytest.fixture
def first(tmp_path: Path) -> Home:
    with tarfile.open(FIRST / f"{databases.kind()}.tar.gz") as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(tmp_path, filter="data")
        else:  # Python 3.11 before its fourth release
            tar.extractall(tmp_path)
    statements = (tmp_path / "rows.sql").read_text(encoding="utf-8")
    if databases.kind() == "sqlite":
        connection = sqlite3.connect(tmp_path / "home" / "madang.db")
        connection.executescript(statements)
        connection.close()
        return Home(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'madang.db'}")
    address = databases.address(tmp_path, migrated=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(statements.encode())
    return Home(tmp_path / "home", address)


@pytest.fixture
def house(first: Home) -> Iterator[app.House]:
    opened = first.open()
    yield opened
    opened.close()


def test_every_row_and_column_of_the_first_release_is_kept(first: Home) -> None:
    before = first.rows()
    assert first.revision() == "0001"
    assert sum(len(rows) for rows in before.values()) > 50
    first.open().close()
    after = first.rows()
    for name, rows in before.items():
        if name == "alembic_version":
            continue
        columns = rows[0].keys() if rows else ()
        renamed = {"version_id": "report_id"} if name in BY_REPORT else {}
        kept = [{column: row[renamed.get(column, column)] for column in columns} for row in after[name]]
        assert [row for row in rows if row not in kept] == [], name


def test_its_people_come_in_as_before(first: Home, house: app.House) -> None:
    with Client(app.web_application(house), follow_redirects=False) as client:
        for name, token in first.told().items():
            answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json()["name"]) == (200, name)


def test_its_versions_are_read_as_before(first: Home, house: app.House) -> None:
    signed = {"Authorization": f"Bearer {first.told()['operator']}"}
    with Client(app.web_application(house), follow_redirects=False) as client:
        address = "/api/v1/assets/software/operator/speech/versions"
        one, two = client.get(f"{address}/1", headers=signed).json(), client.get(f"{address}/2", headers=signed).json()
        assert (one["state"], one["label"], one["license_expression"]) == ("verified", "1.0", "MIT")
        assert (two["state"], two["license_expression"]) == ("verified", "Apache-2.0 AND MIT")
        waiting = client.get("/api/v1/assets/software/operator/waiting/versions/1", headers=signed).json()
        assert (waiting["state"], waiting["label"]) == ("queued", "대기")
        again = {"Idempotency-Key": "deed-1", **signed}
        body = {"kind": "software", "namespace": "operator", "name": "once"}
        assert client.post("/api/v1/assets", json=body, headers=again).headers["idempotent-replay"] == "true"


def test_what_was_found_in_its_versions_is_shown_as_before(first: Home) -> None:
    before = first.rows()
    (version,) = (row for row in before["compliance_verification"] if row["detected"] == "Apache-2.0 AND MIT")
    written = [row for row in before["compliance_file"] if row["version_id"] == version["version_id"]]
    house = first.open()
    signed = {"Authorization": f"Bearer {first.told()['operator']}"}
    page = "/assets/software/operator/speech/versions/2"
    with Client(app.web_application(house), follow_redirects=False) as client:
        files = client.get(f"/api/v1{page}/files", headers=signed).json()["items"]
        assert {(row["path"], row["expression"]) for row in files} == {(row["path"], row["expression"]) for row in written}
        assert any(row["details"]["matches"] for row in files)
        for what in ("holders", "packages", "unread"):
            rows = [row for row in before[f"compliance_{what.removesuffix('s')}"] if row["version_id"] == version["version_id"]]
            assert len(client.get(f"/api/v1{page}/{what}", headers=signed).json()["items"]) == len(rows)
        for address in ("", "/files", "/holders", "/tables", "/licence-map.csv", f"/file?path={files[0]['path']}"):
            assert client.get(page + address, headers=signed | {"Accept": "text/html"}).status_code == 200
        assert client.get(f"/api/v1{page}/sbom", headers=signed).status_code == 200
    house.close()


def test_its_ledger_is_whole_and_goes_on(house: app.House) -> None:
    heads = house.home / audit.HEADS_FILE
    before = audit.verify(house.database, heads_file=heads, key=house.ledger_key)
    assert before.problems == ()
    assert (before.heads, before.unsealed >= 1) == (1, True)
    app.sign_ledger(house)
    after = audit.verify(house.database, heads_file=heads, key=house.ledger_key)
    assert (after.problems, after.heads, after.unsealed) == ((), 2, 0)


def test_what_waited_is_done_by_this_release(first: Home, house: app.House) -> None:
    begun: list[tuple[object, ...]] = []
    with house.database.reading() as session:
        sql = "SELECT task_id FROM compliance_verification WHERE state = 'queued'"
        task = session.execute(text(sql)).scalar_one()
        assert jobs.state(session, task) is jobs.State.QUEUED
    runner = jobs.Runner(house.database, jobs=[jobs.Job("compliance.verify", lambda *given: begun.append(given))], on_lost=lambda: None)
    runner.start()
    patience.wait_until(lambda: any(given[1] == task for given in begun))
    assert runner.stop()
    assert [given[1] for given in begun if given[1] == task] == [task]


def test_a_migration_killed_at_any_moment_changes_nothing(first: Home) -> None:
    before = first.rows()
    for left in (2, 9, 25, 40, 55):
        killed = migrate_apart(first, left)
        assert killed.returncode == -9, killed.stderr
        assert first.revision() == "0001"
        assert first.rows() == before
    done = migrate_apart(first, 0)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 55
    assert first.revision() == max(db.history())


def migrate_apart(first: Home, left: int) -> "subprocess.CompletedProcess[str]":
    """A process that migrates, and is killed when it begins its so-manieth statement; never when that is 0."""
    environment = {**os.environ, "PYTHONPATH": str(Path(madang.__file__).parents[1])}
    command = [sys.executable, "-c", KILLED, first.url, str(left)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
