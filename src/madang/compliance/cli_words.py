# SPDX-License-Identifier: Apache-2.0
"""What ``madang register`` prints: tables for people, JSON for programs, progress on standard error."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from madang import catalog
from madang.compliance.many.models import Registration, RegistrationRow
from madang.compliance.models import Verification
from madang.compliance.queries import Subject
from madang.kit import _

WORDS = {
    "ready": _("is registered"),
    "new-asset": _("new asset"),
    "new-version": _("new version"),
    "refused": _("refused"),
    "duplicate": _("duplicate"),
    "left-out": _("left out"),
    "made": _("waiting"),
    "queued": _("waiting"),
    "fetching": _("fetching"),
    "scanning": _("scanning"),
    "verified": _("verified"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
}
TOTAL = _("%(ready)s to register, %(duplicate)s duplicates, %(refused)s refused")
RESULT = _("%(verified)s verified, %(failed)s failed, %(refused)s refused, %(duplicate)s duplicates")
PROGRESS = _("%(done)s of %(total)s have ended")
WELL = ("verified", "duplicate", "left-out")
Found = Mapping[str, tuple[catalog.Asset, catalog.Version, Verification]]


@dataclass
class Speaking:
    """Says things in one language, as text or as JSON."""

    translate: Callable[[str], str]
    url: str
    as_json: bool = False
    told: str = field(default="", init=False)

    def say(self, message: str, **values: object) -> str:
        """A marked sentence with its places filled."""
        told = self.translate(message)
        return told % values if values else told

    def word(self, state: str) -> str:
        """What a state is called."""
        return self.say(WORDS.get(state, state))

    def begun(self, subject: Subject) -> None:
        """One version waits for its verification."""
        if not self.as_json:
            click.echo(f"{self.url}{subject.address}")

    def ended(self, subject: Subject) -> bool:
        """What became of one version; whether that is well."""
        found = (subject.asset, subject.version, subject.verification)
        row = self._told_of(found, "")
        if self.as_json:
            click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        else:
            click.echo(f"{self.word(str(row['state']))}  {row['reason']}".rstrip())
        return row["state"] in WELL

    def rows(self, made: Registration, some: Sequence[RegistrationRow], found: Found, *, is_last: bool) -> bool:
        """Every row with what will happen or has happened; whether all is well."""
        rows = [self._row(each, found) for each in some]
        counts: dict[str, int] = dict.fromkeys(("ready", *WORDS), 0)
        for row in rows:
            counts[str(row["state"])] = counts.get(str(row["state"]), 0) + 1
        if self.as_json and is_last:
            click.echo(json.dumps({"id": made.id, "name": made.name, "state": made.state, "items": rows}, ensure_ascii=False, indent=2))
        elif not self.as_json:
            self._table(rows)
            click.echo(self.say(RESULT if found else TOTAL, **counts))
        return all(row["state"] in WELL for row in rows)

    def _row(self, row: RegistrationRow, found: Found) -> dict[str, Any]:
        known = found.get(row.version_id) if row.version_id else None
        reason = _filled(self.translate(row.message), row.values) if row.message else ""
        told = self._told_of(known, reason) if known else {"state": row.state, "reason": reason, "url": None}
        name = f"{row.namespace}/{row.asset}" if row.asset else ""
        return {"row": row.number, "action": row.action, "source": row.source or str(row.given.get("source", "")), "asset": name, **told}

    def _told_of(self, found: tuple[catalog.Asset, catalog.Version, Verification], reason: str) -> dict[str, Any]:
        asset, version, verification = found
        if verification.failure_message:
            reason = _filled(self.translate(verification.failure_message), verification.failure_values)
        return {"state": verification.state, "reason": reason, "url": f"{self.url}{catalog.version_address(asset, version)}"}

    def _table(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            becomes = self.word(str(row["action"] if row["state"] == "ready" else row["state"]))
            click.echo(f"{row['row']:>6}  {becomes}  {row['asset']}  {row['source']}  {row['reason']}".rstrip())

    def progress(self, done: int, total: int, state: str) -> None:
        """How far it is, on standard error: in one line on a terminal, else whenever it changes."""
        line = self.word(state) if state else self.say(PROGRESS, done=done, total=total)
        if line == self.told:
            return
        self.told = line
        is_terminal = sys.stderr.isatty()
        click.echo(f"\r\x1b[Kmadang: {line}" if is_terminal else f"madang: {line}", err=True, nl=not is_terminal)

    def end_progress(self) -> None:
        """The line of the terminal is free again."""
        if sys.stderr.isatty():
            click.echo("", err=True)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return template % values if values else template
