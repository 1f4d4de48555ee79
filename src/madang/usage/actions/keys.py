# SPDX-License-Identifier: Apache-2.0
"""Keys: made, rotated, paused, revoked. The secret is a credential of ``people``, shown once and kept as a hash."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access, audit, catalog, people
from madang.kit import Actor, now
from madang.usage import queries
from madang.usage.actions.changes import next_revision
from madang.usage.errors import KeyOver, NotYourKey, PlanNotYours, TooManyKeys
from madang.usage.limits import Limits, held
from madang.usage.models import Key, Plan


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: its row, and the secret, which nobody can read again."""

    key: Key
    secret: str


def create_key(
    session: Session,
    *,
    account: people.Account,
    plan: str,
    service: catalog.Asset | None = None,
    organisation: people.Organisation | None = None,
    note: str = "",
    days: int | None = None,
    limits: Limits | None = None,
    by: Actor,
) -> NewKey:
    """The account has a new key on that plan, for one service or for every one.

    It counts for ``organisation``, if the account is in it; without one, for the organisation that the account joined first.
    ``PlanNotYours`` for a plan that is not given at once, unless an operator makes the key.
    """
    if not access.allows(by, "key", "create", own=by.account_id == account.id):
        raise NotYourKey
    wanted = queries.get_plan(session, plan, viewer=by)
    _check_plan(wanted, by)
    if not access.allows(by, "key", "manage"):
        _check_number(session, account, limits or held())
    token_id, secret = people.create_key(session, account=account, note=note or plan, days=days, by=by)
    joined = [each.id for each, _role in people.organisations_of(session, account)]
    chosen = organisation.id if organisation is not None and organisation.id in joined else next(iter(joined), "")
    key = Key(
        id=token_id, account_id=account.id, organisation_id=chosen, plan=wanted.name, service_id=service.id if service else "",
        revision=next_revision(session), created_at=now(), created_by=by.name,
    )  # fmt: skip
    session.add(key)
    facts = {"plan": wanted.name, "service": service.ref if service else "", "days": days}
    audit.record(session, "key.created", target=key.ref, by=by, account=account.name, note=note or plan, **facts)
    session.flush()
    return NewKey(key, secret)


def rotate_key(session: Session, key: Key, *, limits: Limits | None = None, hours: int | None = None, by: Actor) -> NewKey:
    """Another key stands in its place, and the old one ends after so many hours, so that programs can change over."""
    check_may(key, by, "key", "change")
    standing = _alive(session, key)
    account = session.get_one(people.Account, key.account_id)
    end = now() + timedelta(hours=(limits or held()).rotation_hours if hours is None else hours)
    left = (standing.expires_at - now()).days + 1 if standing.expires_at else None
    token_id, secret = people.create_key(session, account=account, note=standing.note, days=left, by=by)
    fresh = Key(
        id=token_id, account_id=key.account_id, organisation_id=key.organisation_id, plan=key.plan, service_id=key.service_id,
        revision=next_revision(session), created_at=now(), created_by=by.name,
    )  # fmt: skip
    session.add(fresh)
    people.end_key(session, key.id, at=end, by=by)
    key.successor_id, key.revision = fresh.id, fresh.revision
    audit.record(session, "key.rotated", target=key.ref, by=by, successor=fresh.id, ends_at=end.isoformat(timespec="seconds"))
    session.flush()
    return NewKey(fresh, secret)


def revoke_key(session: Session, key: Key, *, by: Actor) -> None:
    """The key answers nothing any more, within a second in every process; nothing happens when it did not before."""
    check_may(key, by, "key", "revoke")
    if queries.standing(session, key).is_over:
        return
    people.end_key(session, key.id, by=by)
    key.revision = next_revision(session)
    audit.record(session, "key.revoked", target=key.ref, by=by)


def pause_key(session: Session, key: Key, *, by: Actor) -> None:
    """The key rests until somebody goes on with it. What an operator paused only an operator resumes."""
    check_may(key, by, "key", "change")
    _alive(session, key)
    if key.paused_at is None:
        key.paused_at, key.paused_by, key.revision = now(), by.name, next_revision(session)
        audit.record(session, "key.paused", target=key.ref, by=by)


def resume_key(session: Session, key: Key, *, by: Actor) -> None:
    """The key answers again."""
    check_may(key, by, "key", "change")
    if key.paused_at is None:
        return
    if key.paused_by != by.name and not access.allows(by, "key", "manage"):
        raise NotYourKey
    key.paused_at, key.paused_by, key.revision = None, None, next_revision(session)
    audit.record(session, "key.resumed", target=key.ref, by=by)


def check_may(key: Key, by: Actor, thing: str, action: str) -> None:
    """``NotYourKey`` unless the table of rights allows it on this key."""
    if not access.allows(by, thing, action, own=by.account_id == key.account_id, organisation=key.organisation_id or None):
        raise NotYourKey


def _check_plan(plan: Plan, by: Actor) -> None:
    if plan.given == "guests" or (plan.given != "at-once" and not access.allows(by, "key", "manage")):
        raise PlanNotYours(plan=plan.name, field="plan")


def _check_number(session: Session, account: people.Account, limits: Limits) -> None:
    count = session.scalar(select(func.count()).select_from(Key).where(Key.account_id == account.id)) or 0
    if count >= limits.keys:
        ids = session.scalars(select(Key.id).where(Key.account_id == account.id))
        alive = sum(not each.is_over for each in people.standing_keys(session, ids).values())
        if alive >= limits.keys:
            raise TooManyKeys(most=limits.keys)


def _alive(session: Session, key: Key) -> people.StandingKey:
    standing = queries.standing(session, key)
    if standing.is_over or (standing.expires_at is not None and standing.expires_at <= now()):
        raise KeyOver
    return standing
