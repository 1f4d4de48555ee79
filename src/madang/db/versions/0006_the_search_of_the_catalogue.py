# SPDX-License-Identifier: Apache-2.0
"""The search of the catalogue"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIERS = ("names", "names || titles", "names || titles || texts")


def upgrade() -> None:
    # The rows of assets that are here already are written by the platform's next start (``catalog.refresh_search``): it knows the tokens.
    op.add_column("catalog_asset", sa.Column("field", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("catalog_asset", sa.Column("family", sa.String(length=16), nullable=False, server_default=""))
    op.create_table(
        "catalog_search_text",
        sa.Column("asset_id", sa.String(length=26), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["catalog_asset.id"], name=op.f("fk_catalog_search_text_asset_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id", "field", name=op.f("pk_catalog_search_text")),
    )
    op.create_table(
        "catalog_search",
        sa.Column("place", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("asset_id", sa.String(length=26), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("tokens_version", sa.Integer(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("exposure", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("family", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=26), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["catalog_asset.id"], name=op.f("fk_catalog_search_asset_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_catalog_search")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_catalog_search_asset_id")),
    )
    op.create_index("ix_catalog_search_stamp", "catalog_search", ["stamp"])
    for statement in _on_sqlite() if op.get_bind().dialect.name == "sqlite" else _on_postgresql():
        op.execute(sa.text(statement))


def _on_sqlite() -> list[str]:
    return [
        "CREATE VIRTUAL TABLE catalog_search_words USING fts5(names, titles, texts, content='catalog_search', content_rowid='place', "
        "tokenize=\"ascii tokenchars '.+-'\", detail=column, columnsize=0, prefix='1 2 3')",
        "CREATE TRIGGER catalog_search_put AFTER INSERT ON catalog_search BEGIN "
        "INSERT INTO catalog_search_words (rowid, names, titles, texts) VALUES (new.place, new.names, new.titles, new.texts); END",
        "CREATE TRIGGER catalog_search_taken AFTER DELETE ON catalog_search BEGIN "
        "INSERT INTO catalog_search_words (catalog_search_words, rowid, names, titles, texts) "
        "VALUES ('delete', old.place, old.names, old.titles, old.texts); END",
        "CREATE TRIGGER catalog_search_changed AFTER UPDATE OF names, titles, texts ON catalog_search BEGIN "
        "INSERT INTO catalog_search_words (catalog_search_words, rowid, names, titles, texts) "
        "VALUES ('delete', old.place, old.names, old.titles, old.texts); "
        "INSERT INTO catalog_search_words (rowid, names, titles, texts) VALUES (new.place, new.names, new.titles, new.texts); END",
    ]


def _on_postgresql() -> list[str]:
    return [
        f"CREATE INDEX ix_catalog_search_words_{number} ON catalog_search USING gin "
        f"(array_to_tsvector(string_to_array(rtrim({tier}), ' '))) WITH (fastupdate = off)"
        for number, tier in enumerate(TIERS)
    ]


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("DROP TABLE catalog_search_words"))
    op.drop_table("catalog_search")
    op.drop_table("catalog_search_text")
    op.drop_column("catalog_asset", "family")
    op.drop_column("catalog_asset", "field")
