# SPDX-License-Identifier: Apache-2.0
"""What was read of tables in datasets"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables are read once, by their bytes."""
    op.create_table(
        "hub_table",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("facts", sa.String(64)),
        sa.Column("rows", sa.String(64)),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('reading', 'read', 'refused')", name=op.f("ck_hub_table_state")),
        sa.CheckConstraint("(state = 'read') = (facts IS NOT NULL)", name=op.f("ck_hub_table_read_is_known")),
        sa.PrimaryKeyConstraint("sha256", "form", name=op.f("pk_hub_table")),
    )


def downgrade() -> None:
    """No table was read."""
    op.drop_table("hub_table")
