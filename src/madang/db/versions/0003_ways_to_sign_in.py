# SPDX-License-Identifier: Apache-2.0
"""Ways to sign in"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


ID = sa.String(length=26)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_letters()
    _make_identities()
    _make_second_factors()
    op.create_table(
        "people_preference",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_preference_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_people_preference")),
    )
    op.add_column("people_token", sa.Column("expires_at", TIME, nullable=True))
    op.add_column("people_link", sa.Column("purpose", sa.String(length=16), nullable=False, server_default="sign-in"))


def _make_letters() -> None:
    op.create_table(
        "mail_letter",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("sealed_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name=op.f("ck_mail_letter_one_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_letter_key")),
    )
    op.create_index("ix_mail_letter_due_at", "mail_letter", ["due_at"])
    op.create_index("ix_mail_letter_failed_at", "mail_letter", ["failed_at"])


def _make_identities() -> None:
    op.create_table(
        "people_identity",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("shown", sa.String(length=254), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_identity_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_people_identity_issuer_subject")),
    )
    op.create_index("ix_people_identity_account_id", "people_identity", ["account_id"])
    op.create_table(
        "people_round",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_people_round")),
    )
    op.create_index("ix_people_round_expires_at", "people_round", ["expires_at"])


def _make_second_factors() -> None:
    op.create_table(
        "people_second_factor",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_second_factor_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_people_second_factor")),
    )
    op.create_table(
        "people_recovery_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_people_recovery_code_code_hash")),
    )
    op.create_index("ix_people_recovery_code_account_id", "people_recovery_code", ["account_id"])


def downgrade() -> None:
    op.drop_column("people_link", "purpose")
    op.drop_column("people_token", "expires_at")
    for table in ("people_preference", "people_recovery_code", "people_second_factor", "people_round", "people_identity", "mail_letter"):
        op.drop_table(table)
