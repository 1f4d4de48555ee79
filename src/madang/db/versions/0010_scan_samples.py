# SPDX-License-Identifier: Apache-2.0
"""Samples of the scan engine"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "compliance_sample",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("fast", JSON, nullable=False),
        sa.Column("thorough", JSON, nullable=False),
        sa.Column("differs", JSON, nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("fast_seconds", sa.Float(), nullable=False),
        sa.Column("thorough_seconds", sa.Float(), nullable=False),
        sa.CheckConstraint("result IN ('equal', 'different', 'unfinished')", name=op.f("ck_compliance_sample_result")),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_sample_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_sample")),
        sa.UniqueConstraint("rules", "release", "sha256", name=op.f("uq_compliance_sample_rules_release_sha256")),
    )
    op.create_index(op.f("ix_compliance_sample_at"), "compliance_sample", ["at"])
    op.create_index(op.f("ix_compliance_sample_task_id"), "compliance_sample", ["task_id"])
    op.create_index("ix_compliance_sample_result_id", "compliance_sample", ["result", "id"])


def downgrade() -> None:
    op.drop_table("compliance_sample")
