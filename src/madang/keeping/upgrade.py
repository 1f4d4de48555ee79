# SPDX-License-Identifier: Apache-2.0
"""``madang upgrade``: the database of an older release becomes one of this release, with a way back."""

import contextlib
import csv
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from madang import __version__, audit, db, doctor, jobs, people, supervisor
from madang.keeping import places, rows
from madang.keeping.backup import Made, Progress, back_up, check_there
from madang.keeping.errors import PlatformUp
from madang.settings import Settings

RELEASES = Path(__file__).with_name("releases.csv")


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands, what this release wants, and what each step between them brings. ``release`` is the one that ``current`` belongs to."""

    current: str
    newest: str
    release: str
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What was done: the backup from before, if one was wanted, and the ledger as it stands now."""

    plan: Plan
    backup: Made | None
    rows: int
    ledger: audit.Verification


def plan(settings: Settings) -> Plan:
    """What an upgrade would do. Nothing is changed; ``doctor.NewerDatabase`` when the rows are of a newer release."""
    check_there(settings)
    doctor.check_database(settings)
    history = db.history()
    newest = list(history)[-1]
    database = db.Database(settings.database_url)
    try:
        with database.engine.connect() as connection:
            current = rows.revision(connection) or "0000"
    finally:
        database.close()
    if current not in history and current != "0000":
        raise doctor.NewerDatabase(path=database.url.render_as_string(), found=current, newest=newest)
    steps = tuple((number, words) for number, words in history.items() if number > current)
    return Plan(current, newest, release_of(current), steps)


def upgrade(settings: Settings, wanted: Plan, *, backup: Path | None, key: Path | None = None, progress: Progress) -> Upgraded:
    """The rows are of this release. First a backup is made at ``backup``; None is for whoever has one. Killed half way, it is as it was."""
    if supervisor.is_up(settings.home):
        raise PlatformUp(home=settings.home)
    with supervisor.locked(settings.home / supervisor.LOCK):
        made = back_up(settings, backup, key=key, progress=progress) if backup else None
        database = db.Database(settings.database_url)
        try:
            db.migrate(database)
            jobs.migrate(database)
            with database.engine.connect() as connection:
                count = sum(rows.digest(connection, each).rows for each in rows.tables(connection))
            signing = people.keys.load(settings.home).derive("ledger")
            ledger = audit.verify(database, heads_file=settings.home / places.HEADS, key=signing)
        finally:
            database.close()
    return Upgraded(wanted, made, count, ledger)


def release_of(revision: str) -> str:
    """The release whose rows these are: the last one that knew no newer revision."""
    with RELEASES.open(encoding="utf-8", newline="") as file:
        known = [row for row in csv.reader(line for line in file if not line.startswith("#")) if row]
    return next((release for newest, release in known if revision <= newest), __version__)


def copy_beside(settings: Settings) -> Path | None:
    """Before a start brings an older SQLite database to this release, a copy of it stands beside; its path, or None where there is no need.

    Copies from before earlier upgrades are gone then. Whoever keeps rows in PostgreSQL has `madang upgrade` and their own backups.
    """
    file = places.database_file(settings)
    if file is None or not file.is_file():
        return None
    newest = list(db.history())[-1]
    copy = file.with_name(f"{file.name}{places.COPY}{newest}")
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection:
        known = connection.execute("SELECT name FROM sqlite_master WHERE name = ?", (rows.REVISIONS,)).fetchone()
        found = connection.execute(f"SELECT version_num FROM {rows.REVISIONS}").fetchone() if known else None  # noqa: S608
        if found is None or found[0] == newest or copy.exists():
            return None
        draft = copy.with_name(f".{copy.name}.{secrets.token_hex(6)}")
        try:
            connection.execute("VACUUM INTO ?", (str(draft),))
            draft.chmod(0o600)
            draft.replace(copy)
        finally:
            draft.unlink(missing_ok=True)
    for old in file.parent.glob(f"{file.name}{places.COPY}*"):
        if old != copy:
            old.unlink(missing_ok=True)
    return copy
