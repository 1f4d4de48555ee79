# SPDX-License-Identifier: Apache-2.0
"""What the composition hands to the operator's pages."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import storage
from madang.db import Database


@dataclass(frozen=True)
class Desk:
    """The platform as its operator runs it. ``has_mail`` and ``has_provider``: whether a mail server and a provider of identities are set;
    ``backup_deed`` is the ledger's word for a backup."""

    database: Database
    store: storage.Store
    home: Path
    version: str
    url: str
    host: str
    port: int
    has_mail: bool = False
    has_provider: bool = False
    backup_deed: str = "backup.made"

    @property
    def is_open_to_the_network(self) -> bool:
        """Whether other machines reach the web process itself."""
        return self.host not in ("127.0.0.1", "::1", "localhost")

    @property
    def is_secure(self) -> bool:
        """Whether the printed address is one of https."""
        return self.url.startswith("https:")

    def database_bytes(self, session: Session) -> int:
        """How large the database is."""
        if not self.database.is_sqlite:
            return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        file = self.database.url.database
        parts = [Path(f"{file}{ending}") for ending in ("", "-wal")] if file else []
        return sum(part.stat().st_size for part in parts if part.exists())

    def database_kind(self, session: Session) -> str:
        """SQLite or PostgreSQL, with its version."""
        if self.database.is_sqlite:
            return f"SQLite {session.scalar(text('SELECT sqlite_version()'))}"
        return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


def of(request: Request) -> Desk:
    """The desk that the composition put on the application."""
    desk: Desk = request.app.state.desk
    return desk
