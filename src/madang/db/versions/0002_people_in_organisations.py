# SPDX-License-Identifier: Apache-2.0
"""People in organisations"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = "('reader', 'member', 'reviewer', 'operator')"
REACHES = "('outer', 'partner', 'inner')"
SECTORS = "('industry', 'university', 'individual', 'public', 'other')"
TIME = sa.DateTime(timezone=True)
ID = sa.String(length=26)


def _check(table: str, name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    _widen_accounts()
    _make_organisations()
    _make_invitations()
    _make_acceptances_and_lists()
    _make_names()
    op.add_column(
        "catalog_namespace",
        sa.Column(
            "organisation_id", ID, _check("catalog_namespace", "one_owner", "owner_id IS NULL OR organisation_id IS NULL"), nullable=True
        ),
    )
    op.create_index(op.f("ix_catalog_namespace_organisation_id"), "catalog_namespace", ["organisation_id"])


def _widen_accounts() -> None:
    # Columns are added where the table stands: other tables hold on to it. Everybody who was here belongs to the institute.
    table = "people_account"
    reach = sa.Column("reach", sa.String(8), _check(table, "reach", f"reach IN {REACHES}"), nullable=False, server_default="inner")
    sector = sa.Column("sector", sa.String(16), _check(table, "sector", f"sector IN {SECTORS}"), nullable=False, server_default="other")
    op.add_column(table, reach)
    op.add_column(table, sector)
    op.add_column(table, sa.Column("email", sa.String(254), nullable=True))
    op.add_column(table, sa.Column("email_key", sa.String(254), nullable=True))
    op.add_column(table, sa.Column("email_verified_at", TIME, nullable=True))
    op.add_column(table, sa.Column("duties", sa.String(120), nullable=False, server_default=""))
    op.add_column(table, sa.Column("conditions", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(table, sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("uq_people_account_email_key", table, ["email_key"], unique=True)


def _make_organisations() -> None:
    op.create_table(
        "people_organisation",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("name_key", sa.String(length=96), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.Column("reach", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        _check("people_organisation", "sector", f"sector IN {SECTORS}"),
        _check("people_organisation", "reach", f"reach IN {REACHES}"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_organisation")),
        sa.UniqueConstraint("name_key", name=op.f("uq_people_organisation_name_key")),
    )
    op.create_table(
        "people_membership",
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("added_by", sa.String(length=96), nullable=False),
        _check("people_membership", "role", f"role IN {ROLES}"),
        sa.ForeignKeyConstraint(["organisation_id"], ["people_organisation.id"], name=op.f("fk_people_membership_organisation_id")),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_membership_account_id")),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", name=op.f("pk_people_membership")),
    )
    op.create_index(op.f("ix_people_membership_account_id"), "people_membership", ["account_id"])


def _make_invitations() -> None:
    table = "people_invitation"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("reach", sa.String(length=8), nullable=False),
        sa.Column("organisation_id", ID, nullable=True),
        sa.Column("organisation_role", sa.String(length=16), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("used_by_id", ID, nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=96), nullable=True),
        _check(table, "role", f"role IN {ROLES}"),
        _check(table, "reach", f"reach IN {REACHES}"),
        _check(table, "organisation_role", f"organisation_role IN {ROLES}"),
        _check(table, "organisation_and_role", "(organisation_id IS NULL) = (organisation_role IS NULL)"),
        _check(table, "used", "(used_at IS NULL) = (used_by_id IS NULL)"),
        _check(table, "withdrawn", "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"),
        sa.ForeignKeyConstraint(["organisation_id"], ["people_organisation.id"], name=op.f("fk_people_invitation_organisation_id")),
        sa.ForeignKeyConstraint(["used_by_id"], ["people_account.id"], name=op.f("fk_people_invitation_used_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_invitation")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_people_invitation_secret_hash")),
    )
    for column in ("expires_at", "organisation_id", "used_by_id"):
        op.create_index(op.f(f"ix_people_invitation_{column}"), table, [column])


def _make_acceptances_and_lists() -> None:
    op.create_table(
        "people_acceptance",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_acceptance_account_id")),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("pk_people_acceptance")),
    )
    op.create_table(
        "people_list",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_list")),
    )
    op.create_index(op.f("ix_people_list_created_at"), "people_list", ["created_at"])
    op.create_table(
        "people_list_row",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=96), nullable=False),
        sa.Column("given", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["people_list.id"], name=op.f("fk_people_list_row_list_id")),
        sa.PrimaryKeyConstraint("list_id", "place", name=op.f("pk_people_list_row")),
    )
    op.create_index("ix_people_list_row_name", "people_list_row", ["list_id", "name_key"])


def _make_names() -> None:
    op.create_table(
        "people_name",
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("organisation_id", ID, nullable=True),
        _check("people_name", "one_owner", "account_id IS NULL OR organisation_id IS NULL"),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name=op.f("fk_people_name_account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["people_organisation.id"], name=op.f("fk_people_name_organisation_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_people_name")),
        sa.UniqueConstraint("account_id", name=op.f("uq_people_name_account_id")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_people_name_organisation_id")),
    )
    op.execute("INSERT INTO people_name (key, account_id) SELECT name_key, id FROM people_account")
    op.execute("INSERT INTO people_name (key) SELECT key FROM catalog_namespace WHERE key NOT IN (SELECT name_key FROM people_account)")


def downgrade() -> None:
    op.drop_index(op.f("ix_catalog_namespace_organisation_id"), "catalog_namespace")
    op.drop_column("catalog_namespace", "organisation_id")
    for table in ("name", "list_row", "list", "acceptance", "invitation", "membership", "organisation"):
        op.drop_table(f"people_{table}")
    op.drop_index("uq_people_account_email_key", "people_account")
    for column in ("reach", "sector", "email", "email_key", "email_verified_at", "duties", "conditions", "revision"):
        op.drop_column("people_account", column)
