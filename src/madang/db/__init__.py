# SPDX-License-Identifier: Apache-2.0
"""Rows: one database, SQLite by default and PostgreSQL by a setting, through SQLAlchemy.

This room knows how to open units of work and how tables are declared. It does not know any table of another room.
"""

from madang.db.database import Connections, Database
from madang.db.events import announce, subscribe
from madang.db.migrate import draft, history, migrate, revision
from madang.db.server import Away, Server, look
from madang.db.tables import Base, Json, UtcTime, is_declared, slices

__all__ = [
    "Away",
    "Server",
    "look",
    "Base",
    "Connections",
    "Database",
    "Json",
    "UtcTime",
    "announce",
    "draft",
    "history",
    "is_declared",
    "migrate",
    "revision",
    "slices",
    "subscribe",
]
