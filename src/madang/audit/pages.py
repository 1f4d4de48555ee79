# SPDX-License-Identifier: Apache-2.0
"""What the ledger's page shows, in plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madang.audit.queries import Asked


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line. ``facts`` are those of the deed, each as one short text; ``sequence`` is None until the line is sealed."""

    id: int
    at: datetime
    deed: str
    target: str
    who: str
    via: str
    facts: tuple[tuple[str, str], ...]
    sequence: int | None
    hash: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One verification that was asked for, with its problems as sentences."""

    state: str
    started_at: datetime
    seconds: float
    cpu_seconds: float
    lines: int
    unsealed: int
    heads: int
    who: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """``audit/ledger.html``: lines that were asked for, newest first, and the last verifications."""

    rows: tuple[LineRow, ...]
    asked: Asked
    since: str
    until: str
    total: int
    sealed: int | None
    seal: str
    sealed_at: datetime | None
    checks: tuple[CheckRow, ...]
    next: str | None
    looked_to: int | None
    first: str | None
    csv: str
    json: str


def told(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The facts of a line, each cut to what a row holds."""
    return tuple((name, _short(value)) for name, value in facts.items() if value not in (None, "", [], {}))


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    if text.startswith("sha256:"):
        return text[:19]
    return text if len(text) <= 120 else f"{text[:119]}…"
