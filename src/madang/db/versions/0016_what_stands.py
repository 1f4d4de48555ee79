# SPDX-License-Identifier: Apache-2.0
"""What may be done with each version, for lists"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provenance_standing",
        sa.Column("node_id", sa.String(length=26), nullable=False),
        sa.Column("goal", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["provenance_node.id"], name=op.f("fk_provenance_standing_node_id")),
        sa.PrimaryKeyConstraint("node_id", "goal", name=op.f("pk_provenance_standing")),
    )
    op.create_index("ix_provenance_standing_verdict", "provenance_standing", ["goal", "verdict", "node_id"])
    op.create_table(
        "provenance_due",
        sa.Column("node_id", sa.String(length=26), nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("found_at", TIME, nullable=True),
        sa.Column("rules", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["node_id"], ["provenance_node.id"], name=op.f("fk_provenance_due_node_id")),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_provenance_due")),
    )
    op.create_index(op.f("ix_provenance_due_due_at"), "provenance_due", ["due_at"])
    # No day, so that whoever comes first is no other than the rest; without rules it is worked out.
    op.execute("INSERT INTO provenance_due (node_id) SELECT id FROM provenance_node WHERE version_id IS NOT NULL")
    with op.batch_alter_table("provenance_evidence", schema=None) as evidence:
        evidence.add_column(sa.Column("lapsed_at", TIME, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("provenance_evidence", schema=None) as evidence:
        evidence.drop_column("lapsed_at")
    op.drop_table("provenance_due")
    op.drop_table("provenance_standing")
