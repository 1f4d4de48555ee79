# SPDX-License-Identifier: Apache-2.0
"""The rows of the search: one for each asset, with its tokens and what it is filtered by; and texts that higher rooms hand in.

On SQLite triggers keep a full-text index (FTS5) of the tokens, on PostgreSQL they stand in inverted indexes (GIN). Both are made by hand,
here for a fresh database and in a migration for one that was there.
"""

from sqlalchemy import DDL, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base


class SearchRow(Base):
    """What one asset is found by. ``place`` is its number in the search; ``stamp`` grows with every change, so readers see what is new.

    ``names``, ``titles`` and ``texts`` are tokens, each followed by a space: what weighs most, less, least. ``holder`` is the id of the
    organisation or the account that the namespace belongs to, ``changed`` the asset's time in microseconds.
    """

    __tablename__ = "catalog_search"
    __table_args__ = (
        UniqueConstraint("asset_id"),
        Index("ix_catalog_search_stamp", "stamp"),
    )

    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    asset_id: Mapped[str] = mapped_column(ForeignKey("catalog_asset.id", ondelete="CASCADE"))
    stamp: Mapped[int] = mapped_column(BigInteger)
    tokens_version: Mapped[int]
    changed: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    exposure: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    family: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(16))
    holder: Mapped[str] = mapped_column(String(26))
    names: Mapped[str] = mapped_column(Text)
    titles: Mapped[str] = mapped_column(Text)
    texts: Mapped[str] = mapped_column(Text)


class SearchText(Base):
    """A text by which an asset is found besides its own, from a higher room."""

    __tablename__ = "catalog_search_text"

    asset_id: Mapped[str] = mapped_column(ForeignKey("catalog_asset.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


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
        for number, tier in enumerate(("names", "names || titles", "names || titles || texts"))
    ]


for _dialect, _statements in (("sqlite", _on_sqlite()), ("postgresql", _on_postgresql())):
    for _statement in _statements:
        event.listen(SearchRow.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]  # SQLAlchemy's DDL
