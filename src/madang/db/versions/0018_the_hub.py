# SPDX-License-Identifier: Apache-2.0
"""Repositories of datasets and models"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Assets of the kinds dataset and model can be pushed and pulled."""
    op.create_table(
        "hub_repository",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(96), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.String(96)),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_hub_repository_removed_by_somebody")),
        sa.ForeignKeyConstraint(["id"], ["catalog_asset.id"], name=op.f("fk_hub_repository_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_repository")),
    )
    _create_commits()
    op.create_table(
        "hub_sent",
        sa.Column("repository_id", sa.String(26), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("blob_id", sa.String(40), nullable=False),
        sa.Column("is_large", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(96), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_sent_repository_id")),
        sa.PrimaryKeyConstraint("repository_id", "sha256", name=op.f("pk_hub_sent")),
    )
    op.create_table(
        "hub_tag",
        sa.Column("repository_id", sa.String(26), nullable=False),
        sa.Column("word", sa.String(200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_tag_repository_id")),
        sa.PrimaryKeyConstraint("repository_id", "word", name=op.f("pk_hub_tag")),
    )
    op.create_index("ix_hub_tag_word", "hub_tag", ["word", "repository_id"])


def _create_commits() -> None:
    op.create_table(
        "hub_commit",
        sa.Column("repository_id", sa.String(26), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.String(40)),
        sa.Column("tree", sa.String(71), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.String(26)),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(96), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_commit_repository_id")),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_hub_commit_version_id")),
        sa.PrimaryKeyConstraint("repository_id", "id", name=op.f("pk_hub_commit")),
        sa.UniqueConstraint("repository_id", "number", name=op.f("uq_hub_commit_repository_id_number")),
    )
    op.create_index(op.f("ix_hub_commit_tree"), "hub_commit", ["tree"])
    op.create_index(op.f("ix_hub_commit_version_id"), "hub_commit", ["version_id"])
    op.create_table(
        "hub_ref",
        sa.Column("repository_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("commit_id", sa.String(40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(96), nullable=False),
        sa.CheckConstraint("kind IN ('branch', 'tag')", name=op.f("ck_hub_ref_kind")),
        sa.ForeignKeyConstraint(
            ["repository_id", "commit_id"], ["hub_commit.repository_id", "hub_commit.id"], name=op.f("fk_hub_ref_repository_id")
        ),
        sa.PrimaryKeyConstraint("repository_id", "name", name=op.f("pk_hub_ref")),
    )
    op.create_index("ix_hub_ref_commit", "hub_ref", ["repository_id", "commit_id"])


def downgrade() -> None:
    """There are no repositories any more."""
    for table in ("hub_tag", "hub_sent", "hub_ref", "hub_commit", "hub_repository"):
        op.drop_table(table)
