# SPDX-License-Identifier: Apache-2.0
"""Findings by content

What was found belonged to a version; from here on it belongs to a report, to which versions point. Each version that has rows gets a report
with its own id, so not a row moves. Reports of before have no key: nobody else shares them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("file", "tally", "holder", "package", "unread")


def upgrade() -> None:
    op.create_table(
        "compliance_report",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_report")),
        sa.UniqueConstraint("key", name=op.f("uq_compliance_report_key")),
    )
    op.create_table(
        "compliance_finding",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_compliance_finding")),
    )
    having = " OR ".join(f"version_id IN (SELECT version_id FROM compliance_{table})" for table in TABLES)  # noqa: S608
    made_at = "coalesce(finished_at, requested_at)"
    op.execute(
        "INSERT INTO compliance_report (id, key, made_at, facts) "  # noqa: S608
        f"SELECT version_id, NULL, {made_at}, '{{}}' FROM compliance_verification WHERE state = 'verified' OR {having}"
    )
    for table in TABLES:
        _belong_to_reports(table)
    with op.batch_alter_table("compliance_file") as batch_op:
        batch_op.add_column(sa.Column("finding_key", sa.String(length=32), nullable=True))
        batch_op.alter_column("details", existing_type=JSON, nullable=True)
        batch_op.create_foreign_key(batch_op.f("fk_compliance_file_finding_key"), "compliance_finding", ["finding_key"], ["key"])
        batch_op.create_index(batch_op.f("ix_compliance_file_finding_key"), ["finding_key"], unique=False)
    with op.batch_alter_table("compliance_verification") as batch_op:
        batch_op.add_column(sa.Column("report_id", sa.String(length=26), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_compliance_verification_report_id"), "compliance_report", ["report_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_compliance_verification_report_id"), ["report_id"], unique=False)
    op.execute("UPDATE compliance_verification SET report_id = version_id WHERE version_id IN (SELECT id FROM compliance_report)")


def _belong_to_reports(table: str) -> None:
    """The rows of a table name their report where they named their version."""
    with op.batch_alter_table(f"compliance_{table}") as batch_op:
        batch_op.drop_constraint(batch_op.f(f"fk_compliance_{table}_version_id"), type_="foreignkey")
        # Named as it still is: SQLite's table is made anew, and knows the column by that name until then.
        batch_op.create_foreign_key(batch_op.f(f"fk_compliance_{table}_report_id"), "compliance_report", ["version_id"], ["id"])
        batch_op.alter_column("version_id", existing_type=sa.String(length=26), existing_nullable=False, new_column_name="report_id")


def downgrade() -> None:
    with op.batch_alter_table("compliance_verification") as batch_op:
        batch_op.drop_index(batch_op.f("ix_compliance_verification_report_id"))
        batch_op.drop_constraint(batch_op.f("fk_compliance_verification_report_id"), type_="foreignkey")
        batch_op.drop_column("report_id")
    with op.batch_alter_table("compliance_file") as batch_op:
        batch_op.drop_index(batch_op.f("ix_compliance_file_finding_key"))
        batch_op.drop_constraint(batch_op.f("fk_compliance_file_finding_key"), type_="foreignkey")
        batch_op.drop_column("finding_key")
        batch_op.alter_column("details", existing_type=JSON, nullable=False)
    for table in TABLES:
        with op.batch_alter_table(f"compliance_{table}") as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_compliance_{table}_report_id"), type_="foreignkey")
            batch_op.create_foreign_key(batch_op.f(f"fk_compliance_{table}_version_id"), "catalog_version", ["report_id"], ["id"])
            batch_op.alter_column("report_id", existing_type=sa.String(length=26), existing_nullable=False, new_column_name="version_id")
    op.drop_table("compliance_finding")
    op.drop_table("compliance_report")
