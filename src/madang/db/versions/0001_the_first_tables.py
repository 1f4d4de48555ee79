# SPDX-License-Identifier: Apache-2.0
"""The first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=300), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("by_name", sa.String(length=96), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(sequence IS NULL) = (hash IS NULL)", name=op.f("ck_audit_entry_sealed_together")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("sequence", name=op.f("uq_audit_entry_sequence")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_by_id_id", ["by_id", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_target_id", ["target", "id"], unique=False)
        batch_op.create_index(
            "ix_audit_entry_unsealed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("sequence IS NULL"),
            postgresql_where=sa.text("sequence IS NULL"),
        )

    op.create_table(
        "audit_head",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "catalog_namespace",
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_catalog_namespace")),
    )
    with op.batch_alter_table("catalog_namespace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_namespace_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "compliance_cached_finding",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_compliance_cached_finding")),
    )
    with op.batch_alter_table("compliance_cached_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_compliance_cached_finding_found_at"), ["found_at"], unique=False)

    op.create_table(
        "people_account",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("name_key", sa.String(length=96), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_by", sa.String(length=96), nullable=True),
        sa.CheckConstraint("role IN ('reader', 'member', 'reviewer', 'operator')", name=op.f("ck_people_account_role")),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name=op.f("ck_people_account_disabled")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_account")),
        sa.UniqueConstraint("name_key", name=op.f("uq_people_account_name_key")),
    )
    op.create_table(
        "people_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_people_tries")),
    )
    with op.batch_alter_table("people_tries", schema=None) as batch_op:
        batch_op.create_index("ix_people_tries_at", ["at"], unique=False)

    op.create_table(
        "web_idempotent_answer",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_web_idempotent_answer")),
    )
    with op.batch_alter_table("web_idempotent_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_idempotent_answer_answered_at"), ["answered_at"], unique=False)

    op.create_table(
        "catalog_asset",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("namespace_key", sa.String(length=96), nullable=False),
        sa.Column("namespace", sa.String(length=96), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("exposure", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("verified_number", sa.Integer(), nullable=True),
        sa.Column("verified_label", sa.String(length=100), nullable=False),
        sa.Column("declared", sa.Text(), nullable=True),
        sa.Column("license_expression", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=True),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("strip", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("exposure IN ('private', 'inner', 'partner', 'open')", name=op.f("ck_catalog_asset_exposure")),
        sa.CheckConstraint(
            "kind IN ('software', 'dataset', 'model', 'api', 'pipeline', 'equipment', 'patent', 'document')",
            name=op.f("ck_catalog_asset_kind"),
        ),
        sa.ForeignKeyConstraint(["namespace_key"], ["catalog_namespace.key"], name=op.f("fk_catalog_asset_namespace_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_asset")),
        sa.UniqueConstraint("kind", "namespace_key", "key", name=op.f("uq_catalog_asset_kind_namespace_key_key")),
    )
    with op.batch_alter_table("catalog_asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_asset_namespace_key"), ["namespace_key"], unique=False)
        batch_op.create_index("ix_catalog_asset_newest", ["changed_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_asset_state"), ["state"], unique=False)

    op.create_table(
        "people_link",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_link_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_people_link_secret_hash")),
    )
    with op.batch_alter_table("people_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_link_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_link_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "people_session",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("cookie_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_session")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_people_session_cookie_hash")),
    )
    with op.batch_alter_table("people_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_session_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_session_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "people_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=96), nullable=True),
        sa.CheckConstraint("role IN ('reader', 'member', 'reviewer', 'operator')", name=op.f("ck_people_token_role")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_people_token_revoked")),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_token")),
    )
    with op.batch_alter_table("people_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_token_account_id"), ["account_id"], unique=False)

    op.create_table(
        "catalog_version",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("asset_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("source_kind", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_source_public", sa.Boolean(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("source_object", sa.String(length=64), nullable=True),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("content", sa.String(length=71), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.CheckConstraint("(content IS NULL) = (fixed_at IS NULL)", name=op.f("ck_catalog_version_content_is_fixed_at_a_time")),
        sa.ForeignKeyConstraint(["asset_id"], ["catalog_asset.id"], name=op.f("fk_catalog_version_asset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_version")),
        sa.UniqueConstraint("asset_id", "label", name=op.f("uq_catalog_version_asset_id_label")),
        sa.UniqueConstraint("asset_id", "number", name=op.f("uq_catalog_version_asset_id_number")),
    )
    with op.batch_alter_table("catalog_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_version_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_version_content"), ["content"], unique=False)

    op.create_table(
        "compliance_file",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=True),
        sa.Column("is_binary", sa.Boolean(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=True),
        sa.Column("strength", sa.String(length=16), nullable=False),
        sa.Column("is_conflict", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("has_findings", sa.Boolean(), nullable=False),
        sa.Column("is_unread", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_file_version_id")),
        sa.PrimaryKeyConstraint("version_id", "place", name=op.f("pk_compliance_file")),
    )
    with op.batch_alter_table("compliance_file", schema=None) as batch_op:
        batch_op.create_index("ix_compliance_file_rank", ["version_id", "rank", "place"], unique=False)

    op.create_table(
        "compliance_holder",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_holder_version_id")),
        sa.PrimaryKeyConstraint("version_id", "place", name=op.f("pk_compliance_holder")),
    )
    op.create_table(
        "compliance_package",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("purl", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("license_expression", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_package_version_id")),
        sa.PrimaryKeyConstraint("version_id", "place", name=op.f("pk_compliance_package")),
    )
    op.create_table(
        "compliance_tally",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=True),
        sa.Column("strength", sa.String(length=16), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("is_conflict", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_tally_version_id")),
        sa.PrimaryKeyConstraint("version_id", "place", name=op.f("pk_compliance_tally")),
    )
    op.create_table(
        "compliance_unread",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("is_fault", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_unread_version_id")),
        sa.PrimaryKeyConstraint("version_id", "place", name=op.f("pk_compliance_unread")),
    )
    op.create_table(
        "compliance_verification",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_by_id", sa.String(length=26), nullable=True),
        sa.Column("requested_by", sa.String(length=96), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("files_done", sa.Integer(), nullable=False),
        sa.Column("files_total", sa.Integer(), nullable=True),
        sa.Column("seconds_left", sa.Double(), nullable=True),
        sa.Column("rate", sa.Double(), nullable=True),
        sa.Column("failure_code", sa.String(length=64), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("failure_values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("declared", sa.Text(), nullable=True),
        sa.Column("declared_in", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("detected", sa.Text(), nullable=True),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("conflicts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("left_out", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("data_date", sa.String(length=16), nullable=False),
        sa.Column("documents", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state IN ('verified', 'cancelled', 'failed'))",
            name=op.f("ck_compliance_verification_final_has_a_time"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'fetching', 'scanning', 'verified', 'cancelled', 'failed')", name=op.f("ck_compliance_verification_state")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["catalog_version.id"], name=op.f("fk_compliance_verification_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_compliance_verification")),
        sa.UniqueConstraint("task_id", name=op.f("uq_compliance_verification_task_id")),
    )
    with op.batch_alter_table("compliance_verification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_compliance_verification_requested_by_id"), ["requested_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_compliance_verification_state"), ["state"], unique=False)


def downgrade() -> None:
    # A table takes its indexes along.
    op.drop_table("compliance_verification")
    op.drop_table("compliance_unread")
    op.drop_table("compliance_tally")
    op.drop_table("compliance_package")
    op.drop_table("compliance_holder")
    op.drop_table("compliance_file")
    op.drop_table("catalog_version")
    op.drop_table("people_token")
    op.drop_table("people_session")
    op.drop_table("people_link")
    op.drop_table("catalog_asset")
    op.drop_table("web_idempotent_answer")
    op.drop_table("people_tries")
    op.drop_table("people_account")
    op.drop_table("compliance_cached_finding")
    op.drop_table("catalog_namespace")
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
