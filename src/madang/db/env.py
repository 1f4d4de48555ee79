# SPDX-License-Identifier: Apache-2.0
"""Alembic's entry. It runs on the connection that ``migrate`` or ``draft`` hands in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from madang.db.tables import Base, UtcTime, is_declared


def rendered(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """How a migration writes a type of ours: as what it is in the database, so that old migrations need no code of today."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=rendered,
    include_name=is_declared,
)
with context.begin_transaction():
    context.run_migrations()
