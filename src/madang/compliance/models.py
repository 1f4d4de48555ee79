# SPDX-License-Identifier: Apache-2.0
"""Verifications, and the reports that they point to. A report's rows count only once a verification that is ``verified`` points to it.

Versions of one content share one report, and what was found in a file stands once, however many reports have such a file.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from madang.db import Base, Json, UtcTime

STATES = ("queued", "fetching", "scanning", "verified", "cancelled", "failed")
FINAL = ("verified", "cancelled", "failed")
DECLARED = "declared"
"""Of a version that nobody asked to have verified, so that it has no row here: what it says of itself is all that is known."""


class Verification(Base):
    """The work on one version: how far it is, and in the end what the version is made of."""

    __tablename__ = "compliance_verification"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(finished_at IS NOT NULL) = (state IN ('verified', 'cancelled', 'failed'))", name="final_has_a_time"),
    )

    version_id: Mapped[str] = mapped_column(ForeignKey("catalog_version.id"), primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), unique=True)
    lane: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    requested_by_id: Mapped[str | None] = mapped_column(String(26), index=True)
    requested_by: Mapped[str] = mapped_column(String(96))
    requested_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    files_done: Mapped[int] = mapped_column(default=0)
    files_total: Mapped[int | None]
    seconds_left: Mapped[float | None]
    rate: Mapped[float | None]
    failure_code: Mapped[str | None] = mapped_column(String(64))
    failure_message: Mapped[str | None] = mapped_column(Text)
    failure_values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    declared: Mapped[str | None] = mapped_column(Text)
    declared_in: Mapped[list[str]] = mapped_column(Json, default=list)
    detected: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    conflicts: Mapped[list[Any]] = mapped_column(Json, default=list)
    left_out: Mapped[list[Any]] = mapped_column(Json, default=list)
    engine: Mapped[str] = mapped_column(Text, default="")
    data_date: Mapped[str] = mapped_column(String(16), default="")
    documents: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    report_id: Mapped[str | None] = mapped_column(ForeignKey("compliance_report.id"), index=True)

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in (*FINAL, DECLARED)


class Report(Base):
    """What was found in one tree. ``key`` says all that it depends on, once it is whole; it has none where it may not be shared."""

    __tablename__ = "compliance_report"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Finding(Base):
    """What was found in a file, in full: one row for all files, of all reports, in which the same was found."""

    __tablename__ = "compliance_finding"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    details: Mapped[dict[str, Any]] = mapped_column(Json)


class FoundFile(Base):
    """One file of a report with what was found in it; ``place`` is its position in the tree's order."""

    __tablename__ = "compliance_file"
    __table_args__ = (Index("ix_compliance_file_rank", "report_id", "rank", "place"),)

    report_id: Mapped[str] = mapped_column(ForeignKey("compliance_report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(64))
    is_binary: Mapped[bool]
    expression: Mapped[str | None] = mapped_column(Text)
    strength: Mapped[str] = mapped_column(String(16))
    is_conflict: Mapped[bool]
    score: Mapped[float | None]
    rank: Mapped[int]
    has_findings: Mapped[bool]
    is_unread: Mapped[bool]
    finding_key: Mapped[str | None] = mapped_column(ForeignKey("compliance_finding.key"), index=True)
    own_details: Mapped[dict[str, Any] | None] = mapped_column("details", Json, deferred=True)
    """Of reports that were made before findings were shared."""
    finding: Mapped[Finding | None] = relationship(lazy="raise", viewonly=True)

    @property
    def details(self) -> dict[str, Any]:
        """Every match with its lines, the statements of copyright, and what is stated."""
        return self.finding.details if self.finding is not None else self.own_details or {}


class Tally(Base):
    """So many files directly in a folder have an expression: what the licence map is drawn from."""

    __tablename__ = "compliance_tally"

    report_id: Mapped[str] = mapped_column(ForeignKey("compliance_report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(Text)
    expression: Mapped[str | None] = mapped_column(Text)
    strength: Mapped[str] = mapped_column(String(16))
    files: Mapped[int]
    is_conflict: Mapped[bool]


class Holder(Base):
    """A copyright holder, in how many files, with one whole statement."""

    __tablename__ = "compliance_holder"

    report_id: Mapped[str] = mapped_column(ForeignKey("compliance_report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(Text)
    files: Mapped[int]
    statement: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)


class FoundPackage(Base):
    """A package, or a dependency on one, found in a manifest."""

    __tablename__ = "compliance_package"

    report_id: Mapped[str] = mapped_column(ForeignKey("compliance_report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    purl: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    license_expression: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)


class Making(Base):
    """What a report says that its version is made of, as the room ``provenance`` packs it; one row a report, ``place`` 0."""

    __tablename__ = "compliance_making"

    report_id: Mapped[str] = mapped_column(ForeignKey("compliance_report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class UnreadFile(Base):
    """A file that could not be read or was left out, and why."""

    __tablename__ = "compliance_unread"

    report_id: Mapped[str] = mapped_column(ForeignKey("compliance_report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None]
    is_fault: Mapped[bool]


class CachedFinding(Base):
    """What the engine found in one content, as the engine says it."""

    __tablename__ = "compliance_cached_finding"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    found_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
