# SPDX-License-Identifier: Apache-2.0
"""Services and the versions of them that run"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ENGINES = "engine IN ('process', 'inline', 'onnx', 'pickle', 'upstream', 'ray')"


def upgrade() -> None:
    """Assets of kind api can be run."""
    op.create_table(
        "serving_service",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(96), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True)),
        sa.Column("paused_by", sa.String(96)),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.String(96)),
        sa.CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name=op.f("ck_serving_service_paused_by_somebody")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_serving_service_removed_by_somebody")),
        sa.ForeignKeyConstraint(["id"], ["catalog_asset.id"], name=op.f("fk_serving_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serving_service")),
    )
    op.create_table(
        "serving_release",
        sa.Column("version_id", sa.String(26), nullable=False),
        sa.Column("service_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("tree", sa.String(71), nullable=False),
        sa.Column("engine", sa.String(16), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("operations", sa.JSON(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(96), nullable=False),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name=op.f("ck_serving_release_share")),
        sa.CheckConstraint(ENGINES, name=op.f("ck_serving_release_engine")),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_serving_release_version_id")),
        sa.ForeignKeyConstraint(["service_id"], ["serving_service.id"], name=op.f("fk_serving_release_service_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_serving_release")),
    )
    op.create_index(op.f("ix_serving_release_service_id"), "serving_release", ["service_id"])


def downgrade() -> None:
    """No service is run any more."""
    op.drop_table("serving_release")
    op.drop_table("serving_service")
