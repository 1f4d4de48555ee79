# SPDX-License-Identifier: Apache-2.0
"""Calls that come again with their Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "gateway_retry",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_gateway_retry"),
    )
    op.create_index("ix_gateway_retry_begun_at", "gateway_retry", ["begun_at"])


def downgrade() -> None:
    op.drop_index("ix_gateway_retry_begun_at", table_name="gateway_retry")
    op.drop_table("gateway_retry")
