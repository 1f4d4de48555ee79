# SPDX-License-Identifier: Apache-2.0
"""The durable work behind a confirmed list, a few rows in each unit of work: run again after a kill it goes on where it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from madang import catalog, forges, jobs, kit, people
from madang.compliance import actions as verifying
from madang.compliance.intake import is_public
from madang.compliance.limits import Limits
from madang.compliance.many import actions, planning, queries
from madang.compliance.many.closing import close
from madang.compliance.many.models import CANCELLING, LEFT_OUT, MADE, NEW_ASSET, READY, REFUSED, RUNNING, Registration, RegistrationRow
from madang.compliance.models import Verification
from madang.db import Database

SLICE = 5
"""Rows in one unit of work: a few milliseconds each, while others wait to write."""
UNLIMITED = Limits(max_waiting=10**9)


@dataclass
class Registrar:
    """Does what was confirmed, with the rights that whoever confirmed has while it is done."""

    database: Database
    guard: Callable[[], forges.Guard]

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for lists."""
        return [jobs.Job(actions.JOB, run=self.work, on_failed=self.fail)]

    def work(self, list_id: str, what: str) -> None:
        """Make, cancel or try again, until no row is left for that."""
        one = {actions.MAKE: self._make, actions.CANCEL: self._cancel, actions.RETRY: self._retry}[what]
        last = 0
        while True:
            jobs.check()
            with self.database.writing() as session:
                made = session.get(Registration, list_id)
                if made is None or made.state not in (RUNNING, CANCELLING):
                    return
                done = one(session, made, last)
            if done is None:
                break
            last = done
        if what == actions.RETRY:
            self.work(list_id, actions.MAKE)
        else:
            with self.database.writing() as session:
                close(session, session.get_one(Registration, list_id))

    def fail(self, list_id: str, _what: str, failure: jobs.Failure) -> None:
        """What was not made says why."""
        with self.database.writing() as session:
            made = session.get_one(Registration, list_id)
            for row in queries.rows(session, made, limit=actions.MOST_ROWS, state=READY):
                row.state, row.message, row.values = REFUSED, failure.message, dict(failure.values)
            close(session, made)

    def _make(self, session: Session, made: Registration, _last: int) -> int | None:
        if made.state != RUNNING:
            return None
        some = queries.rows(session, made, limit=SLICE, state=READY)
        by = self._who(session, made)
        for row in some:
            try:
                with session.begin_nested():
                    row.version_id, row.state = self._register(session, made, row, by), MADE
            except kit.Refusal as refusal:
                session.refresh(row)
                row.state, row.message = REFUSED, refusal.template
                row.values = {name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()}
        return some[-1].number if some else None

    def _register(self, session: Session, made: Registration, row: RegistrationRow, by: kit.Actor) -> str:
        cells = planning.resolved(row.given, namespace=made.namespace, exposure=made.exposure)
        guard = self.guard()
        target = guard.parse(cells["source"])
        forges.check_ref(cells["ref"]) if cells["ref"] else None
        asset = catalog.find_asset(session, cells["kind"], cells["namespace"], cells["name"], viewer=by)
        if asset is None or row.action == NEW_ASSET:
            names = {name: cells[name] for name in ("kind", "namespace", "name", "title", "exposure")}
            asset = catalog.register(session, **names, by=by)
        source = catalog.Source("git", target.url, cells["ref"] or None, is_public=is_public(target, guard))
        lane = jobs.Lane.BACKGROUND
        return verifying.submit(session, asset, source=source, label=cells["label"], lane=lane, limits=UNLIMITED, by=by).version_id

    def _cancel(self, session: Session, made: Registration, last: int) -> int | None:
        some = queries.rows(session, made, limit=SLICE * 2, after=last)
        by = self._who(session, made)
        for row, found in _with_work(session, some):
            if row.state == READY:
                row.state = LEFT_OUT
            elif found is not None and not found[2].is_final:
                verifying.cancel(session, *found, by=by)
        return some[-1].number if some else None

    def _retry(self, session: Session, made: Registration, last: int) -> int | None:
        some = queries.rows(session, made, limit=SLICE, after=last)
        by = self._who(session, made)
        for row, found in _with_work(session, some):
            if found is not None and found[2].state in ("failed", "cancelled"):
                verifying.retry(session, *found, by=by)
            elif row.state == LEFT_OUT and row.action:
                row.state = READY
        return some[-1].number if some else None

    def _who(self, session: Session, made: Registration) -> kit.Actor:
        if made.account_id is None:
            return kit.SYSTEM
        account = session.get(people.Account, made.account_id)
        if account is None or account.disabled_at is not None:
            return kit.anonymous()
        return people.actor_of(session, account, via="list")


def _with_work(
    session: Session, some: Sequence[RegistrationRow]
) -> list[tuple[RegistrationRow, tuple[catalog.Asset, catalog.Version, Verification] | None]]:
    known = queries.verifications_of(session, some)
    return [(row, known.get(row.version_id) if row.version_id else None) for row in some]
