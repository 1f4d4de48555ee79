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
    what_is_set()
    the_ledger()
    what_was_measured()


def what_is_set() -> None:
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


def the_ledger() -> None:
    op.create_table(
        "audit_written",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_written")),
    )
    op.create_table(
        "audit_check",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", time(), nullable=False),
        sa.Column("finished_at", time(), nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("unsealed", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("problems", json(), nullable=False),
        sa.Column("cpu_seconds", sa.Float(), nullable=False),
        sa.Column("by_name", sa.String(96), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    op.create_index(op.f("ix_audit_check_started_at"), "audit_check", ["started_at"])
    op.create_index("ix_audit_entry_by_name_id", "audit_entry", ["by_name", "id"])
    op.create_index("ix_audit_entry_deed_id", "audit_entry", ["deed", "id"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])


def what_was_measured() -> None:
    op.create_table(
        "operations_measure",
        sa.Column("at", time(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("object_bytes", sa.BigInteger(), nullable=False),
        sa.Column("database_bytes", sa.BigInteger(), nullable=False),
        sa.Column("free_bytes", sa.BigInteger(), nullable=False),
        sa.Column("disk_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_operations_measure")),
    )
    op.create_table(
        "operations_holding",
        sa.Column("content", sa.String(71), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("content", name=op.f("pk_operations_holding")),
    )
    op.create_table(
        "operations_collection",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("task_id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("is_dry", sa.Boolean(), nullable=False),
        sa.Column("asked_at", time(), nullable=False),
        sa.Column("finished_at", time(), nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(96), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations_collection")),
    )
    op.create_index(op.f("ix_operations_collection_asked_at"), "operations_collection", ["asked_at"])


def downgrade() -> None:
    for table in ("operations_collection", "operations_holding", "operations_measure", "audit_check", "audit_written"):
        op.drop_table(table)
    for index in ("ix_audit_entry_by_name_id", "ix_audit_entry_deed_id", "ix_audit_entry_at"):
        op.drop_index(index, "audit_entry")
    op.drop_table("institute_change")
    op.drop_table("institute_setting")
