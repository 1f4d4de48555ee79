# SPDX-License-Identifier: Apache-2.0
"""Repositories, their commits, branches and tags, and the bytes that were sent to each."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime


class Repository(Base):
    """An asset of kind dataset or model whose content is pushed and pulled; its id is the asset's. What was removed can be made anew."""

    __tablename__ = "hub_repository"
    __table_args__ = (CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),)

    id: Mapped[str] = mapped_column(ForeignKey("catalog_asset.id"), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    removed_by: Mapped[str | None] = mapped_column(String(96))


class Commit(Base):
    """A state of all files, never changed. ``id`` is 40 hexadecimal digits in git's form; ``number`` counts within the repository."""

    __tablename__ = "hub_commit"
    __table_args__ = (UniqueConstraint("repository_id", "number"),)

    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]
    parent_id: Mapped[str | None] = mapped_column(String(40))
    tree: Mapped[str] = mapped_column(String(71), index=True)
    title: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    files: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("catalog_version.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))


class Ref(Base):
    """A branch or a tag: a name for a commit."""

    __tablename__ = "hub_ref"
    __table_args__ = (
        ForeignKeyConstraint(["repository_id", "commit_id"], ["hub_commit.repository_id", "hub_commit.id"]),
        CheckConstraint("kind IN ('branch', 'tag')", name="kind"),
        Index("ix_hub_ref_commit", "repository_id", "commit_id"),
    )

    repository_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(6))
    commit_id: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))


class Sent(Base):
    """Bytes that were sent to a repository: whoever commits them there has shown that they have them.

    ``blob_id`` is what git calls the file (of a large one, its pointer). ``is_large``: clients see it as an LFS file.
    """

    __tablename__ = "hub_sent"

    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    blob_id: Mapped[str] = mapped_column(String(40))
    is_large: Mapped[bool]
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_by: Mapped[str] = mapped_column(String(96))


class Tag(Base):
    """A word of a repository's card, for lists; written anew with each commit on the main branch."""

    __tablename__ = "hub_tag"
    __table_args__ = (Index("ix_hub_tag_word", "word", "repository_id"),)

    repository_id: Mapped[str] = mapped_column(ForeignKey("hub_repository.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(200), primary_key=True)
    place: Mapped[int]


class Table(Base):
    """What was read of a table by its bytes, in whichever repositories they lie: ``facts`` (what it holds, as JSON) and ``rows`` (in
    Parquet's form) are objects of the store. ``code`` and ``reason`` (JSON) say as a refusal why a file could not be read."""

    __tablename__ = "hub_table"
    __table_args__ = (
        CheckConstraint("state IN ('reading', 'read', 'refused')", name="state"),
        CheckConstraint("(state = 'read') = (facts IS NOT NULL)", name="read_is_known"),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    form: Mapped[str] = mapped_column(String(8), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    facts: Mapped[str | None] = mapped_column(String(64))
    rows: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="{}")
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
