# SPDX-License-Identifier: Apache-2.0
"""Plans, keys and usage"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage_change",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("plans", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_change")),
    )
    op.create_table(
        "usage_context",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("price", sa.String(length=40), nullable=False),
        sa.Column("per", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_context")),
        sa.UniqueConstraint("digest", name=op.f("uq_usage_context_digest")),
    )
    op.create_index(op.f("ix_usage_context_account_id"), "usage_context", ["account_id"])
    op.create_index(op.f("ix_usage_context_key_id"), "usage_context", ["key_id"])
    op.create_index(op.f("ix_usage_context_organisation_id"), "usage_context", ["organisation_id"])
    op.create_index(op.f("ix_usage_context_service"), "usage_context", ["service"])
    op.create_index(op.f("ix_usage_context_service_id"), "usage_context", ["service_id"])
    op.create_table(
        "usage_counter",
        sa.Column("counter", sa.String(length=140), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("counter", "period", name=op.f("pk_usage_counter")),
    )
    op.create_index(op.f("ix_usage_counter_changed_at"), "usage_counter", ["changed_at"])
    op.create_table(
        "usage_invoice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=True),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=96), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.String(length=96), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.String(length=96), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (number IS NULL)", name=op.f("ck_usage_invoice_numbered")),
        sa.CheckConstraint("state IN ('draft', 'issued', 'void')", name=op.f("ck_usage_invoice_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_usage_invoice_number")),
    )
    op.create_index("ix_usage_invoice_account_id", "usage_invoice", ["account_id"])
    op.create_index("ix_usage_invoice_month", "usage_invoice", ["month"])
    op.create_index("ix_usage_invoice_organisation_id", "usage_invoice", ["organisation_id"])
    op.create_table(
        "usage_latency",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "service_id", "bucket", name=op.f("pk_usage_latency")),
    )
    op.create_table(
        "usage_lease",
        sa.Column("counter", sa.String(length=140), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("run", sa.String(length=26), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("counter", "period", "run", name=op.f("pk_usage_lease")),
    )
    op.create_index(op.f("ix_usage_lease_changed_at"), "usage_lease", ["changed_at"])
    op.create_index("ix_usage_lease_run", "usage_lease", ["run"])
    op.create_table(
        "usage_log",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("drained_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_usage_log")),
    )
    op.create_table(
        "usage_plan",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title_ko", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=80), nullable=False),
        sa.Column("given", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=96), nullable=False),
        sa.CheckConstraint("given IN ('guests', 'at-once', 'by-request', 'by-operator')", name=op.f("ck_usage_plan_given")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_usage_plan")),
    )
    op.create_table(
        "usage_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("context_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["usage_context.id"], name=op.f("fk_usage_day_context_id")),
        sa.PrimaryKeyConstraint("day", "context_id", name=op.f("pk_usage_day")),
    )
    op.create_index(op.f("ix_usage_day_context_id"), "usage_day", ["context_id"])
    op.create_table(
        "usage_event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("context_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("outcome IN ('answered', 'cut', 'failed')", name=op.f("ck_usage_event_outcome")),
        sa.ForeignKeyConstraint(["context_id"], ["usage_context.id"], name=op.f("fk_usage_event_context_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_event")),
    )
    op.create_index("ix_usage_event_context_id_id", "usage_event", ["context_id", "id"])
    op.create_table(
        "usage_invoice_line",
        sa.Column("invoice_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.String(length=40), nullable=False),
        sa.Column("per", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["usage_invoice.id"], name=op.f("fk_usage_invoice_line_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "place", name=op.f("pk_usage_invoice_line")),
    )
    op.create_table(
        "usage_price",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=False),
        sa.Column("per", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=96), nullable=False),
        sa.CheckConstraint("per > 0", name=op.f("ck_usage_price_per")),
        sa.ForeignKeyConstraint(["plan"], ["usage_plan.name"], name=op.f("fk_usage_price_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_price")),
    )
    op.create_index("uq_usage_price_one", "usage_price", ["plan", "account_id", "service_id", "unit"], unique=True)
    op.create_table(
        "usage_quota",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("every", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("is_each", sa.Boolean(), nullable=False),
        sa.Column("is_hard", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=96), nullable=False),
        sa.CheckConstraint("every IN ('minute', 'day', 'month')", name=op.f("ck_usage_quota_every")),
        sa.CheckConstraint("scope IN ('account', 'key', 'session', 'network')", name=op.f("ck_usage_quota_scope")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_usage_quota_amount")),
        sa.ForeignKeyConstraint(["plan"], ["usage_plan.name"], name=op.f("fk_usage_quota_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_quota")),
    )
    op.create_index("uq_usage_quota_one", "usage_quota", ["plan", "account_id", "service_id", "unit", "every", "scope"], unique=True)
    op.create_table(
        "usage_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("successor_id", sa.String(length=26), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.String(length=96), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name=op.f("ck_usage_key_paused")),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_usage_key_account_id")),
        sa.ForeignKeyConstraint(["id"], ["people_token.id"], name=op.f("fk_usage_key_id")),
        sa.ForeignKeyConstraint(["plan"], ["usage_plan.name"], name=op.f("fk_usage_key_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_key")),
    )
    op.create_index(op.f("ix_usage_key_account_id"), "usage_key", ["account_id"])
    op.create_index(op.f("ix_usage_key_plan"), "usage_key", ["plan"])
    op.create_index(op.f("ix_usage_key_revision"), "usage_key", ["revision"])
    op.create_table(
        "usage_request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("every", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=96), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=96), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'declined', 'withdrawn')", name=op.f("ck_usage_request_state")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_usage_request_decided")),
        sa.ForeignKeyConstraint(["key_id"], ["usage_key.id"], name=op.f("fk_usage_request_key_id")),
        sa.ForeignKeyConstraint(["plan"], ["usage_plan.name"], name=op.f("fk_usage_request_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_request")),
    )
    op.create_index(op.f("ix_usage_request_account_id"), "usage_request", ["account_id"])
    op.create_index(op.f("ix_usage_request_state"), "usage_request", ["state"])
    op.create_index(
        "uq_usage_request_waiting",
        "usage_request",
        ["key_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    with op.batch_alter_table("people_token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=16), server_default="platform", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("people_token") as batch_op:
        batch_op.drop_column("purpose")
    op.drop_table("usage_request")
    op.drop_table("usage_key")
    op.drop_table("usage_quota")
    op.drop_table("usage_price")
    op.drop_table("usage_invoice_line")
    op.drop_table("usage_event")
    op.drop_table("usage_day")
    op.drop_table("usage_plan")
    op.drop_table("usage_log")
    op.drop_table("usage_lease")
    op.drop_table("usage_latency")
    op.drop_table("usage_invoice")
    op.drop_table("usage_counter")
    op.drop_table("usage_context")
    op.drop_table("usage_change")
