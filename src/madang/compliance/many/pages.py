# SPDX-License-Identifier: Apache-2.0
"""Plain values for the pages of lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from madang import catalog, kit, web
from madang.compliance.many import queries
from madang.compliance.many.models import Registration, RegistrationRow
from madang.compliance.models import FINAL
from madang.compliance.presenting import failure_sentence


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list in the list of lists."""

    address: str
    name: str
    state: str
    made_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The form for a list, and the lists that were given before."""

    namespaces: tuple[str, ...]
    lists: tuple[ListRow, ...]
    most_rows: int
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row: where it stands, what happens with it, and why not."""

    number: int
    state: str
    action: str
    source: str
    ref: str
    kind: str
    namespace: str
    name: str
    reason: str
    address: str | None
    is_final: bool
    may_force: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """A draft with what will happen, or a list that is worked on. ``counts`` by state of rows, ``progress`` by state of versions."""

    id: str
    name: str
    told: str
    state: str
    made_at: datetime
    counts: Mapping[str, int]
    progress: Mapping[str, int]
    total: int
    rows: tuple[RowShown, ...]
    first: int
    shown: str
    previous: str | None
    next: str | None
    fault: str = ""

    @property
    def done(self) -> int:
        """How many rows need nothing more."""
        ended = sum(count for state, count in self.progress.items() if state in FINAL)
        return ended + sum(self.counts[state] for state in ("refused", "duplicate", "left-out"))


def shown_rows(session: Session, some: Sequence[RegistrationRow]) -> tuple[RowShown, ...]:
    """The rows in the language of the request; a row that was made shows how its version is."""
    known = queries.verifications_of(session, some)
    return tuple(_shown(row, known.get(row.version_id) if row.version_id else None) for row in some)


def _shown(row: RegistrationRow, found: Any) -> RowShown:
    asset, version, verification = found or (None, None, None)
    reason = reason_of(row)
    if verification is not None and verification.state == "failed":
        reason = failure_sentence(verification)
    return RowShown(
        number=row.number,
        state=verification.state if verification is not None else row.state,
        action=row.action,
        source=row.source or str(row.given.get("source", "")),
        ref=str(row.given.get("ref", "")),
        kind=row.kind,
        namespace=row.namespace,
        name=row.asset,
        reason=reason,
        address=catalog.version_address(asset, version) if asset is not None and version is not None else None,
        is_final=verification is not None and verification.is_final,
        may_force=row.state == "duplicate" and not {"asset", "earlier"}.isdisjoint(row.values),
    )


def reason_of(row: RegistrationRow) -> str:
    """Why nothing happens with the row, in the language of the request; "" where something does."""
    if not row.message:
        return ""
    template = web.translate(row.message)
    try:
        return template % row.values if row.values else template
    except (KeyError, TypeError, ValueError):
        return template


def as_out(session: Session, made: Registration) -> dict[str, Any]:
    """A list for machines, without its rows."""
    return {
        "id": made.id,
        "name": made.name,
        "state": made.state,
        "created_at": made.made_at,
        "created_by": made.made_by,
        "confirmed_at": made.confirmed_at,
        "ended_at": made.ended_at,
        "rows": queries.counts(session, made),
        "versions": queries.progress(session, made),
        "url": f"/api/v1/registrations/{made.id}",
    }


def row_out(row: RowShown) -> dict[str, Any]:
    """A row for machines."""
    names = ("number", "state", "action", "source", "ref", "kind", "namespace", "name", "reason")
    return {**{name: getattr(row, name) for name in names}, "url": f"/api/v1{row.address}" if row.address else None}


def list_rows(session: Session, viewer: kit.Actor) -> tuple[ListRow, ...]:
    """The viewer's newest lists."""
    return tuple(
        ListRow(f"/register/list/{made.id}", made.name, made.state, made.made_at, sum(queries.counts(session, made).values()))
        for made in queries.lists(session, viewer=viewer, limit=20)
    )
