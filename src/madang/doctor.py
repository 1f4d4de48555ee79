# SPDX-License-Identifier: Apache-2.0
"""``madang doctor``: whether this machine has what Madang needs, a fact a line, with what to do where it has not."""

import contextlib
import importlib.metadata
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from madang import sandbox, supervisor
from madang.kit import Conflict, Invalid, Refusal, Unavailable, _
from madang.settings import Settings, listed

GIB = 1 << 30
GIT_LEAST = (2, 37)
SQLITE_LEAST = (3, 35)
CLOCK_LEAST = 1_767_225_600  # 2026-01-01: a clock before it was never set
STATIC = Path(__file__).parent / "_static"
CONTAINER_MEMORY = Path("/sys/fs/cgroup/memory.max")
RELEASES = Path(__file__).parent / "db" / "versions"


Say = Callable[..., str]
"""Gives a marked sentence with its places filled, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about this machine; ``advice`` says what to do when it is not fine."""

    name: str
    is_fine: bool
    fact: str
    advice: str = ""


class NotADatabase(Invalid):
    """The database's file is there and is none, or is damaged."""

    code = "not-a-database"
    message = _("%(path)s is no database, or a damaged one. Put back a copy of the home folder, or move the file away to begin anew.")


class NewerDatabase(Conflict):
    """A newer release has changed the tables already."""

    code = "newer-database"
    message = _(
        "The database in %(path)s is of a newer Madang (revision %(found)s; this one knows %(newest)s). Use that release, or put back the "
        "copy of the home folder from before the upgrade."
    )


class DatabaseAway(Unavailable):
    """The database's server does not let us in, or does not answer."""

    code = "database-away"
    message = _("The database at %(where)s does not let Madang in: %(reason)s. Check MADANG_DATABASE_URL and whether the server runs.")


class ServerUnfit(Invalid):
    """The database's server is too old, or the database keeps no UTF-8."""

    code = "server-unfit"
    message = _("PostgreSQL %(version)s with the encoding %(encoding)s does not suffice: Madang needs PostgreSQL 15 or newer and UTF8.")


OTHER_KEY = _(
    "The key file in %(home)s is not the one that this database was written with. Every machine of one platform needs the same home "
    "folder, or a copy of its secret.key."
)


def check_database(settings: Settings) -> None:
    """This release can work with the database, as far as it tells: else ``NotADatabase``, ``NewerDatabase``, ``DatabaseAway`` …"""
    path = _database_file(settings)
    if path is None:
        _check_server(settings)
        return
    if not path.is_file():
        return
    try:
        found = _revision(path)
    except sqlite3.Error as error:
        if is_damage(error):
            raise NotADatabase(path=path) from error
        return  # an empty file, or one that is busy: whoever opens it next says more
    known = _releases()
    if found is not None and found not in known:
        raise NewerDatabase(path=path, found=found, newest=known[-1] if known else "-")


def _check_server(settings: Settings) -> None:
    from madang import db  # noqa: PLC0415 (rows: only where the database is a server's)

    where = shown_url(settings)
    try:
        server = db.look(settings.database_url)
    except db.Away as error:
        raise DatabaseAway(where=where, reason=error) from error
    if not server.is_fine:
        raise ServerUnfit(version=server.shown, encoding=server.encoding)
    known = _releases()
    if server.revision is not None and server.revision not in known:
        raise NewerDatabase(path=where, found=server.revision, newest=known[-1] if known else "-")


def shown_url(settings: Settings) -> str:
    """The database's address without its password."""
    return next(row.value for row in listed(settings) if row.variable == "MADANG_DATABASE_URL")


