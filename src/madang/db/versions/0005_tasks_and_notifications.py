# SPDX-License-Identifier: Apache-2.0
"""Tasks and notifications"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_notice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("by", sa.String(length=96), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_notice")),
    )
    with op.batch_alter_table("inbox_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_notice_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbox_notice_posted_at"), ["posted_at"], unique=False)

    op.create_table(
        "inbox_task",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("to_key", sa.String(length=96), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=96), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=96), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (state = 'open')", name=op.f("ck_inbox_task_ended")),
        sa.CheckConstraint("state IN ('open', 'done', 'withdrawn')", name=op.f("ck_inbox_task_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_task")),
    )
    with op.batch_alter_table("inbox_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_task_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbox_task_posted_at"), ["posted_at"], unique=False)
        batch_op.create_index("ix_inbox_task_to_key", ["to_key", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_inbox_task_open",
            ["kind", "about", "to_key"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "inbox_asker",
        sa.Column("task_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["inbox_task.id"], name=op.f("fk_inbox_asker_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "account_id", name=op.f("pk_inbox_asker")),
    )
    with op.batch_alter_table("inbox_asker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_asker_account_id"), ["account_id"], unique=False)

    op.create_table(
        "inbox_notice_to",
        sa.Column("to_key", sa.String(length=96), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["inbox_notice.id"], name=op.f("fk_inbox_notice_to_notice_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("to_key", "notice_id", name=op.f("pk_inbox_notice_to")),
    )
    with op.batch_alter_table("inbox_notice_to", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_notice_to_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "inbox_preference",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("mail", sa.String(length=8), nullable=False),
        sa.CheckConstraint("mail IN ('once', 'daily', 'never')", name=op.f("ck_inbox_preference_mail")),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_inbox_preference_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_inbox_preference")),
    )
    op.create_table(
        "inbox_reader",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("read_up_to", sa.String(length=26), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("feed_hash", sa.String(length=64), nullable=True),
        sa.Column("feed_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(feed_hash IS NULL) = (feed_made_at IS NULL)", name=op.f("ck_inbox_reader_feed")),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_inbox_reader_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_inbox_reader")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_inbox_reader_feed_hash")),
    )
    op.create_table(
        "inbox_reading",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["inbox_notice.id"], name=op.f("fk_inbox_reading_notice_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "notice_id", name=op.f("pk_inbox_reading")),
    )
    with op.batch_alter_table("inbox_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_reading_notice_id"), ["notice_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("inbox_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_reading_notice_id"))

    op.drop_table("inbox_reading")
    op.drop_table("inbox_reader")
    op.drop_table("inbox_preference")
    with op.batch_alter_table("inbox_notice_to", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_notice_to_notice_id"))

    op.drop_table("inbox_notice_to")
    with op.batch_alter_table("inbox_asker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_asker_account_id"))

    op.drop_table("inbox_asker")
    with op.batch_alter_table("inbox_task", schema=None) as batch_op:
        batch_op.drop_index("uq_inbox_task_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index("ix_inbox_task_to_key")
        batch_op.drop_index(batch_op.f("ix_inbox_task_posted_at"))
        batch_op.drop_index(batch_op.f("ix_inbox_task_ended_at"))

    op.drop_table("inbox_task")
    with op.batch_alter_table("inbox_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_notice_posted_at"))
        batch_op.drop_index(batch_op.f("ix_inbox_notice_at"))

    op.drop_table("inbox_notice")
