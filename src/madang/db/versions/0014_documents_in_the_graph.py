# SPDX-License-Identifier: Apache-2.0
"""Documents in the graph, and what reports are made of"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PAIR = "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    _documents()
    with op.batch_alter_table("provenance_node", schema=None) as node:
        node.add_column(sa.Column("purl", sa.String(length=400), nullable=True))
        node.add_column(sa.Column("license_from", sa.Text(), nullable=True))
        node.create_index(op.f("ix_provenance_node_purl"), ["purl"])
    op.execute("UPDATE provenance_node SET purl = name WHERE version_id IS NULL AND name LIKE 'pkg:%' AND length(name) <= 400")
    with op.batch_alter_table("provenance_edge", schema=None) as edge:
        edge.add_column(sa.Column("document_id", sa.String(length=26), nullable=True))
        edge.drop_constraint(op.f("ck_provenance_edge_origin"), type_="check")
        edge.create_check_constraint(op.f("ck_provenance_edge_origin"), "origin IN ('declared', 'scanned', 'imported')")
        edge.create_foreign_key(op.f("fk_provenance_edge_document_id"), "provenance_document", ["document_id"], ["id"])
        edge.create_index(op.f("ix_provenance_edge_document_id"), ["document_id"])
    op.create_table(
        "compliance_making",
        sa.Column("report_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["compliance_report.id"], name=op.f("fk_compliance_making_report_id")),
        sa.PrimaryKeyConstraint("report_id", "place", name=op.f("pk_compliance_making")),
    )


def _documents() -> None:
    op.create_table(
        "provenance_document",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("node_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", sa.String(length=96), nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=96), nullable=True),
        sa.CheckConstraint(PAIR, name=op.f("ck_provenance_document_withdrawn_by_somebody")),
        sa.ForeignKeyConstraint(["node_id"], ["provenance_node.id"], name=op.f("fk_provenance_document_node_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance_document")),
    )
    op.create_index(op.f("ix_provenance_document_node_id"), "provenance_document", ["node_id"])
    op.create_index(
        "uq_provenance_document_stands", "provenance_document", ["node_id", "sha256"], unique=True, sqlite_where=STANDS,
        postgresql_where=STANDS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("compliance_making")
    op.execute("DELETE FROM provenance_edge WHERE origin = 'imported'")
    with op.batch_alter_table("provenance_edge", schema=None) as edge:
        edge.drop_index(op.f("ix_provenance_edge_document_id"))
        edge.drop_constraint(op.f("fk_provenance_edge_document_id"), type_="foreignkey")
        edge.drop_constraint(op.f("ck_provenance_edge_origin"), type_="check")
        edge.create_check_constraint(op.f("ck_provenance_edge_origin"), "origin IN ('declared', 'scanned')")
        edge.drop_column("document_id")
    with op.batch_alter_table("provenance_node", schema=None) as node:
        node.drop_index(op.f("ix_provenance_node_purl"))
        node.drop_column("license_from")
        node.drop_column("purl")
    op.drop_table("provenance_document")
