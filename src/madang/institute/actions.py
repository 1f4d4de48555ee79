# SPDX-License-Identifier: Apache-2.0
"""Every change of what is set: by an operator, from the version that was looked at, with a line in the ledger."""

from hashlib import sha256
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import access, audit
from madang.institute import fields, queries
from madang.institute.errors import (
    ChangedMeanwhile,
    FixedByEnvironment,
    HostListed,
    HostNotListed,
    ReasonMissing,
)
from madang.institute.fields import Field
from madang.institute.hosts import read_host
from madang.institute.models import Change, Setting
from madang.institute.presence import forget, given_to
from madang.institute.queries import Shown
from madang.institute.readers import line
from madang.kit import Actor, Invalid, now

LONGEST_FACT = 160
MOST_HOSTS = 500
REASON = line(300)


def change(session: Session, name: str, value: object, *, version: int, by: Actor, reason: str = "") -> Shown:
    """The setting holds ``value``, or with None what it holds at first; one that holds it already is left alone.

    ``version`` is the one that was looked at: ``ChangedMeanwhile`` when somebody changed it since. ``WrongValue`` for what it does not
    take, ``FixedByEnvironment`` when the environment states it.
    """
    access.check(by, "institute", "change")
    field = fields.named(name)
    if field.kind == "hosts":
        raise Invalid(field=name)
    return _change(session, field, value if value is None else field.read(name, value), version=version, by=by, reason=reason)


def put_back(session: Session, change_id: int, *, version: int, by: Actor) -> Shown:
    """The setting holds again what it held before that change."""
    access.check(by, "institute", "change")
    past = queries.get_change(session, change_id)
    return _change(session, fields.named(past.name), past.before if past.was_set else None, version=version, by=by, reason="")


def allow_host(session: Session, host: str, *, reason: str, version: int, by: Actor) -> Shown:
    """Sources may be fetched from the host, address or range. ``WrongHost``, ``TooBroad``, ``HostListed``, ``ReasonMissing``."""
    access.check(by, "institute", "change")
    read, why = read_host(host), REASON("reason", reason)
    if not why:
        raise ReasonMissing(field="reason")
    if read in {row.host for row in queries.hosts(session, viewer=by)}:
        raise HostListed(host=read, field="host")
    kept = [*_kept_hosts(session), {"host": read, "reason": why, "at": now().isoformat(), "by": by.name}]
    if len(kept) > MOST_HOSTS:
        raise Invalid(field="host")
    return _change(session, fields.named("allowed_hosts"), kept, version=version, by=by, reason=why)


def shut_host(session: Session, host: str, *, reason: str = "", version: int, by: Actor) -> Shown:
    """The host is no longer on the operators' list. ``HostNotListed`` when it is not there."""
    access.check(by, "institute", "change")
    kept = _kept_hosts(session)
    left = [row for row in kept if row["host"] != host.strip().lower()]
    if len(left) == len(kept):
        raise HostNotListed(host=host[:100], field="host")
    return _change(session, fields.named("allowed_hosts"), left, version=version, by=by, reason=REASON("reason", reason))


def _kept_hosts(session: Session) -> list[Any]:
    row = session.get(Setting, "allowed_hosts")
    return list(row.value) if row is not None and row.is_set else []


def _change(session: Session, field: Field, value: Any, *, version: int, by: Actor, reason: str) -> Shown:
    given = given_to(session)
    if field.name in given.fixed and field.kind != "hosts":
        raise FixedByEnvironment(variable=field.variable, field=field.name)
    was = queries.get_setting(session, field.name, viewer=by)
    if was.version != version:
        raise ChangedMeanwhile(by=was.changed_by or "-", field=field.name)
    after = was.default if value is None else value
    if after == was.value and (value is not None) == was.is_set:
        return was
    _write(session, was, after, is_set=value is not None, by=by)
    kept = Change(
        name=field.name, version=version + 1, before=was.value, after=after, was_set=was.is_set, is_set=value is not None,
        reason=REASON("reason", reason), at=now(), by_id=by.account_id, by_name=by.name,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    told = {"before": _fact(field, was.value), "after": _fact(field, after), "version": version + 1}
    forget(session)
    audit.record(session, "institute.changed", target=f"institute/{field.name}", by=by, **told, **({"reason": reason} if reason else {}))
    return queries.get_setting(session, field.name, viewer=by)


def _write(session: Session, was: Shown, value: Any, *, is_set: bool, by: Actor) -> None:
    """The row is changed from the version that was read; whoever was quicker wins, also when two sessions read the same."""
    values = {"value": value, "is_set": is_set, "version": was.version + 1, "changed_at": now(), "changed_by": by.name}
    meanwhile = ChangedMeanwhile(by=was.changed_by or "-", field=was.field.name)
    if was.version:
        mine = (Setting.name == was.field.name, Setting.version == was.version)
        result = session.execute(update(Setting).where(*mine).values(**values).execution_options(synchronize_session=False))
        if not result.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts rows
            raise meanwhile
        session.expire_all()
        return
    try:
        with session.begin_nested():
            session.add(Setting(name=was.field.name, **values))
    except IntegrityError as error:
        raise meanwhile from error


def _fact(field: Field, value: Any) -> str:
    """What the ledger keeps of a value: itself where it is short, else its beginning and its SHA-256. The history keeps all of it."""
    text = field.shown(value)
    if field.kind == "banner":
        text = f"{text} [{value['from'] or ''} – {value['until'] or ''}] {'read-only' if value['read_only'] else ''}".strip()
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}… sha256:{sha256(text.encode()).hexdigest()}"
