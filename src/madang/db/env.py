# SPDX-License-Identifier: Apache-2.0
"""Alembic's entry. It runs on the connection that ``migrate`` or ``make migration`` hands in."""

from alembic import context

from madang.db.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
