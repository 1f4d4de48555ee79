# SPDX-License-Identifier: Apache-2.0
"""Services and the versions of them that run."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime

ENGINES = ("process", "inline", "onnx", "pickle", "upstream", "ray")


class Service(Base):
    """An asset of kind api that is run. Its id is the asset's."""

    __tablename__ = "serving_service"
    __table_args__ = (
        CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused_by_somebody"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
    )

    id: Mapped[str] = mapped_column(ForeignKey("catalog_asset.id"), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
    paused_at: Mapped[datetime | None] = mapped_column(UtcTime)
    paused_by: Mapped[str | None] = mapped_column(String(96))
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    removed_by: Mapped[str | None] = mapped_column(String(96))


class Release(Base):
    """One version of a service: its files, how it runs, what its card says, and its share of the calls in per cent."""

    __tablename__ = "serving_release"
    __table_args__ = (
        CheckConstraint("share BETWEEN 0 AND 100", name="share"),
        CheckConstraint(f"engine IN ({', '.join(repr(word) for word in ENGINES)})", name="engine"),
    )

    version_id: Mapped[str] = mapped_column(ForeignKey("catalog_version.id"), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("serving_service.id"), index=True)
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    tree: Mapped[str] = mapped_column(String(71))
    engine: Mapped[str] = mapped_column(String(16))
    card: Mapped[dict[str, Any]] = mapped_column(JSON)  # JSONB would sort operations, and the first is the usual one
    operations: Mapped[dict[str, Any]] = mapped_column(JSON)
    share: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
