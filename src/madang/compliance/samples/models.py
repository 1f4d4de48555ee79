# SPDX-License-Identifier: Apache-2.0
"""What both ways of looking said of a content."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime

EQUAL, DIFFERENT, UNFINISHED = "equal", "different", "unfinished"
RESULTS = (EQUAL, DIFFERENT, UNFINISHED)


class Sample(Base):
    """One content, looked at both ways by one engine; ids grow with time.

    ``rules`` is the digest of everything installed that can change an answer, ``release`` the platform's own version; ``fast`` and
    ``thorough`` are what each way said, ``differs`` names what they say differently. A sample is ``unfinished`` where a way did not come
    to its end. The seconds are processor time. ``version_id`` and ``path`` say where it was drawn.
    """

    __tablename__ = "compliance_sample"
    __table_args__ = (
        CheckConstraint(f"result IN {RESULTS}", name="result"),
        UniqueConstraint("rules", "release", "sha256"),
        Index("ix_compliance_sample_result_id", "result", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("catalog_version.id"))
    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    engine: Mapped[str] = mapped_column(String(64))
    rules: Mapped[str] = mapped_column(String(64))
    release: Mapped[str] = mapped_column(String(64))
    fast: Mapped[dict[str, Any]] = mapped_column(Json)
    thorough: Mapped[dict[str, Any]] = mapped_column(Json)
    differs: Mapped[list[str]] = mapped_column(Json)
    result: Mapped[str] = mapped_column(String(16))
    fast_seconds: Mapped[float]
    thorough_seconds: Mapped[float]
