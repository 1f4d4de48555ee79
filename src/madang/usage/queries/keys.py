# SPDX-License-Identifier: Apache-2.0
"""Keys, and the services that they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access, catalog, people
from madang.kit import Actor, now
from madang.usage.errors import NoKey, NoService
from madang.usage.models import Context, Event, Key


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as lists show it. ``state``: valid, paused, ending (another one stands in its place), expired or revoked."""

    id: str
    beginning: str
    account: str
    plan: str
    service: str
    note: str
    state: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    successor: str


def get_key(session: Session, key_id: str, *, viewer: Actor) -> Key:
    """The key of that id; ``NoKey`` to whoever may not see it."""
    key = session.get(Key, key_id) if key_id.isascii() and key_id.isalnum() else None
    if key is None or not _may_see(key, viewer):
        raise NoKey
    return key


def keys(session: Session, *, account: people.Account | None = None, viewer: Actor) -> Sequence[KeyRow]:
    """The account's keys, or everybody's, as far as the viewer may see them; newest first."""
    wanted = select(Key, people.Account.name).join(people.Account, people.Account.id == Key.account_id).order_by(Key.id.desc())
    if account is not None:
        wanted = wanted.where(Key.account_id == account.id)
    elif not access.allows(viewer, "key", "manage"):
        wanted = wanted.where(Key.account_id == (viewer.account_id or ""))
    rows = [(key, name) for key, name in session.execute(wanted) if _may_see(key, viewer)]
    ids = [key.id for key, _name in rows]
    known, used, names = people.standing_keys(session, ids), _last_used(session, ids), _services(session, [key for key, _name in rows])
    return [_row(key, name, known[key.id], used.get(key.id), names.get(key.service_id, "")) for key, name in rows if key.id in known]


def standing(session: Session, key: Key) -> people.StandingKey:
    """How the secret behind the key stands."""
    return people.standing_keys(session, [key.id])[key.id]


def find_service(session: Session, text: str, *, viewer: Actor) -> catalog.Asset:
    """The service written as ``NAMESPACE/NAME``; ``NoService`` when there is none for this viewer."""
    namespace, slash, name = text.partition("/")
    asset = catalog.find_asset(session, "api", namespace, name, viewer=viewer) if slash and "\0" not in text else None
    if asset is None:
        raise NoService(service=text[:200], field="service")
    return asset


def _may_see(key: Key, viewer: Actor) -> bool:
    return access.allows(viewer, "key", "see", own=viewer.account_id == key.account_id, organisation=key.organisation_id or None)


def _last_used(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    wanted = select(Context.key_id, func.max(Event.id)).join(Event, Event.context_id == Context.id).where(Context.key_id.in_(ids))
    newest = {row[0]: row[1] for row in session.execute(wanted.group_by(Context.key_id))}
    at = {row[0]: row[1] for row in session.execute(select(Event.id, Event.at).where(Event.id.in_(newest.values())))}
    return {key: at[event] for key, event in newest.items()}


def _services(session: Session, rows: Sequence[Key]) -> dict[str, str]:
    ids = {key.service_id for key in rows if key.service_id}
    found = session.scalars(select(catalog.Asset).where(catalog.Asset.id.in_(ids)))
    return {asset.id: f"{asset.namespace}/{asset.name}" for asset in found}


def _row(key: Key, account: str, known: people.StandingKey, used: datetime | None, service: str) -> KeyRow:
    state = "valid"
    if known.is_over:
        state = "revoked"
    elif known.expires_at is not None and known.expires_at <= now():
        state = "expired"
    elif key.paused_at is not None:
        state = "paused"
    elif key.successor_id:
        state = "ending"
    return KeyRow(
        key.id, people.token_beginning(key.id), account, key.plan, service, known.note, state, key.created_at, known.expires_at, used,
        key.successor_id,
    )  # fmt: skip
