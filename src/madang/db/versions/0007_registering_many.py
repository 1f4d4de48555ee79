# SPDX-License-Identifier: Apache-2.0
"""Registering many"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "compliance_registration",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("made_by", sa.String(length=96), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("namespace", sa.String(length=96), nullable=False),
        sa.Column("exposure", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'running', 'cancelling', 'ended')", name=op.f("ck_compliance_registration_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_registration")),
    )
    with op.batch_alter_table("compliance_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_compliance_registration_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_compliance_registration_state"), ["state"], unique=False)

    op.create_table(
        "compliance_registration_row",
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("namespace", sa.String(length=96), nullable=False),
        sa.Column("asset", sa.String(length=96), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'refused', 'duplicate', 'left-out', 'made')", name=op.f("ck_compliance_registration_row_state")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["compliance_registration.id"],
            name=op.f("fk_compliance_registration_row_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_registration_row_version_id")),
        sa.PrimaryKeyConstraint("registration_id", "number", name=op.f("pk_compliance_registration_row")),
    )
    with op.batch_alter_table("compliance_registration_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_compliance_registration_row_version_id"), ["version_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("compliance_registration_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_compliance_registration_row_version_id"))

    op.drop_table("compliance_registration_row")
    with op.batch_alter_table("compliance_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_compliance_registration_state"))
        batch_op.drop_index(batch_op.f("ix_compliance_registration_account_id"))

    op.drop_table("compliance_registration")
