# SPDX-License-Identifier: Apache-2.0
"""One line of history for all tables (``madang/db/versions``); the platform migrates itself when it starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from madang.db.database import Database

HERE = Path(__file__).parent


def migrate(database: Database) -> None:
    """The database has every table of this release. One unit of work: killed half way, nothing has changed."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    with database.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")


def revision(session: Session) -> str | None:
    """The newest migration that this database has, or None when it is empty."""
    return MigrationContext.configure(session.connection()).get_current_revision()