def is_damage(error: BaseException | None) -> bool:
    """Whether this is SQLite's word for a file that is no database or a damaged one, also as an ORM hands it on."""
    told = getattr(error, "orig", None) or error
    return getattr(told, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def examine(settings: Settings, translate: Callable[[str], str] = str) -> list[Finding]:
    """Every fact, in the order in which they matter, in English or as ``translate`` gives it. Nothing is changed."""
    checks: tuple[Callable[[Settings, Say], Finding], ...] = (
        _python,
        _git,
        _home,
        _disk,
        _sqlite,
        _database,
        _pages,
        _engine,
        _memory,
        _clock,
        _services,
        _port,
    )

    def say(message: str, **values: object) -> str:
        return translate(message) % values if values else translate(message)

    return [check(settings, say) for check in checks]


def _python(_settings: Settings, say: Say) -> Finding:
    fact = say(_("Python %(version)s at %(path)s"), version=sys.version.split()[0], path=sys.executable)
    return Finding("python", sys.version_info >= (3, 11), fact, "" if sys.version_info >= (3, 11) else say(_("Use Python 3.11 or newer.")))


def _git(_settings: Settings, say: Say) -> Finding:
    path = shutil.which("git")
    if path is None:
        return Finding("git", False, say(_("there is no git on PATH")), say(_("Install git 2.37 or newer: sources are fetched with it.")))
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout.strip()
    numbers = re.search(r"(\d+)\.(\d+)", answer)
    fine = numbers is not None and (int(numbers[1]), int(numbers[2])) >= GIT_LEAST
    advice = "" if fine else say(_("Install git 2.37 or newer: older ones cannot pin addresses."))
    return Finding("git", fine, answer or say(_("git does not answer")), advice)


def _home(settings: Settings, say: Say) -> Finding:
    home = settings.home
    if not home.exists():
        return Finding("home", True, say(_("%(home)s is not there yet; `madang up` makes it"), home=home))
    rights = home.stat().st_mode & 0o777
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        advice = say(_("Give it to the user that runs Madang, or set MADANG_HOME."))
        return Finding("home", False, say(_("%(home)s cannot be written"), home=home), advice)
    if rights & 0o077:
        return Finding(
            "home", False, say(_("%(home)s is open to others (%(rights)s)"), home=home, rights=f"{rights:o}"), f"chmod 700 {home}"
        )
    return Finding("home", True, say(_("%(home)s, for its owner only"), home=home))


def _disk(settings: Settings, say: Say) -> Finding:
    place = _nearest(settings.home)
    free = shutil.disk_usage(place).free
    advice = "" if free >= 2 * GIB else say(_("Make room: a source is unpacked beside its stored form while it is scanned."))
    return Finding("disk", not advice, say(_("%(free)s GiB free at %(place)s"), free=f"{free / GIB:.1f}", place=place), advice)


def _sqlite(settings: Settings, say: Say) -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SQLITE_LEAST:
        return Finding("sqlite", False, f"SQLite {version}", say(_("Use a Python that brings SQLite 3.35 or newer.")))
    try:
        with tempfile.TemporaryDirectory(dir=_nearest(settings.home), prefix=".madang-doctor-") as folder:
            connection = sqlite3.connect(Path(folder) / "try.db")
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            connection.close()
    except (OSError, sqlite3.Error) as error:
        fact = say(_("SQLite %(version)s; trying it there failed: %(error)s"), version=version, error=error)
        return Finding("sqlite", False, fact, say(_("Choose a home on a local disk that you may write.")))
    if mode == "wal":
        return Finding("sqlite", True, say(_("SQLite %(version)s, its write-ahead log works there"), version=version))
    advice = say(_("Choose a home on a local disk: write-ahead logs do not work on most network file systems."))
    return Finding("sqlite", False, say(_("SQLite %(version)s, its write-ahead log does not work there"), version=version), advice)


def _database(settings: Settings, say: Say) -> Finding:
    known = _releases()
    newest = known[-1] if known else "-"
    path = _database_file(settings)
    if path is None:
        return _server(settings, say)
    if not path.exists():
        return Finding("database", True, say(_("not there yet; `madang up` makes it at revision %(newest)s"), newest=newest))
    try:
        found = _revision(path) or "-"
    except sqlite3.Error as error:
        fact = say(_("%(path)s cannot be read: %(error)s"), path=path, error=error)
        return Finding("database", False, fact, say(_("Put back a copy, or move the file away to begin anew.")))
    return _at_revision(found, known, newest, say)


def _server(settings: Settings, say: Say) -> Finding:
    """The same of a PostgreSQL database, and whether it was written with this home's key."""
    from madang import audit, db, people  # noqa: PLC0415 (rows: only where the database is a server's)

    try:
        _check_server(settings)
    except Refusal as refusal:
        return Finding("database", False, shown_url(settings), refusal.sentence(say))
    server, known = db.look(settings.database_url), _releases()
    if server.revision is None:
        fact = say(_("PostgreSQL %(version)s, still empty; `madang up` makes its tables"), version=server.shown)
        return Finding("database", True, fact)
    if (settings.home / people.keys.FILE).exists():
        database = db.Database(settings.database_url)
        with database.reading() as session:
            is_ours = audit.is_signed_with(session, people.keys.load(settings.home).derive("ledger"))
        database.close()
        if not is_ours:
            return Finding("database", False, shown_url(settings), say(OTHER_KEY, home=settings.home))
    found = _at_revision(server.revision, known, known[-1], say)
    return replace(found, fact=f"PostgreSQL {server.shown}: {found.fact}")


def _at_revision(found: str, known: list[str], newest: str, say: Say) -> Finding:
    if found == newest:
        return Finding("database", True, say(_("at revision %(found)s"), found=found))
    if found in known:
        fact = say(_("at revision %(found)s; the next `madang up` brings it to %(newest)s"), found=found, newest=newest)
        return Finding("database", True, fact)
    fact = say(_("at revision %(found)s, which this release does not know"), found=found)
    return Finding("database", False, fact, say(_("Use the newer Madang that wrote it.")))


def _database_file(settings: Settings) -> Path | None:
    """The file of an SQLite database; None for any other database."""
    prefix = "sqlite:///"
    return Path(settings.database_url.removeprefix(prefix)) if settings.database_url.startswith(prefix) else None


def _revision(path: Path) -> str | None:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _releases() -> list[str]:
    return sorted(path.stem.partition("_")[0] for path in RELEASES.glob("[0-9]*.py"))


def _pages(_settings: Settings, say: Say) -> Finding:
    if not STATIC.is_dir() or (STATIC / "MISSING").exists():
        advice = say(_("Build once with a network: `make run` beside the Makefile. Every page works without them, plainer."))
        return Finding("pages", False, say(_("scripts and fonts of the pages were not built")), advice)
    count = sum(path.is_file() for path in STATIC.rglob("*"))
    return Finding("pages", True, say(_("%(count)s files of scripts, styles and fonts"), count=count))


def _engine(_settings: Settings, say: Say) -> Finding:
    try:
        version = importlib.metadata.version("scancode-toolkit-mini")
    except importlib.metadata.PackageNotFoundError:
        return Finding("scan", False, say(_("the scan engine is not installed")), "pip install scancode-toolkit-mini")
    command = [sys.executable, "-c", "import licensedcode, cluecode, packagedcode"]
    tried = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if tried.returncode:
        last = "".join(tried.stderr.strip().splitlines()[-1:]) or "-"
        fact = say(_("scancode-toolkit-mini %(version)s does not load: %(reason)s"), version=version, reason=last)
        return Finding("scan", False, fact, say(_("Build the environment anew: make clean run")))
    return Finding("scan", True, f"scancode-toolkit-mini {version}")


def _services(_settings: Settings, say: Say) -> Finding:
    given = sandbox.confinement()
    signs = {name: "✓" if value else "✗" for name, value in (("files", given.files), ("calls", given.calls), ("user", given.user))}
    fact = say(_("files %(files)s, network and programs %(calls)s, own user %(user)s"), **signs)
    advice = say(
        _("A service's code could read files or reach the network here. Use Linux 5.13 with Landlock, or publish only your own code.")
    )
    return Finding("services", given.is_whole, fact, "" if given.is_whole else advice)


def _memory(_settings: Settings, say: Say) -> Finding:
    total = min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), _container_memory())
    small = say(_("A scan wants about 1.5 GiB: set MADANG_SCAN_WORKERS=1, or use a machine with more memory."))
    fact = say(_("%(size)s GiB, %(cores)s cores"), size=f"{total / GIB:.1f}", cores=os.cpu_count())
    return Finding("memory", total >= 2 * GIB, fact, "" if total >= 2 * GIB else small)


def _container_memory() -> int:
    """What a container may take (control groups, version 2); more than any machine has where there is no bound."""
    try:
        return int(CONTAINER_MEMORY.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return sys.maxsize


def _clock(_settings: Settings, say: Say) -> Finding:
    moment = time.time()
    fact = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
    advice = "" if moment >= CLOCK_LEAST else say(_("Set the clock: links, sessions and the ledger rest on it."))
    return Finding("clock", moment >= CLOCK_LEAST, fact, advice)


def _port(settings: Settings, say: Say) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        supervisor.check_port(settings.host, settings.port)
    except Refusal as refusal:
        if supervisor.is_ready(settings):
            return Finding("port", True, say(_("a Madang answers at %(where)s"), where=where))
        return Finding("port", False, say(_("%(where)s is not free"), where=where), refusal.sentence(say))
    return Finding("port", True, say(_("%(where)s is free"), where=where))


def _nearest(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
