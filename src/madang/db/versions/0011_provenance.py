# SPDX-License-Identifier: Apache-2.0
"""Edges, evidence and decisions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
PAIR = "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    _nodes()
    _edges()
    _evidence()
    _decisions()


def downgrade() -> None:
    for name in ("decision", "evidence", "edge", "node"):
        op.drop_table(f"provenance_{name}")


def _nodes() -> None:
    op.create_table(
        "provenance_node",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=True),
        sa.Column("within_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("stated_license", sa.Text(), nullable=True),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("stated_complete", sa.Boolean(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("arrived_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_provenance_node_version_id")),
        sa.ForeignKeyConstraint(["within_id"], ["catalog_version.id"], name=op.f("fk_provenance_node_within_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance_node")),
        sa.UniqueConstraint("key", name=op.f("uq_provenance_node_key")),
        sa.UniqueConstraint("version_id", name=op.f("uq_provenance_node_version_id")),
    )
    op.create_index(op.f("ix_provenance_node_within_id"), "provenance_node", ["within_id"])


def _edges() -> None:
    op.create_table(
        "provenance_edge",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("source_id", sa.String(length=26), nullable=False),
        sa.Column("target_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("released_with", sa.Boolean(), nullable=False),
        sa.Column("modified", sa.Boolean(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        *_made(),
        sa.CheckConstraint("origin IN ('declared', 'scanned')", name=op.f("ck_provenance_edge_origin")),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_provenance_edge_two_ends")),
        sa.CheckConstraint(PAIR, name=op.f("ck_provenance_edge_withdrawn_by_somebody")),
        sa.ForeignKeyConstraint(["source_id"], ["provenance_node.id"], name=op.f("fk_provenance_edge_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["provenance_node.id"], name=op.f("fk_provenance_edge_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance_edge")),
    )
    op.create_index(op.f("ix_provenance_edge_source_id"), "provenance_edge", ["source_id"])
    op.create_index(op.f("ix_provenance_edge_target_id"), "provenance_edge", ["target_id"])
    columns = ["target_id", "source_id", "kind", "origin"]
    op.create_index("uq_provenance_edge_stands", "provenance_edge", columns, unique=True, sqlite_where=STANDS, postgresql_where=STANDS)


def _evidence() -> None:
    op.create_table(
        "provenance_evidence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("node_id", sa.String(length=26), nullable=False),
        sa.Column("source_id", sa.String(length=26), nullable=True),
        sa.Column("removes", JSON, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        *_made(),
        sa.CheckConstraint(PAIR, name=op.f("ck_provenance_evidence_withdrawn_by_somebody")),
        sa.ForeignKeyConstraint(["node_id"], ["provenance_node.id"], name=op.f("fk_provenance_evidence_node_id")),
        sa.ForeignKeyConstraint(["source_id"], ["provenance_node.id"], name=op.f("fk_provenance_evidence_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance_evidence")),
    )
    op.create_index(op.f("ix_provenance_evidence_node_id"), "provenance_evidence", ["node_id"])
    op.create_index(op.f("ix_provenance_evidence_source_id"), "provenance_evidence", ["source_id"])


def _decisions() -> None:
    op.create_table(
        "provenance_decision",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("node_id", sa.String(length=26), nullable=False),
        sa.Column("goal", JSON, nullable=False),
        sa.Column("reading", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("graph", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("decided_by_id", sa.String(length=26), nullable=True),
        sa.Column("decided_by", sa.String(length=96), nullable=False),
        sa.Column("stale_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["node_id"], ["provenance_node.id"], name=op.f("fk_provenance_decision_node_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance_decision")),
    )
    for name in ("node_id", "sha256", "decided_by_id", "stale_at"):
        op.create_index(op.f(f"ix_provenance_decision_{name}"), "provenance_decision", [name])


def _made() -> tuple[sa.Column[object], ...]:
    """The columns that say who made a row and who withdrew it."""
    return (
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", sa.String(length=96), nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=96), nullable=True),
    )
