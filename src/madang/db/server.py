# SPDX-License-Identifier: Apache-2.0
"""What a PostgreSQL server says of itself, looked at without changing anything."""

from dataclasses import dataclass

from sqlalchemy.engine import make_url

LEAST = 15
SECONDS = 10


class Away(Exception):
    """The server does not let us in or does not answer; the text is its own word for it, without who asked."""


@dataclass(frozen=True, slots=True)
class Server:
    """The server's version (15.4 → 15), the database's encoding, and its newest migration, if it has any."""

    version: int
    shown: str
    encoding: str
    revision: str | None

    @property
    def is_fine(self) -> bool:
        """Whether Madang can work there."""
        return self.version >= LEAST and self.encoding == "UTF8"


def look(url: str) -> Server:
    """What the server at this address (in SQLAlchemy's form) says; ``Away`` when it says nothing."""
    import psycopg  # noqa: PLC0415 (the driver of PostgreSQL: only where there is one)

    given = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(given, connect_timeout=SECONDS, autocommit=True) as connection:
            has = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if has and has[0] else None
            number, encoding = connection.info.server_version, connection.info.parameter_status("server_encoding") or "?"
            shown = (connection.info.parameter_status("server_version") or "?").split()[0]
    except psycopg.Error as error:
        raise Away(_first_line(str(error))) from error
    return Server(number // 10_000, shown, encoding, str(row[0]) if row else None)


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:300] if lines else "?"
