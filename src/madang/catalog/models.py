# SPDX-License-Identifier: Apache-2.0
"""Namespaces, assets, versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madang.catalog.kinds import EXPOSURES, KINDS
from madang.db import Base, Json, UtcTime


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class Namespace(Base):
    """A first segment of assets' names, of one account or one organisation. ``key`` is the name in lower case, so no two differ by case
    alone."""

    __tablename__ = "catalog_namespace"
    __table_args__ = (CheckConstraint("owner_id IS NULL OR organisation_id IS NULL", name="one_owner"),)

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    name: Mapped[str] = mapped_column(String(96))
    owner_id: Mapped[str | None] = mapped_column(String(26), index=True)
    organisation_id: Mapped[str | None] = mapped_column(String(26), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))


class Asset(Base):
    """One thing in the yard, with the little that the list says of the version that counts: the newest under way or verified."""

    __tablename__ = "catalog_asset"
    __table_args__ = (
        UniqueConstraint("kind", "namespace_key", "key"),
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("exposure", EXPOSURES), name="exposure"),
        Index("ix_catalog_asset_newest", "changed_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    namespace_key: Mapped[str] = mapped_column(ForeignKey("catalog_namespace.key"), index=True)
    namespace: Mapped[str] = mapped_column(String(96))
    key: Mapped[str] = mapped_column(String(96))
    name: Mapped[str] = mapped_column(String(96))
    title: Mapped[str] = mapped_column(String(200), default="")
    field: Mapped[str] = mapped_column(String(16), default="", server_default="")
    exposure: Mapped[str] = mapped_column(String(8), default="private")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version_count: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="empty", index=True)
    number: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(100), default="")
    verified_number: Mapped[int | None]
    verified_label: Mapped[str] = mapped_column(String(100), default="")
    declared: Mapped[str | None] = mapped_column(Text)
    license_expression: Mapped[str | None] = mapped_column(Text)
    family: Mapped[str] = mapped_column(String(16), default="", server_default="")
    files: Mapped[int | None]
    conflicts: Mapped[int] = mapped_column(default=0)
    strip: Mapped[list[Any]] = mapped_column(Json, default=list)

    @property
    def ref(self) -> str:
        """``kind/namespace/name``, as ledger lines name it."""
        return f"{self.kind}/{self.namespace}/{self.name}"


class Version(Base):
    """One state of an asset. What it is made of never changes once ``content`` is known."""

    __tablename__ = "catalog_version"
    __table_args__ = (
        UniqueConstraint("asset_id", "number"),
        UniqueConstraint("asset_id", "label"),
        CheckConstraint("(content IS NULL) = (fixed_at IS NULL)", name="content_is_fixed_at_a_time"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    asset_id: Mapped[str] = mapped_column(ForeignKey("catalog_asset.id"), index=True)
    number: Mapped[int]
    label: Mapped[str | None] = mapped_column(String(100))
    source_kind: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(Text)
    is_source_public: Mapped[bool] = mapped_column(default=True)
    source_ref: Mapped[str | None] = mapped_column(Text)
    source_object: Mapped[str | None] = mapped_column(String(64))
    commit: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[str | None] = mapped_column(String(71), index=True)
    fixed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(96))
