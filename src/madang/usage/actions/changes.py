# SPDX-License-Identifier: Apache-2.0
"""Telling processes that keys or plans have changed: a number that goes up in the deed's own unit of work."""

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from madang import audit, people
from madang.usage.models import Change, Key


def next_revision(session: Session, *, plans: bool = False) -> int:
    """The number of this change; one writer works at a time, so numbers are committed in their order."""
    row = session.get(Change, 1)
    if row is None:
        row = Change(id=1, revision=0, plans=0)
        session.add(row)
    if plans:
        row.plans += 1
        return row.plans
    row.revision += 1
    return row.revision


def touch(session: Session, accounts: Iterable[str]) -> None:
    """The keys of these accounts are read again by every process."""
    wanted = list(accounts)
    if session.scalar(select(Key.id).where(Key.account_id.in_(wanted)).limit(1)) is not None:
        session.execute(update(Key).where(Key.account_id.in_(wanted)).values(revision=next_revision(session)))


def hear(session: Session, line: audit.Recorded) -> None:
    """What somebody is has changed: what their keys may, and under which sector they count, follows at once."""
    subject, _slash, name = line.target.partition("/")
    if subject == "account" and not line.deed.startswith(("session.", "key.")):
        account = people.find_account(session, name)
        touch(session, [account.id] if account else [])
    elif subject == "organisation":
        organisation = people.find_organisation(session, name)
        member = people.find_account(session, str(line.facts.get("account", "")))
        touch(session, _everybody(session, organisation) | ({member.id} if member else set()))


def _everybody(session: Session, organisation: people.Organisation | None) -> set[str]:
    if organisation is None:
        return set()
    wanted = select(people.Membership.account_id).where(people.Membership.organisation_id == organisation.id)
    return set(session.scalars(wanted))
