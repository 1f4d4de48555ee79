# SPDX-License-Identifier: Apache-2.0
"""What the institute sets"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def json() -> sa.JSON:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "institute_setting",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", json(), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", time(), nullable=False),
        sa.Column("changed_by", sa.String(96), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_institute_setting")),
    )
    op.create_table(
        "institute_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", json(), nullable=False),
        sa.Column("after", json(), nullable=False),
        sa.Column("was_set", sa.Boolean(), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", time(), nullable=False),
        sa.Column("by_id", sa.String(26), nullable=True),
        sa.Column("by_name", sa.String(96), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institute_change")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_institute_change_name_version")),
    )


def downgrade() -> None:
    op.drop_table("institute_change")
    op.drop_table("institute_setting")
