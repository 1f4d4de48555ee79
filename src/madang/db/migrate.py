# SPDX-License-Identifier: Apache-2.0
"""One line of history for all tables (``madang/db/versions``); the platform migrates itself when it starts."""

import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from madang.db.database import Database

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"


def migrate(database: Database, *, to: str = "head") -> None:
    """The database has every table of this release, or of the revision ``to``. One unit of work: killed half way, nothing has changed."""
    config = _config()
    with database.writing() as session:
        if to == "head" and revision(session) == next(reversed(history())):
            return  # quicker than to be told so by every step of the history
        config.attributes["connection"] = session.connection()
        command.upgrade(config, to)


def revision(session: Session) -> str | None:
    """The newest migration that this database has, or None when it is empty."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def history() -> dict[str, str]:
    """Every revision that this release knows, the oldest first, and in a few words what each brings."""
    names = sorted(path.stem.partition("_") for path in VERSIONS.glob("[0-9]*.py"))
    return {number: words.replace("_", " ") for number, _, words in names}


def draft(sentence: str) -> Path:
    """The next migration stands in ``versions``: what brings a database of the last one to the tables as they are declared now.

    Every room's tables have to be imported before. A machine wrote it, so it is read and mended before it is committed.
    """
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        migrate(database)
        config = _config()
        with database.writing() as session:
            config.attributes["connection"] = session.connection()
            command.revision(config, message=sentence, autogenerate=True, rev_id=number)
        database.close()
    return next(VERSIONS.glob(f"{number}_*.py"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config
