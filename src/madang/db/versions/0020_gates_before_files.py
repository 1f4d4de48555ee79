# SPDX-License-Identifier: Apache-2.0
"""Gates before the files of repositories"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who may have files, under which conditions, and who asked."""
    op.create_table(
        "hub_access_request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("repository_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("text_number", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=96), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_hub_access_request_pending_is_undecided")),
        sa.CheckConstraint("state IN ('pending', 'accepted', 'rejected', 'withdrawn', 'ended')", name=op.f("ck_hub_access_request_state")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_hub_access_request_decided_by_somebody")),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_access_request_repository_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_access_request")),
    )
    with op.batch_alter_table("hub_access_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hub_access_request_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_hub_access_request_ends", ["ends_at"], unique=False)
        batch_op.create_index("ix_hub_access_request_listed", ["repository_id", "id"], unique=False)
        batch_op.create_index(
            "uq_hub_access_request_current",
            ["repository_id", "account_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('pending', 'accepted')"),
            postgresql_where=sa.text("state IN ('pending', 'accepted')"),
        )

    op.create_table(
        "hub_conditions",
        sa.Column("repository_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(length=96), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_conditions_repository_id")),
        sa.PrimaryKeyConstraint("repository_id", "number", name=op.f("pk_hub_conditions")),
    )
    op.create_table(
        "hub_gate",
        sa.Column("repository_id", sa.String(length=26), nullable=False),
        sa.Column("mode", sa.String(length=6), nullable=False),
        sa.Column("text_number", sa.Integer(), nullable=False),
        sa.Column("least_number", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_own_text", sa.Boolean(), nullable=False),
        sa.Column("is_own_fields", sa.Boolean(), nullable=False),
        sa.Column("embargo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=96), nullable=False),
        sa.CheckConstraint("mode IN ('open', 'auto', 'manual')", name=op.f("ck_hub_gate_mode")),
        sa.CheckConstraint("least_number <= text_number", name=op.f("ck_hub_gate_least_is_there")),
        sa.ForeignKeyConstraint(["repository_id"], ["hub_repository.id"], name=op.f("fk_hub_gate_repository_id")),
        sa.PrimaryKeyConstraint("repository_id", name=op.f("pk_hub_gate")),
    )
    with op.batch_alter_table("hub_gate", schema=None) as batch_op:
        batch_op.create_index("ix_hub_gate_embargo", ["embargo_until"], unique=False)


def downgrade() -> None:
    """Whoever sees a repository has its files."""
    op.drop_table("hub_gate")
    op.drop_table("hub_conditions")
    op.drop_table("hub_access_request")
