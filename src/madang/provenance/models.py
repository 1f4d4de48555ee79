# SPDX-License-Identifier: Apache-2.0
"""Nodes, edges, evidence, decisions. What is withdrawn stays as a row that counts no more."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, Json, UtcTime

DECLARED, SCANNED, IMPORTED = "declared", "scanned", "imported"
ORIGINS = (DECLARED, SCANNED, IMPORTED)
_STANDS = "withdrawn_at IS NULL"
_PAIR = "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"


class Node(Base):
    """A version (``version_id``), a component known everywhere by its package URL, or a part found inside one version (``within_id``).

    ``license`` and ``is_complete`` (whether all parts are named) arrived by themselves; ``stated_license`` and ``stated_complete`` are a
    person's and count before them. ``license_from`` says where the former stands. ``purl`` is the package URL that it goes by,
    a version's own claim among them. ``is_own``: whoever has the version holds all rights in it. ``arrived_at``: when parts last
    arrived.
    """

    __tablename__ = "provenance_node"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key: Mapped[str] = mapped_column(String(500), unique=True)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("catalog_version.id"), unique=True)
    within_id: Mapped[str | None] = mapped_column(ForeignKey("catalog_version.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(16))
    purl: Mapped[str | None] = mapped_column(String(400), index=True)
    license: Mapped[str | None] = mapped_column(Text)
    license_from: Mapped[str | None] = mapped_column(Text)
    stated_license: Mapped[str | None] = mapped_column(Text)
    is_own: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[list[str]] = mapped_column(Json, default=list)
    is_complete: Mapped[bool] = mapped_column(default=True)
    stated_complete: Mapped[bool | None]
    cost: Mapped[int] = mapped_column(default=1)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def terms(self) -> str | None:
        """The expression that counts."""
        return self.stated_license or self.license

    @property
    def is_whole(self) -> bool:
        """Whether all that it is made of is named."""
        return self.is_complete if self.stated_complete is None else self.stated_complete


class Edge(Base):
    """``target`` is made with ``source``. The same ends and kind stand once from each origin; ``document_id`` is what says so, if any."""

    __tablename__ = "provenance_edge"
    __table_args__ = (
        CheckConstraint(f"origin IN {ORIGINS}", name="origin"),
        CheckConstraint("source_id <> target_id", name="two_ends"),
        CheckConstraint(_PAIR, name="withdrawn_by_somebody"),
        Index(
            "uq_provenance_edge_stands", "target_id", "source_id", "kind", "origin", unique=True, sqlite_where=text(_STANDS),
            postgresql_where=text(_STANDS),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), index=True)
    target_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    released_with: Mapped[bool]
    modified: Mapped[bool | None]
    pinned: Mapped[bool]
    complete: Mapped[bool]
    origin: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[str | None] = mapped_column(ForeignKey("provenance_document.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(96))


class Document(Base):
    """A document that says what a version is made of. ``about`` is what it says that it is about, ``is_complete`` whether it says that it
    names all. The same document stands once at a version."""

    __tablename__ = "provenance_document"
    __table_args__ = (
        CheckConstraint(_PAIR, name="withdrawn_by_somebody"),
        Index(
            "uq_provenance_document_stands", "node_id", "sha256", unique=True, sqlite_where=text(_STANDS), postgresql_where=text(_STANDS)
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    parts: Mapped[int]
    is_complete: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(96))


class Evidence(Base):
    """A document that removes named facts at ``node_id``, or with ``source_id`` at the way from there into it. ``lapsed_at``: since
    when those who rest on it know that it has expired."""

    __tablename__ = "provenance_evidence"
    __table_args__ = (CheckConstraint(_PAIR, name="withdrawn_by_somebody"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), index=True)
    source_id: Mapped[str | None] = mapped_column(ForeignKey("provenance_node.id"), index=True)
    removes: Mapped[list[str]] = mapped_column(Json)
    issuer: Mapped[str] = mapped_column(Text)
    expires: Mapped[date | None] = mapped_column(Date)
    sha256: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    lapsed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(96))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(96))


class Standing(Base):
    """What the last working out found of a version for one goal, in both readings: for lists."""

    __tablename__ = "provenance_standing"
    __table_args__ = (Index("ix_provenance_standing_verdict", "goal", "verdict", "node_id"),)

    node_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), primary_key=True)
    goal: Mapped[str] = mapped_column(String(16), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16))


class Due(Base):
    """Since when a version has to be worked out again (``due_at``), when it last was, and by which rules."""

    __tablename__ = "provenance_due"

    node_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    found_at: Mapped[datetime | None] = mapped_column(UtcTime)
    rules: Mapped[str | None] = mapped_column(String(64))


class Decision(Base):
    """A verdict that was kept: the canonical ``record`` and the graph that it looked at, packed, so that it can be replayed.

    ``stale_at``: since when something that it rested on is no longer as it was.
    """

    __tablename__ = "provenance_decision"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("provenance_node.id"), index=True)
    goal: Mapped[dict[str, Any]] = mapped_column(Json)
    reading: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(16))
    record: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    graph: Mapped[bytes] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_by_id: Mapped[str | None] = mapped_column(String(26), index=True)
    decided_by: Mapped[str] = mapped_column(String(96))
    stale_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
