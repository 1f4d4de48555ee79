# SPDX-License-Identifier: Apache-2.0
"""How many files of repositories were taken, by day and sector"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Files that are given are counted."""
    op.create_table(
        "hub_download_day",
        sa.Column("repository_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_download_day_repository_id")),
        sa.PrimaryKeyConstraint("repository_id", "day", "sector", name=op.f("pk_hub_download_day")),
    )


def downgrade() -> None:
    """Nobody counts."""
    op.drop_table("hub_download_day")
